import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IceServers } from "../src/media/ice";
import { MediaLink } from "../src/media/link";
import type { ClientMessage } from "../src/wire/messages";

const OLD = [{ urls: "turn:turn.example.org", username: "1:a", credential: "x" }];
const NEW = [{ urls: "turn:turn.example.org", username: "2:a", credential: "y" }];

/** As much of a peer connection as laying one out and describing it needs. */
class Connection {
  static readonly made: Connection[] = [];
  closed = false;
  localDescription: { sdp: string } | null = null;
  private readonly lines: object[] = [];
  constructor(readonly configuration: RTCConfiguration) {
    Connection.made.push(this);
  }
  addTransceiver(kind: string, options: { direction: string }): object {
    const line = { direction: options.direction, mid: null, sender: {}, receiver: { track: { kind } } };
    this.lines.push(line);
    return line;
  }
  getTransceivers(): object[] {
    return this.lines;
  }
  createOffer(): Promise<{ sdp: string }> {
    return Promise.resolve({ sdp: `with ${this.configuration.iceServers?.[0]?.username ?? "none"}` });
  }
  setLocalDescription(offer: { sdp: string }): Promise<void> {
    this.localDescription = offer;
    return Promise.resolve();
  }
  close(): void {
    this.closed = true;
  }
}

function linked(ice: IceServers): { readonly link: MediaLink; readonly sent: ClientMessage[] } {
  const sent: ClientMessage[] = [];
  const nothing = (): void => undefined;
  const link = new MediaLink({
    send: (message) => sent.push(message) > 0,
    makeId: () => "o1",
    ice,
    videoSlots: 1,
    filled: nothing,
    track: nothing,
    gone: nothing,
    changed: nothing,
    answered: nothing,
  });
  return { link, sent };
}

describe("a connection laid out before there was anyone to send it to", () => {
  beforeEach(() => {
    Connection.made.length = 0;
    vi.stubGlobal("RTCPeerConnection", Connection);
  });
  afterEach(() => void vi.unstubAllGlobals());

  it("is used while its TURN credentials are young", async () => {
    const { link, sent } = linked(
      new IceServers(
        OLD,
        async () => NEW,
        () => 0,
      ),
    );
    link.prepare();
    link.start();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ type: "offer", sdp: "with 1:a" });
    expect(Connection.made).toHaveLength(1);
    link.stop();
  });

  it("is laid out anew when the phone slept meanwhile, with credentials that were asked for now", async () => {
    let now = 0;
    const { link, sent } = linked(
      new IceServers(
        OLD,
        async () => NEW,
        () => now,
      ),
    );
    link.prepare();
    now = 61 * 60_000;
    link.start();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ type: "offer", sdp: "with 2:a" });
    expect(Connection.made.map((connection) => connection.closed)).toEqual([true, false]);
    link.stop();
  });
});
