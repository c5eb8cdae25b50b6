/** The shape of every step of the reducer, and the one edit nearly all of them make. */
import type { EventData, EventKind, MeetingState, Participant, ParticipantId } from "../../wire/messages";

/** How the state changes by one kind of event; `at` is when it was recorded (Unix ms). */
export type Step<K extends EventKind> = (state: MeetingState, event: EventData[K], at: number) => MeetingState;
export type Steps<K extends EventKind> = { readonly [kind in K]: Step<kind> };

/** `state` with some fields of one participant changed; unchanged when this view does not hold them. */
export function withParticipant(
  state: MeetingState,
  id: ParticipantId,
  edit: (participant: Participant) => Partial<Participant>,
): MeetingState {
  const participant = state.participants[id];
  if (!participant) return state;
  return { ...state, participants: { ...state.participants, [id]: { ...participant, ...edit(participant) } } };
}

/** A record without one key. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _gone, ...rest } = record;
  return rest;
}
