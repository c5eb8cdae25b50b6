/** What arrives from the server, put into the store: snapshots, events in their order, acknowledgements, signals. */
import type { EventFrame, ServerMessage } from "../wire/messages";
import { learn, learnRoughly } from "./clock";
import type { Outbox } from "./outbox";
import { progress } from "./ballot/kept";
import { knocked } from "./knocks";
import { evolve } from "./reducer";
import { consentOpen } from "./selectors";
import {
  batch,
  captions,
  captionsEnded,
  captionsOffered,
  change,
  closedForMe,
  connection,
  lastSpeaker,
  link,
  media,
  meeting,
  networks,
  position,
  recordHead,
  seq,
  speaking,
  typing,
  you,
} from "./store";

/**
 * `resync`: a record is missing, the connection must be made again. `media`: belongs to the media plane. `ballot`: to
 * this phone's secret ballots, which also hear of every `rejected`.
 */
export type Received = "done" | "resync" | "media" | "ballot";

/** Silence after which someone counts as no longer typing. */
const TYPING_ENDS = 6_000;
/** Lines of captions that are kept, to be read back: half an hour of a meeting. */
const CAPTIONS = 300;
/** How long (ms) "we are back" is shown. */
const BACK_IS_NEWS = 8_000;

export class Inbox {
  private readonly typists = new Map<string, number>();
  /** Until this record is applied, those missed while away are still coming; null: none are. */
  private catchUpTo: number | null = null;
  private wasLive = false;

  constructor(private readonly outbox: Outbox) {}

  /** Apply one message; `receivedAt` is this device's time (Unix ms). */
  receive(message: ServerMessage, receivedAt: number): Received {
    switch (message.type) {
      case "welcome":
        batch(() => {
          you.value = message.you;
          learnRoughly(message.now);
          change(media, { available: message.media && media.value.available });
          speaking.value = [];
          if (!message.resumed) captions.value = [];
          captionsOffered.value = message.captions;
          recordHead.value = message.head;
          typing.value = [];
          this.catchUpTo = null;
          if (message.resumed) {
            change(connection, { caughtUp: this.wasLive ? message.missed : null, resumedAt: receivedAt });
            this.catchUpTo = Number.parseInt(message.position, 10);
            this.caughtUp();
          }
        });
        return "done";
      case "snapshot":
        batch(() => {
          const again = this.wasLive && connection.value.phase !== "live";
          meeting.value = message.state;
          seq.value = message.seq;
          position.value = message.position;
          if (again) change(connection, { caughtUp: 0, resumedAt: receivedAt });
          this.live();
          this.outbox.applied();
        });
        return "done";
      case "event":
      case "skip": {
        if (message.seq <= seq.value) return "done";
        const state = meeting.value;
        if (message.seq !== seq.value + 1 || !state) return "resync";
        batch(() => {
          if (message.type === "event") {
            meeting.value = evolve(state, message.kind, message.data, message.at);
            this.notice(message);
          }
          seq.value = message.seq;
          position.value = `${message.seq}.${message.hash8}`;
          this.caughtUp();
          this.outbox.applied();
        });
        return "done";
      }
      case "head":
        recordHead.value = message.head;
        return "done";
      case "ack":
        this.outbox.acknowledged(message);
        return "done";
      case "rejected":
        this.outbox.refused(message);
        return "done";
      case "pong":
        if (message.sent > 0) learn(message.now, message.sent, receivedAt);
        return "done";
      case "speaking": {
        speaking.value = message.participants;
        const other = message.participants.find((id) => id !== you.value?.participant_id);
        if (other) lastSpeaker.value = other;
        return "done";
      }
      case "caption":
        captions.value = [...captions.value, message].slice(-CAPTIONS);
        return "done";
      case "typing":
        if (message.on) this.typists.set(message.participant_id, receivedAt);
        else this.typists.delete(message.participant_id);
        this.tellTypists(receivedAt);
        return "done";
      case "paper": {
        const { motion_id, issued, returned } = message;
        progress.value = { ...progress.value, [motion_id]: { issued, returned } };
        return "done";
      }
      case "collected":
        return "ballot";
      case "networks":
        networks.value = { ...networks.value, ...message.levels };
        return "done";
      case "knocked":
        knocked.value += 1;
        return "done";
      case "link":
        link.value = { ...link.value, server: message };
        return "done";
      case "answer":
        networks.value = {}; // they follow whole
        return "media";
      case "quality":
        change(media, { quality: message.level });
        return "done";
      default:
        return "media";
    }
  }

  /** Where to resume from; null before the first snapshot. */
  position(): string | null {
    return meeting.peek() === null ? null : position.peek();
  }

  /** Once a second: who stopped typing without saying so, and whether the news of being back is old. */
  beat(at: number): void {
    const { caughtUp, resumedAt } = connection.value;
    if (caughtUp !== null && resumedAt !== null && at - resumedAt > BACK_IS_NEWS) change(connection, { caughtUp: null });
    if (this.typists.size) this.tellTypists(at);
  }

  private notice(message: EventFrame): void {
    const mine = you.value?.participant_id ?? "";
    if (message.kind === "RoomCaptioned" && message.data.room_id === meeting.value?.participants[mine]?.room_id) {
      captions.value = [];
      captionsEnded.value = message.data.captioned ? null : message.data.reason;
    }
    if (message.kind === "ParticipantMoved" && message.data.participant_id === mine) captions.value = [];
    if (message.kind !== "MediaClosed") return;
    const { participant_id, closed_by, media: kind } = message.data;
    const me = you.value?.participant_id;
    if (participant_id === me && closed_by !== me && !consentOpen.value) closedForMe.value = { media: kind, by: closed_by, at: message.at };
  }

  private tellTypists(at: number): void {
    for (const [id, since] of this.typists) if (at - since > TYPING_ENDS) this.typists.delete(id);
    const ids = [...this.typists.keys()].filter((id) => id !== you.value?.participant_id);
    if (ids.join() !== typing.value.join()) typing.value = ids;
  }

  private caughtUp(): void {
    if (this.catchUpTo === null || seq.value < this.catchUpTo) return;
    this.catchUpTo = null;
    this.live();
  }

  private live(): void {
    this.wasLive = true;
    change(connection, { phase: "live", attempt: 0, retryAt: null });
    this.outbox.connected();
  }
}
