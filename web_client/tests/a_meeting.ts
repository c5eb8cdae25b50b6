/** A small meeting for tests: a secretary, three members, one motion being voted on. */
import type { MeetingState, Motion, Participant, Preset } from "../src/wire/messages";

export const PRESET: Preset = {
  preset_id: "general",
  title_zh: "支部党员大会",
  title_en: "General meeting",
  quorum: { numerator: 1, denominator: 2, comparison: "at_least", base: "entitled" },
  passing: { numerator: 1, denominator: 2, comparison: "more_than", base: "entitled" },
  method: "free",
  electorate: "voting",
  source: "test",
  assumed: [],
  written_opinions: false,
  proxy: false,
};

export function person(id: string, more: Partial<Participant> = {}): Participant {
  return {
    participant_id: id,
    name: id,
    standing: "full",
    role: "member",
    voting: true,
    committee: false,
    excluded_reason: "",
    leave_reason: "",
    leave_approved: false,
    room_id: "hall",
    present: true,
    first_arrived_at: 1,
    left_at: null,
    removed: false,
    media: [],
    recording_acknowledged: false,
    marked_present: false,
    connections: {},
    intervals: [],
    gone_since: null,
    grace_until: null,
    ...more,
  };
}

export function motion(more: Partial<Motion> = {}): Motion {
  return {
    motion_id: "v1",
    phase: "voting",
    title: "通过工作总结",
    text: "",
    item_id: null,
    force: "motion",
    method: "open",
    choices: [],
    max_choices: 1,
    preset: PRESET,
    electorate: ["secretary", "m1", "m2", "m3"],
    opened_at: 1,
    closes_at: null,
    closed_at: null,
    published_at: null,
    quorum_at_open: null,
    quorum_at_close: null,
    returned: 0,
    ballots: {},
    tally: null,
    verdict: null,
    named: [],
    withdrawn_reason: "",
    ...more,
  };
}

export function aMeeting(more: Partial<MeetingState> = {}): MeetingState {
  const people = [person("secretary", { role: "secretary" }), person("m1"), person("m2"), person("m3")];
  return {
    meeting_id: "meeting",
    phase: "open",
    title: "支部党员大会",
    kind: "general",
    branch_id: "b",
    branch_name: "第二党支部",
    place: "",
    starts_at: 0,
    ends_at: 0,
    preset: PRESET,
    documents: [],
    participants: Object.fromEntries(people.map((p) => [p.participant_id, p])),
    agenda: [],
    rooms: { hall: { room_id: "hall", title: "", kind: "video", moderated: false } },
    opened_at: 1,
    adjourned_at: null,
    current_item: null,
    hands: [],
    floor: null,
    chat: [],
    chat_paused: false,
    roll_call: null,
    motions: { v1: motion() },
    recording: null,
    recording_planned: false,
    notes: [],
    counters: { rooms: 0, items: 0, motions: 0, messages: 0, notes: 0, roll_calls: 0 },
    ...more,
  };
}
