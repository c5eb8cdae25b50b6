/** The life of a meeting from opening to adjourning, and who is on its list. */
import { HALL, type Invited, type Participant, MeetingPhase } from "../../wire/messages";
import { cut, released } from "./attendance";
import { withParticipant, type Steps } from "./fold";

/** A person of the list who has not come yet. */
function listed(invited: Invited): Participant {
  return {
    ...invited,
    room_id: HALL,
    moves: [],
    present: false,
    first_arrived_at: null,
    left_at: null,
    removed: false,
    counted: false,
    media: [],
    recording_acknowledged: false,
    recording_declined: false,
    marked_present: false,
    last_hall_code: 0,
    connections: {},
    intervals: [],
    gone_since: null,
    grace_until: null,
    inside_since: null,
    recusals: [],
    excluded_by: null,
  };
}

export const sitting: Steps<
  | "MeetingConvened"
  | "MeetingOpened"
  | "MeetingAdjourned"
  | "ParticipantAdmitted"
  | "ParticipantRemoved"
  | "ParticipantReadmitted"
  | "RoleAssigned"
  | "LeaveRecorded"
  | "AbsenceExplained"
> = {
  MeetingConvened: (state) => state, // a snapshot follows instead
  MeetingOpened: (state, _event, at) => ({ ...state, phase: MeetingPhase.OPEN, opened_at: at }),
  MeetingAdjourned: (state, _event, at) => ({
    ...state,
    phase: MeetingPhase.ADJOURNED,
    adjourned_at: at,
    hands: [],
    participants: Object.fromEntries(
      Object.entries(state.participants).map(([id, p]) => [
        id,
        { ...p, intervals: cut(p.intervals, at), gone_since: null, grace_until: null },
      ]),
    ),
  }),
  ParticipantAdmitted: (state, { participant }) => ({
    ...state,
    participants: { ...state.participants, [participant.participant_id]: listed(participant) },
  }),
  ParticipantRemoved: (state, { participant_id, counted }, at) =>
    withParticipant(released(state, participant_id, at), participant_id, () => ({ removed: true, counted, connections: {} })),
  ParticipantReadmitted: (state, { participant_id }) =>
    withParticipant(state, participant_id, (p) => ({
      removed: false,
      counted: false,
      room_id: p.room_id in state.rooms ? p.room_id : HALL,
    })),
  LeaveRecorded: (state, { participant_id, reason, approved }) =>
    withParticipant(state, participant_id, () => ({ leave_reason: reason, leave_approved: approved })),
  AbsenceExplained: (state, { participant_id, leave, exclusion }) =>
    withParticipant(state, participant_id, (there) => ({
      leave_reason: leave || there.leave_reason,
      excluded_reason: exclusion && there.excluded_reason ? exclusion : there.excluded_reason,
    })),
  RoleAssigned: (state, { participant_id, role }) => withParticipant(state, participant_id, () => ({ role })),
};
