/** Motions and polls: drafted → voting → closed → published, or withdrawn. */
import type { MeetingState, Motion, MotionDrafted, MotionId } from "../../wire/messages";
import type { Steps } from "./fold";

function edited(state: MeetingState, id: MotionId, edit: (motion: Motion) => Partial<Motion>): MeetingState {
  const motion = state.motions[id];
  if (!motion) return state; // never shown to this viewer
  return { ...state, motions: { ...state.motions, [id]: { ...motion, ...edit(motion) } } };
}

/** A motion as it is before anyone voted. */
function fresh(event: Omit<MotionDrafted, "drafted_by">): Motion {
  const { motion_id, title, text, item_id, force, method, choices, max_choices, preset } = event;
  return {
    motion_id,
    phase: "drafted",
    title,
    text,
    item_id,
    force,
    method,
    choices,
    max_choices,
    preset,
    electorate: [],
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
  };
}

export const motions: Steps<
  "MotionDrafted" | "MotionOpened" | "BallotCast" | "MotionClosed" | "MotionPublished" | "MotionWithdrawn"
> = {
  MotionDrafted: (state, event) => ({
    ...state,
    motions: { ...state.motions, [event.motion_id]: fresh(event) },
  }),
  // built anew: a phone that was not shown the draft learns everything here
  MotionOpened: (state, event, at) => ({
    ...state,
    motions: {
      ...state.motions,
      [event.motion_id]: {
        ...fresh(event),
        phase: "voting",
        electorate: event.electorate,
        opened_at: at,
        closes_at: event.closes_at,
        quorum_at_open: event.quorum,
      },
    },
  }),
  BallotCast: (state, { motion_id, voter, choices }) =>
    edited(state, motion_id, (m) => ({
      returned: m.returned + 1,
      ballots: voter !== null && choices !== null ? { ...m.ballots, [voter]: choices } : m.ballots,
    })),
  MotionClosed: (state, { motion_id, quorum, returned, tally, verdict }, at) =>
    edited(state, motion_id, () => ({ phase: "closed", closed_at: at, quorum_at_close: quorum, returned, tally, verdict })),
  MotionPublished: (state, { motion_id, tally, verdict, named }, at) =>
    edited(state, motion_id, () => ({ phase: "published", published_at: at, tally, verdict, named })),
  MotionWithdrawn: (state, { motion_id, reason }, at) =>
    edited(state, motion_id, (m) => ({
      phase: "withdrawn",
      withdrawn_reason: reason,
      closed_at: m.closed_at !== null || m.opened_at === null ? m.closed_at : at,
    })),
};
