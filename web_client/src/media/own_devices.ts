/** The microphone, camera and screen of this page: opened here, agreed with the meeting's record, held back while nothing may leave. */
import type { Outcome } from "../core/actions";
import { floorRequired, heldBack, onlyListens, pending } from "../core/selectors";
import { change, media, ownLevel, self, you, type DeviceFailure, type DeviceState } from "../core/store";
import type { CommandData, CommandKind, MediaKind } from "../wire/messages";
import { CaptureFailed, hasTwoCameras, openCamera, openMicrophone, openScreen } from "./devices";
import { Interruptions } from "./interruption";
import { measureLevel } from "./level";

export type Submit = <K extends CommandKind>(kind: K, data: CommandData[K]) => Promise<Outcome>;
type DeviceField = "microphone" | "camera" | "screen";
export const FIELD: Readonly<Record<MediaKind, DeviceField>> = { audio: "microphone", video: "camera", screen: "screen" };
export const KINDS: readonly MediaKind[] = ["audio", "video", "screen"];
/** A closed microphone is kept warm so long (ms), so that answering at once loses no word; then it is given back. */
const WARM = 20_000;

/** Whether opening or closing this kind has not been decided yet. */
function onItsWay(kind: MediaKind): boolean {
  return [...pending("OpenMedia"), ...pending("CloseMedia")].some((entry) => entry.data.media === kind);
}

export interface DeviceWiring {
  readonly submit: Submit;
  /** Send a track of a kind from now on; null: nothing. */
  lend(kind: MediaKind, track: MediaStreamTrack | null): void;
  /** Show one's own picture, or no longer. */
  show(kind: "video" | "screen", track: MediaStreamTrack | null): void;
  /** Something is opened though this page was in the room with words only. */
  needs(profile: "audio" | "video"): void;
}

export class OwnDevices {
  private readonly tracks: Partial<Record<MediaKind, MediaStreamTrack>> = {};
  /** Kinds the record has shown as open since they were opened here: gone from the record means closed by the chair. */
  private readonly onRecord = new Set<MediaKind>();
  private facing: "user" | "environment" = "user";
  private stopMeter: () => void = () => undefined;
  private cooling: ReturnType<typeof setTimeout> | undefined;
  private trial: MediaStreamTrack | null = null;
  private readonly interruptions = new Interruptions({
    begun: (kind) => this.interrupted(kind),
    lasts: (kind) => this.withdraw(kind),
    over: (kind, told) => this.resumed(kind, told),
    tooLate: (kind) => {
      this.close(kind, true);
      this.failed(kind, "interrupted");
    },
  });

  constructor(private readonly wiring: DeviceWiring) {}

  /** What is to be sent now, for a connection made anew. */
  sending(): readonly (readonly [MediaKind, MediaStreamTrack])[] {
    if (heldBack.value !== null) return [];
    return KINDS.flatMap((kind) => {
      const track = this.tracks[kind];
      return track && this.state(kind) !== "off" ? [[kind, track] as const] : [];
    });
  }

  /** A new connection is welcomed: of several devices of this person it is still this one that speaks. */
  claimVoice(): void {
    if (this.state("audio") === "open" && self.value?.media.includes("audio")) void this.wiring.submit("OpenMedia", { media: "audio" });
  }

  openMicrophone(): Promise<boolean> {
    clearTimeout(this.cooling);
    if (floorRequired.value) {
      change(media, { failure: { media: "audio", reason: "floor_required" } });
      return Promise.resolve(false);
    }
    const warm = this.tracks.audio;
    return this.open("audio", async () => (warm?.readyState === "live" && !warm.muted ? warm : openMicrophone()));
  }

  closeMicrophone(): void {
    this.close("audio", true);
  }

  openCamera(): Promise<boolean> {
    return this.open("video", () => openCamera(this.facing)).then((open) => {
      if (open) void hasTwoCameras().then((two) => change(media, { canTurnCamera: two }));
      return open;
    });
  }

  closeCamera(): void {
    this.close("video", true);
  }

