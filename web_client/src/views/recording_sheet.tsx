/** Consent when a recording is switched on: what it means, and both ways on from here. */
import type { JSX } from "preact";
import { send } from "../core/actions";
import { t } from "../core/i18n";
import { nameOf } from "../core/selectors";
import { media, meeting, self, you } from "../core/store";
import { pending } from "../core/selectors";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Sheet } from "../widgets/sheet";
import { openSheet } from "./layout";

/** Whether this member still has to see the notice of the running recording. */
export function consentDue(): boolean {
  const running = meeting.value?.recording ?? null;
  const me = self.value;
  if (running === null || me === null || me.recording_acknowledged) return false;
  return running.started_by !== you.value?.participant_id && pending("AcknowledgeRecording").length === 0;
}

export function RecordingSheet(): JSX.Element {
  const by = meeting.value?.recording?.started_by;
  const open = media.value.microphone === "open";
  return (
    <Sheet
      title={t("room.recording_started")}
      head={<><Chip tone="rec" dot="pulse">{t("room.recording")}</Chip><Chip icon={open ? "mic" : "micOff"}>{t(open ? "room.mic_on" : "room.mic_off")}</Chip></>}
      foot={
        <>
          <Button kind="primary" size="lg" block onPress={() => void send("AcknowledgeRecording", {})}>{t("room.recording_stay")}</Button>
          <Button size="lg" block onPress={() => openSheet({ name: "leave" })}>{t("room.recording_leave")}</Button>
        </>
      }
    >
      <p>{t("room.recording_what", { name: nameOf(by) })}</p>
      <ul class="checks">
        <li><span class="dot dot--list" /><span>{t("room.recording_mic")}</span></li>
        <li><span class="dot dot--list" /><span>{t("room.recording_ballots")}</span></li>
        <li><span class="dot dot--list" /><span>{t("room.recording_see")}</span></li>
      </ul>
    </Sheet>
  );
}
