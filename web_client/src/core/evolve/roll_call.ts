/** The roll call: one at a time, with a countdown on every phone. */
import type { Steps } from "./fold";

export const rollCall: Steps<"RollCallOpened" | "RollCallAnswered" | "RollCallClosed"> = {
  RollCallOpened: (state, { roll_call_id, closes_at, expected }, at) => ({
    ...state,
    roll_call: { roll_call_id, opened_at: at, closes_at, expected, answered: [], closed_at: null },
  }),
  RollCallAnswered: (state, { participant_id }) => ({
    ...state,
    roll_call: state.roll_call && { ...state.roll_call, answered: [...state.roll_call.answered, participant_id] },
  }),
  RollCallClosed: (state, _event, at) => ({ ...state, roll_call: state.roll_call && { ...state.roll_call, closed_at: at } }),
};
