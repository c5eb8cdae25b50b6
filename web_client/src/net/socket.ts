/** The one socket of this page: opens, resumes, keeps alive, notices silence, and comes back by itself. */
import { clean } from "../core/characters";
import type { ClientMessage, Device, ServerMessage } from "../wire/messages";
import { Close } from "../wire/messages";
import { waitBefore, type Failure } from "./backoff";
import { whyNot } from "./refusal";

export type SocketState =
  | { readonly phase: "opening"; readonly attempt: number }
  | { readonly phase: "open" }
  | { readonly phase: "waiting"; readonly attempt: number; readonly retryAt: number }
  | { readonly phase: "ended"; readonly code: number };

export interface Wishes {
  readonly url: string;
  readonly device: Device;
  /** Position to resume from; null asks for a snapshot. */
  position(): string | null;
  /** A message that came, with this device's time (Unix ms). */
  receive(message: ServerMessage, at: number): void;
  changed(state: SocketState): void;
}

const SUBPROTOCOL = "meeting.v1";
const PING_VISIBLE = 5_000;
const PING_HIDDEN = 20_000;
/** A ping without any answer for so long means that the network is gone. */
const SILENCE = 4_000;
/** After the network came back, or the page to the front, a dead socket is the likely case: it has to prove itself sooner. */
const SILENCE_WHEN_SUSPECT = 2_000;
/** A look at another app for a moment is no absence: telling the server waits so long. */
const HIDDEN_AFTER = 5_000;

/** How long a page waits to be told why a handshake failed. */
const ASKING = 8_000;

/** Codes after which coming back would not help. A missed hello is only slowness, so it is tried again. */
function isFinal(code: number): boolean {
  return code >= 4400 && code < 4500 && code !== Close.NO_HELLO;
}

/** What was pasted with a character that nothing can show is sent without it, because the server refuses the whole frame. */
function cleaned(_key: string, value: unknown): unknown {
  return typeof value === "string" ? clean(value) : value;
}

export class MeetingSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private pinger: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private hiding: ReturnType<typeof setTimeout> | undefined;
  private ended = false;
  private opened = false;
  private welcomed = false;
  private toldVisible = true;

  constructor(private readonly wishes: Wishes) {
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    addEventListener("online", () => this.reconnectNow());
    addEventListener("pageshow", () => this.reconnectNow());
  }

  open(): void {
    this.connect(12_000);
  }

  /** Put a frame on the wire; false when there is no welcomed connection. */
  send(message: ClientMessage): boolean {
    if (!this.welcomed || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message, message.type === "command" ? cleaned : undefined));
    return true;
  }

  /** Do not wait for the next attempt; a connection that is open is asked for a sign of life instead. */
  reconnectNow(): void {
    if (this.ended) return;
    if (this.socket?.readyState === WebSocket.OPEN) this.ping(SILENCE_WHEN_SUSPECT);
    else if (this.retry !== undefined || this.socket === null) this.connect(5_000);
  }

  /** Something is missing on our side: begin again from what we have. */
  restart(): void {
    this.dropped("lost");
  }

  /** Leave for good. */
  close(): void {
    this.ended = true;
    this.clear();
    this.release()?.close(1000);
  }

  private connect(patience: number): void {
    this.clear();
    this.release()?.close();
    this.attempt += 1;
    this.opened = this.welcomed = false;
    this.wishes.changed({ phase: "opening", attempt: this.attempt });
    const socket = new WebSocket(this.wishes.url, SUBPROTOCOL);
    this.socket = socket;
    this.patience = setTimeout(() => this.dropped("silence"), patience);
    socket.onopen = () => {
      this.opened = true;
      const position = this.wishes.position();
      const hello = { type: "hello", device: this.wishes.device, ...(position ? { position } : {}) } as const;
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.received(String(event.data));
    socket.onclose = (event) => {
      if (this.opened) this.closed(event.code);
      else void this.askWhy(socket);
    };
  }

  private received(text: string): void {
    const at = Date.now();
    clearTimeout(this.silence);
    this.silence = undefined;
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "welcome") {
      clearTimeout(this.patience);
      this.welcomed = true;
      this.attempt = 0;
      this.toldVisible = true;
      this.wishes.changed({ phase: "open" });
      this.ping();
      if (document.hidden) this.visibilityChanged();
    }
    this.wishes.receive(message, at);
  }

  /** The handshake failed, and the browser does not say why: the server is asked. */
  private async askWhy(failed: WebSocket): Promise<void> {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.socket === failed && this.dropped("silence"), ASKING);
    const refusal = await whyNot(this.wishes.url);
    if (this.ended || this.socket !== failed) return;
    if (refusal.close !== undefined && isFinal(refusal.close)) this.closed(refusal.close);
    else this.dropped("refused", refusal.retryAfter);
  }

  private closed(code: number): void {
    this.socket = null;
    if (this.ended) return;
    if (isFinal(code)) {
      this.ended = true;
      this.clear();
      this.wishes.changed({ phase: "ended", code });
      return;
    }
    const quick = code === Close.RESTARTING || code === Close.TOO_SLOW || (code >= 4500 && code < 4600) || !this.welcomed;
    this.dropped(quick ? "refused" : "lost");
  }

  /** The connection or attempt is over: tell it, and come back after a while. */
  private dropped(failure: Failure, atLeast = 0): void {
    this.clear();
    this.release()?.close();
    this.welcomed = false;
    const wait = waitBefore(Math.max(1, this.attempt), failure, Math.random());
    const { patience } = wait;
    const delay = atLeast > 0 ? atLeast * (1 + Math.random()) : wait.delay;
    this.wishes.changed({ phase: "waiting", attempt: this.attempt, retryAt: Date.now() + delay });
    this.retry = setTimeout(() => this.connect(patience), delay);
  }

  private ping(patience = SILENCE): void {
    clearTimeout(this.pinger);
    this.pinger = setTimeout(() => this.ping(), document.hidden ? PING_HIDDEN : PING_VISIBLE);
    if (!this.send({ type: "ping", sent: Date.now() })) return;
    // every frame is a sign of life, so only real silence ends here; timers of a hidden page are too lax to judge by
    if (this.silence === undefined && !document.hidden) this.silence = setTimeout(() => this.dropped("silence"), patience);
  }

  private visibilityChanged(): void {
    clearTimeout(this.hiding);
    if (!document.hidden) {
      this.tellVisible(true);
      this.reconnectNow();
      return;
    }
    clearTimeout(this.silence);
    this.silence = undefined;
    this.hiding = setTimeout(() => this.tellVisible(false), HIDDEN_AFTER);
  }

  private tellVisible(on: boolean): void {
    if (on !== this.toldVisible && this.send({ type: "signal", kind: "visible", on })) this.toldVisible = on;
  }

  private clear(): void {
    for (const timer of [this.retry, this.patience, this.pinger, this.silence]) clearTimeout(timer);
    this.retry = this.patience = this.pinger = this.silence = undefined;
  }

  /** Let go of the socket without hearing from it again. */
  private release(): WebSocket | null {
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }
}
