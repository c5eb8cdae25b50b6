/** The media of this page: what is open here, agreed with the meeting's record, over the one media link. */
import { effect, untracked } from "@preact/signals";
import type { Outcome } from "../core/actions";
import { floorRequired, pending } from "../core/selectors";
import { change, media, ownLevel, self, you, type DeviceFailure, type DeviceState, type Profile, type Slot } from "../core/store";
import type { CommandData, CommandKind, MediaKind, ParticipantId, ServerMessage } from "../wire/messages";
import { CaptureFailed, canCapture, canShareScreen, hasTwoCameras, openCamera, openMicrophone, openScreen } from "./devices";
import { Inspection } from "./inspection";
import { measureLevel } from "./level";
import { MediaLink, type Wiring } from "./link";
import { LAYERS, sendLayers, statistics, type Peer } from "./peer";
import { Playback } from "./playback";

type Submit = <K extends CommandKind>(kind: K, data: CommandData[K]) => Promise<Outcome>;
type DeviceField = "microphone" | "camera" | "screen";
const FIELD: Readonly<Record<MediaKind, DeviceField>> = { audio: "microphone", video: "camera", screen: "screen" };
type Layer = (typeof LAYERS)[number];
const KINDS: readonly MediaKind[] = ["audio", "video", "screen"];
/** A closed microphone is kept warm so long (ms), so that answering at once loses no word; then it is given back. */
const WARM = 20_000;
/** An offer that can not be answered is made again so much later (ms): the server may have learnt by then, the browser has not. */
const REFUSED_MS = 30_000;

/** Whether opening or closing this kind has not been decided yet. */
function onItsWay(kind: MediaKind): boolean {
  return [...pending("OpenMedia"), ...pending("CloseMedia")].some((entry) => entry.data.media === kind);
}

export interface RoomWiring extends Pick<Wiring, "send" | "makeId" | "ice" | "videoSlots"> {
  readonly submit: Submit;
  readonly available: boolean;
}

export class RoomMedia {
  private readonly link: MediaLink;
  private readonly playback = new Playback((needsTap) => change(media, { needsTap }));
  private readonly tracks: Partial<Record<MediaKind, MediaStreamTrack>> = {};
  /** Kinds the record has shown as open since they were opened here: gone from the record means closed by the chair. */
  private readonly onRecord = new Set<MediaKind>();
  private roles: Readonly<Record<string, string>> = {};
  private facing: "user" | "environment" = "user";
  private stopMeter: () => void = () => undefined;
  private cooling: ReturnType<typeof setTimeout> | undefined;
  private trial: MediaStreamTrack | null = null;
  private welcomed = false;
  private layers: readonly Layer[] = LAYERS;
  private wished: Layer = "f";
  private readonly inspection = new Inspection(() => this.link.peer, () => void this.wiring.send({ type: "inspect" }));

  constructor(private readonly wiring: RoomWiring) {
    const able = typeof globalThis.RTCPeerConnection === "function";
    change(media, { available: wiring.available && able, canCapture: canCapture(), canShareScreen: canShareScreen() });
    this.link = new MediaLink({
      send: wiring.send,
      makeId: wiring.makeId,
      ice: wiring.ice,
      videoSlots: wiring.videoSlots,
      filled: (peer) => this.fill(peer),
      track: (mid, track) => this.playback.add(mid, track),
      gone: () => {
        this.playback.clear();
        this.layers = LAYERS; // of a new peer all are sent until the server says otherwise
        change(media, { slots: [] });
      },
      changed: (phase) => change(media, phase === "live" ? { phase } : { phase, quality: null }),
      answered: (mids) => {
        this.roles = mids;
        this.wish();
      },
    });
    effect(() => {
      const me = self.value;
      untracked(() => this.agree(me?.media ?? null));
    });
  }

  // --- what the server says ------------------------------------------------------------------------------

  /** Before the socket is welcomed: get ready, as far as this browser is able. */
  prepare(): void {
    if (media.value.available && media.value.profile !== "text") this.link.prepare();
  }

  /** A socket was welcomed: media begins anew for it. */
  connected(): void {
    this.welcomed = true;
    if (media.value.available && media.value.profile !== "text") this.link.start();
  }

