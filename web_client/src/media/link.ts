/** This page's connection to the media plane: offered once a socket is welcomed, and made again whenever it breaks. */
import type { Answer, ClientMessage } from "../wire/messages";
import type { IceServers } from "./ice";
import { describe, layOut, limitSpeech, type Peer } from "./peer";

export interface Wiring {
  send(message: ClientMessage): boolean;
  makeId(): string;
  readonly ice: IceServers;
  readonly videoSlots: number;
  /** A new peer has been laid out: lend it the tracks that are open. */
  filled(peer: Peer): void;
  track(mid: string, track: MediaStreamTrack): void;
  /** All of the last peer's tracks are gone. */
  gone(): void;
  changed(phase: "off" | "connecting" | "live" | "lost"): void;
  answered(mids: Readonly<Record<string, string>>): void;
}

/** Without an answer or a connection after so long (ms), begin again. */
const PATIENCE = 4_000;
/** A short break mends itself; after this (ms) the path is looked for anew. */
const BREAK = 2_000;
const LONGEST_WAIT = 8_000;
const QUICK_TRIES = 6;

export class MediaLink {
  peer: Peer | null = null;
  private wanted = false;
  private offerId = "";
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Laid out while the socket was still opening: on a slow phone that is half a second won. */
  private prepared: { readonly peer: Peer; readonly offer: Promise<string> } | null = null;

  constructor(private readonly wiring: Wiring) {}

  /** Lay the first peer out and describe it, before there is anyone to send it to. */
  prepare(): void {
    const peer = layOut(this.wiring.ice.current, this.wiring.videoSlots);
    const offer = describe(peer, false);
    offer.catch(() => (this.prepared = null)); // then it is laid out again when it is needed
    this.prepared = { peer, offer };
  }

  /** The socket is welcomed (a new one means a new client for the server): connect, replacing what was there. */
  start(): void {
    this.wanted = true;
    this.tries = 0;
    this.begin();
  }

  /** Words only, or leaving. */
  stop(): void {
    this.wanted = false;
    this.prepared?.peer.connection.close();
    this.prepared = null;
    this.dismiss();
    this.wiring.send({ type: "hangup" });
    this.wiring.changed("off");
  }

  /** The socket is gone: nothing can be negotiated, but what flows may go on. */
  pause(): void {
    clearTimeout(this.timer);
    this.offerId = "";
  }

  async answer(frame: Answer): Promise<void> {
    const peer = this.peer;
    if (!peer || frame.id !== this.offerId) return; // of an older offer
    this.wiring.answered(frame.mids); // at once: the slots follow on its heels
    try {
      await peer.connection.setRemoteDescription({ type: "answer", sdp: frame.sdp });
    } catch {
      this.later(1_000);
      return;
    }
    await limitSpeech(peer.microphone).catch(() => undefined); // a browser that cannot limit sends a little more
  }

  /** The server could not answer, or the media worker went away. */
  lost(retryAfter: number): void {
    if (!this.wanted) return;
    this.wiring.changed("lost");
    this.later(Math.max(retryAfter, 200));
  }

  /** Whether `id` names the offer that waits for an answer. */
  awaits(id: string): boolean {
    return id !== "" && id === this.offerId;
  }

  private begin(): void {
    this.renew().catch(() => this.later(1_000)); // a browser that could not describe a peer is asked again
  }

  private async renew(): Promise<void> {
    clearTimeout(this.timer);
    this.dismiss();
    if (!this.wanted) return;
    this.tries += 1;
    this.wiring.changed("connecting");
    const ready = this.prepared;
    this.prepared = null;
    const fresh = this.wiring.ice.fresh;
    if (!fresh) await this.wiring.ice.renew();
    if (!fresh || !this.wanted || this.peer) ready?.peer.connection.close(); // laid out with credentials that are too old, or of no use
    if (!this.wanted || this.peer) return; // meanwhile stopped, or begun by another call
    const peer = (fresh ? ready?.peer : undefined) ?? layOut(this.wiring.ice.current, this.wiring.videoSlots);
    this.peer = peer;
    peer.connection.ontrack = (event) => {
      if (event.transceiver.mid !== null) this.wiring.track(event.transceiver.mid, event.track);
    };
    peer.connection.onconnectionstatechange = () => this.stateChanged(peer);
    this.wiring.filled(peer);
    await this.negotiate(peer, ready?.peer === peer ? ready.offer : describe(peer, false));
  }

  private async negotiate(peer: Peer, description: Promise<string>): Promise<void> {
    const id = this.wiring.makeId();
    this.offerId = id;
    const sdp = await description;
    if (peer !== this.peer) return;
    if (!this.wiring.send({ type: "offer", id, sdp, video_slots: this.wiring.videoSlots })) return; // the next welcome starts anew
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.begin(), PATIENCE);
  }

  private stateChanged(peer: Peer): void {
    if (peer !== this.peer) return;
    const state = peer.connection.connectionState;
    if (state === "connected") {
      clearTimeout(this.timer);
      this.tries = 0;
      this.wiring.changed("live");
    } else if (state === "disconnected") {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.repair(peer), BREAK);
    } else if (state === "failed") {
      this.repair(peer);
    }
  }

  /** Look for a new path with the same peer; if that does not help in time, begin anew. */
  private repair(peer: Peer): void {
    if (peer !== this.peer || !this.wanted) return;
    this.wiring.changed("lost");
    void this.anew(peer).catch(() => this.later(200));
  }

  private async anew(peer: Peer): Promise<void> {
    if (!this.wiring.ice.fresh) {
      await this.wiring.ice.renew();
      if (peer !== this.peer) return;
      peer.connection.setConfiguration({ ...peer.connection.getConfiguration(), iceServers: [...this.wiring.ice.current] });
    }
    await this.negotiate(peer, describe(peer, true));
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.offerId = "";
    // a worker that was restarted is back within a second or two: ask often at first
    const wait = Math.min(LONGEST_WAIT, ms * 2 ** Math.max(0, this.tries - QUICK_TRIES));
    this.timer = setTimeout(() => this.begin(), wait);
  }

  private dismiss(): void {
    clearTimeout(this.timer);
    const peer = this.peer;
    this.peer = null;
    this.offerId = "";
    if (!peer) return;
    peer.connection.ontrack = peer.connection.onconnectionstatechange = null;
    peer.connection.close();
    this.wiring.gone();
  }
}
