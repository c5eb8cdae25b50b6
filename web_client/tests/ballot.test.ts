/** The phone's cryptography against RFC 9474's vectors and against a paper made by the server's own code. */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { Ballots, type Answer, type BulletinLeaves, type Wiring } from "../src/core/ballot/ballots";
import { blind, finalize, power, type Digest } from "../src/core/ballot/blind";
import { fromHex, fromNumber, joined, toHex, toNumber, type Bytes } from "../src/core/ballot/bytes";
import { ownPapers, type KeptPaper } from "../src/core/ballot/kept";
import {
  choicesMessage,
  fingerprintOf,
  isAmong,
  leafOf,
  receiptMessage,
  rootOf,
  tokenMessage,
  verifyP256,
  type Ballot,
} from "../src/core/ballot/paper";
import { lengthFor, padded, type CastBody } from "../src/core/ballot/request";
import type { Collect, Motion } from "../src/wire/messages";

const folder = new URL("../../tests/", import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
const vectors = read<Record<string, string>[]>("data/rfc9474-vectors.json");
const made = read<{
  paper_id: string;
  modulus: string;
  private_exponent: string;
  receipt_key: string;
  fingerprint: string;
  root: string;
  ballots: (Record<"key" | "prefix" | "token" | "signature" | "leaf" | "token_message" | "choices_message" | "receipt", string> & {
    choices: string[];
  })[];
  blinding: Record<"key" | "prefix" | "salt" | "inverse" | "blinded" | "blind_signature" | "token", string>;
}>("golden/phone_ballots_v1.json");

const device = { subtle: crypto.subtle, random: (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n)) };
const sha384: Digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-384", bytes));
const n = toNumber(fromHex(made.modulus));
const d = BigInt(`0x${made.private_exponent}`);
const blindSign = (blinded: string): string => toHex(fromNumber(power(toNumber(fromHex(blinded)), d, n), 256));

describe("RFC 9474", () => {
  it.each(vectors.map((vector) => [vector["name"] ?? "", vector] as const))("%s", async (_, vector) => {
    const modulus = BigInt(vector["n"] ?? "");
    const prepared = fromHex(vector["input_msg"] ?? "");
    const salt = fromHex(vector["salt"] ?? "");
    const inverse = BigInt(vector["inv"] ?? "");
    expect(toHex(await blind(modulus, prepared, salt, inverse, sha384))).toBe(vector["blinded_msg"]);
    expect(toHex(await finalize(modulus, prepared, salt, inverse, fromHex(vector["blind_sig"] ?? ""), sha384))).toBe(vector["sig"]);
  });

  it("refuses what the server did not sign", async () => {
    const { key, prefix, salt, inverse, blind_signature } = made.blinding;
    const prepared = joined(fromHex(prefix), await tokenMessage(device, made.paper_id, fromHex(key)));
    const wrong = fromHex(blind_signature);
    wrong[9] = (wrong[9] ?? 0) ^ 1;
    await expect(finalize(n, prepared, fromHex(salt), BigInt(`0x${inverse}`), wrong, sha384)).rejects.toThrow("not signed");
  });

  it("blinds in little time", async () => {
    const { key, prefix, salt, inverse } = made.blinding;
    const prepared = joined(fromHex(prefix), await tokenMessage(device, made.paper_id, fromHex(key)));
    const took: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const before = performance.now();
      await blind(n, prepared, fromHex(salt), BigInt(`0x${inverse}`), sha384);
      took.push(performance.now() - before);
    }
    expect(Math.min(...took)).toBeLessThan(50);
  });
});

