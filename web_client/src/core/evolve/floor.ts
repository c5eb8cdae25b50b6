/** The floor: raised hands in their order, who speaks now, and until when. */
import type { Steps } from "./fold";

export const floor: Steps<"HandRaised" | "HandLowered" | "FloorGranted" | "FloorExtended" | "FloorEnded"> = {
  HandRaised: (state, { participant_id }, at) => ({ ...state, hands: [...state.hands, { participant_id, raised_at: at }] }),
  HandLowered: (state, { participant_id }) => ({
    ...state,
    hands: state.hands.filter((h) => h.participant_id !== participant_id),
  }),
  FloorGranted: (state, { participant_id, ends_at }, at) => ({
    ...state,
    floor: { participant_id, granted_at: at, ends_at },
    hands: state.hands.filter((h) => h.participant_id !== participant_id),
  }),
  FloorExtended: (state, { ends_at }) => ({ ...state, floor: state.floor && { ...state.floor, ends_at } }),
  FloorEnded: (state) => ({ ...state, floor: null }),
};
