/** The media of this page: what is open here, agreed with the meeting's record, over the one media link. */
import { effect, untracked } from "@preact/signals";
import { heldBack, onlyListens } from "../core/selectors";
import { change, media, self, you, type Profile, type Slot } from "../core/store";
import type { MediaKind, ParticipantId, ServerMessage } from "../wire/messages";
import { canCapture, canShareScreen } from "./devices";
import type { Inspection } from "./inspection";
import { MediaLink, type Wiring } from "./link";
import { FIELD, KINDS, OwnDevices, type Submit } from "./own_devices";
import { LAYERS, sendLayers, statistics, type Peer } from "./peer";
import { Playback } from "./playback";

type Layer = (typeof LAYERS)[number];
/** An offer that cannot be answered is made again so much later (ms): the server may have learnt by then, the browser has not. */
const REFUSED_MS = 30_000;

export interface RoomWiring extends Pick<Wiring, "send" | "makeId" | "ice" | "videoSlots"> {
  readonly submit: Submit;
  readonly available: boolean;
}

export class RoomMedia {
  private readonly link: MediaLink;
  private readonly playback = new Playback((needsTap) => change(media, { needsTap }));
  readonly devices: OwnDevices;
  private roles: Readonly<Record<string, string>> = {};
  private welcomed = false;
  private layers: readonly Layer[] = LAYERS;
  private wished: Layer = "f";
  private inspection: Promise<Inspection> | null = null;

  constructor(private readonly wiring: RoomWiring) {
    const able = typeof globalThis.RTCPeerConnection === "function";
    change(media, { available: wiring.available && able, canCapture: canCapture(), canShareScreen: canShareScreen() });
    this.link = new MediaLink({
      send: wiring.send,
      makeId: wiring.makeId,
      ice: wiring.ice,
      videoSlots: wiring.videoSlots,
      filled: (peer) => this.devices.sending().forEach(([kind, track]) => void this.give(peer, kind, track)),
      track: (mid, track) => this.playback.add(mid, track),
      gone: () => {
        this.playback.clear();
        this.layers = LAYERS; // of a new peer all are sent until the server says otherwise
        change(media, { slots: [], leftOut: [] });
      },
      changed: (phase) => change(media, phase === "live" ? { phase } : { phase, quality: null }),
      answered: (mids) => {
        this.roles = mids;
        this.wish();
      },
    });
    this.devices = new OwnDevices({
      submit: wiring.submit,
      lend: (kind, track) => {
        if (this.link.peer) void this.give(this.link.peer, kind, track);
      },
      show: (kind, track) => this.playback.own(kind === "video" ? "own-camera" : "own-screen", track),
      needs: (profile) => this.chooseProfile(profile),
    });
    effect(() => {
      const me = self.value;
      untracked(() => this.devices.agree(me?.media ?? null));
    });
    effect(() => {
      const [held, listens] = [heldBack.value, onlyListens.value];
      untracked(() => this.devices.heed(held !== null, listens));
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
    this.devices.claimVoice();
  }

  disconnected(): void {
    this.welcomed = false;
    this.link.pause();
  }

  receive(message: ServerMessage): void {
    if (message.type === "answer") {
      change(media, { refused: "" });
      void this.link.answer(message);
    } else if (message.type === "media_lost") this.link.lost(message.retry_after_ms);
    else if (message.type === "error" && this.link.awaits(message.re)) {
      change(media, { refused: message.retry_after_ms ? "" : message.code });
      this.link.lost(message.retry_after_ms || REFUSED_MS);
    } else if (message.type === "slots") {
      change(media, { slots: this.named(message.slots), leftOut: message.left_out });
      if (this.largest() !== this.wished) this.wish();
    } else if (message.type === "voice") {
      const mine = message.connection_id === you.value?.connection_id;
      change(media, { voiceElsewhere: mine ? null : message.device });
      if (!mine) this.devices.close("audio", false);
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

  // --- what is sent and received ----------------------------------------------------------------------------------

  /** Let the peer send a track; how its layers are cut depends on the camera. */
  private async give(peer: Peer, kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    await peer[FIELD[kind]].sender.replaceTrack(track).catch(() => undefined); // closed meanwhile
    if (kind === "video" && track) this.thin(peer);
  }

  chooseProfile(profile: Profile): void {
    const before = media.value.profile;
    change(media, { profile, pictureHeld: false });
    if (profile === before) return;
    if (profile === "text") {
      for (const kind of KINDS) this.devices.close(kind, true);
      this.link.stop();
    } else if (before === "text") {
      if (this.welcomed && media.value.available) this.link.start();
    } else {
      if (profile === "audio") for (const kind of ["video", "screen"] as const) this.devices.close(kind, true);
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
    if (!on && this.inspection === null) return;
    this.inspection ??= import("./inspection").then(
      ({ Inspection: Looks }) =>
        new Looks(
          () => this.link.peer,
          () => void this.wiring.send({ type: "inspect" }),
        ),
    );
    void this.inspection.then((inspection) => inspection.look(on)).catch(() => (this.inspection = null));
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

  // --- leaving -------------------------------------------------------------------------------------------

  stop(): void {
    this.devices.stop();
    this.link.stop();
  }

  statistics(): Promise<Record<string, number>> {
    return this.link.peer ? statistics(this.link.peer) : Promise.resolve({});
  }
}
