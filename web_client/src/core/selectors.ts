/** Questions views ask of the meeting; each is computed once and only when what it reads changes. */
import { computed } from "@preact/signals";
import {
  type AgendaItem,
  type CommandKind,
  HALL,
  type MeetingState,
  type Message,
  type Motion,
  type MotionId,
  MotionPhase,
  type Participant,
  type ParticipantId,
  type RollCall,
  type Room,
} from "../wire/messages";
import { quorumOf } from "./attendance";
import { has, t } from "./i18n";
import { may } from "./permissions";
import { lastSpeaker, media, meeting, outbox, refusals, self, speaking, you, type OutboxEntry, type Refusal, type Slot } from "./store";
import { MeetingPhase } from "../wire/messages";

// --- people ----------------------------------------------------------------------------------------------

// Parts of the state whose identity only changes with their content: what reads them is not drawn again for every record.
const NOBODY: MeetingState["participants"] = {};
const NO_ROOMS: MeetingState["rooms"] = {};
const NO_HANDS: MeetingState["hands"] = [];
const NO_MESSAGES: MeetingState["chat"] = [];
/** Everyone by id, with the names to show: whoever attends without being a member here is called so wherever their name stands. */
export const participants = computed(() => {
  const all = meeting.value?.participants ?? NOBODY;
  return Object.values(all).some(attends) && has("room_people.guest_name")
    ? Object.fromEntries(Object.entries(all).map(([id, p]) => [id, called(p)]))
    : all;
});

function attends(p: Participant): boolean {
  return p.standing === "guest" && p.kind === "person";
}
/** What was made of a participant before: who did not change is the same object. */
const marked = new WeakMap<Participant, Participant>();
function called(p: Participant): Participant {
  if (!attends(p)) return p;
  const name = t("room_people.guest_name", { name: p.name });
  const before = marked.get(p);
  if (before?.name === name) return before;
  const after = { ...p, name };
  marked.set(p, after);
  return after;
}
export const rooms = computed(() => meeting.value?.rooms ?? NO_ROOMS);
const raisedHands = computed(() => meeting.value?.hands ?? NO_HANDS);
const messages = computed(() => meeting.value?.chat ?? NO_MESSAGES);

/** Everyone on the list who was not removed, those who run the meeting first, then by name as given. */
export const people = computed<readonly Participant[]>(() => Object.values(participants.value).filter((p) => !p.removed));
/** Whether someone is here: present, or a hall camera that sends. */
export const isHere = (p: Participant): boolean => p.present || (p.kind === "hall_camera" && p.media.length > 0);
export const presentPeople = computed(() => people.value.filter((p) => p.present));

export function participant(id: ParticipantId | null | undefined): Participant | null {
  return (id && participants.value[id]) || null;
}
/** The name to show; a dash for someone this view does not know. */
export function nameOf(id: ParticipantId | null | undefined): string {
  return participant(id)?.name ?? "—";
}

/** 应到, 实到, how many are needed, and whether that is met; null before the snapshot. */
export const quorum = computed(() => {
  const state = meeting.value;
  return state && quorumOf(state, state.preset.quorum, state.preset.electorate);
});

// --- agenda ----------------------------------------------------------------------------------------------

/** The current item with its number (from 1) and the number of items. */
export const currentItem = computed<{ item: AgendaItem; no: number; of: number } | null>(() => {
  const state = meeting.value;
  if (!state) return null;
  const index = state.agenda.findIndex((item) => item.item_id === state.current_item);
  const item = state.agenda[index];
  return item ? { item, no: index + 1, of: state.agenda.length } : null;
});
export const nextItem = computed<AgendaItem | null>(() => {
  const state = meeting.value;
  if (!state) return null;
  const index = state.agenda.findIndex((item) => item.item_id === state.current_item);
  if (index >= 0) return state.agenda.slice(index + 1).find((item) => item.ended_at === null) ?? null;
  return state.agenda.find((item) => item.started_at === null) ?? null;
});

// --- what is on its way ----------------------------------------------------------------------------------

/** Commands of a kind that have no effect yet (neither refused nor visible in the state). */
export function pending<K extends CommandKind>(kind: K): readonly OutboxEntry<K>[] {
  return outbox.value.filter((entry): entry is OutboxEntry<K> => entry.kind === kind);
}
/** The latest refusal of a kind, if any. */
export function refusalOf<K extends CommandKind>(
  kind: K,
  matches: (data: OutboxEntry<K>["data"]) => boolean = () => true,
): Refusal<K> | null {
  const found = refusals.value.filter((r): r is Refusal<K> => r.kind === kind && matches((r as Refusal<K>).data));
  return found[found.length - 1] ?? null;
}

