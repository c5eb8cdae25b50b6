/** A paper before it is cast: what is chosen so far, for how long this phone keeps the sheet in front. */
import { signal } from "@preact/signals";
import type { Choice, Motion, MotionId } from "../../wire/messages";
import type { IconName } from "../../widgets/icon";

export interface Draft {
  readonly choices: readonly string[];
  readonly step: "choose" | "confirm";
}
const BLANK: Draft = { choices: [], step: "choose" };

export const drafts = signal<Readonly<Record<MotionId, Draft>>>({});
/** Sheets put aside by the member, as `motion:stage`; a new stage brings the sheet back. */
export const putAside = signal<ReadonlySet<string>>(new Set());

export function draftOf(motionId: MotionId): Draft {
  return drafts.value[motionId] ?? BLANK;
}

export function changeDraft(motionId: MotionId, fields: Partial<Draft>): void {
  drafts.value = { ...drafts.value, [motionId]: { ...draftOf(motionId), ...fields } };
}

/** A motion takes one mark; a poll as many as it says. The newest mark is never refused silently: see `full`. */
export function mark(motion: Motion, choiceId: string, on: boolean): void {
  const before = draftOf(motion.motion_id).choices;
  if (motion.max_choices === 1) {
    changeDraft(motion.motion_id, { choices: [choiceId] });
    return;
  }
  const kept = before.filter((id) => id !== choiceId);
  if (!on) changeDraft(motion.motion_id, { choices: kept });
  else if (kept.length < motion.max_choices) changeDraft(motion.motion_id, { choices: [...kept, choiceId] });
}

export function full(motion: Motion): boolean {
  return motion.max_choices > 1 && draftOf(motion.motion_id).choices.length >= motion.max_choices;
}

export function aside(key: string): void {
  putAside.value = new Set([...putAside.value, key]);
}

export function bringBack(motionId: MotionId): void {
  putAside.value = new Set([...putAside.value].filter((key) => !key.startsWith(`${motionId}:`)));
}

const MARKS: Readonly<Record<string, IconName>> = { for: "circle", against: "cross", abstain: "triangle" };

/** The mark as on paper ballots: ○ × △; a tick on a poll. */
export function markOf(choice: Choice): IconName {
  return MARKS[choice.choice_id] ?? "check";
}
