/** One agenda item: go to it, change its words and time, or take it off before it was dealt with. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { meeting } from "../../core/store";
import type { ItemId } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Field } from "../../widgets/field";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { AskingError, useAsking } from "./asking";
import { MeetingPhase } from "../../wire/messages";

export function ItemSheet({ itemId }: { itemId: ItemId | null }): JSX.Element {
  const item = meeting.value?.agenda.find((one) => one.item_id === itemId) ?? null;
  const asking = useAsking();
  const title = useSignal(item?.title ?? "");
  const minutes = useSignal(item === null || item.minutes === 0 ? "" : String(item.minutes));
  const speaker = useSignal(item?.speaker ?? "");
  const tried = useSignal(false);
  const current = item !== null && item.item_id === meeting.value?.current_item;
  const number = minutes.value.trim() === "" ? 0 : Number(minutes.value);
  const badMinutes = !Number.isInteger(number) || number < 0 || number > 600;
  const badTitle = title.value.trim() === "";
  const changed = item === null || title.value.trim() !== item.title || number !== item.minutes || speaker.value.trim() !== item.speaker;
  const save = (): void => {
    tried.value = true;
    if (badTitle || badMinutes) return;
    const fields = { title: title.value.trim(), minutes: number, speaker: speaker.value.trim() };
    if (item === null) asking.ask("AddAgendaItem", fields, back);
    else asking.ask("EditAgendaItem", { item_id: item.item_id, ...fields }, back);
  };
  const open = meeting.value?.phase === MeetingPhase.OPEN;
  return (
    <Sheet
      title={t(item === null ? "console.add_item_title" : "console.item_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.cancel")}
            </Button>
            <Button size="lg" kind="primary" unavailable={changed ? undefined : t("console.nothing_changed")} onPress={save}>
              {t(item === null ? "console.add" : "console.save")}
            </Button>
          </div>
        </>
      }
    >
      {item !== null && open && !current && (
        <Button block icon="forward" onPress={() => asking.ask("StepAgenda", { item_id: item.item_id }, back)}>
          {t(item.ended_at === null ? "console.go_to_item" : "console.back_to_item")}
        </Button>
      )}
      <Field
        id="item-title"
        label={t("console.item_words")}
        value={title.value}
        onInput={(value) => {
          title.value = value;
        }}
        error={tried.value && badTitle ? t("console.item_words_missing") : undefined}
      />
      <Field
        id="item-minutes"
        label={t("console.item_minutes")}
        hint={t("console.item_minutes_hint")}
        numeric
        value={minutes.value}
        onInput={(value) => {
          minutes.value = value;
        }}
        error={badMinutes ? t("console.item_minutes_wrong") : undefined}
      />
      <Field
        id="item-speaker"
        label={t("console.item_speaker")}
        hint={t("console.optional")}
        value={speaker.value}
        onInput={(value) => {
          speaker.value = value;
        }}
      />
      {item !== null && item.started_at === null && (
        <Button kind="quiet" block icon="remove" onPress={() => asking.ask("RemoveAgendaItem", { item_id: item.item_id }, back)}>
          {t("console.remove_item")}
        </Button>
      )}
    </Sheet>
  );
}
