/** Several papers opened together: which they are, where one stands among them, and which waits for the member next. */
import { type Motion, MotionPhase, VoteMethod } from "../wire/messages";
import { ballotOf, isElector, motions } from "./selectors";

/** The papers opened in one step with this one, itself among them, in their order; empty when it is alone. */
export function batchOf(motion: Motion): readonly Motion[] {
  if (motion.opened_at === null || motion.method === VoteMethod.SECRET) return [];
  const together = motions.value.filter((one) => one.opened_at === motion.opened_at && one.method !== VoteMethod.SECRET);
  return together.length > 1 ? together : [];
}

/** The second of three; null: alone. */
export function placeOf(motion: Motion): { readonly no: number; readonly of: number } | null {
  const together = batchOf(motion);
  if (together.length === 0) return null;
  return { no: together.findIndex((one) => one.motion_id === motion.motion_id) + 1, of: together.length };
}

/** Whether the member can still vote on it and has not. */
export function waitsForMe(motion: Motion): boolean {
  return motion.phase === MotionPhase.VOTING && isElector(motion) && ["none", "refused"].includes(ballotOf(motion.motion_id).state);
}

/** The next paper of the batch that waits for the member: after this one, then from the beginning. */
export function nextOf(motion: Motion): Motion | null {
  const together = batchOf(motion);
  const at = together.findIndex((one) => one.motion_id === motion.motion_id);
  return [...together.slice(at + 1), ...together.slice(0, Math.max(at, 0))].find(waitsForMe) ?? null;
}
