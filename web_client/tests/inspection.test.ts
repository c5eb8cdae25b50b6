import { describe, expect, it } from "vitest";
import { seen } from "../src/media/inspection";

const inbound = (bytes: number, packets: number, lost: number) => ({
  id: "in",
  type: "inbound-rtp",
  kind: "video",
  mid: "6",
  codecId: "c",
  bytesReceived: bytes,
  packetsReceived: packets,
  packetsLost: lost,
  frameWidth: 640,
  frameHeight: 480,
  framesPerSecond: 15,
});
const codec = { id: "c", type: "codec", mimeType: "video/VP8" };

describe("what is seen of a connection", () => {
  it("reckons rate and loss from one look to the next", () => {
    const first = seen([codec, inbound(1_000, 10, 2)], {}, 1);
    expect(first.flows).toEqual([]);
    const second = seen([codec, inbound(51_000, 100, 12)], first.counted, 2);
    expect(second.flows).toEqual([
      { mid: "6", receiving: true, kind: "video", layer: "", codec: "VP8", width: 640, height: 480, rate: 15, kbit: 200, lost: 10 },
    ]);
  });

  it("leaves out what does not move", () => {
    const first = seen([inbound(1_000, 10, 0)], {}, 1);
    expect(seen([inbound(1_000, 10, 0)], first.counted, 2).flows).toEqual([]);
  });

  it("takes loss of what is sent from the far end's report, layer by layer", () => {
    const out = (bytes: number, packets: number) => ({
      id: "o",
      type: "outbound-rtp",
      kind: "video",
      mid: "1",
      rid: "h",
      remoteId: "r",
      bytesSent: bytes,
      packetsSent: packets,
    });
    const far = (lost: number) => ({ id: "r", type: "remote-inbound-rtp", packetsLost: lost });
    const first = seen([out(100, 1), far(0)], {}, 1);
    const [flow] = seen([out(1_100, 10), far(1)], first.counted, 1).flows;
    expect([flow?.receiving, flow?.layer, flow?.lost]).toEqual([false, "h", 10]);
  });

  it("knows the round trip of the path that was chosen", () => {
    expect(seen([{ id: "p", type: "candidate-pair", nominated: true, currentRoundTripTime: 0.0423 }], {}, 1).roundTrip).toBe(42);
  });
});
