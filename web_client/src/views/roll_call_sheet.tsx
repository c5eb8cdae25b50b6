/** The roll call: one question, one large button, the time left, and how many have answered. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { send } from "../core/actions";
import { second, secondsLeft } from "../core/clock";
import { t } from "../core/i18n";
import { openRollCall, rollCallAnswer, rollCallNo } from "../core/selectors";
import { connection, self } from "../core/store";
import type { RollCall } from "../wire/messages";
import { Ring } from "../widgets/bar";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { useSpokenSeconds } from "../widgets/countdown";
import { Sheet } from "../widgets/sheet";
import { Slip } from "../widgets/slip";

/** Roll calls whose answered sheet was closed on this phone. */
const done = signal<ReadonlySet<string>>(new Set());
/** Roll calls that this page has asked: only those show their answer. */
const asked = new Set<string>();

/** The roll call to show now; null when there is none or it is settled. */
export function rollCallInFront(): RollCall | null {
  const call = openRollCall.value;
  if (call === null || rollCallAnswer.value === "not_asked" || done.value.has(call.roll_call_id)) return null;
  if (rollCallAnswer.value === "answered" && !asked.has(call.roll_call_id)) return null;
  return call;
}

export function RollCallSheet({ call }: { call: RollCall }): JSX.Element {
  asked.add(call.roll_call_id);
  const left = secondsLeft(call.closes_at);
  void second.value;
  useSpokenSeconds(left, (n) => t("room.roll_seconds", { n }));
  const answer = rollCallAnswer.value;
  const total = (call.closes_at - call.opened_at) / 1000;
  const answered = answer === "answered";
  const close = (): void => {
    done.value = new Set([...done.value, call.roll_call_id]);
  };
  return (
    <Sheet
      title={t("room.roll_title", { name: self.value?.name ?? "" })}
      step={answered ? "answered" : "asked"}
      bodyClass="rollcall"
      {...(answered ? { onClose: close } : {})}
      head={
        <>
          <Chip icon="rollcall">{t("room.roll_no", { n: rollCallNo(call) })}</Chip>
          {answered ? (
            <Chip tone="counted" icon="check">
              {t("room.roll_answered")}
            </Chip>
          ) : (
            <Chip tone="pending" icon="pending">
              {t(answer === "pending" ? "room.roll_pending" : "room.roll_not_answered")}
            </Chip>
          )}
        </>
      }
      foot={
        <>
          {answered ? (
            <Button kind="primary" size="lg" block onPress={close}>
              {t("vote.back_to_room")}
            </Button>
          ) : (
            <Button
              kind="primary"
              size="huge"
              block
              unavailable={answer === "pending" ? t("room.roll_sending") : undefined}
              onPress={() => void send("AnswerRollCall", {})}
            >
              {t("room.roll_here")}
            </Button>
          )}
          <p class="sheet__foot-note">{t("room.roll_count", { n: call.answered.length, of: call.expected.length })}</p>
        </>
      }
    >
      {answered ? (
        <Slip state="counted" word={t("room.roll_answered")}>
          <p>{t("room.roll_confirmed")}</p>
        </Slip>
      ) : (
        <>
          <div class="rollcall__ring">
            <Ring big left={total > 0 ? left / total : 0} />
            <p role="timer">
              <b>{left}</b>
              <br />
              <span>{t("room.roll_within")}</span>
            </p>
          </div>
          <p class="small muted">{connection.value.phase === "live" ? t("room.roll_note") : t("room.roll_offline")}</p>
        </>
      )}
    </Sheet>
  );
}
