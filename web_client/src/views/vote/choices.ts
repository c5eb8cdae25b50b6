/** The words of a choice: the three of a motion are the catalogue's, those of a poll are as drafted. */
import { takesThree } from "../../core/appraisal";
import { list, t } from "../../core/i18n";
import { read, STANCES } from "../../core/marks";
import { nameOf } from "../../core/selectors";
import { type Choice, type Motion, MotionForce, PollShape } from "../../wire/messages";

export function choiceWords(motion: Motion, choice: Choice): string {
  if (motion.shape === PollShape.SCALE) return t("vote.scale_n", { n: choice.choice_id });
  if (takesThree(motion) && STANCES.some((one) => one === choice.choice_id)) return t(`vote.choice_${choice.choice_id}`);
  return choice.label;
}

export function chosenWords(motion: Motion, ids: readonly string[]): string {
  return list(ids.map((id) => markWords(motion, id)));
}

/** What was written in, without its sign: words, or the name of someone of the list. */
export function written(mark: string): string | null {
  const { writtenIn, person } = read(mark) ?? {};
  return person === undefined ? (writtenIn ?? null) : nameOf(person);
}

/** One mark of a ballot in words: a choice, a word of one's own, or 丁文静：赞成. */
export function markWords(motion: Motion, mark: string): string {
  const choice = motion.choices.find((c) => c.choice_id === mark);
  if (choice !== undefined) return choiceWords(motion, choice);
  const { writtenIn, person, remark, candidate: who, stance, grade } = read(mark) ?? {};
  if (person !== undefined) return t("vote.written_in", { name: nameOf(person) });
  if (writtenIn !== undefined) return motion.force === MotionForce.ELECTION ? t("vote.written_in", { name: writtenIn }) : writtenIn;
  if (remark !== undefined) return remark;
  const candidate = motion.candidates.find((c) => c.candidate_id === who);
  return candidate === undefined
    ? mark
    : t("vote.mark_of", { name: candidate.name, mark: t(grade ? `vote.grade_${grade}` : `vote.choice_${stance}`) });
}
