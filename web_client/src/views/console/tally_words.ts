/** A tally in one line: 赞成 22，不赞成 3，弃权 1. */
import { t } from "../../core/i18n";
import type { Motion } from "../../wire/messages";
import { choiceWords } from "../vote/choices";

export function tallyWords(motion: Motion): string {
  if (motion.tally === null) return "";
  const labels = new Map(motion.choices.map((choice) => [choice.choice_id, choiceWords(motion, choice)]));
  return motion.tally.counts.map(([id, n]) => `${labels.get(id) ?? id} ${n}`).join(t("console.comma"));
}
