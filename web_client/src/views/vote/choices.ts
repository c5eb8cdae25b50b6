/** The words of a choice: the three of a motion are the catalogue's, those of a poll are as drafted. */
import { takesThree, TEXT } from "../../core/appraisal";
import { list, t } from "../../core/i18n";
import { ABSTAIN, AGAINST, FOR } from "./three";
import type { Choice, Motion } from "../../wire/messages";

export function choiceWords(motion: Motion, choice: Choice): string {
  if (motion.shape === "scale") return t("vote.scale_n", { n: choice.choice_id });
  if (takesThree(motion) && [FOR, AGAINST, ABSTAIN].includes(choice.choice_id)) return t(`vote.choice_${choice.choice_id}`);
  return choice.label;
}

export function chosenWords(motion: Motion, ids: readonly string[]): string {
  return list(ids.map((id) => markWords(motion, id)));
}

/** What was written in, without its sign. */
export function written(mark: string): string | null {
  return mark.startsWith("w:") ? mark.slice(2) : null;
}

/** One mark of a ballot in words: a choice, a word of one's own, or 丁文静：赞成. */
export function markWords(motion: Motion, mark: string): string {
  const choice = motion.choices.find((c) => c.choice_id === mark);
  if (choice !== undefined) return choiceWords(motion, choice);
  const own = written(mark);
  if (own !== null) return motion.force === "election" ? t("vote.written_in", { name: own }) : own;
  if (mark.startsWith(TEXT)) return mark.slice(TEXT.length);
  const [who, what = ""] = mark.split(":");
  const candidate = motion.candidates.find((c) => c.candidate_id === who);
  return candidate === undefined
    ? mark
    : t("vote.mark_of", { name: candidate.name, mark: t(motion.force === "appraisal" ? `vote.grade_${what}` : `vote.choice_${what}`) });
}
