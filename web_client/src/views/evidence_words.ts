/** Intervals of presence put into words: which evidence, since when, and what it was. */
import { clockTime, t } from "../core/i18n";
import { nameOf } from "../core/selectors";
import type { Interval, Participant } from "../wire/messages";
import type { Evidenced } from "../widgets/evidence";

const KNOWN = ["joined", "foreground", "background", "roll_call", "spoke", "ballot", "marked"];

/** 19:12 答了点名 */
export function intervalWords(interval: Interval): string {
  const reason = KNOWN.includes(interval.reason) ? interval.reason : "joined";
  return t(`room_people.reason_${reason}`, { time: clockTime(interval.since), by: nameOf(interval.marked_by) });
}

/** The latest evidence a viewer may see of someone; null when none is shown to this viewer. */
export function lastEvidence(person: Participant): { level: Evidenced; words: string } | null {
  const last = person.intervals[person.intervals.length - 1];
  if (last === undefined || !person.present) return null;
  return { level: last.level, words: intervalWords(last) };
}
