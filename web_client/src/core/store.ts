/** The signals every view reads: the meeting as this viewer may see it, and the state of this device. */
import { batch, computed, signal, type Signal } from "@preact/signals";
import type {
  Caption,
  CaptionsEnd,
  CommandData,
  CommandKind,
  Device,
  LinkDetails,
  MediaKind,
  MeetingState,
  ParticipantId,
  Preset,
  You,
} from "../wire/messages";

// --- what the server said --------------------------------------------------------------------------------

/** The viewer's state of the meeting; null until the first snapshot. */
export const meeting = signal<MeetingState | null>(null);
/** Who the server takes this connection for; null until the first welcome. */
export const you = signal<You | null>(null);
/** Sequence number of the last record applied, and its position `seq.hash8` for resuming. */
export const seq = signal(0);
export const position = signal<string | null>(null);
/** The record's head as last told, `seq.hash32`: kept to hold the meeting's bundle against; empty before that. */
export const recordHead = signal("");
/** Who is speaking now in this room, loudest first. */
export const speaking = signal<readonly ParticipantId[]>([]);
/** Who spoke last, without oneself: stays in front until someone else speaks. */
export const lastSpeaker = signal<ParticipantId | null>(null);
/** Who is typing now in this room, without oneself. */
export const typing = signal<readonly ParticipantId[]>([]);

// --- live captions -------------------------------------------------------------------------------------------

/** Whether this server can write captions at all. */
export const captionsOffered = signal(false);
/** The last lines of this room, the newest last. */
export const captions = signal<readonly Caption[]>([]);
/** Why captions ended by themselves, until somebody reads it; null: they did not. */
export const captionsEnded = signal<CaptionsEnd | null>(null);

// --- the connection --------------------------------------------------------------------------------------

/** Why the connection ended for good; each has its own screen. */
export type Ending = "signed_out" | "forbidden" | "unknown_meeting" | "removed" | "replaced" | "flooding" | "refused" | "left";

export interface ConnectionState {
  readonly phase: "connecting" | "live" | "reconnecting" | "ended";
  /** How often a connection was tried since the last good one. */
  readonly attempt: number;
  /** This device's time (Unix ms) of the next attempt, while waiting. */
  readonly retryAt: number | null;
  readonly ending: Ending | null;
  /** After a resume: how many events were caught up, until `resumedAt` is 8 s ago. Null: nothing to tell. */
  readonly caughtUp: number | null;
  /** This device's time (Unix ms) of the last resume. */
  readonly resumedAt: number | null;
}
export const connection = signal<ConnectionState>({
  phase: "connecting",
  attempt: 0,
  retryAt: null,
  ending: null,
  caughtUp: null,
  resumedAt: null,
});

// --- commands on their way -------------------------------------------------------------------------------

/**
 * A command that the server has not acknowledged (`waiting`), or has (`counted`) while its event is still on the way.
 * It is sent again by itself after every reconnect, with the same id, and so never has effect twice.
 */
export interface OutboxEntry<K extends CommandKind = CommandKind> {
  readonly id: string;
  readonly kind: K;
  readonly data: CommandData[K];
  /** Server's time (Unix ms) at which the member acted. */
  readonly at: number;
  readonly state: "waiting" | "counted";
  /** Of the acknowledgement. */
  readonly seq: number | null;
}
export const outbox = signal<readonly OutboxEntry[]>([]);

/** A command the server refused, newest last; `detail` holds the figures of its sentence `errors.<code>`. */
export interface Refusal<K extends CommandKind = CommandKind> {
  readonly id: string;
  readonly kind: K;
  readonly data: CommandData[K];
  readonly at: number;
  readonly code: string;
  readonly field: string;
  readonly detail: Readonly<Record<string, number | string>>;
}
export const refusals = signal<readonly Refusal[]>([]);

// --- media of this device --------------------------------------------------------------------------------

/** How the member takes part: everything, sound only, or words only. */
export type Profile = "video" | "audio" | "text";
/**
 * `ready`: seen and measured here, and nothing of it leaves before the meeting opens or its recording is agreed to.
 * `interrupted`: a call, an alarm or the system holds it for now: it gives nothing, so it is not called open.
 */
export type DeviceState = "off" | "opening" | "ready" | "open" | "interrupted";
/** Why a microphone, camera or screen could not be opened; each has its own advice. */
export type DeviceFailure =
  | "denied" // the member or the browser said no
  | "dismissed" // the question was closed without an answer
  | "missing" // there is no such device
  | "busy" // another app holds it
  | "unsupported" // this browser cannot capture (some in-app browsers)
  | "insecure" // the page is not on https
  | "constrained" // no device can do what was asked
  | "ended" // it was unplugged or taken away while open
  | "interrupted" // a call or another app held it for long: opened again with one tap
  | "consent_needed" // only listening while the recording runs
  | "floor_required" // the room is moderated: only who has the floor
  | "refused"; // the server refused for another reason

