/** Consent when a recording is switched on: what it means, and both ways on from here. */
import type { JSX } from "preact";
import { send } from "../core/actions";
import { t } from "../core/i18n";
import { consentOpen, nameOf, pending } from "../core/selectors";
import { boot, media, meeting } from "../core/store";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Sheet } from "../widgets/sheet";
import { openSheet } from "./layout";

/** Whether this member still has to see the notice of the running recording. */
export function consentDue(): boolean {
  return consentOpen.value && pending("AcknowledgeRecording").length === 0;
}

export function RecordingSheet(): JSX.Element {
  const by = meeting.value?.recording?.started_by;
  const sentTo = boot.value?.heard_at;
  const held = media.value.microphone === "ready";
  return (
    <Sheet
      title={t("room.recording_started")}
      head={
        <>
          <Chip tone="rec" dot="pulse">
            {t("room.recording")}
          </Chip>
          <Chip icon="micOff">{t(held ? "room.mic_held" : "room.mic_off")}</Chip>
        </>
      }
      foot={
        <>
          <Button kind="primary" size="lg" block onPress={() => void send("AcknowledgeRecording", { consents: true })}>
            {t("room.recording_stay")}
          </Button>
          <Button size="lg" block icon="headphones" onPress={() => void send("AcknowledgeRecording", { consents: false })}>
            {t("room.recording_listen")}
          </Button>
          <Button kind="quiet" size="lg" block onPress={() => openSheet({ name: "leave" })}>
            {t("room.recording_leave")}
          </Button>
        </>
      }
    >
      <p>{t("room.recording_what", { name: nameOf(by) })}</p>
      <ul class="checks">
        <li>
          <span class="dot dot--list" />
          <span>{t("room.recording_held")}</span>
        </li>
        <li>
          <span class="dot dot--list" />
          <span>{t("room.recording_ballots")}</span>
        </li>
        {sentTo && (
          <li>
            <span class="dot dot--list" />
            <span>{t("room.recording_sent", { place: sentTo })}</span>
          </li>
        )}
        <li>
          <span class="dot dot--list" />
          <span>{t("room.recording_see")}</span>
        </li>
      </ul>
    </Sheet>
  );
}
