/** Motions, polls, elections: what comes before the paper, the paper, open and secret, and the result. */
import {
  type EventData,
  type MeetingState,
  type Motion,
  type MotionDrafted,
  type MotionId,
  type MotionMoved,
  type MotionOpened,
  MotionPhase,
  type PaperOpened,
  type Verdict,
  type VoteMethod,
} from "../../wire/messages";
import { type Steps, withParticipant } from "./fold";

function edited(state: MeetingState, id: MotionId, edit: (motion: Motion) => Partial<Motion>): MeetingState {
  const motion = state.motions[id];
  if (!motion) return state; // never shown to this viewer
  return withMotion(state, { ...motion, ...edit(motion) });
}

function withMotion(state: MeetingState, motion: Motion): MeetingState {
  return { ...state, motions: { ...state.motions, [motion.motion_id]: motion } };
}

type Words = MotionDrafted | MotionMoved | MotionOpened | PaperOpened;

/** The words every fact that shows a motion carries. */
function words(event: Words, method: VoteMethod) {
  const { motion_id, title, text, item_id, force, choices, max_choices, preset } = event;
  const { shape, candidates, terms, minimum_group, revote_of, sheet, based_on, nominees, excellent_reason } = event;
  return {
    motion_id,
    title,
    text,
    item_id,
    force,
    method,
    choices,
    max_choices,
    preset,
    shape,
    candidates,
    terms,
    minimum_group,
    revote_of,
    sheet,
    based_on,
    nominees,
    excellent_reason,
    excludes: "excludes" in event ? event.excludes : [],
  };
}

/** A motion as it is before anyone voted. */
function fresh(event: Words, method: VoteMethod): Motion {
  return {
    ...words(event, method),
    phase: MotionPhase.DRAFTED,
    electorate: [],
    moved_at: null,
    opened_at: null,
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
    amendments: [],
    opinions: [],
    paper: null,
    collect_until: null,
    seconds: 0,
    collect_seconds: 0,
    opened_by: null,
    attending: null,
    joined: [],
    present_at_close: 0,
    issued: 0,
    root: "",
    hall_voters: [],
    paper_count: null,
    report: null,
    report_signed_by: [],
    reduction: null,
    roster: [],
    running: null,
  };
}

/** The motion as its paper says it: a phone that was not shown it before learns everything here. */
function opened(state: MeetingState, event: MotionOpened | PaperOpened, method: VoteMethod, at: number): Motion {
  const before = state.motions[event.motion_id];
  return {
    ...fresh(event, method),
    phase: MotionPhase.VOTING,
    electorate: event.electorate,
    attending: event.attending,
    moved_at: before?.moved_at ?? null,
    opened_at: at,
    quorum_at_open: event.quorum,
    opened_by: event.opened_by,
    amendments: before !== undefined && before.moved_at !== null ? before.amendments : [],
    opinions: before?.opinions ?? [],
    hall_voters: event.hall_voters,
  };
}

/** What the result of a closed box or vote adds to the motion. */
function closed(event: EventData["MotionClosed"], at: number): Partial<Motion> {
  const { quorum, returned, tally, verdict, issued, root, report, joined, present_at_close } = event;
  const left = present_at_close !== null ? { present_at_close } : {}; // a secret vote said it when it stopped taking ballots
  return {
    phase: MotionPhase.CLOSED,
    closed_at: at,
    quorum_at_close: quorum,
    returned,
    tally,
    verdict,
    issued,
    root,
    report,
    joined,
    ...left,
  };
}

/** Those whom a carried motion excludes are out of 应到 from here on. */
function carriedOut(state: MeetingState, id: MotionId, verdict: Verdict): MeetingState {
  const excludes = verdict.carried ? (state.motions[id]?.excludes ?? []) : [];
  return excludes.reduce((after, who) => withParticipant(after, who, () => ({ excluded_by: id })), state);
}

export const motions: Steps<
  | "MotionDrafted"
  | "MotionMoved"
  | "MotionAmended"
  | "MotionDiscussed"
  | "WrittenOpinionFiled"
  | "OfficerAppointed"
  | "OfficerReleased"
  | "MotionOpened"
  | "BallotCast"
  | "MotionClosed"
  | "MotionPublished"
  | "MotionWithdrawn"
  | "PaperRequested"
  | "PaperAbandoned"
  | "PaperOpened"
  | "CollectingClosed"
  | "PaperClosing"
  | "HallVotersRegistered"
  | "PaperCountEntered"
  | "PaperCountSigned"
  | "ReportSigned"
  | "SeatsReduced"
