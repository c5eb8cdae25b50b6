/** Leaving on purpose: what it means for attendance and for a vote under way. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { iRun } from "../core/permissions";
import { ballotOf, isElector, votingMotion } from "../core/selectors";
import { Button } from "../widgets/button";
import { Sheet } from "../widgets/sheet";
import { back } from "./layout";

const leaving = signal(false);

export function LeaveSheet(): JSX.Element {
  const motion = votingMotion.value;
  const notVoted = motion !== null && isElector(motion) && ballotOf(motion.motion_id).state === "none";
  return (
    <Sheet
      title={t("room.leave_title")}
      onClose={back}
      foot={
        <div class="btn-pair btn-pair--even">
          <Button size="lg" onPress={back}>
            {t("room.stay")}
          </Button>
          <Button
            size="lg"
            kind="primary"
            unavailable={leaving.value ? t("room.leaving") : undefined}
            onPress={() => {
              leaving.value = true;
              void actions().leave();
            }}
          >
            {t("room.leave_now")}
          </Button>
        </div>
      }
    >
      <p>{t("room.leave_what")}</p>
      {notVoted && <p class="strong">{t("room.leave_vote", { title: motion.title })}</p>}
      {iRun.value && <p class="muted">{t("room.leave_runner")}</p>}
    </Sheet>
  );
}
