/** Removing a message: one's own, or any by those who moderate; the record says who removed it. */
import type { JSX } from "preact";
import { send } from "../core/actions";
import { clockTime, t } from "../core/i18n";
import { nameOf } from "../core/selectors";
import { meeting } from "../core/store";
import { Button } from "../widgets/button";
import { Sheet } from "../widgets/sheet";
import { back } from "./layout";

export function MessageSheet({ messageId }: { messageId: string }): JSX.Element | null {
  const message = meeting.value?.chat.find((m) => m.message_id === messageId);
  if (message === undefined) return null;
  return (
    <Sheet
      title={t("chat.remove_title")}
      onClose={back}
      foot={
        <div class="btn-pair btn-pair--even">
          <Button size="lg" onPress={back}>
            {t("chat.keep")}
          </Button>
          <Button
            size="lg"
            kind="primary"
            onPress={() => {
              void send("RemoveChat", { message_id: messageId });
              back();
            }}
          >
            {t("chat.remove")}
          </Button>
        </div>
      }
    >
      <blockquote class="card card--line stack stack--s">
        <p class="msg__meta">
          <b>{nameOf(message.author_id)}</b> · {clockTime(message.posted_at)}
        </p>
        <p>{message.text}</p>
      </blockquote>
      <p class="small muted">{t("chat.remove_note")}</p>
    </Sheet>
  );
}
