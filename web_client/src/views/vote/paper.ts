/** A paper before it is cast: what is chosen so far, kept through a reload, and whether its sheet stands in front. */
import { effect, signal } from "@preact/signals";
import { ownPapers } from "../../core/ballot/kept";
import { ballotOf, motions } from "../../core/selectors";
import { keepUnsent, unsent } from "../../core/unsent";
import { type Choice, type Motion, type MotionId, MotionPhase } from "../../wire/messages";
import type { IconName } from "../../widgets/icon";

export interface Draft {
  readonly choices: readonly string[];
  readonly step: "choose" | "confirm";
  /** Names written in place of a candidate voted against, by candidate. */
  readonly names: Readonly<Record<string, string>>;
  /** Of these, whom the member picked from the list. */
  readonly people?: Readonly<Record<string, string>>;
}
const BLANK: Draft = { choices: [], step: "choose", names: {} };

/** Sheets put aside by the member, as `motion:stage`; a new stage brings the sheet back. */
export const putAside = signal<ReadonlySet<string>>(new Set());

/** Nothing can be cast any more. */
const OVER: readonly MotionPhase[] = [MotionPhase.SEALING, MotionPhase.CLOSED, MotionPhase.PUBLISHED, MotionPhase.WITHDRAWN];

export function draftOf(motionId: MotionId): Draft {
  return unsent(`paper.${motionId}`, BLANK);
}

export function changeDraft(motionId: MotionId, fields: Partial<Draft>): void {
  keepUnsent(`paper.${motionId}`, { ...draftOf(motionId), ...fields });
}

/** Once it is cast or cannot be cast any more, nothing of a paper stays behind. */
export function forgetSentPapers(): void {
  effect(() => {
    for (const { motion_id: id, phase } of motions.value) {
      const own = ownPapers.value[id]?.state;
      if (OVER.includes(phase) || ballotOf(id).state === "counted" || own === "casting" || own === "counted")
        keepUnsent(`paper.${id}`, undefined);
    }
  });
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
