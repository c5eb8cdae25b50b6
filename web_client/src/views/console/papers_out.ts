/** How many have a paper of a vote, and how many of them gave it back. */
import { progress } from "../../core/ballot/kept";
import { meeting } from "../../core/store";
import { type Motion, VoteMethod } from "../../wire/messages";

/** How many papers are out now: those entitled who are here. */
export function papersOut(motion: Motion): number {
  const people = meeting.value?.participants ?? {};
  return motion.electorate.filter((id) => people[id]?.present && !people[id]?.removed).length;
}

/** Papers handed out and ballots returned so far; of a secret vote as the box tells it. */
export function papersOf(motion: Motion): { readonly issued: number; readonly returned: number } {
  const told = progress.value[motion.motion_id];
  if (motion.method === VoteMethod.SECRET) return told ?? { issued: motion.issued, returned: motion.returned };
  return { issued: Math.max(papersOut(motion), motion.returned), returned: motion.returned };
}
