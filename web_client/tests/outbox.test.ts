/** A command is never lost and never doubled on its way: kept, sent again, told what became of it. */
import { beforeEach, describe, expect, it } from "vitest";
import { Outbox, type Wiring } from "../src/core/outbox";
import { outbox, refusals, seq } from "../src/core/store";
import type { CommandFrame } from "../src/wire/messages";

class Line implements Wiring {
  sent: CommandFrame[] = [];
  up = true;
  kept: string | null = null;
  waiting: { ms: number; run: () => void }[] = [];
  private number = 0;
  transmit = (frame: CommandFrame): boolean => {
    if (this.up) this.sent.push(frame);
    return this.up;
  };
  shelf = { read: () => this.kept, write: (text: string) => void (this.kept = text) };
  makeId = () => `command-${++this.number}`;
  later = (ms: number, run: () => void) => void this.waiting.push({ ms, run });
}
const rejected = (id: string, code: string, retry = 0) =>
  ({ type: "rejected", id, code, field: "", detail: {}, retry_after_ms: retry }) as const;

let line: Line;
let box: Outbox;
beforeEach(() => {
  outbox.value = [];
  refusals.value = [];
  seq.value = 0;
  line = new Line();
  box = new Outbox(line);
});

describe("outbox", () => {
  it("resolves with the record once it is acknowledged and can be seen", async () => {
    let outcome: unknown = null;
    const asked = box.submit("RaiseHand", {}).then((decided) => (outcome = decided));
    box.acknowledged({ type: "ack", id: "command-1", seq: 7 });
    await Promise.resolve();
    expect(outcome).toBeNull();
    seq.value = 7;
    box.applied();
    expect(await asked).toEqual({ ok: true, seq: 7 });
  });

  it("keeps an acknowledged command until its event is visible, so that nothing flickers", () => {
    void box.submit("CastBallot", { motion_id: "m1", choices: ["for"] });
    box.acknowledged({ type: "ack", id: "command-1", seq: 7 });
    expect(outbox.value.map((e) => e.state)).toEqual(["counted"]);
    seq.value = 7;
    box.applied();
    expect(outbox.value).toEqual([]);
  });

  it("drops an acknowledged command at once when its event came first", () => {
    void box.submit("RaiseHand", {});
    seq.value = 9;
    box.acknowledged({ type: "ack", id: "command-1", seq: 9 });
    expect(outbox.value).toEqual([]);
  });

  it("sends what waits again after a reconnect, with the same ids and in order", () => {
    line.up = false;
    void box.submit("CastBallot", { motion_id: "m1", choices: ["for"] });
    void box.submit("PostChat", { text: "好" });
    expect(line.sent).toEqual([]);
    line.up = true;
    box.connected();
    box.connected();
    expect(line.sent.map((f) => f.id)).toEqual(["command-1", "command-2", "command-1", "command-2"]);
  });

  it("does not send again what was acknowledged", () => {
    void box.submit("RaiseHand", {});
    box.acknowledged({ type: "ack", id: "command-1", seq: 7 });
    box.connected();
    expect(line.sent).toHaveLength(1);
  });

  it("tells a refusal once, with its figures", async () => {
    const outcome = box.submit("OpenMotion", { motion_id: "m1" });
    box.refused({ ...rejected("command-1", "no_quorum"), detail: { needed: 15, present: 12 } });
    expect(await outcome).toEqual({ ok: false, code: "no_quorum", field: "", detail: { needed: 15, present: 12 } });
    expect(outbox.value).toEqual([]);
    expect(refusals.value.map((r) => [r.kind, r.code])).toEqual([["OpenMotion", "no_quorum"]]);
  });

  it("tries again later when the server only said not now", () => {
    void box.submit("CastBallot", { motion_id: "m1", choices: ["for"] });
    box.refused(rejected("command-1", "storage_unavailable", 800));
    expect(outbox.value).toHaveLength(1);
    expect(line.waiting.map((w) => w.ms)).toEqual([800]);
    line.waiting[0]!.run();
    expect(line.sent.map((f) => f.id)).toEqual(["command-1", "command-1"]);
  });

  it("keeps a ballot over a reload of the page and sends it with the same id", () => {
    line.up = false;
    void box.submit("CastBallot", { motion_id: "m1", choices: ["against"] });
    outbox.value = [];
    const later = new Line();
    later.kept = line.kept;
    new Outbox(later).connected();
    expect(later.sent).toEqual([{ type: "command", id: "command-1", kind: "CastBallot", data: { motion_id: "m1", choices: ["against"] } }]);
  });

  it("does not open a microphone again after a reload", () => {
    line.up = false;
    void box.submit("OpenMedia", { media: "audio" });
    const later = new Line();
    later.kept = line.kept;
    new Outbox(later).connected();
    expect(later.sent).toEqual([]);
  });

  it("starts empty when what was kept cannot be read", () => {
    line.kept = "{not json";
    new Outbox(line);
    expect(outbox.value).toEqual([]);
  });
});
