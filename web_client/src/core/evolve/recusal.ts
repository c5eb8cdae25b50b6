/** Who was asked out of the room for an item that is about them (回避), and came back. */
import { withParticipant, type Steps } from "./fold";

export const recusal: Steps<"ParticipantRecused" | "ParticipantRecalled"> = {
  ParticipantRecused: (state, { participant_id, item_id }, at) =>
    withParticipant(state, participant_id, (p) => ({ recusals: [...p.recusals, { item_id, since: at, until: null }] })),
  ParticipantRecalled: (state, { participant_id }, at) =>
    withParticipant(state, participant_id, (p) => ({
      recusals: p.recusals.map((recusal) => (recusal.until === null ? { ...recusal, until: at } : recusal)),
    })),
};
