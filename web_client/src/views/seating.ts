/** Who gets a tile and which picture it shows, out of the people of this room and the slots this phone receives. */
import { hears, stagePeople } from "../core/selectors";
import { media, speaking, you } from "../core/store";
import type { Participant } from "../wire/messages";

export interface Seat {
  readonly person: Participant;
  /** Slot to attach, when there is a picture. */
  readonly slot: string | null;
  readonly own: boolean;
  readonly speaking: boolean;
  readonly micOn: boolean;
}

/** The first `most` of this room worth a tile; the pinned one, then whoever speaks, comes first. */
export function seats(most: number): readonly Seat[] {
  const me = you.value?.participant_id;
  const { slots, camera, pinned } = media.value;
  const pictures = new Map<string, string>();
  for (const slot of slots) {
    if (slot.kind === "video" && slot.participant_id !== null) pictures.set(slot.participant_id, slot.mid);
  }
  if (me !== undefined && camera === "open") pictures.set(me, "own-camera");
  const loud = speaking.value;
  return [...stagePeople.value]
    .sort((a, b) => Number(b.participant_id === pinned) - Number(a.participant_id === pinned))
    .slice(0, most)
    .map((person) => ({
      person,
      slot: pictures.get(person.participant_id) ?? null,
      own: person.participant_id === me,
      speaking: loud.includes(person.participant_id),
      micOn: hears(person.participant_id),
    }));
}