// --- floor -----------------------------------------------------------------------------------------------

/** The queue in order, the viewer's own raising shown before the server has it. */
export const hands = computed<readonly ParticipantId[]>(() => {
  const me = you.value?.participant_id;
  let queue = raisedHands.value.map((hand) => hand.participant_id);
  if (me) {
    for (const entry of outbox.value) {
      if (entry.kind === "RaiseHand" && !queue.includes(me)) queue = [...queue, me];
      const lowered = entry.kind === "LowerHand" && ((entry as OutboxEntry<"LowerHand">).data.participant_id ?? me);
      if (lowered) queue = queue.filter((id) => id !== lowered);
    }
  }
  return queue;
});
export const handRaised = computed(() => hands.value.includes(you.value?.participant_id ?? ""));
/** Place in the queue from 1; 0 when the hand is down. */
export const queuePlace = computed(() => hands.value.indexOf(you.value?.participant_id ?? "") + 1);
export const floor = computed(() => meeting.value?.floor ?? null);
export const myFloor = computed(() => (floor.value?.participant_id === you.value?.participant_id ? floor.value : null));

// --- what keeps one's own devices back ---------------------------------------------------------------------

/** Whether the notice of the running recording waits for this member's answer. Whoever started it has agreed. */
export const consentOpen = computed(() => {
  const running = meeting.value?.recording ?? null;
  const me = self.value;
  return running !== null && me !== null && !me.recording_acknowledged && running.started_by !== me.participant_id;
});
/** Whether this member chose only to listen while the recording runs. */
export const onlyListens = computed(() => meeting.value?.recording != null && self.value?.recording_declined === true);
/** Why nothing of one's own devices may leave this page now; null: it may. */
export const heldBack = computed<"waiting" | "consent" | null>(() => {
  if (meeting.value?.phase === MeetingPhase.CONVENED) return "waiting";
  return consentOpen.value || onlyListens.value ? "consent" : null;
});

// --- rooms and chat --------------------------------------------------------------------------------------

export const myRoom = computed<Room | null>(() => {
  return rooms.value[self.value?.room_id ?? HALL] ?? null;
});
/** Whether opening the microphone is refused for now: a guest, or anyone in a moderated room, without the floor. */
export const floorRequired = computed(() => {
  const me = self.value;
  return !!me && !may(me, "run_floor") && !myFloor.value && (me.role === "guest" || !!myRoom.value?.moderated);
});
/** Messages of the viewer's room, oldest first; one's own on their way are at the end (`pending`). */
export const chat = computed<readonly (Message & { readonly pending?: boolean })[]>(() => {
  const me = you.value?.participant_id;
  if (!me) return [];
  const room = self.value?.room_id ?? HALL;
  const said = messages.value.filter((message) => message.room_id === room);
  const sending = pending("PostChat").map((entry) => ({
    message_id: entry.id,
    room_id: room,
    author_id: me,
    posted_at: entry.at,
    text: entry.data.text,
    audience: [],
    withheld_from: [],
    removed_by: null,
    pending: true,
  }));
  return [...said, ...sending];
});

// --- votes and roll call ---------------------------------------------------------------------------------

export const motions = computed<readonly Motion[]>(() => Object.values(meeting.value?.motions ?? {}));
export const votingMotion = computed(() => motions.value.find((m) => m.phase === MotionPhase.VOTING) ?? null);
/** The phases in which a paper is out. */
export const RUNNING: readonly MotionPhase[] = [MotionPhase.PREPARING, MotionPhase.COLLECTING, MotionPhase.VOTING, MotionPhase.SEALING];
/** The motion whose paper is out, in any of its phases; at most one runs at a time, a batch of open ones aside. */
export const runningMotion = computed(() => motions.value.find((m) => RUNNING.includes(m.phase)) ?? null);
/** The motion published last, if any. */
export const lastPublished = computed(
  () =>
    motions.value.filter((m) => m.phase === MotionPhase.PUBLISHED).sort((a, b) => (b.published_at ?? 0) - (a.published_at ?? 0))[0] ?? null,
);

