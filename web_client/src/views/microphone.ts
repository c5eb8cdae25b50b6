/** One's own microphone: open and close, and knowing afterwards whether it was oneself who closed it. */
import { signal } from "@preact/signals";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { floorRequired } from "../core/selectors";
import { media } from "../core/store";
import { say } from "../widgets/announce";

/** Asked for the microphone where only the floor holder is heard: the advice to raise the hand is shown. */
export const floorFirst = signal(false);
/** When this phone itself last closed the microphone (device's Unix ms). */
export const closedHereAt = signal(0);

export function toggleMicrophone(): void {
  if (media.value.microphone !== "off" && media.value.microphone !== "interrupted") {
    closedHereAt.value = Date.now();
    actions().closeMicrophone();
    say(t("room.mic_off"));
    return;
  }
  if (floorRequired.value) {
    floorFirst.value = true;
    return;
  }
  void actions()
    .openMicrophone()
    .then((open) => {
      if (open) say(t(media.value.microphone === "open" ? "room.mic_on" : "states.wait_opens"));
    });
}
