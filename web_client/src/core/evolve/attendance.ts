/** Who is there, on what evidence, since when. */
import type { Connection, EvidenceLevel, Interval, MeetingState, Participant, ParticipantId } from "../../wire/messages";
import { withParticipant, without, type Steps } from "./fold";

/** How long (ms) a participant whose last connection broke still counts as present. */
const GRACE = 45_000;

type Connections = Readonly<Record<string, Connection>>;

/** End the running interval; one without length is left out. */
export function cut(intervals: readonly Interval[], until: number): readonly Interval[] {
  const last = intervals[intervals.length - 1];
  if (!last || last.until !== null) return intervals;
  const before = intervals.slice(0, -1);
  return until <= last.since ? before : [...before, { ...last, until }];
}

function base(connections: Connections): EvidenceLevel | null {
  const all = Object.values(connections);
  if (!all.length) return null;
  return all.some((c) => c.responsive) ? "responsive" : "connected";
}

/** The intervals after a change of connections: a new one where the level changes. */
function continued(p: Participant, connections: Connections, at: number, reason: string): readonly Interval[] {
  const running = p.intervals[p.intervals.length - 1];
  const runs = running !== undefined && running.until === null;
  const level = base(connections);
  if (p.marked_present || (level === base(p.connections) && runs)) return p.intervals;
  if (level === null) return cut(p.intervals, at);
  if (runs && running.level === "confirmed" && level === "responsive") return p.intervals;
  return [...cut(p.intervals, at), { since: at, until: null, level, reason, marked_by: null }];
}

/** Who leaves lets go of everything: presence, media, the raised hand, the floor. */
export function released(state: MeetingState, id: ParticipantId, leftAt: number): MeetingState {
  if (!state.participants[id]) return state;
  const let_go = {
    ...state,
    hands: state.hands.filter((h) => h.participant_id !== id),
    floor: state.floor?.participant_id === id ? null : state.floor,
  };
  return withParticipant(let_go, id, (p) => ({
    present: false,
    left_at: leftAt,
    media: [],
    marked_present: false,
    intervals: cut(p.intervals, leftAt),
    gone_since: null,
    grace_until: null,
  }));
}

export const attendance: Steps<
  | "ConnectionOpened"
  | "ConnectionClosed"
  | "ResponsivenessChanged"
  | "ParticipantArrived"
  | "ParticipantLeft"
  | "PresenceConfirmed"
  | "PresenceMarkWithdrawn"
  | "HallCodeScanned"
  | "AttendanceContested"
  | "ContestAnswered"
  | "SpeakerTurnEnded"
> = {
  ConnectionOpened(state, { participant_id, connection_id, device }, at) {
    return withParticipant(state, participant_id, (p) => {
      const connections = { ...p.connections, [connection_id]: { device, opened_at: at, responsive: true } };
      return { connections, intervals: continued(p, connections, at, "joined"), gone_since: null, grace_until: null };
    });
  },
  ConnectionClosed(state, { participant_id, connection_id, last_evidence_at }, at) {
    return withParticipant(state, participant_id, (p) => {
      if (!(connection_id in p.connections)) return {};
      const connections = without(p.connections, connection_id);
      const gone = !Object.keys(connections).length && p.present && !p.marked_present;
      return {
        connections,
        intervals: continued(p, connections, last_evidence_at, "background"),
        gone_since: gone ? last_evidence_at : null,
        grace_until: gone ? at + GRACE : null,
      };
    });
  },
  ResponsivenessChanged(state, { participant_id, connection_id, responsive }, at) {
    return withParticipant(state, participant_id, (p) => {
      const connection = p.connections[connection_id];
      if (!connection) return {};
      const connections = { ...p.connections, [connection_id]: { ...connection, responsive } };
      return { connections, intervals: continued(p, connections, at, responsive ? "foreground" : "background") };
    });
  },
  ParticipantArrived(state, { participant_id }, at) {
    return withParticipant(state, participant_id, (p) => ({
      present: true,
      first_arrived_at: p.first_arrived_at ?? at,
      left_at: null,
    }));
  },
  ParticipantLeft(state, { participant_id, left_at, never_came }) {
    const gone = released(state, participant_id, left_at);
    return never_came ? withParticipant(gone, participant_id, () => ({ first_arrived_at: null, left_at: null, intervals: [] })) : gone;
  },
  PresenceConfirmed(state, { participant_id, by, marked_by }, at) {
    const marked = by === "marked" || by === "hall_code";
    return withParticipant(state, participant_id, (p) => ({
      intervals: [...cut(p.intervals, at), { since: at, until: null, level: "confirmed", reason: by, marked_by }],
      marked_present: p.marked_present || marked,
      gone_since: marked ? null : p.gone_since,
      grace_until: marked ? null : p.grace_until,
    }));
  },
  PresenceMarkWithdrawn(state, { participant_id }, at) {
    return withParticipant(state, participant_id, (p) => {
      const level = base(p.connections);
      const rest: Interval[] = level ? [{ since: at, until: null, level, reason: "joined", marked_by: null }] : [];
      return { marked_present: false, intervals: [...cut(p.intervals, at), ...rest] };
    });
  },
  HallCodeScanned: (state, { participant_id, window }) => withParticipant(state, participant_id, () => ({ last_hall_code: window })),
  AttendanceContested: (state, { contest_id, participant_id, text }, at) => ({
    ...state,
    contests: [
      ...state.contests,
      { contest_id, participant_id, contested_at: at, text, accepted: null, answer: "", answered_by: null, answered_at: null },
    ],
  }),
  ContestAnswered: (state, { contest_id, accepted, text, answered_by }, at) => ({
    ...state,
    contests: state.contests.map((c) => (c.contest_id === contest_id ? { ...c, accepted, answer: text, answered_by, answered_at: at } : c)),
  }),
  SpeakerTurnEnded: (state) => state, // of interest to the record only
};
