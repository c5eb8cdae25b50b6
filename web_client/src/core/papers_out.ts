/** How many have a paper of a vote, and how many of them gave it back. */
import { progress } from "./ballot/kept";
import { meeting } from "./store";
import { type Motion, VoteMethod } from "../wire/messages";

/** How many papers are out now: those entitled who are here. */
export function papersOut(motion: Motion): number {
  const people = meeting.value?.participants ?? {};
  return motion.electorate.filter((id) => people[id]?.present && !people[id]?.removed).length;
}

/** Papers handed out and ballots returned so far, in the hall and online; of a secret vote as the box tells it. */
export function papersOf(motion: Motion): { readonly issued: number; readonly returned: number } {
  const told = progress.value[motion.motion_id];
  const hall = { issued: motion.hall_voters.length, returned: motion.paper_count?.returned ?? 0 };
  const online =
    motion.method === VoteMethod.SECRET
      ? (told ?? { issued: motion.issued, returned: motion.returned })
      : { issued: Math.max(papersOut(motion) - hall.issued, motion.returned), returned: motion.returned };
  return { issued: online.issued + hall.issued, returned: online.returned + hall.returned };
}
