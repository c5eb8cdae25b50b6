/** Device check: speak and see the bars move, look at one's own picture. Never in the way: it can be left at any time. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { media, ownLevel, type DeviceFailure } from "../core/store";
import { Button } from "../widgets/button";
import { Level } from "../widgets/level";
import { Sheet } from "../widgets/sheet";
import { Picture } from "../widgets/tile";
import { back } from "./layout";
import { Advice } from "./media_advice";

const trial = signal<"idle" | "asking" | "open">("idle");
const trouble = signal<DeviceFailure | null>(null);
const heard = signal(false);

function begin(): void {
  trial.value = "asking";
  trouble.value = null;
  void actions()
    .tryMicrophone()
    .then((failure) => {
      trouble.value = failure;
      trial.value = failure === null ? "open" : "idle";
    });
}

export function Meter(): JSX.Element {
  const loud = ownLevel.value;
  if (loud > 0.12) heard.value = true;
  return (
    <div class="card card--line rowx rowx--nowrap meter" role="status">
      <Level loud={loud} />
      <p class="grow">{t(heard.value ? "states.check_heard" : "states.check_speak")}</p>
    </div>
  );
}

export function DeviceCheck(): JSX.Element {
  const { camera, canCapture, profile } = media.value;
  useEffect(() => {
    heard.value = false;
    return () => {
      actions().endTrial();
      trial.value = "idle";
      trouble.value = null;
    };
  }, []);
  const attach = useCallback((element: HTMLVideoElement | null) => actions().attachVideo("own-camera", element), []);
  const live = trial.value === "open" || media.value.microphone === "open" || media.value.microphone === "ready";
  return (
    <Sheet
      title={t("states.check_title")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("states.check_done")}
        </Button>
      }
    >
      {!canCapture && <Advice media="audio" reason="unsupported" />}
      {canCapture && trouble.value !== null && <Advice media="audio" reason={trouble.value} />}
      {canCapture && live && <Meter />}
      {canCapture && !live && (
        <Button size="lg" block icon="mic" unavailable={trial.value === "asking" ? t("states.check_asking") : undefined} onPress={begin}>
          {t(trouble.value === null ? "states.check_mic" : "states.try_again")}
        </Button>
      )}
      {canCapture &&
        profile === "video" &&
        (camera === "open" || camera === "ready" ? (
          <>
            <div class="tile check__picture">
              <Picture attach={attach} label={t("states.check_own_picture")} mirror />
            </div>
            <p class="small muted">{t(camera === "open" ? "states.check_camera_on" : "states.wait_private")}</p>
          </>
        ) : (
          <p class="small muted">{t("states.check_camera_off")}</p>
        ))}
      <p class="small muted">{t("states.check_note")}</p>
    </Sheet>
  );
}