  disconnected(): void {
    this.welcomed = false;
    this.link.pause();
  }

  receive(message: ServerMessage): void {
    if (message.type === "answer") {
      change(media, { refused: "" });
      void this.link.answer(message);
    }
    else if (message.type === "media_lost") this.link.lost(message.retry_after_ms);
    else if (message.type === "error" && this.link.awaits(message.re)) {
      change(media, { refused: message.retry_after_ms ? "" : message.code });
      this.link.lost(message.retry_after_ms || REFUSED_MS);
    }
    else if (message.type === "slots") {
      change(media, { slots: this.named(message.slots) });
      if (this.largest() !== this.wished) this.wish();
    } else if (message.type === "layers") {
      this.layers = message.wanted;
      if (this.link.peer) this.thin(this.link.peer);
    }
  }

  private named(slots: Readonly<Record<string, string | null>>): readonly Slot[] {
    return Object.entries(slots).map(([mid, participant_id]) => {
      const role = this.roles[mid] ?? "";
      return { mid, kind: role.startsWith("audio") ? "audio" : role.startsWith("screen") ? "screen" : "video", participant_id };
    });
  }

  /** The largest picture of use here: tiles beside each other on a small page are small. */
  private largest(): Layer {
    const pictures = media.value.slots.filter((slot) => slot.kind === "video" && slot.participant_id !== null).length;
    if (pictures <= 1) return "f";
    if (pictures > 9) return "q";
    return pictures > 4 || globalThis.innerWidth < 900 ? "h" : "f";
  }

  /** Tell the server what to send here. */
  private wish(): void {
    const { profile, pinned, pictureHeld } = media.value;
    const pictures = profile === "video" && !pictureHeld;
    this.wished = this.largest();
    const video = pictures ? this.wiring.videoSlots : 0;
    this.wiring.send({ type: "want", video, pinned, screen: profile === "video", layer: this.wished });
  }

  // --- opening and closing -------------------------------------------------------------------------------

