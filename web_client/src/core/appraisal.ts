/** Democratic appraisal (民主评议): what each of its sheets asks, and how many can be 优秀. */
import { kindOf } from "./kinds";
import { COMMITTEE_GRADES, GRADES, onCandidate, read } from "./marks";
import {
  AppraisalSheet,
  type Candidate,
  Grade,
  type Motion,
  MotionForce,
  type ParticipantId,
  type Preset,
  type Tally,
  VoteMethod,
} from "../wire/messages";

/** Whether its ballots hold grades: an organisation sheet is adopted as a whole, like a motion. */
export function gradesPeople(motion: Motion): boolean {
  return kindOf(motion).gradesPeople;
}

/** The sheet about the committee as a whole. */
export function ofCommittee(motion: Motion): boolean {
  return motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.COMMITTEE;
}

/** The grades its ballots can give, best first. */
export function gradesOf(motion: Motion): readonly Grade[] {
  return ofCommittee(motion) ? COMMITTEE_GRADES : GRADES;
}

/** Whether it has a verdict. */
export function decides(motion: Motion): boolean {
  return kindOf(motion).decides;
}

/** Whether its choices are 赞成, 不赞成, 弃权. */
export function takesThree(motion: Motion): boolean {
  return motion.force !== MotionForce.ELECTION && decides(motion);
}

/** A rule for appraisals: a secret paper that decides nothing. */
export function isForAppraisals({ passing, method }: Preset): boolean {
  return passing == null && method === VoteMethod.SECRET;
}

/** 1/3 */
export function shareOf({ excellent }: Preset): string {
  return `${excellent.numerator}/${excellent.denominator}`;
}

/** 正式党员总数, of which the share is taken; in records of before, those appraised. */
export function excellentOf({ excellent_of }: Preset, appraised: number): number {
  return Math.max(excellent_of, appraised);
}

/** A third of 12 full members, rounded down: 4. */
export function mostExcellent(preset: Preset, appraised: number): number {
  const { numerator, denominator } = preset.excellent;
  return Math.floor((numerator * excellentOf(preset, appraised)) / denominator);
}

/** The line of a self sheet that is one's own. */
export function ownLine(motion: Motion, who: ParticipantId | undefined): Candidate | null {
  return motion.candidates.find((one) => one.participant_id !== null && one.participant_id === who) ?? null;
}

/** Grade and words of a ballot on a self sheet, where there are any. */
export function ownAppraisal(choices: readonly string[]): {
  readonly grade: Grade | undefined;
  readonly text: string | undefined;
} {
  const marks = choices.map(read);
  return { text: marks.find((mark) => mark?.remark !== undefined)?.remark, grade: marks.find((mark) => mark?.grade)?.grade };
}

/** What a mutual sheet proposes for each person: the arithmetic of `domain.votes.appraisals.grades`. */
export function proposedGrades(motion: Motion, tally: Tally): Readonly<Record<string, Grade>> {
  const counts = new Map(tally.counts);
  const given = (one: Candidate, grade: Grade): number => counts.get(onCandidate(one, grade)) ?? 0;
  const proposed: Record<string, Grade> = {};
  for (const one of motion.candidates) {
    proposed[one.candidate_id] = GRADES.reduce<Grade>(
      (best, grade) => (given(one, grade) > given(one, best) ? grade : best),
      Grade.EXCELLENT,
    );
  }
  const best = motion.candidates
    .filter((one) => proposed[one.candidate_id] === Grade.EXCELLENT)
    .sort((a, b) => given(b, Grade.EXCELLENT) - given(a, Grade.EXCELLENT));
  for (const one of best.slice(mostExcellent(motion.preset, motion.candidates.length))) proposed[one.candidate_id] = Grade.GOOD;
  return proposed;
}