> = {
  MotionDrafted: (state, event) => withMotion(state, fresh(event, event.method)),
  MotionMoved: (state, event, at) =>
    withMotion(state, {
      ...(state.motions[event.motion_id] ?? fresh(event, event.method)),
      ...words(event, event.method),
      phase: MotionPhase.MOVED,
      moved_at: at,
      amendments: [],
    }),
  MotionAmended: (state, { motion_id, title, text, amended_by }, at) =>
    edited(state, motion_id, (m) => ({
      title,
      text,
      amendments: [...m.amendments, { title: m.title, text: m.text, amended_by, amended_at: at }],
    })),
  MotionDiscussed: (state, { motion_id }) => edited(state, motion_id, () => ({ phase: MotionPhase.DISCUSSED })),
  WrittenOpinionFiled: (state, { motion_id, opinion }) => edited(state, motion_id, (m) => ({ opinions: [...m.opinions, opinion] })),
  OfficerAppointed: (state, { participant_id, office, motion_id }) => ({
    ...state,
    officers: [...state.officers, { participant_id, office, motion_id }],
  }),
  OfficerReleased: (state, { participant_id, office }) => ({
    ...state,
    officers: state.officers.filter((one) => one.participant_id !== participant_id || one.office !== office),
    former_officers: [
      ...state.former_officers,
      ...state.officers.filter((one) => one.participant_id === participant_id && one.office === office),
    ],
  }),
  MotionOpened: (state, event, at) => withMotion(state, { ...opened(state, event, event.method, at), closes_at: event.closes_at }),
  BallotCast: (state, { motion_id, voter, choices, running }) =>
    edited(state, motion_id, (m) => ({
      returned: m.returned + 1,
      running: running ?? m.running,
      ballots: voter !== null && choices !== null ? { ...m.ballots, [voter]: choices } : m.ballots,
    })),
  MotionClosed: (state, event, at) => edited(state, event.motion_id, () => closed(event, at)),
  MotionPublished: (state, { motion_id, tally, verdict, named, paper_count }, at) =>
    edited(carriedOut(state, motion_id, verdict), motion_id, () => ({
      phase: MotionPhase.PUBLISHED,
      published_at: at,
      tally,
      verdict,
      named,
      paper_count,
      running: null,
    })),
  MotionWithdrawn: (state, { motion_id, reason }, at) =>
    edited(state, motion_id, (m) => ({
      phase: MotionPhase.WITHDRAWN,
      withdrawn_reason: reason,
      running: null,
      closed_at: m.closed_at !== null || m.opened_at === null ? m.closed_at : at,
    })),
  PaperRequested: (state, { motion_id, seconds, collect_seconds, requested_by, hall_voters }) =>
    edited(state, motion_id, () => ({ phase: MotionPhase.PREPARING, seconds, collect_seconds, opened_by: requested_by, hall_voters })),
  PaperAbandoned: (state, { motion_id }) =>
    edited(state, motion_id, (m) => ({ phase: m.moved_at !== null ? MotionPhase.MOVED : MotionPhase.DRAFTED })),
  PaperOpened: (state, event, at) =>
    withMotion(state, {
      ...opened(state, event, "secret", at),
      phase: MotionPhase.COLLECTING,
      paper: event.paper,
      collect_until: event.collect_until,
      seconds: event.seconds,
    }),
  CollectingClosed: (state, { motion_id, closes_at }) => edited(state, motion_id, () => ({ phase: MotionPhase.VOTING, closes_at })),
  PaperClosing: (state, { motion_id, quorum, present }, at) =>
    edited(state, motion_id, () => ({
      phase: MotionPhase.SEALING,
      quorum_at_close: quorum,
      present_at_close: present,
      closes_at: at,
    })),
  HallVotersRegistered: (state, { motion_id, participants }) =>
    edited(state, motion_id, (m) => ({
      hall_voters: participants,
      paper_count: m.paper_count && participants.length > 0 ? { ...m.paper_count, signed_by: [] } : null,
    })),
  PaperCountEntered: (state, { motion_id, count }) => edited(state, motion_id, () => ({ paper_count: count })),
  SeatsReduced: (state, { motion_id, seats, reduced_by }) => edited(state, motion_id, () => ({ reduction: { seats, reduced_by } })),
  ReportSigned: (state, { motion_id, signed_by }) =>
    edited(state, motion_id, (m) => ({ report_signed_by: [...m.report_signed_by, signed_by] })),
  PaperCountSigned: (state, { motion_id, signed_by }) =>
    edited(state, motion_id, (m) =>
      m.paper_count ? { paper_count: { ...m.paper_count, signed_by: [...m.paper_count.signed_by, signed_by] } } : {},
    ),
};
