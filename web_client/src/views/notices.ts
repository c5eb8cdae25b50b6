/** Things done to this member that must not go unnoticed: muted by the chair, moved to a room, given the floor, put in the chair. */
import { effect, signal } from "@preact/signals";
import { holders } from "../core/hall";
import { list, t } from "../core/i18n";
import { may } from "../core/permissions";
import { nameOf, participant } from "../core/selectors";
import { closedForMe, media, meeting, outbox, self } from "../core/store";
import { HALL, type MeetingState, MotionPhase, Office, type Participant, MeetingPhase } from "../wire/messages";
import { say } from "../widgets/announce";

export interface Notice {
  readonly kind: "lookalike" | "muted" | "moved" | "called_back" | "promoted" | "floor_over" | "withdrawn" | "roll_missed" | "officers";
  readonly title: string;
  readonly words: string;
}
export const notices = signal<readonly Notice[]>([]);

export function dismiss(notice: Notice): void {
  notices.value = notices.value.filter((other) => other !== notice);
}

let toldClosing = closedForMe.peek();

/** One is in one room only: the later of these replaces the earlier. */
const KINDS_OF_PLACE: readonly Notice["kind"][] = ["moved", "called_back"];

function add(kind: Notice["kind"], values: Readonly<Record<string, string>> = {}): void {
  const notice: Notice = { kind, title: t(`room.notice_${kind}`, values), words: t(`room.notice_${kind}_words`, values) };
  const same = KINDS_OF_PLACE.includes(kind) ? KINDS_OF_PLACE : [kind];
  notices.value = [...notices.peek().filter((other) => !same.includes(other.kind)), notice];
  say(`${notice.title} ${notice.words}`, kind !== "floor_over");
}

/** What has been overtaken needs no more reading. */
function settle(kinds: readonly Notice["kind"][]): void {
  if (notices.peek().some((notice) => kinds.includes(notice.kind)))
    notices.value = notices.peek().filter((notice) => !kinds.includes(notice.kind));
}

/** Closed by someone else, as the record says it; what this phone or its owner closed needs no notice. */
function closedByOthers(before: Participant, after: Participant): boolean {
  return before.media.includes("audio") && !after.media.includes("audio") && after.present && closedForMe.peek() !== toldClosing;
}

function compare(old: MeetingState, state: MeetingState, before: Participant, after: Participant): void {
  const me = after.participant_id;
  const hadFloor = old.floor?.participant_id === me;
  const hasFloor = state.floor?.participant_id === me;
  if (hadFloor && !hasFloor) {
    if (!outbox.peek().some((entry) => entry.kind === "EndFloor")) add("floor_over");
  } else if (closedByOthers(before, after)) {
    toldClosing = closedForMe.peek();
    add("muted");
  }
  if (!hadFloor && hasFloor) say(t("room.your_floor_spoken"), true);
  const open = after.media.includes("audio") && !before.media.includes("audio");
  if (open || (hasFloor && !hadFloor)) settle(["muted", "floor_over"]);
  if (before.room_id !== after.room_id) {
    const room = state.rooms[after.room_id]?.title ?? "";
    add(after.room_id === HALL ? "called_back" : "moved", { room });
  }
  if (before.role === "member" && (after.role === "chair" || after.role === "secretary")) add("promoted");
}

/** A phone in a pocket or face down should notice a vote or a roll call; browsers that cannot do this, do nothing. */
function buzz(): void {
  if (typeof navigator.vibrate === "function" && navigator.userActivation?.hasBeenActive === true) navigator.vibrate(180);
}

/** A guest typed a name that may be taken for a member's: whoever runs the meeting looks before anybody is misled. */
function tellLookalikes(old: MeetingState, state: MeetingState): void {
  for (const p of Object.values(state.participants)) {
    if (p.resembles === null || p.removed || old.participants[p.participant_id] !== undefined) continue;
    const member = participant(p.resembles);
    add("lookalike", { name: nameOf(p.participant_id), member: member?.name ?? t("room.notice_lookalike_someone") });
  }
}

/** Who counts is announced to everyone, and announced again when one of them changes. */
function tellOfficers(old: MeetingState, state: MeetingState): void {
  if (old.officers === state.officers || old.meeting_id !== state.meeting_id) return;
  const names = (office: Office): string => list(holders(state, office).map(nameOf)) || t("room.notice_officers_none");
  add("officers", { scrutineer: names(Office.SCRUTINEER), teller: names(Office.TELLER) });
}

/** Begin to watch; returns how to stop. A fresh snapshot after a long absence tells nothing twice. */
export function watchForNotices(): () => void {
  let old: MeetingState | null = null;
  let before: Participant | null = null;
  const spokenVotes = new Set<string>();
  let spokenCollecting = "";
  let spokenRoll = "";
  return effect(() => {
    const state = meeting.value;
    const after = self.value;
    if (old !== null && before !== null && state !== null && after !== null && (before !== after || old.floor !== state.floor))
      compare(old, state, before, after);
    if (state !== null) {
      for (const motion of Object.values(state.motions)) {
        if (motion.phase === MotionPhase.COLLECTING && spokenCollecting !== motion.motion_id) {
          spokenCollecting = motion.motion_id;
          say(t("vote.spoken_collecting", { title: motion.title }), true);
          buzz();
        }
        if (motion.phase === MotionPhase.VOTING && !spokenVotes.has(motion.motion_id)) {
          spokenVotes.add(motion.motion_id);
          say(t("vote.spoken_open", { title: motion.title }), true);
          buzz();
        }
        const earlier = old?.motions[motion.motion_id]?.phase;
        if ((earlier === MotionPhase.VOTING || earlier === MotionPhase.COLLECTING) && motion.phase === MotionPhase.WITHDRAWN) {
          add("withdrawn", {
            title: motion.title,
            why: motion.withdrawn_reason === "" ? "" : t("room.notice_reason", { why: motion.withdrawn_reason }),
          });
        }
        if (old !== null && motion.phase === MotionPhase.PUBLISHED && old.motions[motion.motion_id]?.phase !== MotionPhase.PUBLISHED)
          say(t("vote.spoken_published", { title: motion.title }), true);
      }
      const call = state.roll_call;
      if (call !== null && call.closed_at === null && spokenRoll !== call.roll_call_id) {
        spokenRoll = call.roll_call_id;
        say(t("room.roll_spoken"), true);
        buzz();
      }
      const asked = old?.roll_call ?? null;
      if (
        after !== null &&
        asked !== null &&
        call !== null &&
        asked.roll_call_id === call.roll_call_id &&
        asked.closed_at === null &&
        call.closed_at !== null
      ) {
        if (call.expected.includes(after.participant_id) && !call.answered.includes(after.participant_id)) add("roll_missed");
      }
      if (old?.phase === MeetingPhase.CONVENED && state.phase === MeetingPhase.OPEN)
        say(t(media.peek().microphone === "off" ? "states.opened_spoken" : "states.opened_spoken_mic"), true);
      if (old !== null && old.recording === null && state.recording !== null)
        say(t("room.recording_spoken", { name: nameOf(state.recording.started_by) }), true);
      if (old !== null && old.current_item !== state.current_item) {
        const item = state.agenda.find((one) => one.item_id === state.current_item);
        if (item !== undefined) say(t("room.step_spoken", { title: item.title }));
      }
    }
    if (old !== null && state !== null && after !== null && may(after, "run_meeting")) tellLookalikes(old, state);
    if (old !== null && state !== null) tellOfficers(old, state);
    old = state;
    before = after;
  });
}
