/** The report sheet of an election (选举报告单), which its scrutineer signs on their own phone before the result is read out. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { send } from "../../core/actions";
import { acting } from "../../core/hall";
import { list, t } from "../../core/i18n";
import { nameOf } from "../../core/selectors";
import { meeting, you } from "../../core/store";
import { type Motion, MotionPhase, Office, type ReportSheet } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { refusalWords } from "../names";

/** Whether the viewer is asked to sign. */
export function isToSign(motion: Motion): boolean {
  const me = you.value?.participant_id ?? "";
  return (
    motion.phase === MotionPhase.CLOSED &&
    motion.report !== null &&
    !motion.report_signed_by.includes(me) &&
    acting(meeting.value, motion, Office.SCRUTINEER).includes(me)
  );
}

export function reportWords({ issued, returned, void: spoilt, holds }: ReportSheet): string {
  return t(holds ? "vote.report_holds" : "vote.report_fails", { issued, returned, valid: returned - spoilt, void: spoilt });
}

/** What is reported and who signed it: for everyone who may look. */
export function ReportLine({ motion }: { motion: Motion }): JSX.Element | null {
  if (motion.report === null) return null;
  return (
    <div class="stack stack--s">
      <p class="strong">{reportWords(motion.report)}</p>
      {motion.report_signed_by.length > 0 && (
        <p class="small muted">{t("vote.report_signed_by", { names: list(motion.report_signed_by.map(nameOf)) })}</p>
      )}
    </div>
  );
}

export function ReportToSign({ motion }: { motion: Motion }): JSX.Element | null {
  const refused = useSignal("");
  const busy = useSignal(false);
  if (motion.report === null) return null;
  const sign = (): void => {
    busy.value = true;
    void send("SignReport", { motion_id: motion.motion_id }).then((outcome) => {
      busy.value = false;
      refused.value = outcome.ok ? "" : refusalWords(outcome.code, outcome.detail);
    });
  };
  return (
    <section class="card card--line stack stack--s" aria-labelledby="report-sheet">
      <h3 id="report-sheet">{t("vote.report_title")}</h3>
      <ReportLine motion={motion} />
      {refused.value !== "" && (
        <p class="field__error" role="alert">
          {refused.value}
        </p>
      )}
      {isToSign(motion) ? (
        <>
          <Button size="lg" kind="force" block unavailable={busy.value ? t("vote.signing") : undefined} onPress={sign}>
            {t("vote.report_sign")}
          </Button>
          <p class="small muted">{t("vote.report_words")}</p>
        </>
      ) : (
        motion.report_signed_by.length > 0 && (
          <p class="rowx">
            <Chip tone="counted" icon="counted">
              {t("vote.signed")}
            </Chip>
          </p>
        )
      )}
    </section>
  );
}
