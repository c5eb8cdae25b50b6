/** A paper of any kind as it is filled in, and what was marked on it as it is confirmed. */
import type { JSX } from "preact";
import { gradesOf, gradesPeople, ownAppraisal } from "../../core/appraisal";
import { onCandidate, read, STANCES } from "../../core/marks";
import { t } from "../../core/i18n";
import { AppraisalSheet, type Motion, MotionForce, PollShape } from "../../wire/messages";
import { Icon } from "../../widgets/icon";
import { CandidatesForm } from "../election/candidates_form";
import { ProposedGrades, SelfForm } from "../election/appraisal_sheets";
import { choiceWords, chosenWords, written } from "./choices";
import { markOf } from "./paper";
import { PaperForm } from "./paper_form";

export function WholePaper({ motion }: { motion: Motion }): JSX.Element {
  if (motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.SELF) return <SelfForm motion={motion} />;
  if (motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.ORGANISATION)
    return (
      <>
        <ProposedGrades motion={motion} />
        <PaperForm motion={motion} />
      </>
    );
  return motion.force === MotionForce.ELECTION || motion.force === MotionForce.APPRAISAL ? (
    <CandidatesForm motion={motion} />
  ) : (
    <PaperForm motion={motion} />
  );
}

function NamesByMark({ motion, choices }: { motion: Motion; choices: readonly string[] }): JSX.Element {
  const election = motion.force === MotionForce.ELECTION;
  const named = (mark: string): readonly string[] =>
    motion.candidates.filter((one) => choices.includes(onCandidate(one, mark))).map((one) => one.name);
  const own = choices.map(written).filter((name): name is string => name !== null);
  const marked = choices.map((one) => read(one)?.candidate);
  const blank = motion.candidates.filter((one) => !marked.includes(one.candidate_id)).map((one) => one.name);
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ...(election ? STANCES : gradesOf(motion)).map(
      (mark) => [t(election ? `vote.choice_${mark}` : `vote.grade_${mark}`), named(mark)] as const,
    ),
    [t("vote.write_in_short"), own],
    [t("vote.unmarked"), blank],
  ];
  return (
    <dl class="kv chosen-names">
      {rows
        .filter(([, names]) => names.length > 0)
        .map(([word, names]) => (
          <>
            <dt>{word}</dt>
            <dd class="strong">{names.join("、")}</dd>
          </>
        ))}
    </dl>
  );
}

/** Grade and words about oneself. */
function OwnAppraisal({ choices }: { choices: readonly string[] }): JSX.Element {
  const { grade, text } = ownAppraisal(choices);
  return (
    <>
      {grade !== undefined && (
        <div class="chosen">
          <b>{t(`vote.grade_${grade}`)}</b>
        </div>
      )}
      {text !== undefined && <p class="card card--line motion-text">{text}</p>}
    </>
  );
}

export function Chosen({ motion, choices }: { motion: Motion; choices: readonly string[] }): JSX.Element {
  if (motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.SELF) return <OwnAppraisal choices={choices} />;
  if (motion.force === MotionForce.ELECTION || gradesPeople(motion)) return <NamesByMark motion={motion} choices={choices} />;
  const shown = motion.choices.filter((choice) => choices.includes(choice.choice_id));
  if (shown.length === 0 || motion.shape === PollShape.SCALE)
    return (
      <div class="chosen">
        <b>{chosenWords(motion, choices)}</b>
      </div>
    );
  return (
    <>
      {shown.map((choice) => (
        <div class="chosen" key={choice.choice_id}>
          <span class="chosen__mark">
            <Icon name={markOf(choice)} />
          </span>
          <b>{choiceWords(motion, choice)}</b>
        </div>
      ))}
    </>
  );
}
