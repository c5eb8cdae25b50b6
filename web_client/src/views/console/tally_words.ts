/** A tally in one line: 赞成 22，不赞成 3，弃权 1. */
import { gradesPeople } from "../../core/appraisal";
import { list, t } from "../../core/i18n";
import { type Motion, MotionForce } from "../../wire/messages";
import { nameOfMark } from "../election/people_result";
import { markWords } from "../vote/choices";

export function tallyWords(motion: Motion): string {
  if (motion.tally === null) return "";
  if (motion.force === MotionForce.ELECTION)
    return t("console.elected_words", {
      names: list((motion.verdict?.elected ?? []).map((mark) => nameOfMark(motion, mark))) || t("console.nobody"),
    });
  if (gradesPeople(motion) || motion.tally.counts.length === 0) return t("console.returned", { n: motion.tally.cast });
  return motion.tally.counts.map(([id, n]) => `${markWords(motion, id)} ${n}`).join(t("console.comma"));
}
