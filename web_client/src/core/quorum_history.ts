/** How many of those expected were here from moment to moment, read from the evidence of their presence. */
import { isEntitled } from "./attendance";
import type { Electorate, MeetingState } from "../wire/messages";

export interface Step {
  readonly at: number;
  readonly present: number;
}

/** From the opening until `until`: a step wherever the number changes; empty before the meeting opened. */
export function quorumHistory(state: MeetingState, electorate: Electorate, until: number): readonly Step[] {
  const from = state.opened_at;
  if (from === null) return [];
  const changes = new Map<number, number>([[from, 0]]);
  const change = (at: number, by: number): void => void changes.set(Math.max(at, from), (changes.get(Math.max(at, from)) ?? 0) + by);
  for (const person of Object.values(state.participants)) {
    if (!isEntitled(person, electorate)) continue;
    for (const interval of person.intervals) {
      if ((interval.until ?? until) <= from) continue;
      change(interval.since, 1);
      if (interval.until !== null && interval.until < until) change(interval.until, -1);
    }
  }
  const steps: Step[] = [];
  let present = 0;
  for (const [at, by] of [...changes].sort((a, b) => a[0] - b[0])) {
    present += by;
    if (at <= until && steps[steps.length - 1]?.present !== present) steps.push({ at, present });
  }
  return steps;
}
