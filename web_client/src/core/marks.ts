/** What a ballot says, mark by mark: read and written as `domain/votes/marks.py` has it; `tests/data/mark_vectors.json` holds both to it. */
import { type Candidate, Grade, Stance } from "../wire/messages";
import { clean } from "./characters";

export const STANCES = [Stance.FOR, Stance.AGAINST, Stance.ABSTAIN] as const;
/** Of a member, best first. */
export const GRADES = [Grade.EXCELLENT, Grade.GOOD, Grade.PASS, Grade.FAIL] as const;
/** Of a committee, best first. */
export const COMMITTEE_GRADES = [Grade.WELL, Grade.FAIRLY_WELL, Grade.AVERAGE, Grade.POOR] as const;
export const LONGEST_WORD = 20;
export const LONGEST_NAME = 60;
export const LONGEST_REMARK = 500;

/** One mark: a choice of the paper; a candidate with a stance or a grade; words or someone written in; or a remark about oneself. */
export interface Mark {
  readonly choice?: string;
  readonly candidate?: string;
  readonly stance?: Stance;
  readonly grade?: Grade;
  readonly writtenIn?: string;
  /** Someone of the meeting's list, written in. */
  readonly person?: string;
  readonly remark?: string;
}

const WRITTEN_IN = "w";
const PERSON = "p";
const REMARK = "t";

/** The mark that is written so; null: no paper has such a mark. */
export function read(written: string): Mark | null {
  const colon = written.indexOf(":");
  if (colon < 0) return { choice: written };
  const candidate = written.slice(0, colon);
  const what = written.slice(colon + 1);
  if (candidate === WRITTEN_IN) return { writtenIn: what };
  if (candidate === PERSON) return what === "" ? null : { person: what };
  if (candidate === REMARK) return { remark: what };
  const stance = STANCES.find((one) => one === what);
  if (stance) return { candidate, stance };
  const grade = [...GRADES, ...COMMITTEE_GRADES].find((one) => one === what);
  return grade ? { candidate, grade } : null;
}

/** A stance on a candidate, or the grade of someone appraised. */
export function onCandidate({ candidate_id }: Candidate, what: string): string {
  return `${candidate_id}:${what}`;
}

export function writeIn(words: string): string {
  return `${WRITTEN_IN}:${clean(words)}`;
}

export function person(id: string): string {
  return `${PERSON}:${id}`;
}

export function remark(words: string): string {
  return `${REMARK}:${clean(words)}`;
}
