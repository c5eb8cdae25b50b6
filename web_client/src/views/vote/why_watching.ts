/** Why the viewer has no paper, as a fact and with what they still get. */
import { t } from "../../core/i18n";
import { isExcluded, WITHHELD } from "../../core/attendance";
import { self } from "../../core/store";
import type { Motion } from "../../wire/messages";

export function watchTitle(motion: Motion): string {
  return t(votesInHall(motion) ? "vote.hall_title" : "vote.watch_title");
}

function votesInHall(motion: Motion): boolean {
  return self.value !== null && motion.hall_voters.includes(self.value.participant_id);
}

export function whyWatching(motion: Motion): string {
  const me = self.value;
  if (votesInHall(motion)) return t("vote.hall_words");
  if (me === null || me.standing === "guest" || me.role === "guest") return t("vote.watch_guest");
  if (isExcluded(me) && me.excluded_reason === WITHHELD) return t("vote.watch_not_counted");
  if (isExcluded(me)) return t("vote.watch_excluded", { why: me.excluded_reason });
  if (me.standing === "probationary") return t("vote.watch_probationary");
  if (me.standing === "applicant") return t("vote.watch_applicant");
  return t("vote.watch_other");
}
