/** Who is outside the room now: the rule of the server's `domain.recusal`. */
import type { ItemId, MeetingState, Participant } from "../wire/messages";

/** The item somebody is asked out for now; null: none. */
export function recusedFrom(p: Participant): ItemId | null {
  const last = p.recusals[p.recusals.length - 1];
  return last && last.until === null ? last.item_id : null;
}

/** Whether they may not follow what goes on in the hall now. */
export function isOutside(state: MeetingState, p: Participant): boolean {
  if (recusedFrom(p) !== null) return true;
  return p.items.length > 0 && (state.current_item === null || !p.items.includes(state.current_item));
}