describe("a paper made by the server", () => {
  it("is blinded and unblinded to the same bytes", async () => {
    const { key, prefix, salt, inverse, blinded, blind_signature, token } = made.blinding;
    const prepared = joined(fromHex(prefix), await tokenMessage(device, made.paper_id, fromHex(key)));
    const factor = BigInt(`0x${inverse}`);
    expect(toHex(await blind(n, prepared, fromHex(salt), factor, sha384))).toBe(blinded);
    expect(toHex(await finalize(n, prepared, fromHex(salt), factor, fromHex(blind_signature), sha384))).toBe(token);
  });

  it("has the fingerprint of its keys", async () => {
    expect(toHex(await fingerprintOf(device, fromHex(made.modulus), fromHex(made.receipt_key)))).toBe(made.fingerprint);
  });

  it("has ballots whose messages, leaves, signatures and receipts hold, and a root", async () => {
    const leaves = made.ballots.map((line) => fromHex(line.leaf));
    expect(toHex(await rootOf(device, leaves))).toBe(made.root);
    for (const line of made.ballots) {
      const ballot: Ballot = {
        key: fromHex(line.key),
        prefix: fromHex(line.prefix),
        token: fromHex(line.token),
        choices: line.choices,
        signature: fromHex(line.signature),
      };
      expect(toHex(await tokenMessage(device, made.paper_id, ballot.key))).toBe(line.token_message);
      expect(toHex(choicesMessage(made.paper_id, line.choices))).toBe(line.choices_message);
      const leaf = await leafOf(device, ballot);
      expect(toHex(leaf)).toBe(line.leaf);
      expect(await verifyP256(device, ballot.key, choicesMessage(made.paper_id, line.choices), ballot.signature)).toBe(true);
      expect(await verifyP256(device, fromHex(made.receipt_key), receiptMessage(made.paper_id, leaf), fromHex(line.receipt))).toBe(true);
      expect(await isAmong(device, leaf, leaves, fromHex(made.root))).toBe(true);
      expect(await isAmong(device, leaf, leaves.slice(1), fromHex(made.root))).toBe(false);
      expect(await isAmong(device, leaf, [...leaves].reverse(), fromHex(made.root))).toBe(false);
    }
  });
});

// --- the phone's steps, against a box in memory ------------------------------------------------------------------

const motion = (fields: Partial<Motion> = {}): Motion =>
  ({
    motion_id: "m1",
    method: "secret",
    phase: "collecting",
    electorate: ["p1"],
    hall_voters: [],
    root: "",
    closes_at: null,
    paper: { modulus: made.modulus, fingerprint: made.fingerprint, receipt_key: made.receipt_key },
    force: "motion",
    shape: "choices",
    max_choices: 1,
    candidates: [],
    choices: ["for", "against", "abstain"].map((choice_id) => ({ choice_id, label: "" })),
    ...fields,
  }) as Motion;

const RUN_OFF = { seats: 1, approval_reference: "12号", base: "present", run_off: true } as const;

describe("a ballot as it is sent", () => {
  const people = (n: number) => Array.from({ length: n }, (_, i) => ({ candidate_id: `c${i + 1}` })) as unknown as Motion["candidates"];
  const election = motion({ force: "election", choices: [], candidates: people(9) });
  const marks = ["for", "against", "abstain"];
  const papers: [string, Motion, string[][]][] = [
    ["a motion", motion(), marks.map((mark) => [mark])],
    [
      "a poll of many",
      motion({ force: "poll", max_choices: 12, choices: Array.from({ length: 12 }, (_, i) => ({ choice_id: `a${i}`, label: "" })) }),
      [["a0"], Array.from({ length: 12 }, (_, i) => `a${i}`)],
    ],
    [
      "a word",
      motion({ force: "poll", shape: "word", max_choices: 2, choices: [] }),
      [["w:a"], ["w:" + "\u0001".repeat(20), "w:" + "国".repeat(20)]],
    ],
    [
      "an election",
      election,
      [
        ["c1:for"],
        election.candidates.map((one) => `${one.candidate_id}:abstain`),
        [
          ...election.candidates.map((one) => `${one.candidate_id}:against`),
          ...election.candidates.map((_, i) => "w:" + "国".repeat(59) + String(i)),
        ],
        [...election.candidates.map((one) => `${one.candidate_id}:against`), "p:01991f6e-7c1a-7000-8000-000000000000"],
      ],
    ],
    [
      "an election of sixty",
      motion({ force: "election", choices: [], candidates: people(60) }),
      [
        ["c1:for"],
        [...people(60).map((one) => `${one.candidate_id}:against`), ...people(60).map((_, i) => "w:" + "国".repeat(58) + String(10 + i))],
      ],
    ],
    [
      "a run-off",
      motion({ force: "election", choices: [], candidates: people(3), terms: RUN_OFF }),
      [["c1:for"], ["c1:against", "c2:abstain", "c3:for"]],
    ],
    [
      "an appraisal",
      motion({ force: "appraisal", sheet: "mutual", choices: [], candidates: people(40) }),
      [people(40).map((one) => `${one.candidate_id}:pass`), people(40).map((one) => `${one.candidate_id}:excellent`)],
    ],
  ];

  it.each(papers)("has one length whatever is chosen on %s", (_, paper, ballots) => {
    const fields = { key: "a".repeat(130), prefix: "b".repeat(64), token: "c".repeat(512), signature: "d".repeat(128) };
    const lengths = new Set(ballots.map((choices) => new TextEncoder().encode(padded({ ...fields, choices }, lengthFor(paper))).length));
    expect([...lengths]).toEqual([lengthFor(paper)]);
  });
});

