/** Which sheet a motion calls for on this phone, which of them stands in front, and how a batch is leafed through. */
import { signal } from "@preact/signals";
import { batchOf } from "../../core/batch";
import { ballotOf, isElector, motions } from "../../core/selectors";
import { type Motion, type MotionId, MotionPhase, VoteMethod } from "../../wire/messages";
import { aside, bringBack, draftOf, putAside } from "./paper";
import { secretStageOf, type SecretStage } from "./secret";

export type Stage = SecretStage | "choose" | "confirm" | "pending" | "counted" | "late" | "refused" | "watch" | "missed";

/** Refusals after which the member took the paper again: what stood in the way may be gone. */
const again = signal<ReadonlySet<string>>(new Set());

export function takeAgain(motionId: MotionId, refusedAt: number): void {
  again.value = new Set([...again.value, `${motionId}:${refusedAt}`]);
}

/** Motions whose paper this page has shown. */
const shown: Record<string, true> = {};

export function paperShown(motionId: MotionId): void {
  shown[motionId] = true;
}

/** Null when none: not voting, and nothing of one's own under way. */
export function stageOf(motion: Motion): Stage | null {
  if (motion.method === VoteMethod.SECRET) return secretStageOf(motion);
  const ballot = ballotOf(motion.motion_id);
  if (motion.phase === MotionPhase.VOTING) {
    if (!isElector(motion)) return "watch";
    if (ballot.state === "pending") return "pending";
    if (ballot.state === "counted") return "counted";
    if (ballot.state === "refused") {
      if (ballot.code === "poll_closed") return "late";
      if (!again.value.has(`${motion.motion_id}:${ballot.at}`)) return "refused";
    }
    return draftOf(motion.motion_id).step;
  }
  if (motion.phase !== MotionPhase.CLOSED || !isElector(motion)) return null;
  if (ballot.state === "pending") return "pending";
  if (ballot.state === "refused") return "late";
  // It closed while this phone still had the paper in front.
  return ballot.state === "none" && motion.motion_id in shown ? "missed" : null;
}

/** Under which name a sheet is put aside: confirming is a part of choosing. */
export function sheetKey(motion: Motion, stage: Stage): string {
  return `${motion.motion_id}:${stage === "confirm" ? "choose" : stage}`;
}

/** The motion that stands in front now: the first that was not put aside. */
export function motionInFront(): { motion: Motion; stage: Stage } | null {
  for (const motion of motions.value) {
    const stage = stageOf(motion);
    if (stage !== null && !putAside.value.has(sheetKey(motion, stage))) return { motion, stage };
  }
  return null;
}

/** Put a paper aside, and with it all that were opened together: the room or the list is to be seen, not the next paper. */
export function asideAll(motion: Motion): void {
  for (const one of [motion, ...batchOf(motion)]) {
    const stage = stageOf(one);
    if (stage !== null) aside(sheetKey(one, stage));
  }
}

/** Leaf from one paper of a batch to another. */
export function turnTo(from: Motion, to: Motion): void {
  asideAll(from);
  bringBack(to.motion_id);
}
