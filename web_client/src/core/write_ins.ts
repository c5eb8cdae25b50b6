/** 另选他人: whom a name written in means, as `domain/votes/write_ins.py` has it. */
import { type Candidate, type Motion, type Participant, WriteIns } from "../wire/messages";
import { folded } from "./characters";

/** Whom a name means: a candidate of the paper, someone of the list, one of several, or nobody known here. */
export type Meant =
  | { readonly kind: "candidate"; readonly candidate: Candidate }
  | { readonly kind: "person"; readonly person: Participant; readonly mayStand: boolean }
  | { readonly kind: "namesakes"; readonly people: readonly Participant[] }
  | { readonly kind: "unknown" };

/** Whether the paper takes names at all: a run-off is among the tied alone. */
export function takesNames(motion: Motion): boolean {
  return motion.terms?.run_off !== true && motion.preset.write_ins !== WriteIns.NONE;
}

function mayStand(motion: Motion, one: Participant): boolean {
  return motion.electorate.includes(one.participant_id) || (one.voting && one.standing === "full" && one.excluded_reason !== "");
}

function isCandidate(motion: Motion, one: Participant): boolean {
  return motion.candidates.some((candidate) => candidate.participant_id === one.participant_id);
}

/** Those who may be chosen from the list: who may be elected and has no line of their own. */
export function offered(motion: Motion, people: readonly Participant[]): readonly Participant[] {
  if (motion.preset.write_ins !== WriteIns.ROSTER) return [];
  return people.filter((one) => one.kind === "person" && mayStand(motion, one) && !isCandidate(motion, one));
}

/** `chosen`: who was picked from the list, if anybody. */
export function meant(motion: Motion, people: readonly Participant[], name: string, chosen?: string): Meant {
  const fold = folded(name);
  const line = motion.candidates.find((one) => folded(one.name) === fold);
  if (line !== undefined && chosen === undefined) return { kind: "candidate", candidate: line };
  if (motion.preset.write_ins !== WriteIns.ROSTER) return { kind: "unknown" };
  const persons = people.filter((one) => one.kind === "person");
  const bearers = persons.filter((one) => (chosen === undefined ? folded(one.name) === fold : one.participant_id === chosen));
  const able = bearers.filter((one) => mayStand(motion, one));
  const found = able.length > 0 ? able : bearers;
  const [person] = found;
  if (person === undefined) return { kind: "unknown" };
  return found.length === 1 ? { kind: "person", person, mayStand: able.length > 0 } : { kind: "namesakes", people: found };
}