class House {
  shelf = new Map<string, KeptPaper>();
  frames: Collect[] = [];
  cast: CastBody[] = [];
  waiting: { ms: number; run: () => void }[] = [];
  up = true;
  /** What was sent to look into the bulletin: nothing about a ballot. */
  looked: string[] = [];
  bulletin: () => Promise<Answer<BulletinLeaves>> = async () => ({ wait: true });
  lengths: number[] = [];
  time = 0;
  answer: (body: CastBody) => Promise<Answer<{ leaf: string; signature: string }>> = async () => ({ wait: true });
  savedWhenSent = true;
  private number = 0;

  readonly wiring: Wiring = {
    device,
    meeting_id: "Mfixture",
    participant_id: "p1",
    shelf: { all: async () => [...this.shelf.values()], put: async (paper) => void this.shelf.set(paper.id, paper) },
    transmit: (frame) => {
      this.savedWhenSent &&= [...this.shelf.values()].some((paper) => paper.blinded === frame.blinded);
      if (this.up) this.frames.push(frame);
      return this.up;
    },
    cast: (_, text) => {
      const body = JSON.parse(text) as CastBody;
      this.lengths.push(new TextEncoder().encode(text).length);
      this.savedWhenSent &&= [...this.shelf.values()].some((paper) => paper.signature === body.signature);
      this.cast.push(body);
      return this.answer(body);
    },
    leaves: (motionId) => {
      this.looked.push(motionId);
      return this.bulletin();
    },
    makeId: () => `request-${++this.number}`,
    now: () => this.time,
    head: () => "7.00ff",
    chance: () => 0.5,
    later: (ms, run) => void this.waiting.push({ ms, run }),
  };
  phone = new Ballots(this.wiring);

  reloaded(): Ballots {
    ownPapers.value = {};
    return (this.phone = new Ballots(this.wiring));
  }
  async collects(phase: Motion["phase"] = "collecting"): Promise<void> {
    await this.phone.follow([motion({ phase })], true, true);
  }
  async hands(): Promise<void> {
    const frame = this.frames[this.frames.length - 1];
    if (!frame) throw new Error("nothing was asked for");
    this.phone.received({ type: "collected", id: frame.id, motion_id: "m1", blind_signature: blindSign(frame.blinded) });
    await settled(() => ownPapers.value["m1"]?.state === "held");
  }
  run(): void {
    for (const one of this.waiting.splice(0)) one.run();
  }
}

async function settled(done: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !done(); i += 1) await new Promise((go) => setTimeout(go, 1));
  expect(done()).toBe(true);
}

