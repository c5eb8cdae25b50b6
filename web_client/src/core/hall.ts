/** Who votes in the hall, by a show of hands or on paper, and who counts there: the rules of the server's `votes/hall` and `votes/officers`. */
import {
  AppraisalSheet,
  type MeetingState,
  type Motion,
  MotionForce,
  Office,
  type Participant,
  type ParticipantId,
  PollShape,
  VoteMethod,
} from "../wire/messages";
import { isEntitled, isExcluded } from "./attendance";

/** Whether hands or papers counted in the hall can be part of it. */
export function countsInHall(motion: Motion): boolean {
  if (motion.force === MotionForce.APPRAISAL) return motion.sheet !== AppraisalSheet.SELF;
  return motion.shape !== PollShape.WORD;
}

/** Who holds an office now. */
export function holders(state: MeetingState | null, office: Office): readonly ParticipantId[] {
  return (state?.officers ?? [])
    .filter((one) => one.office === office && state?.participants[one.participant_id]?.removed !== true)
    .map((one) => one.participant_id);
}

/** Who may sign for an office in this vote: nobody who stands; hands without a scrutineer are overseen by whoever presides. */
export function acting(state: MeetingState | null, motion: Motion, office: Office): readonly ParticipantId[] {
  const held = holders(state, office);
  if (held.length === 0 && office === Office.SCRUTINEER && motion.method !== VoteMethod.SECRET)
    return Object.values(state?.participants ?? {})
      .filter((one) => !one.removed && (one.role === "chair" || one.role === "secretary"))
      .map((one) => one.participant_id);
  const standing = motion.force === MotionForce.ELECTION ? motion.candidates.map((one) => one.participant_id) : [];
  return held.filter((one) => !standing.includes(one));
}

/** Whether somebody could sign for both offices. */
export function hasCounters(state: MeetingState | null, motion: Motion): boolean {
  return acting(state, motion, Office.SCRUTINEER).length > 0 && acting(state, motion, Office.TELLER).length > 0;
}

/** Whether a participant may hold an office at all. */
export function mayHold(person: Participant, office: Office): boolean {
  const member = person.kind === "person" && (person.standing === "full" || person.standing === "probationary");
  return member && !person.removed && (office === Office.TELLER || (person.voting && !isExcluded(person)));
}

/** Who of the electorate could vote in the hall: everyone of it who is here, and whoever is registered. */
export function candidatesOfHall(state: MeetingState | null, motion: Motion): readonly Participant[] {
  return Object.values(state?.participants ?? {}).filter(
    (one) =>
      motion.hall_voters.includes(one.participant_id) ||
      (one.present &&
        !one.removed &&
        !(one.participant_id in motion.ballots) &&
        (motion.electorate.length > 0 ? motion.electorate.includes(one.participant_id) : isEntitled(one, motion.preset.electorate))),
  );
}

/** Who was seen in the hall and has no phone in the meeting: they can vote nowhere else. */
export function withoutPhone(people: readonly Participant[]): readonly ParticipantId[] {
  return people.filter((one) => one.marked_present && Object.keys(one.connections).length === 0).map((one) => one.participant_id);
}

/** Whether a vote can't end yet because the hall isn't counted and signed. */
export function waitsForHall(motion: Motion): boolean {
  const count = motion.paper_count;
  if (count === null) return motion.hall_voters.length > 0;
  return !count.signed_by.includes(count.scrutineer) || !count.signed_by.includes(count.teller);
}
