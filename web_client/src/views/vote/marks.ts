/** A paper of any kind before it is cast: what is marked so far, and whether that is a ballot. */
import { gradesPeople, TEXT } from "../../core/appraisal";
import { t } from "../../core/i18n";
import type { Candidate, Motion } from "../../wire/messages";
import { changeDraft, draftOf } from "./paper";

export type ElectionMark = "for" | "against" | "abstain";
export const ELECTION_MARKS: readonly ElectionMark[] = ["for", "against", "abstain"];
export const LONGEST_WORD = 20;

export function markFor(motion: Motion, candidate: Candidate): string {
  const mark = draftOf(motion.motion_id).choices.find((one) => one.startsWith(`${candidate.candidate_id}:`));
  return mark?.slice(candidate.candidate_id.length + 1) ?? "";
}

export function setMark(motion: Motion, candidate: Candidate, mark: string): void {
  const others = draftOf(motion.motion_id).choices.filter((one) => !one.startsWith(`${candidate.candidate_id}:`));
  changeDraft(motion.motion_id, { choices: [...others, `${candidate.candidate_id}:${mark}`] });
}

export function writeInFor(motion: Motion, candidate: Candidate): string {
  return draftOf(motion.motion_id).names[candidate.candidate_id] ?? "";
}

export function setWriteIn(motion: Motion, candidate: Candidate, name: string): void {
  changeDraft(motion.motion_id, { names: { ...draftOf(motion.motion_id).names, [candidate.candidate_id]: name } });
}

export function clearMarks(motion: Motion): void {
  changeDraft(motion.motion_id, { choices: [], step: "choose", names: {} });
}

/** Names written in that count: only in place of one voted against (另选他人). */
function namesWritten(motion: Motion): readonly string[] {
  return motion.candidates
    .filter((one) => markFor(motion, one) === "against")
    .map((one) => writeInFor(motion, one).trim())
    .filter(Boolean);
}

/** What one wrote about oneself so far. */
export function ownText(motion: Motion): string {
  return (
    draftOf(motion.motion_id)
      .choices.find((one) => one.startsWith(TEXT))
      ?.slice(TEXT.length) ?? ""
  );
}

export function setOwnText(motion: Motion, text: string): void {
  const others = draftOf(motion.motion_id).choices.filter((one) => !one.startsWith(TEXT));
  changeDraft(motion.motion_id, { choices: text === "" ? others : [...others, TEXT + text] });
}

/** How many seats the ballot fills so far. */
export function seatsFilled(motion: Motion): number {
  return motion.candidates.filter((one) => markFor(motion, one) === "for").length + namesWritten(motion).length;
}

/** More are chosen than there are seats: the ballot would be void. */
export function overVoted(motion: Motion): boolean {
  return motion.terms !== null && seatsFilled(motion) > motion.terms.seats;
}

/** What is wrong with a name written in; null: nothing. */
export function writeInWrong(motion: Motion, candidate: Candidate): string | null {
  const name = writeInFor(motion, candidate).trim();
  if (name === "" || markFor(motion, candidate) !== "against") return null;
  if (name.length > LONGEST_WORD) return t("vote.name_too_long", { n: LONGEST_WORD });
  if (motion.candidates.some((one) => one.name === name)) return t("vote.name_is_candidate");
  return namesWritten(motion).filter((one) => one === name).length > 1 ? t("vote.name_twice") : null;
}

/** The marks as they would be cast, or why there is no ballot yet. */
export function ballotSoFar(motion: Motion): { readonly choices: readonly string[] } | { readonly why: string } {
  const { choices } = draftOf(motion.motion_id);
  if (motion.force === "appraisal" && motion.sheet === "self") {
    const text = ownText(motion).trim();
    const grade = choices.filter((one) => !one.startsWith(TEXT));
    return text === "" && grade.length === 0 ? { why: t("vote.first_self") } : { choices: text === "" ? grade : [...grade, TEXT + text] };
  }
  if (gradesPeople(motion)) {
    const left = motion.candidates.length - choices.length;
    return left > 0
      ? { why: t("vote.grades_left", { n: left }) }
      : { choices: motion.candidates.map((one) => `${one.candidate_id}:${markFor(motion, one)}`) };
  }
  if (motion.force === "election") {
    if (choices.length === 0) return { why: t("vote.first_mark") };
    if (motion.candidates.some((one) => writeInWrong(motion, one) !== null)) return { why: t("vote.name_first") };
    // in the order of the paper: the order of marking is nobody's business
    const marked = motion.candidates
      .filter((one) => markFor(motion, one) !== "")
      .map((one) => `${one.candidate_id}:${markFor(motion, one)}`);
    return { choices: [...marked, ...[...namesWritten(motion)].sort().map((name) => `w:${name}`)] };
  }
  if (motion.shape === "word") {
    const words = choices.map((one) => one.slice(2).trim()).filter(Boolean);
    if (words.length === 0) return { why: t("vote.first_write") };
    if (words.some((one) => one.length > LONGEST_WORD)) return { why: t("vote.name_too_long", { n: LONGEST_WORD }) };
    return { choices: [...new Set(words)].map((one) => `w:${one}`) };
  }
  if (choices.length === 0) return { why: t("vote.first_choose") };
  return { choices: motion.choices.map((one) => one.choice_id).filter((id) => choices.includes(id)) };
}
