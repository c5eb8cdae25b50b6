/** A paper of any kind before it is cast: what is marked so far, and whether that is a ballot. */
import { gradesPeople } from "../../core/appraisal";
import { clean, folded } from "../../core/characters";
import { LONGEST_NAME, LONGEST_WORD, onCandidate, person, read, remark, writeIn } from "../../core/marks";
import { people } from "../../core/selectors";
import { meant, type Meant, takesNames } from "../../core/write_ins";
import { t } from "../../core/i18n";
import { type Grade, AppraisalSheet, type Candidate, type Motion, MotionForce, PollShape, Stance } from "../../wire/messages";
import { changeDraft, draftOf } from "./paper";

/** The stance on a candidate, or the grade of one appraised, so far; null: none. */
export function markFor(motion: Motion, candidate: Candidate): Stance | Grade | null {
  const mark = draftOf(motion.motion_id)
    .choices.map(read)
    .find((one) => one?.candidate === candidate.candidate_id);
  return mark?.stance ?? mark?.grade ?? null;
}

export function setMark(motion: Motion, candidate: Candidate, mark: Stance | Grade): void {
  const others = draftOf(motion.motion_id).choices.filter((one) => read(one)?.candidate !== candidate.candidate_id);
  changeDraft(motion.motion_id, { choices: [...others, onCandidate(candidate, mark)] });
}

export function writeInFor(motion: Motion, candidate: Candidate): string {
  return draftOf(motion.motion_id).names[candidate.candidate_id] ?? "";
}

/** `chosen`: whom the name stands for, picked from the list. */
export function setWriteIn(motion: Motion, candidate: Candidate, name: string, chosen?: string): void {
  const { names, people: picked = {} } = draftOf(motion.motion_id);
  const others = Object.fromEntries(Object.entries(picked).filter(([id]) => id !== candidate.candidate_id));
  changeDraft(motion.motion_id, {
    names: { ...names, [candidate.candidate_id]: name },
    people: chosen === undefined ? others : { ...others, [candidate.candidate_id]: chosen },
  });
}

export function clearMarks(motion: Motion): void {
  changeDraft(motion.motion_id, { choices: [], step: "choose", names: {}, people: {} });
}

/** Whom the name in place of `candidate` means; null: none is written, or it does not count. */
export function writtenInFor(motion: Motion, candidate: Candidate): Meant | null {
  const name = writeInFor(motion, candidate).trim();
  if (name === "" || markFor(motion, candidate) !== Stance.AGAINST || !takesNames(motion)) return null;
  return meant(motion, people.value, name, draftOf(motion.motion_id).people?.[candidate.candidate_id]);
}

/** A name as it leaves the phone. */
function asWritten(name: string): string {
  return clean(name).replace(/\s+/g, " ").trim();
}

/** The marks of those written in: only in place of one voted against (另选他人). */
function namesWritten(motion: Motion): readonly string[] {
  return motion.candidates.flatMap((one) => {
    const found = writtenInFor(motion, one);
    if (found === null) return [];
    return [found.kind === "person" ? person(found.person.participant_id) : writeIn(asWritten(writeInFor(motion, one)))];
  });
}

/** What one wrote about oneself so far. */
export function ownText(motion: Motion): string {
  return draftOf(motion.motion_id).choices.flatMap((one) => read(one)?.remark ?? [])[0] ?? "";
}

export function setOwnText(motion: Motion, text: string): void {
  const others = draftOf(motion.motion_id).choices.filter((one) => read(one)?.remark === undefined);
  changeDraft(motion.motion_id, { choices: text === "" ? others : [...others, remark(text)] });
}

/** How many seats the ballot fills so far. */
export function seatsFilled(motion: Motion): number {
  return motion.candidates.filter((one) => markFor(motion, one) === Stance.FOR).length + namesWritten(motion).length;
}

/** More are chosen than there are seats: the ballot would be void. */
export function overVoted(motion: Motion): boolean {
  return motion.terms !== null && seatsFilled(motion) > motion.terms.seats;
}

/** What is wrong with a name written in; null: nothing. */
export function writeInWrong(motion: Motion, candidate: Candidate): string | null {
  const found = writtenInFor(motion, candidate);
  if (found === null) return null;
  if (asWritten(writeInFor(motion, candidate)).length > LONGEST_NAME) return t("vote.name_too_long", { n: LONGEST_NAME });
  if (found.kind === "candidate") return t("vote.name_is_candidate", { name: found.candidate.name });
  if (found.kind === "namesakes") return t("vote.name_of_several", { n: found.people.length });
  const mine = found.kind === "person" ? found.person.participant_id : folded(writeInFor(motion, candidate));
  const twice = motion.candidates.some((one) => {
    const other = one === candidate ? null : writtenInFor(motion, one);
    return other !== null && (other.kind === "person" ? other.person.participant_id : folded(writeInFor(motion, one))) === mine;
  });
  return twice ? t("vote.name_twice") : null;
}

/** The order of marking is nobody's business. */
function inPaperOrder(motion: Motion): readonly string[] {
  return motion.candidates.flatMap((one) => {
    const mark = markFor(motion, one);
    return mark === null ? [] : [onCandidate(one, mark)];
  });
}

/** The marks as they would be cast, or why there is no ballot yet. */
export function ballotSoFar(motion: Motion): { readonly choices: readonly string[] } | { readonly why: string } {
  const { choices } = draftOf(motion.motion_id);
  if (motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.SELF) {
    const text = ownText(motion).trim();
    const grade = choices.filter((one) => read(one)?.grade);
    return text === "" && grade.length === 0 ? { why: t("vote.first_self") } : { choices: text === "" ? grade : [...grade, remark(text)] };
  }
  if (gradesPeople(motion)) {
    const left = motion.candidates.length - choices.length;
    return left > 0 ? { why: t("vote.grades_left", { n: left }) } : { choices: inPaperOrder(motion) };
  }
  if (motion.force === MotionForce.ELECTION) {
    if (choices.length === 0) return { why: t("vote.first_mark") };
    if (motion.candidates.some((one) => writeInWrong(motion, one) !== null)) return { why: t("vote.name_first") };
    return { choices: [...inPaperOrder(motion), ...[...namesWritten(motion)].sort()] };
  }
  if (motion.shape === PollShape.WORD) {
    const words = choices.map((one) => read(one)?.writtenIn?.trim() ?? "").filter(Boolean);
    if (words.length === 0) return { why: t("vote.first_write") };
    if (words.some((one) => one.length > LONGEST_WORD)) return { why: t("vote.name_too_long", { n: LONGEST_WORD }) };
    return { choices: [...new Set(words)].map(writeIn) };
  }
  if (choices.length === 0) return { why: t("vote.first_choose") };
  return { choices: motion.choices.map((one) => one.choice_id).filter((id) => choices.includes(id)) };
}