export type BallotState =
  | { readonly state: "none" } // nothing cast from here
  | { readonly state: "pending"; readonly choices: readonly string[] } // not yet counted
  | { readonly state: "counted"; readonly choices: readonly string[] } // on record (choices empty when cast elsewhere and not shown)
  | { readonly state: "refused"; readonly code: string; readonly at: number; readonly detail: Readonly<Record<string, number | string>> };

/** What became of the viewer's own ballot. */
export function ballotOf(motionId: MotionId): BallotState {
  const motion = meeting.value?.motions[motionId];
  const mine = motion?.ballots[you.value?.participant_id ?? ""];
  if (mine) return { state: "counted", choices: mine };
  const sending = pending("CastBallot").find((entry) => entry.data.motion_id === motionId);
  if (sending) return { state: sending.state === "counted" ? "counted" : "pending", choices: sending.data.choices };
  const refusal = refusalOf("CastBallot", (data) => data.motion_id === motionId);
  if (refusal)
    return refusal.code === "already_cast"
      ? { state: "counted", choices: [] }
      : { state: "refused", code: refusal.code, at: refusal.at, detail: refusal.detail };
  return { state: "none" };
}
/** Whether the viewer may vote on a motion here: it names its electorate when it opens, and who of it votes in the hall. */
export function isElector(motion: Motion): boolean {
  const me = you.value?.participant_id ?? "";
  return motion.electorate.includes(me) && !motion.hall_voters.includes(me);
}

export const openRollCall = computed(() => {
  const call = meeting.value?.roll_call;
  return call && call.closed_at === null ? call : null;
});
export type RollCallAnswer = "not_asked" | "none" | "pending" | "answered";
/** Which roll call of the meeting it is: its number is in its id. */
export function rollCallNo(call: RollCall): number {
  return Number(call.roll_call_id.replace(/\D/g, "")) || 1;
}
export const rollCallAnswer = computed<RollCallAnswer>(() => {
  const call = meeting.value?.roll_call;
  const me = you.value?.participant_id ?? "";
  if (!call?.expected.includes(me)) return "not_asked";
  if (call.answered.includes(me)) return "answered";
  return pending("AnswerRollCall").length ? "pending" : "none";
});

// --- media -----------------------------------------------------------------------------------------------

/** Whether someone's microphone is open, as a fact on record; one's own as this device shows it. */
export function hears(id: ParticipantId): boolean {
  if (id === you.value?.participant_id) {
    const { microphone } = media.value;
    if (microphone === "open" || microphone === "opening") return true;
    if (microphone !== "off") return false;
  }
  return participant(id)?.media.includes("audio") ?? false;
}
export const screenSlot = computed<Slot | null>(() => media.value.slots.find((s) => s.kind === "screen" && s.participant_id) ?? null);
export const videoSlots = computed<readonly Slot[]>(() => media.value.slots.filter((s) => s.kind === "video" && s.participant_id));
/** Who shares a screen now, whether or not this device receives it. */
export const sharer = computed<Participant | null>(() => people.value.find((p) => p.media.includes("screen")) ?? null);
/**
 * Those worth a tile, of this room, at most 12. Whoever spoke last stays in front until another does, so that pauses do
 * not shuffle the tiles; oneself comes after all others who have something to show.
 */
export const stagePeople = computed<readonly Participant[]>(() => {
  const room = self.value?.room_id ?? HALL;
  const me = you.value?.participant_id;
  const here = people.value.filter((p) => isHere(p) && p.room_id === room);
  const seen = new Set(videoSlots.value.map((slot) => slot.participant_id));
  const rank = (p: Participant): number => {
    const id = p.participant_id;
    if (id === me) return p.media.includes("video") ? 45 : 70;
    if (id === lastSpeaker.value) return 0;
    if (floor.value?.participant_id === id) return 1;
    const loud = speaking.value.indexOf(id);
    if (loud >= 0) return 2 + loud;
    if (seen.has(id)) return 20;
    if (p.media.includes("video")) return 30;
    if (p.media.includes("audio")) return 40;
    return p.role === "chair" ? 50 : p.role === "secretary" ? 60 : 90;
  };
  return [...here].sort((a, b) => rank(a) - rank(b)).slice(0, 12);
});

const FACES = 24;
const NAMED = 6;

/** Who is here, as the waiting room has space for: the first with a face, a few more by name, the others as a number. */
export function gathered<T>(here: readonly T[]): { readonly faces: readonly T[]; readonly named: readonly T[]; readonly more: number } {
  return { faces: here.slice(0, FACES), named: here.slice(FACES, FACES + NAMED), more: Math.max(0, here.length - FACES - NAMED) };
}
