/** While somebody looks: what is sent and received on the own connection, every two seconds, from the browser's figures. */
import { link, type Flow } from "../core/store";
import type { Peer } from "./peer";

const EVERY = 2_000;

interface Counted {
  readonly octets: number;
  readonly packets: number;
  readonly lost: number;
}

type Report = Readonly<Record<string, unknown>>;

export interface Seen {
  readonly flows: readonly Flow[];
  readonly roundTrip: number | null;
  /** Counters by the report's id, to hold the next ones against. */
  readonly counted: Readonly<Record<string, Counted>>;
}

const number = (report: Report | undefined, name: string): number => (typeof report?.[name] === "number" ? report[name] : 0);
const text = (report: Report | undefined, name: string): string => (typeof report?.[name] === "string" ? report[name] : "");

/** One flow a stream that moved since `before`, `seconds` ago; loss of what is sent is as the server reported it. */
export function seen(reports: readonly Report[], before: Seen["counted"], seconds: number): Seen {
  const byId = new Map(reports.map((report) => [text(report, "id"), report]));
  const counted: Record<string, Counted> = {};
  const flows: Flow[] = [];
  let roundTrip: number | null = null;
  for (const report of reports) {
    const type = text(report, "type");
    if (
      type === "candidate-pair" &&
      (report["nominated"] === true || report["selected"] === true) &&
      typeof report["currentRoundTripTime"] === "number"
    ) {
      roundTrip = Math.round(report["currentRoundTripTime"] * 1_000);
    }
    const receiving = type === "inbound-rtp";
    if (!receiving && type !== "outbound-rtp") continue;
    const id = text(report, "id");
    const far = receiving ? report : byId.get(text(report, "remoteId"));
    const now = {
      octets: number(report, receiving ? "bytesReceived" : "bytesSent"),
      packets: number(report, receiving ? "packetsReceived" : "packetsSent"),
      lost: number(far, "packetsLost"),
    };
    counted[id] = now;
    const was = before[id];
    if (was === undefined || now.octets <= was.octets) continue;
    const lost = Math.max(0, now.lost - was.lost);
    const codec = text(byId.get(text(report, "codecId")), "mimeType");
    flows.push({
      mid: text(report, "mid"),
      receiving,
      kind: text(report, "kind") === "audio" ? "audio" : "video",
      layer: text(report, "rid"),
      codec: codec.slice(codec.indexOf("/") + 1),
      width: number(report, "frameWidth"),
      height: number(report, "frameHeight"),
      rate: Math.round(number(report, "framesPerSecond")),
      kbit: Math.round(((now.octets - was.octets) * 8) / 1_000 / seconds),
      lost: Math.round((1_000 * lost) / Math.max(1, lost + now.packets - was.packets)) / 10,
    });
  }
  return { flows, roundTrip, counted };
}

export class Inspection {
  private timer: ReturnType<typeof setInterval> | undefined;
  private last: { readonly counted: Seen["counted"]; readonly at: number } | null = null;

  /** `ask` asks the server for its side. */
  constructor(
    private readonly peer: () => Peer | null,
    private readonly ask: () => void,
  ) {}

  /** Look, or stop looking. */
  look(on: boolean): void {
    clearInterval(this.timer);
    this.last = null;
    link.value = { flows: [], roundTrip: null, server: null };
    if (!on) return;
    const once = (): void => void this.once().catch(() => (this.last = null)); // the connection was closed meanwhile
    once();
    this.timer = setInterval(once, EVERY);
  }

  private async once(): Promise<void> {
    const peer = this.peer();
    if (peer === null) {
      this.last = null;
      link.value = { flows: [], roundTrip: null, server: null };
      return;
    }
    this.ask();
    const reports: Report[] = [];
    (await peer.connection.getStats()).forEach((report: Report) => reports.push(report));
    const at = performance.now();
    const found = seen(reports, this.last?.counted ?? {}, this.last === null ? 1 : (at - this.last.at) / 1_000);
    this.last = { counted: found.counted, at };
    link.value = { ...link.peek(), flows: found.flows, roundTrip: found.roundTrip };
  }
}
