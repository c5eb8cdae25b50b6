/** What to do when a microphone, camera or screen could not be opened: each reason has its own advice. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { actions, send } from "../core/actions";
import { t } from "../core/i18n";
import { handRaised } from "../core/selectors";
import { media, type DeviceFailure } from "../core/store";
import type { MediaKind } from "../wire/messages";
import { Button } from "../widgets/button";
import { Icon } from "../widgets/icon";
import { Sheet } from "../widgets/sheet";
import { toggleHand } from "./hand";
import { floorFirst } from "./microphone";

const STEPS: Partial<Record<DeviceFailure, number>> = { denied: 3, busy: 2, missing: 2, unsupported: 2 };

export function Advice({ media: kind, reason }: { media: MediaKind; reason: DeviceFailure }): JSX.Element {
  const device = t(`states.device_${kind}`);
  const steps = STEPS[reason] ?? 0;
  return (
    <>
      <p>{t(`states.fail_${reason}`, { device })}</p>
      {steps > 0 && (
        <ol class="how">
          {Array.from({ length: steps }, (_, i) => (
            <li key={i}>{t(`states.fail_${reason}_${i + 1}`, { device })}</li>
          ))}
        </ol>
      )}
      <p class="small muted">{t("states.fail_still")}</p>
    </>
  );
}

const copied = signal(false);

async function copyAddress(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    copied.value = true;
  } catch {
    // Some in-app browsers have no clipboard: the address is shown to be copied by hand.
    copied.value = false;
    shown.value = true;
  }
}
const shown = signal(false);

/** Whether advice stands in front now. */
export function adviceDue(): boolean {
  return media.value.failure !== null || floorFirst.value;
}

export function AdviceSheet(): JSX.Element {
  const failure = media.value.failure;
  const kind: MediaKind = failure?.media ?? "audio";
  const reason: DeviceFailure = failure?.reason ?? "floor_required";
  const close = (): void => {
    floorFirst.value = false;
    copied.value = false;
    shown.value = false;
    if (media.value.failure !== null) actions().dismissFailure();
  };
  const again = (): void => {
    close();
    if (kind === "audio") void actions().openMicrophone();
    else if (kind === "video") void actions().openCamera();
    else void actions().shareScreen();
  };
  const floorReason = reason === "floor_required";
  const hopeless = reason === "unsupported" || reason === "insecure";
  const declined = reason === "consent_needed";
  const agree = (): void => {
    close();
    void send("AcknowledgeRecording", { consents: true }).then((outcome) => outcome.ok && again());
  };
  return (
    <Sheet
      title={t(`states.fail_${reason}_title`, { device: t(`states.device_${kind}`) })}
      onClose={close}
      head={<Icon name={kind === "video" ? "cameraOff" : kind === "screen" ? "screen" : "micOff"} size="l" />}
      foot={
        <>
          {floorReason && !handRaised.value && (
            <Button
              size="lg"
              kind="primary"
              block
              icon="hand"
              onPress={() => {
                close();
                toggleHand();
              }}
            >
              {t("room.raise_hand")}
            </Button>
          )}
          {reason === "unsupported" && (
            <Button size="lg" kind="primary" block icon="link" onPress={() => void copyAddress()}>
              {t(copied.value ? "states.copied" : "states.copy_link")}
            </Button>
          )}
          {declined && (
            <Button size="lg" kind="primary" block onPress={agree}>
              {t("states.agree_and_speak")}
            </Button>
          )}
          {!floorReason && !hopeless && !declined && (
            <Button size="lg" kind="primary" block onPress={again}>
              {t("states.try_again")}
            </Button>
          )}
          <Button size="lg" block onPress={close}>
            {t(kind === "screen" || floorReason ? "room.close" : "states.just_listen")}
          </Button>
        </>
      }
    >
      <Advice media={kind} reason={reason} />
      {shown.value && <p class="mono small">{location.href}</p>}
    </Sheet>
  );
}
