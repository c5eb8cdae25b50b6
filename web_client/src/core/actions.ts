/** What a view can do: an injected port, so that views know neither the network nor the devices. */
import type { CommandData, CommandKind, MotionId, ParticipantId } from "../wire/messages";
import type { DeviceFailure, Preferences, Profile } from "./store";

/** What became of a command: on record, or refused for good (see `refusals` and the catalogue's `errors.<code>`). */
export type Outcome =
  | { readonly ok: true; readonly seq: number }
  | { readonly ok: false; readonly code: string; readonly field: string; readonly detail: Readonly<Record<string, number | string>> };

/** The rotating code of the hall (会场签到码): a picture, and the server's times (Unix ms) of now and of the next one. */
export interface HallCode {
  readonly svg: string;
  readonly ends_at: number;
  readonly now: number;
}

export interface Actions {
  /**
   * Ask the meeting for something. It waits in the outbox until acknowledged and is sent again after a reconnect;
   * the promise resolves when the server has decided (never rejects).
   */
  send<K extends CommandKind>(kind: K, data: CommandData[K]): Promise<Outcome>;
  /** Put a secret ballot on its way; resolves once it is safe on this phone. What becomes of it is in `ownPapers`. */
  castSecretly(motionId: MotionId, choices: readonly string[]): Promise<void>;
  /** Look again whether one's ballot is in the sealed bulletin. */
  recheckBallot(motionId: MotionId): Promise<void>;
  /** The code the hall's screen shows now; null when the server has none to show. */
  hallCode(): Promise<HallCode | null>;
  /** Let a browser that asks to come in do so, or not. */
  answerKnock(id: string, answer: "let_in" | "refused"): Promise<void>;
  /** Go by the rule that stands in the place of the meeting's own (`boot.replaced`); false: it could not be taken. */
  takeRuleInForce(): Promise<boolean>;
  /** Unrecorded signal that one is typing. */
  typing(on: boolean): void;

  /** Open one's microphone; the browser asks at the first time. Failures are in `media.failure`. */
  openMicrophone(): Promise<boolean>;
  closeMicrophone(): void;
  openCamera(): Promise<boolean>;
  closeCamera(): void;
  /** Front and back camera of a phone. */
  turnCamera(): Promise<void>;
  shareScreen(): Promise<boolean>;
  stopSharing(): void;
  /** Everything, sound only, or words only. */
  chooseProfile(profile: Profile): void;
  /** Keep one participant's picture in the first place; null lets the loudest be seen. */
  pin(participantId: ParticipantId | null): void;
  /** Keep `link` up to date while somebody looks at it. */
  inspect(on: boolean): void;
  /** To be called inside a tap when `media.needsTap`. */
  allowSound(): void;
  /** Forget `media.failure` (its advice was read). */
  dismissFailure(): void;
  /**
   * Show the picture of a slot (by `mid`), or one's own camera or screen ("own-camera", "own-screen"), in a video element.
   * Call with null when the element goes away.
   */
  attachVideo(slot: string, element: HTMLVideoElement | null): void;
  /** Device check: opens the microphone for this device alone (`ownLevel` moves); resolves with what went wrong. */
  tryMicrophone(): Promise<DeviceFailure | null>;
  endTrial(): void;

  /** Try to reach the server at once instead of waiting for `connection.retryAt`. */
  reconnectNow(): void;
  /** Leave on purpose, then go to `boot.urls.home`. */
  leave(): Promise<void>;
  /** Language, theme and big type: at once here, and kept for the pages too. */
  setPreferences(fields: Partial<Preferences>): Promise<void>;
}

let provided: Actions | null = null;

/** Called once by `main` (or by a story). */
export function provideActions(port: Actions): void {
  provided = port;
}

/** The port; views call `actions().send("RaiseHand", {})`. */
export function actions(): Actions {
  if (!provided) throw new Error("no actions were provided");
  return provided;
}

/** Shorthand for the commonest of all. */
export function send<K extends CommandKind>(kind: K, data: CommandData[K]): Promise<Outcome> {
  return actions().send(kind, data);
}
