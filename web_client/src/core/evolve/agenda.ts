/** The agenda: its items, their order, and the step the meeting is at. */
import type { ItemId, MeetingState, Participant } from "../../wire/messages";
import type { Steps } from "./fold";

/** Who is called to some items only is inside from the moment the meeting is at one of them. */
function calledInside(participants: MeetingState["participants"], item: ItemId | null, at: number): MeetingState["participants"] {
  const called = Object.values(participants).filter((p) => p.items.length > 0);
  const inside = (p: Participant): Participant => ({ ...p, inside_since: item !== null && p.items.includes(item) ? at : null });
  return called.length === 0 ? participants : { ...participants, ...Object.fromEntries(called.map((p) => [p.participant_id, inside(p)])) };
}

export const agenda: Steps<"AgendaItemAdded" | "AgendaItemEdited" | "AgendaItemMoved" | "AgendaItemRemoved" | "AgendaStepped"> = {
  AgendaItemAdded(state, { item_id, title, minutes, speaker, position }) {
    const items = [...state.agenda];
    items.splice(position, 0, { item_id, title, minutes, speaker, started_at: null, ended_at: null, purpose: "" });
    return { ...state, agenda: items };
  },
  AgendaItemEdited(state, { item_id, title, minutes, speaker }) {
    return { ...state, agenda: state.agenda.map((i) => (i.item_id === item_id ? { ...i, title, minutes, speaker } : i)) };
  },
  AgendaItemMoved(state, { item_id, position }) {
    const rest = state.agenda.filter((i) => i.item_id !== item_id);
    rest.splice(position, 0, ...state.agenda.filter((i) => i.item_id === item_id));
    return { ...state, agenda: rest };
  },
  AgendaItemRemoved(state, { item_id }) {
    return { ...state, agenda: state.agenda.filter((i) => i.item_id !== item_id) };
  },
  AgendaStepped(state, { item_id }, at) {
    return {
      ...state,
      current_item: item_id,
      participants: calledInside(state.participants, item_id, at),
      agenda: state.agenda.map((i) => {
        if (i.item_id === item_id) return { ...i, started_at: i.started_at ?? at, ended_at: null };
        return i.item_id === state.current_item ? { ...i, ended_at: at } : i;
      }),
    };
  },
};