  async turnCamera(): Promise<void> {
    if (media.value.camera !== "open" && media.value.camera !== "ready") return;
    this.facing = this.facing === "user" ? "environment" : "user";
    this.tracks.video?.stop(); // a phone can hold only one camera at a time
    try {
      this.hold("video", await openCamera(this.facing));
      if (this.state("video") === "open") this.wiring.lend("video", this.tracks.video ?? null);
    } catch (error) {
      this.close("video", true);
      this.failed("video", error instanceof CaptureFailed ? error.reason : "unsupported");
    }
  }

  shareScreen(): Promise<boolean> {
    return this.open("screen", openScreen);
  }

  stopSharing(): void {
    this.close("screen", true);
  }

  private async open(kind: MediaKind, capture: () => Promise<MediaStreamTrack>): Promise<boolean> {
    if (this.state(kind) === "interrupted") this.drop(kind); // what it gave is gone: a fresh one is asked for
    if (this.state(kind) !== "off") return this.state(kind) === "open" || this.state(kind) === "ready";
    if (onlyListens.value) {
      this.failed(kind, "consent_needed");
      return false;
    }
    change(media, { [FIELD[kind]]: "opening", failure: null });
    let track: MediaStreamTrack;
    try {
      track = await capture();
    } catch (error) {
      change(media, { [FIELD[kind]]: "off" });
      this.failed(kind, error instanceof CaptureFailed ? error.reason : "unsupported");
      return false;
    }
    if (this.state(kind) === "off") {
      track.stop(); // closed again while the browser was asking
      return false;
    }
    if (media.value.profile === "text") this.wiring.needs(kind === "audio" ? "audio" : "video");
    this.hold(kind, track);
    if (this.state(kind) !== "opening") return false; // the system holds it just now
    if (heldBack.value !== null) {
      change(media, { [FIELD[kind]]: "ready" });
      return true;
    }
    return this.enter(kind);
  }

  /** Send what is held here, and have the record say so. */
  private async enter(kind: MediaKind): Promise<boolean> {
    change(media, { [FIELD[kind]]: "opening" });
    this.wiring.lend(kind, this.tracks[kind] ?? null);
    this.onRecord.delete(kind);
    const outcome = await this.wiring.submit("OpenMedia", { media: kind });
    if (this.state(kind) !== "opening") return false; // closed again, interrupted or held back meanwhile
    if (!outcome.ok && heldBack.value !== null) {
      this.keepBack(kind);
      return true;
    }
    if (!outcome.ok) {
      this.close(kind, false);
      this.failed(kind, outcome.code === "floor_required" ? "floor_required" : "refused");
      return false;
    }
    change(media, { [FIELD[kind]]: "open" });
    this.agree(self.value?.media ?? null);
    return true;
  }

  private state(kind: MediaKind): DeviceState {
    return media.value[FIELD[kind]];
  }

  /** Begin to send what waited, or keep back what is open; who only listens keeps nothing ready. */
  heed(held: boolean, listens: boolean): void {
    for (const kind of KINDS) {
      const state = this.state(kind);
      if (listens && state !== "off") this.close(kind, false);
      else if (held && (state === "open" || state === "opening") && this.tracks[kind]) this.keepBack(kind);
      else if (!held && state === "ready") {
        if (kind === "audio" && floorRequired.value)
          this.close(kind, false); // the chair gives the floor first
        else void this.enter(kind);
      }
    }
  }

  private keepBack(kind: MediaKind): void {
    this.wiring.lend(kind, null);
    this.onRecord.delete(kind);
    change(media, { [FIELD[kind]]: "ready" });
  }

  private interrupted(kind: MediaKind): void {
    if (this.state(kind) !== "off") change(media, { [FIELD[kind]]: "interrupted" });
  }

  /** Off on the record, while the track may come back. */
  private withdraw(kind: MediaKind): void {
    this.onRecord.delete(kind);
    if (this.state(kind) === "interrupted" && heldBack.value === null) void this.wiring.submit("CloseMedia", { media: kind });
  }