  openMicrophone(): Promise<boolean> {
    clearTimeout(this.cooling);
    if (floorRequired.value) {
      change(media, { failure: { media: "audio", reason: "floor_required" } });
      return Promise.resolve(false);
    }
    const warm = this.tracks.audio;
    return this.open("audio", async () => (warm?.readyState === "live" ? warm : openMicrophone()));
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
    if (media.value.camera !== "open") return;
    this.facing = this.facing === "user" ? "environment" : "user";
    this.tracks.video?.stop(); // a phone can hold only one camera at a time
    try {
      this.hold("video", await openCamera(this.facing));
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
    if (media.value[FIELD[kind]] !== "off") return media.value[FIELD[kind]] === "open";
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
    if (media.value.profile === "text") this.chooseProfile(kind === "audio" ? "audio" : "video");
    this.hold(kind, track);
    this.onRecord.delete(kind);
    const outcome = await this.wiring.submit("OpenMedia", { media: kind });
    if (this.state(kind) === "off") return false; // closed again meanwhile
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

  /** Silent or dark at once; then the record follows (unless it said so itself). */
  private close(kind: MediaKind, tell: boolean): void {
    const was = this.state(kind);
    const track = this.tracks[kind];
    this.lend(kind, null);
    if (track) {
      track.enabled = false;
      if (kind === "audio") this.cool(track);
      else this.release(kind, track);
    }
    if (kind === "audio") this.stopMeter();
    else this.playback.own(kind === "video" ? "own-camera" : "own-screen", null);
    if (was === "off") return;
    change(media, { [FIELD[kind]]: "off" });
    this.onRecord.delete(kind);
    if (tell) void this.wiring.submit("CloseMedia", { media: kind });
  }

  private cool(track: MediaStreamTrack): void {
    clearTimeout(this.cooling);
    this.cooling = setTimeout(() => this.release("audio", track), WARM);
  }

  private release(kind: MediaKind, track: MediaStreamTrack): void {
    track.onended = null;
    track.stop();
    if (this.tracks[kind] === track) delete this.tracks[kind];
  }

  /** Take a captured track as the one of its kind, and lend it to the link. */
  private hold(kind: MediaKind, track: MediaStreamTrack): void {
    track.enabled = true;
    track.onended = () => {
      this.close(kind, true);
      if (kind !== "screen") this.failed(kind, "ended"); // the browser's own "stop sharing" is no failure
    };
    this.tracks[kind] = track;
    this.lend(kind, track);
    if (kind === "audio") {
      this.stopMeter();
      this.stopMeter = measureLevel(track, (level) => (ownLevel.value = level));
    } else this.playback.own(kind === "video" ? "own-camera" : "own-screen", track);
  }

  private lend(kind: MediaKind, track: MediaStreamTrack | null): void {
    const peer = this.link.peer;
    if (peer) void this.give(peer, kind, track);
  }

  /** Let the peer send a track; how its layers are cut depends on the camera. */
  private async give(peer: Peer, kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    await peer[FIELD[kind]].sender.replaceTrack(track).catch(() => undefined); // closed meanwhile
    if (kind === "video" && track) this.thin(peer);
  }

  private fill(peer: Peer): void {
    for (const kind of KINDS) {
      const track = this.tracks[kind];
      if (track && this.state(kind) !== "off") void this.give(peer, kind, track);
    }
  }

  private failed(kind: MediaKind, reason: DeviceFailure): void {
    change(media, { failure: { media: kind, reason } });
  }

  /**
   * Hold this device against the record. What the chair closed is closed here too; what the record calls open though
   * no device of ours is (the page was loaded again) is closed on the record.
   */
  private agree(open: readonly MediaKind[] | null): void {
    if (!open) return;
    for (const kind of KINDS) {
      const state = this.state(kind);
      if (open.includes(kind)) {
        if (state === "open") this.onRecord.add(kind);
        else if (state === "off" && this.alone() && !onItsWay(kind)) void this.wiring.submit("CloseMedia", { media: kind });
      } else if (state === "open" && this.onRecord.has(kind)) this.close(kind, false);
    }
  }

  /** Whether no other device of the same person is connected, whose microphone it might be. */
  private alone(): boolean {
    const mine = you.value?.connection_id ?? "";
    const connections = Object.keys(self.value?.connections ?? {});
    return connections.length === 1 && connections[0] === mine;
  }

  // --- what is received ----------------------------------------------------------------------------------

  chooseProfile(profile: Profile): void {
    const before = media.value.profile;
    change(media, { profile, pictureHeld: false });
    if (profile === before) return;
    if (profile === "text") {
      for (const kind of KINDS) this.close(kind, true);
      this.link.stop();
    } else if (before === "text") {
      if (this.welcomed && media.value.available) this.link.start();
    } else {
      if (profile === "audio") for (const kind of ["video", "screen"] as const) this.close(kind, true);
      this.wish();
    }
  }

  pin(pinned: ParticipantId | null): void {
    change(media, { pinned });
    this.wish();
  }

  /** Hold pictures back, or let them come again, as the network allows. */
  holdPictures(pictureHeld: boolean): void {
    if (media.value.pictureHeld === pictureHeld) return;
    change(media, { pictureHeld });
    this.wish();
    const peer = this.link.peer;
    if (peer) this.thin(peer);
  }

  inspect(on: boolean): void {
    this.inspection.look(on);
  }

  private thin(peer: Peer): void {
    void sendLayers(peer.camera, this.layers, media.value.pictureHeld).catch(() => undefined); // goes on sending what it did
  }

  attachVideo(slot: string, element: HTMLVideoElement | null): void {
    this.playback.attach(slot, element);
  }

  allowSound(): void {
    this.playback.allow();
  }

  // --- device check --------------------------------------------------------------------------------------

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

  // --- leaving -------------------------------------------------------------------------------------------

  stop(): void {
    for (const kind of KINDS) {
      this.close(kind, false);
      this.tracks[kind]?.stop();
    }
    clearTimeout(this.cooling);
    this.endTrial();
    this.link.stop();
  }

  statistics(): Promise<Record<string, number>> {
    return this.link.peer ? statistics(this.link.peer) : Promise.resolve({});
  }
}
