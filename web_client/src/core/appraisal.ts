/** Democratic appraisal (民主评议): what each of its three sheets asks, and how many can be 优秀. */
import type { Candidate, Motion, ParticipantId, Preset, Tally } from "../wire/messages";

export const GRADES = ["excellent", "good", "pass", "fail"] as const;
/** The mark of a self-appraisal in words. */
export const TEXT = "t:";
export const LONGEST_TEXT = 500;

/** Whether its ballots hold grades: an organisation sheet is adopted as a whole, like a motion. */
export function gradesPeople(motion: Motion): boolean {
  return motion.force === "appraisal" && motion.sheet !== "organisation";
}

/** Whether it has a verdict. */
export function decides(motion: Motion): boolean {
  return motion.force === "motion" || motion.force === "election" || (motion.force === "appraisal" && motion.sheet === "organisation");
}

/** Whether its choices are 赞成, 不赞成, 弃权. */
export function takesThree(motion: Motion): boolean {
  return motion.force !== "election" && decides(motion);
}

/** A rule for appraisals: a secret paper that decides nothing. */
export function isForAppraisals({ passing, method }: Preset): boolean {
  return passing == null && method === "secret";
}

/** 1/3 */
export function shareOf({ excellent }: Preset): string {
  return `${excellent.numerator}/${excellent.denominator}`;
}

/** A third of 8, rounded down: 2. */
export function mostExcellent({ excellent }: Preset, appraised: number): number {
  return Math.floor((excellent.numerator * appraised) / excellent.denominator);
}

/** The line of a self sheet that is one's own. */
export function ownLine(motion: Motion, who: ParticipantId | undefined): Candidate | null {
  return motion.candidates.find((one) => one.participant_id !== null && one.participant_id === who) ?? null;
}

/** Grade and words of a ballot on a self sheet, where there are any. */
export function ownAppraisal(choices: readonly string[]): {
  readonly grade: (typeof GRADES)[number] | undefined;
  readonly text: string | undefined;
} {
  const text = choices.find((mark) => mark.startsWith(TEXT))?.slice(TEXT.length);
  return { text, grade: GRADES.find((one) => choices.some((mark) => !mark.startsWith(TEXT) && mark.endsWith(`:${one}`))) };
}

/** What a mutual sheet proposes for each person: the arithmetic of `domain.votes.appraisals.grades`. */
export function proposedGrades(motion: Motion, tally: Tally): Readonly<Record<string, (typeof GRADES)[number]>> {
  const counts = new Map(tally.counts);
  const given = (one: Candidate, grade: string): number => counts.get(`${one.candidate_id}:${grade}`) ?? 0;
  const proposed: Record<string, (typeof GRADES)[number]> = {};
  for (const one of motion.candidates) {
    proposed[one.candidate_id] = GRADES.reduce((best, grade) => (given(one, grade) > given(one, best) ? grade : best));
  }
  const best = motion.candidates
    .filter((one) => proposed[one.candidate_id] === "excellent")
    .sort((a, b) => given(b, "excellent") - given(a, "excellent"));
  for (const one of best.slice(mostExcellent(motion.preset, motion.candidates.length))) proposed[one.candidate_id] = "good";
  return proposed;
}
