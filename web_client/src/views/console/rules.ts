/** Which rules a paper may go by here: the meeting's own first, then the branch's, then the shipped ones. */
import { isForAppraisals } from "../../core/appraisal";
import { meeting, boot } from "../../core/store";
import { motions } from "../../core/selectors";
import { AppraisalSheet, MotionForce, type MotionId, type Preset } from "../../wire/messages";

/** A branch's own rule is a copy with an id of its own. */
export function isOwn({ preset_id }: Preset): boolean {
  return preset_id.startsWith("own-");
}

function all(): readonly Preset[] {
  const here = meeting.value?.preset;
  const place = (one: Preset): number => (one === here ? 0 : isOwn(one) ? 1 : one.preset_id === "general_meeting" ? 2 : 3);
  return [...(here ? [here] : []), ...(boot.value?.presets ?? []).filter((one) => one.preset_id !== here?.preset_id)].sort(
    (a, b) => place(a) - place(b),
  );
}

/** Rules made for elections; a branch's older copies do not say what they are for, and are known by their fields. */
function isForElections({ made_for, surplus_percent, doubts }: Preset): boolean {
  return made_for ? made_for === MotionForce.ELECTION : surplus_percent > 0 || doubts.includes("passing.base");
}

/** Rules for a motion, an election or an appraisal; polls and surveys decide nothing. */
export function rules(force: MotionForce): readonly Preset[] {
  if (force === MotionForce.APPRAISAL) return all().filter(isForAppraisals);
  return all().filter((one) => one.passing != null && isForElections(one) === (force === MotionForce.ELECTION));
}

/** Rules for a sheet: an organisation sheet that rests on others has their share of 优秀, and what is left to choose is how it is adopted. */
export function sheetRules(sheet: AppraisalSheet, basis: readonly MotionId[]): readonly Preset[] {
  return rules(sheet === AppraisalSheet.ORGANISATION && basis.length > 0 ? "motion" : "appraisal");
}

/** The rule an organisation sheet is adopted by and its grades are given by: as `domain.votes.appraisals.sheet_rule` has it. */
export function adoptionRule(named: Preset | undefined, basis: readonly MotionId[]): Preset | undefined {
  const deciding = [named, meeting.value?.preset, ...all().filter((one) => one.preset_id === "general_meeting")].find(
    (one) => one?.passing != null,
  );
  const sheets = motions.value.filter((one) => basis.includes(one.motion_id));
  const rested = sheets.find((one) => one.sheet === AppraisalSheet.MUTUAL) ?? sheets[0];
  const graded = rested?.preset ?? (named !== undefined && isForAppraisals(named) ? named : rules("appraisal")[0]);
  return deciding && graded ? { ...deciding, excellent: graded.excellent } : deciding;
}
