/** Members who speak one after the other (个人自评, 党员互评): who has spoken in this item, who speaks now, who is next. */
import { type AgendaItem, ItemPurpose, type MeetingState, type Participant, type ParticipantId } from "../wire/messages";

export interface Turn {
  readonly person: Participant;
  readonly state: "speaking" | "spoken" | "away" | "waiting";
}

/** The item whose members speak in turn now; null: none. */
export function turnsItem(state: MeetingState): AgendaItem | null {
  const item = state.agenda.find((one) => one.item_id === state.current_item);
  return item?.purpose === ItemPurpose.TURNS ? item : null;
}

/** Every member on the list, in its order. `called`: who was given the floor in this item; a point noted of somebody tells it too. */
export function turns(state: MeetingState, item: AgendaItem, called: readonly ParticipantId[]): readonly Turn[] {
  const noted = state.notes.filter((one) => one.item_id === item.item_id).map((one) => one.participant_id);
  return Object.values(state.participants)
    .filter((one) => (one.standing === "full" || one.standing === "probationary") && !one.removed)
    .map((person) => {
      const id = person.participant_id;
      if (state.floor?.participant_id === id) return { person, state: "speaking" };
      if (called.includes(id) || noted.includes(id)) return { person, state: "spoken" };
      return { person, state: person.present ? "waiting" : "away" };
    });
}

/** The first who is there and has not spoken; null: everyone has. */
export function nextTurn(list: readonly Turn[]): Turn | null {
  return list.find((one) => one.state === "waiting") ?? null;
}
