/** Counting who is expected and who is here: the arithmetic of the server's `domain.votes.electorate` and `domain.votes.rules`. */
import { Comparison, Electorate, type MeetingState, type Participant, type QuorumCheck, type Threshold } from "../wire/messages";
import { isOutside } from "./recusal";

/** How many of `base` satisfy a threshold: the least whole number, and at least one. */
export function needed(threshold: Threshold, base: number): number {
  const share = threshold.numerator * base;
  const least =
    threshold.comparison === Comparison.AT_LEAST ? Math.ceil(share / threshold.denominator) : Math.floor(share / threshold.denominator) + 1;
  return Math.max(1, least);
}

/** Stands for a reason of exclusion that is not told, or was erased. */
export const WITHHELD = "withheld";

/** Whether somebody is not counted in 应到: for a reason on the roster and, where it is needed, by a vote of the meeting. */
export function isExcluded(p: Participant): boolean {
  return p.excluded_reason !== "" && (p.excluded_by !== null || !p.exclusion_needs_vote);
}

/** Whether the meeting has still to vote on not counting them. */
export function awaitsExclusion(p: Participant): boolean {
  return p.excluded_reason !== "" && !isExcluded(p) && !p.removed;
}

/** Whether a participant is among those a motion of this electorate counts. */
export function isEntitled(p: Participant, electorate: Electorate): boolean {
  if ((p.removed && !p.counted) || p.kind !== "person") return false;
  if (electorate === Electorate.EVERYONE) return true;
  if (electorate === Electorate.MEMBERS) return p.standing === "full" || p.standing === "probationary";
  return p.voting && !isExcluded(p) && (electorate === Electorate.VOTING || p.committee);
}

/** 应到, 实到 and whether it is enough, for an electorate and a rule. */
export function quorumOf(state: MeetingState, rule: Threshold | null, electorate: Electorate): QuorumCheck {
  const entitled = Object.values(state.participants).filter((p) => isEntitled(p, electorate));
  const present = entitled.filter((p) => p.present && !isOutside(state, p)).length;
  const least = rule ? needed(rule, entitled.length) : 0;
  return { entitled: entitled.length, present, needed: least, met: present >= least };
}