/** One place in which someone else's picture can be shown. Sound plays by itself. */
export interface Slot {
  readonly mid: string;
  readonly kind: "audio" | "video" | "screen";
  readonly participant_id: ParticipantId | null;
}

export interface MediaState {
  /** Whether there is media at all: a media plane on the server and WebRTC in this browser. */
  readonly available: boolean;
  readonly phase: "off" | "connecting" | "live" | "lost";
  readonly profile: Profile;
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly screen: DeviceState;
  readonly failure: { readonly media: MediaKind; readonly reason: DeviceFailure } | null;
  /** The browser refused to play sound without a tap: offer one, which calls `allowSound`. */
  readonly needsTap: boolean;
  /** The code with which this device's offer was refused for good, "" while none was. */
  readonly refused: string;
  /** What this browser is able to do; controls it cannot serve are not shown. */
  readonly canCapture: boolean;
  readonly canShareScreen: boolean;
  /** The phone has another camera to switch to. */
  readonly canTurnCamera: boolean;
  readonly slots: readonly Slot[];
  /** 3 good, 2 fair, 1 weak, 0 gone; null before it is known. */
  readonly quality: 0 | 1 | 2 | 3 | null;
  /** Pictures are held back because the network is weak. */
  readonly pictureHeld: boolean;
  /** Who sends a picture that this browser cannot decode. */
  readonly leftOut: readonly ParticipantId[];
  /** Another device or tab of the same person speaks for them. */
  readonly voiceElsewhere: Device | null;
  readonly pinned: ParticipantId | null;
}
export const media = signal<MediaState>({
  available: true,
  phase: "off",
  profile: "audio",
  microphone: "off",
  camera: "off",
  screen: "off",
  failure: null,
  needsTap: false,
  refused: "",
  canCapture: true,
  canShareScreen: false,
  canTurnCamera: false,
  slots: [],
  quality: null,
  pictureHeld: false,
  leftOut: [],
  voiceElsewhere: null,
  pinned: null,
});
/** Networks of others in this room that are not good (2 fair, 1 weak, 0 gone). */
export const networks = signal<Readonly<Record<ParticipantId, 0 | 1 | 2 | 3>>>({});

/** One stream on the own connection. `lost` in percent, `rate` in pictures a second, `layer` q, h, f or empty. */
export interface Flow {
  readonly mid: string;
  readonly receiving: boolean;
  readonly kind: "audio" | "video";
  readonly layer: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly kbit: number;
  readonly lost: number;
}
/** The own connection while somebody looks at it; `roundTrip` in ms; `server`: its side of it. */
export const link = signal<{ readonly flows: readonly Flow[]; readonly roundTrip: number | null; readonly server: LinkDetails | null }>({
  flows: [],
  roundTrip: null,
  server: null,
});

/** Loudness of one's own microphone, 0 to 1, while it is open or being tried out. */
export const ownLevel = signal(0);

// --- settings of this device -----------------------------------------------------------------------------

export interface Boot {
  readonly meeting_id: string;
  readonly participant_id: string;
  readonly name: string;
  readonly language: "zh-CN" | "en";
  readonly csrf: string;
  readonly ice_servers: readonly RTCIceServer[];
  readonly media: boolean;
  readonly stage: boolean;
  /** The page belongs to a rehearsal: nothing in it is kept. */
  readonly rehearsal?: boolean;
  /** The host recorded voices are sent to, to be transcribed; empty or missing: they stay on the server. */
  readonly heard_at?: string;
  readonly urls: Readonly<Record<string, string>>;
  /** Rules a motion may be decided by, for those who run votes; empty or missing: only the meeting's own. */
  readonly presets?: readonly Preset[];
  /** The rule the meeting was planned under was replaced; `url` takes the new one. Missing: it is in force, or one does not run it. */
  readonly replaced?: { readonly preset_id: string; readonly words: string; readonly url: string } | null;
  /** `?as=` of the address: how the member chose to enter. */
  readonly as: "listen" | "audio" | "video" | "text";
}
export const boot = signal<Boot | null>(null);
export interface Preferences {
  readonly language: "zh-CN" | "en";
  readonly theme: "auto" | "light" | "dark";
  readonly big: boolean;
}
export const preferences = signal<Preferences>({ language: "zh-CN", theme: "auto", big: false });

/** The last time someone else closed one's microphone, camera or screen; `at` is the server's Unix ms. */
export const closedForMe = signal<{ readonly media: MediaKind; readonly by: ParticipantId; readonly at: number } | null>(null);

// --- a few everywhere-used derivations -------------------------------------------------------------------

/** The viewer as a participant; null before the snapshot (or when not on the list). */
export const self = computed(() => {
  const id = you.value?.participant_id;
  return (id !== undefined && meeting.value?.participants[id]) || null;
});

/** Change some fields of a signal that holds a record. */
export function change<T extends object>(target: Signal<T>, fields: Partial<T>): void {
  target.value = { ...target.peek(), ...fields }; // peek: changing is not watching
}
export { batch };