describe("the phone", () => {
  let house: House;
  beforeEach(() => {
    ownPapers.value = {};
    house = new House();
  });

  it("collects by itself, and saves before it sends", async () => {
    await house.collects();
    expect(house.frames).toHaveLength(1);
    await house.hands();
    expect(house.savedWhenSent).toBe(true);
    const token = [...house.shelf.values()][0]?.token ?? "";
    expect(token).toHaveLength(512);
  });

  it("asks once on a connection, and the same again on the next", async () => {
    await house.collects();
    await house.collects();
    expect(house.frames).toHaveLength(1);
    await house.phone.follow([motion()], true, false);
    await house.collects();
    expect(house.frames.map((frame) => frame.blinded)).toEqual([house.frames[0]?.blinded, house.frames[0]?.blinded]);
  });

  it("asks again for the same paper when there was no answer", async () => {
    await house.collects();
    house.run();
    await settled(() => house.frames.length === 2);
    expect(house.frames[1]?.blinded).toBe(house.frames[0]?.blinded);
  });

  it("asks for the same paper after a reload, also when collecting is over", async () => {
    await house.collects();
    house.reloaded();
    await house.collects("voting");
    expect(house.frames).toHaveLength(2);
    expect(house.frames[1]?.blinded).toBe(house.frames[0]?.blinded);
    await house.hands();
  });

  it("does not ask for a paper when absent or not entitled", async () => {
    await house.phone.follow([motion()], false, true);
    await house.phone.follow([motion({ electorate: ["p2"] })], true, true);
    expect(house.frames).toHaveLength(0);
  });

  it("tells that another device has the paper", async () => {
    await house.collects();
    const frame = house.frames[0];
    house.phone.received({ type: "rejected", id: frame?.id ?? "", code: "already_collected", field: "", detail: {}, retry_after_ms: 0 });
    await settled(() => ownPapers.value["m1"]?.state === "not_collected");
    expect(ownPapers.value["m1"]?.code).toBe("already_collected");
  });

  it("does not take a paper whose fingerprint is not that of its keys", async () => {
    await house.phone.follow(
      [motion({ paper: { modulus: made.modulus, fingerprint: "00".repeat(32), receipt_key: made.receipt_key } })],
      true,
      true,
    );
    expect(house.frames).toHaveLength(0);
    expect(ownPapers.value["m1"]?.state).toBe("unsupported");
  });

  it("casts again and again until there is an answer, the same bytes each time", async () => {
    await house.collects();
    await house.hands();
    await house.phone.choose("m1", ["for"]);
    expect(ownPapers.value["m1"]?.state).toBe("casting");
    house.run();
    await settled(() => house.cast.length === 1 && house.waiting.length >= 1);
    house.waiting = []; // the timers of a page end with it
    house.reloaded();
    await house.collects("voting");
    house.run();
    await settled(() => house.cast.length === 2);
    expect(house.cast[1]).toEqual(house.cast[0]);
    expect(house.lengths).toEqual([1024, 1024]);
    expect(house.savedWhenSent).toBe(true);
  });

  it("does not believe a receipt that the paper's key did not sign", async () => {
    await house.collects();
    await house.hands();
    await house.phone.choose("m1", ["for"]);
    const leaf = [...house.shelf.values()][0]?.leaf ?? "";
    house.answer = async () => ({ ok: { leaf, signature: made.ballots[0]?.receipt ?? "" } });
    house.run();
    await settled(() => ownPapers.value["m1"]?.state === "not_counted");
    expect(ownPapers.value["m1"]?.code).toBe("bad_receipt");
  });

  /** A ballot that was cast without an answer, and the bulletin it is in, or a bulletin of others. */
  async function castAndSealed(own: boolean): Promise<Motion> {
    await house.collects();
    await house.hands();
    await house.phone.choose("m1", ["against"]);
    house.waiting = [];
    const mine = fromHex([...house.shelf.values()][0]?.leaf ?? "");
    const leaves = made.ballots.map((line) => fromHex(line.leaf)).concat(own ? [mine] : []);
    house.bulletin = async () => ({ ok: { leaves: leaves.map(toHex) } });
    return motion({ phase: "closed", root: toHex(await rootOf(device, leaves)) });
  }

  it("finds its ballot among all leaves, at a moment of its own that a reload does not move", async () => {
    const sealed = await castAndSealed(true);
    await house.phone.follow([sealed], true, true);
    expect(house.looked).toEqual([]);
    expect(house.waiting.map((one) => one.ms)).toEqual([15_000]);
    house.time = 9_000;
    house.waiting = [];
    house.reloaded();
    await house.phone.follow([sealed], true, true);
    await house.phone.follow([sealed], true, true);
    expect(house.waiting.map((one) => one.ms)).toEqual([6_000]);
    house.run();
    await settled(() => ownPapers.value["m1"]?.bulletin === "in");
    expect(house.looked).toEqual(["m1"]);
  });

  it("keeps nothing of the choice once the ballot is proved, and can look again", async () => {
    const sealed = await castAndSealed(true);
    await house.phone.follow([sealed], true, true);
    house.run();
    await settled(() => ownPapers.value["m1"]?.bulletin === "in");
    const kept = [...house.shelf.values()][0];
    expect(JSON.stringify(kept)).not.toContain("against");
    expect([kept?.choices, kept?.private_key, kept?.key, kept?.prefix, kept?.token, kept?.signature, kept?.blinded]).toEqual([
      null,
      null,
      "",
      "",
      "",
      "",
      "",
    ]);
    expect(ownPapers.value["m1"]).toMatchObject({ state: "counted", choices: [] });
    house.reloaded();
    await house.phone.follow([sealed], true, true);
    await house.phone.recheck("m1");
    expect(ownPapers.value["m1"]?.bulletin).toBe("in");
    expect(house.looked).toHaveLength(2);
  });

  it("drops what was kept of a choice that an earlier page proved", async () => {
    const sealed = await castAndSealed(true);
    const [before] = [...house.shelf.values()];
    if (before === undefined) throw new Error("nothing is kept");
    house.shelf.set(before.id, { ...before, bulletin: "in", checked_at: 1, receipt: "ab" });
    house.reloaded();
    await house.phone.follow([sealed], true, true);
    expect(JSON.stringify([...house.shelf.values()])).not.toContain("against");
    await house.phone.recheck("m1");
    expect(ownPapers.value["m1"]?.bulletin).toBe("in");
  });

  it("says when the bulletin does not hold the ballot, and keeps no choice that is not counted", async () => {
    await house.phone.follow([await castAndSealed(false)], true, true);
    house.run();
    await settled(() => ownPapers.value["m1"]?.bulletin === "out");
    expect(ownPapers.value["m1"]?.state).toBe("not_counted");
    expect(JSON.stringify([...house.shelf.values()])).not.toContain("against");
  });

  it("keeps everything of a ballot that has a receipt and is not in the bulletin", async () => {
    const sealed = await castAndSealed(false);
    const [before] = [...house.shelf.values()];
    if (before === undefined) throw new Error("nothing is kept");
    house.shelf.set(before.id, { ...before, receipt: "ab" });
    house.reloaded();
    await house.phone.follow([sealed], true, true);
    house.run();
    await settled(() => ownPapers.value["m1"]?.bulletin === "out");
    expect([...house.shelf.values()][0]).toMatchObject({ choices: ["against"], token: before.token, signature: before.signature });
  });

  it("does not take leaves for the bulletin whose tree has another root", async () => {
    const sealed = await castAndSealed(true);
    await house.phone.follow([{ ...sealed, root: made.root }], true, true);
    house.run();
    await settled(() => ownPapers.value["m1"]?.bulletin === "out");
  });

  it("knows nothing while no leaves come, and asks again after a pause", async () => {
    const sealed = await castAndSealed(true);
    house.bulletin = async () => ({ code: "not_found" });
    await house.phone.follow([sealed], true, true);
    house.run();
    await settled(() => house.waiting.length === 1);
    expect(ownPapers.value["m1"]?.bulletin).toBe("unknown");
    expect(house.waiting[0]?.ms).toBe(45_000);
  });

  it("sends a ballot again after a random pause, not in the moment it comes back", async () => {
    await house.collects();
    await house.hands();
    await house.phone.choose("m1", ["for"]);
    house.waiting = [];
    house.reloaded();
    await house.phone.follow([motion({ phase: "voting" })], true, true);
    expect(house.cast).toEqual([]);
    expect(house.waiting.map((one) => one.ms)).toEqual([600]);
  });

  it("forgets the blinding once the paper is here", async () => {
    await house.collects();
    await house.hands();
    const kept = [...house.shelf.values()][0];
    expect([kept?.salt, kept?.inverse]).toEqual(["", ""]);
  });
});
