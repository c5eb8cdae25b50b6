/** Commands on their way: made once with an id, kept until the server has decided, sent again after every reconnect. */
import type { Ack, CommandData, CommandFrame, CommandKind, RejectedFrame } from "../wire/messages";
import type { Outcome } from "./actions";
import { now } from "./clock";
import { outbox, refusals, seq, type OutboxEntry, type Refusal } from "./store";

/** Where unacknowledged commands survive a reload of the page. */
export interface Shelf {
  read(): string | null;
  write(text: string): void;
}

export interface Wiring {
  /** Put a frame on the wire; false when there is no live connection (it is sent when there is one). */
  transmit(frame: CommandFrame): boolean;
  shelf: Shelf;
  makeId(): string;
  later(ms: number, run: () => void): void;
}

/** Refusals that only mean "not now": the same command is sent again. */
const NOT_NOW = new Set(["rate_limited", "storage_unavailable"]);
/** What concerns this page load only: after a reload the devices are off. */
const MOMENTARY = new Set<CommandKind>(["OpenMedia", "CloseMedia", "LeaveMeeting"]);
const REFUSALS_KEPT = 50;

export class Outbox {
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();

  constructor(private readonly wiring: Wiring) {
    outbox.value = this.restored();
  }

  /** Queue a command and try to send it; resolves when it was refused, or when what it led to can be seen here. */
  submit<K extends CommandKind>(kind: K, data: CommandData[K]): Promise<Outcome> {
    const entry: OutboxEntry<K> = { id: this.wiring.makeId(), kind, data, at: now(), state: "waiting", seq: null };
    outbox.value = [...outbox.value, entry as OutboxEntry];
    this.persist();
    const outcome = new Promise<Outcome>((resolve) => this.waiting.set(entry.id, resolve));
    this.transmit(entry);
    return outcome;
  }

  /** A connection is live: send again whatever has not been acknowledged, in the order it was made. */
  connected(): void {
    for (const entry of outbox.value) if (entry.state === "waiting") this.transmit(entry);
  }

  acknowledged(ack: Ack): void {
    outbox.value = outbox.value.map((entry) => (entry.id === ack.id ? { ...entry, state: "counted", seq: ack.seq } : entry));
    this.applied();
  }

  refused(frame: RejectedFrame): void {
    const entry = outbox.value.find((candidate) => candidate.id === frame.id);
    if (!entry) return;
    if (NOT_NOW.has(frame.code)) {
      this.wiring.later(Math.max(frame.retry_after_ms, 500), () => {
        const still = outbox.value.find((candidate) => candidate.id === frame.id && candidate.state === "waiting");
        if (still) this.transmit(still);
      });
      return;
    }
    outbox.value = outbox.value.filter((candidate) => candidate.id !== frame.id);
    const { id, kind, data, at } = entry;
    const refusal = { id, kind, data, at, code: frame.code, field: frame.field, detail: frame.detail } as Refusal;
    refusals.value = [...refusals.value, refusal].slice(-REFUSALS_KEPT);
    this.persist();
    this.settle(frame.id, { ok: false, code: frame.code, field: frame.field, detail: frame.detail });
  }

  /** Drop what is on record and visible: its event, or a snapshot after it, has been applied. */
  applied(): void {
    const visible = outbox.value.filter((entry) => entry.state === "counted" && (entry.seq ?? 0) <= seq.peek());
    if (visible.length === 0) return;
    outbox.value = outbox.value.filter((entry) => !visible.includes(entry));
    this.persist();
    for (const entry of visible) this.settle(entry.id, { ok: true, seq: entry.seq ?? 0 });
  }

  private transmit(entry: OutboxEntry): void {
    this.wiring.transmit({ type: "command", id: entry.id, kind: entry.kind, data: entry.data } as CommandFrame);
  }

  private settle(id: string, outcome: Outcome): void {
    this.waiting.get(id)?.(outcome);
    this.waiting.delete(id);
  }

  private persist(): void {
    const lasting = outbox.value.filter((entry) => entry.state === "waiting" && !MOMENTARY.has(entry.kind));
    this.wiring.shelf.write(JSON.stringify(lasting));
  }

  private restored(): readonly OutboxEntry[] {
    const text = this.wiring.shelf.read();
    if (!text) return [];
    try {
      const entries: unknown = JSON.parse(text);
      return Array.isArray(entries)
        ? (entries as OutboxEntry[]).filter((e) => typeof e?.id === "string" && typeof e.kind === "string")
        : [];
    } catch {
      return []; // written by an older version: nothing that can be sent
    }
  }
}