  private resumed(kind: MediaKind, told: boolean): void {
    if (this.state(kind) !== "interrupted") return;
    if (heldBack.value !== null) change(media, { [FIELD[kind]]: "ready" });
    else if (told || !this.onRecord.has(kind)) void this.enter(kind);
    else change(media, { [FIELD[kind]]: "open" });
  }

  /** Give an interrupted track back without a word to anybody. */
  private drop(kind: MediaKind): void {
    const track = this.tracks[kind];
    this.wiring.lend(kind, null);
    if (track) this.release(kind, track);
    change(media, { [FIELD[kind]]: "off" });
  }

  /** Silent or dark at once; then the record follows (unless it said so itself). */
  close(kind: MediaKind, tell: boolean): void {
    const was = this.state(kind);
    const track = this.tracks[kind];
    this.wiring.lend(kind, null);
    this.interruptions.forget(kind);
    if (track) {
      track.enabled = false;
      if (kind === "audio") this.cool(track);
      else this.release(kind, track);
    }
    if (kind === "audio") this.stopMeter();
    else this.wiring.show(kind, null);
    if (was === "off") return;
    change(media, { [FIELD[kind]]: "off" });
    this.onRecord.delete(kind);
    if (tell && was !== "ready") void this.wiring.submit("CloseMedia", { media: kind });
  }

  private cool(track: MediaStreamTrack): void {
    clearTimeout(this.cooling);
    this.cooling = setTimeout(() => this.release("audio", track), WARM);
  }

  private release(kind: MediaKind, track: MediaStreamTrack): void {
    track.onended = null;
    track.stop();
    if (this.tracks[kind] !== track) return;
    this.interruptions.forget(kind);
    delete this.tracks[kind];
  }

  /** Take a captured track as the one of its kind, to be seen and measured here. */
  private hold(kind: MediaKind, track: MediaStreamTrack): void {
    track.enabled = true;
    track.onended = () => {
      this.close(kind, true);
      if (kind !== "screen") this.failed(kind, "ended"); // the browser's own "stop sharing" is no failure
    };
    this.tracks[kind] = track;
    if (kind !== "screen") this.interruptions.watch(kind, track); // a window that is put away stands still, and is shared all the same
    if (kind === "audio") {
      this.stopMeter();
      this.stopMeter = measureLevel(track, (level) => (ownLevel.value = level));
    } else this.wiring.show(kind, track);
  }

  private failed(kind: MediaKind, reason: DeviceFailure): void {
    change(media, { failure: { media: kind, reason } });
  }

  /**
   * Hold this device against the record. What the chair closed is closed here too; what the record calls open though
   * no device of ours is (the page was loaded again) is closed on the record.
   */
  agree(open: readonly MediaKind[] | null): void {
    if (!open) return;
    for (const kind of KINDS) {
      const state = this.state(kind);
      if (open.includes(kind)) {
        if (state === "open") this.onRecord.add(kind);
        else if (state === "off" && this.alone() && !onItsWay(kind)) void this.wiring.submit("CloseMedia", { media: kind });
      } else if ((state === "open" || state === "interrupted") && heldBack.value === null && this.onRecord.has(kind))
        this.close(kind, false);
    }
  }

  /** Whether no other device of the same person is connected, whose microphone it might be. */
  private alone(): boolean {
    const mine = you.value?.connection_id ?? "";
    const connections = Object.keys(self.value?.connections ?? {});
    return connections.length === 1 && connections[0] === mine;
  }

  // --- device check ---

  async tryMicrophone(): Promise<DeviceFailure | null> {
    this.endTrial();
    try {
      this.trial = await openMicrophone();
    } catch (error) {
      return error instanceof CaptureFailed ? error.reason : "unsupported";
    }
    this.stopMeter();
    this.stopMeter = measureLevel(this.trial, (level) => (ownLevel.value = level));
    return null;
  }

  endTrial(): void {
    if (!this.trial) return;
    this.stopMeter();
    this.trial.stop();
    this.trial = null;
  }

  stop(): void {
    for (const kind of KINDS) {
      this.close(kind, false);
      this.tracks[kind]?.stop();
    }
    clearTimeout(this.cooling);
    this.endTrial();
  }
}
