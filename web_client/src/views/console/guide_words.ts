/** What the guide says: the button, and the line above it. */
import { quorum } from "../../core/selectors";
import { t } from "../../core/i18n";
import type { GuideStep } from "../../core/guide";
import { type MeetingState, MotionForce, MotionPhase } from "../../wire/messages";
import { reportWords } from "../officer/report_sheet";
import { papersOf } from "../../core/papers_out";

export function guideTitle(step: GuideStep): string {
  return t(`console.guide_${step.say}`, { title: step.title });
}

/** How many are here, how many gave their paper back, or what the scrutineer reports. */
export function guideHint(state: MeetingState, step: GuideStep): string {
  const out = Object.values(state.motions).find((one) => one.phase === MotionPhase.VOTING || one.phase === MotionPhase.COLLECTING);
  if (out !== undefined) {
    const { issued, returned } = papersOf(out);
    return t(out.phase === MotionPhase.COLLECTING ? "console.guide_issued" : "console.guide_returned", { n: issued, returned });
  }
  const here = quorum.value;
  if (state.roll_call !== null && state.roll_call.closed_at === null && here !== null)
    return t("console.guide_here", { expected: here.entitled, present: here.present });
  const counted = Object.values(state.motions).find((one) => one.force === MotionForce.ELECTION && one.phase === MotionPhase.CLOSED);
  if (counted !== undefined && counted.report !== null) return reportWords(counted.report);
  return step.say === "prepare" ? t("console.guide_prepare_words") : "";
}
