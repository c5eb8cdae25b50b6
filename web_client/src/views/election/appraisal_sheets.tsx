/** Of an appraisal: the sheet about oneself, the grades the organisation proposes, and how far the mutual sheet is filled in. */
import type { JSX } from "preact";
import { excellentOf, mostExcellent, ofCommittee, ownLine, shareOf } from "../../core/appraisal";
import { GRADES, LONGEST_REMARK } from "../../core/marks";
import { t } from "../../core/i18n";
import { self } from "../../core/store";
import { Grade, type Motion } from "../../wire/messages";
import { Chip } from "../../widgets/chip";
import { ownText, setOwnText, markFor } from "../vote/marks";
import { draftOf } from "../vote/paper";
import { Marks } from "./candidates_form";

/** 自评: a grade, a few words, or both; with one's name. */
export function SelfForm({ motion }: { motion: Motion }): JSX.Element {
  const mine = ownLine(motion, self.value?.participant_id);
  const text = ownText(motion);
  return (
    <>
      <p class="small muted">{t("vote.self_words")}</p>
      {mine !== null && (
        <fieldset class="segments">
          <legend class="small strong">{t("vote.self_grade")}</legend>
          <Marks motion={motion} candidate={mine} marks={GRADES} words="vote.grade" />
        </fieldset>
      )}
      <div class="field">
        <label for="self-text">{t("vote.self_text")}</label>
        <textarea
          class="input"
          id="self-text"
          rows={5}
          maxLength={LONGEST_REMARK}
          value={text}
          aria-describedby="self-text-hint"
          onInput={(event) => setOwnText(motion, event.currentTarget.value)}
        />
        <p class="field__hint" id="self-text-hint">
          {t("vote.self_text_left", { n: LONGEST_REMARK - text.length })}
        </p>
      </div>
    </>
  );
}

/** 组织评定: who is proposed for which grade, the whole put to one vote. */
export function ProposedGrades({ motion }: { motion: Motion }): JSX.Element {
  return (
    <section class="card card--line stack stack--s" aria-label={t("vote.proposed_grades")}>
      <h3 class="small strong">{t("vote.proposed_grades")}</h3>
      <dl class="by-grade">
        {GRADES.map((grade) => {
          const names = motion.candidates.filter((one) => one.grade === grade).map((one) => one.name);
          return names.length === 0 ? null : (
            <div key={grade}>
              <dt>
                {t(`vote.grade_${grade}`)} <span class="num">{names.length}</span>
              </dt>
              <dd>{names.join("、")}</dd>
            </div>
          );
        })}
      </dl>
      <p class="tiny muted">
        {t("vote.excellent_rule", {
          most: mostExcellent(motion.preset, motion.candidates.length),
          of: excellentOf(motion.preset, motion.candidates.length),
          share: shareOf(motion.preset),
        })}
      </p>
      {motion.excellent_reason !== "" && <p class="small">{t("vote.excellent_reason", { reason: motion.excellent_reason })}</p>}
    </section>
  );
}

/** 已评 12 / 28, 优秀 2 / 9. */
export function GradesLine({ motion }: { motion: Motion }): JSX.Element {
  const most = mostExcellent(motion.preset, motion.candidates.length);
  const excellent = motion.candidates.filter((one) => markFor(motion, one) === Grade.EXCELLENT).length;
  return (
    <p class="rowx rowx--between seats" role="status">
      <span>{t("vote.graded", { n: draftOf(motion.motion_id).choices.length, of: motion.candidates.length })}</span>
      {!ofCommittee(motion) && (
        <Chip {...(excellent > most ? { tone: "pending" as const, icon: "warning" as const } : {})}>
          {t(excellent > most ? "vote.excellent_over" : "vote.excellent_of", { n: excellent, most })}
        </Chip>
      )}
    </p>
  );
}
