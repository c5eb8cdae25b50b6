/** The phone's cryptography against RFC 9474's vectors and against a paper made by the server's own code. */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { Ballots, type Answer, type CastBody, type Wiring } from "../src/core/ballot/ballots";
import { blind, finalize, power, type Digest } from "../src/core/ballot/blind";
import { fromHex, fromNumber, joined, toHex, toNumber, type Bytes } from "../src/core/ballot/bytes";
import { ownPapers, type KeptPaper } from "../src/core/ballot/kept";
import { choicesMessage, fingerprintOf, leafOf, proves, receiptMessage, tokenMessage, verifyP256, type Ballot } from "../src/core/ballot/paper";
import type { Collect, Motion } from "../src/wire/messages";

const folder = new URL("../../tests/", import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
const vectors = read<Record<string, string>[]>("vectors/rfc9474-vectors.json");
const made = read<{
  paper_id: string; modulus: string; private_exponent: string; receipt_key: string; fingerprint: string; root: string;
  ballots: (Record<"key" | "prefix" | "token" | "signature" | "leaf" | "token_message" | "choices_message" | "receipt", string> & { choices: string[]; path: string[] })[];
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

  it("has ballots whose messages, leaves, signatures, receipts and proofs hold", async () => {
    for (const [index, line] of made.ballots.entries()) {
      const ballot: Ballot = { key: fromHex(line.key), prefix: fromHex(line.prefix), token: fromHex(line.token), choices: line.choices, signature: fromHex(line.signature) };
      expect(toHex(await tokenMessage(device, made.paper_id, ballot.key))).toBe(line.token_message);
      expect(toHex(choicesMessage(made.paper_id, line.choices))).toBe(line.choices_message);
      const leaf = await leafOf(device, ballot);
      expect(toHex(leaf)).toBe(line.leaf);
      expect(await verifyP256(device, ballot.key, choicesMessage(made.paper_id, line.choices), ballot.signature)).toBe(true);
      expect(await verifyP256(device, fromHex(made.receipt_key), receiptMessage(made.paper_id, leaf), fromHex(line.receipt))).toBe(true);
      const path = line.path.map(fromHex);
      expect(await proves(device, leaf, index, made.ballots.length, path, fromHex(made.root))).toBe(true);
      expect(await proves(device, leaf, (index + 1) % made.ballots.length, made.ballots.length, path, fromHex(made.root))).toBe(false);
    }
  });
});

// --- the phone's steps, against a box in memory ------------------------------------------------------------------

const motion = (fields: Partial<Motion> = {}): Motion =>
  ({
    motion_id: "m1", method: "secret", phase: "collecting", electorate: ["p1"], root: "", closes_at: null,
    paper: { modulus: made.modulus, fingerprint: made.fingerprint, receipt_key: made.receipt_key }, ...fields,
  }) as Motion;

class House {
  shelf = new Map<string, KeptPaper>();
  frames: Collect[] = [];
  cast: CastBody[] = [];
  waiting: { ms: number; run: () => void }[] = [];
  up = true;
  answer: (body: CastBody) => Promise<Answer<{ leaf: string; signature: string }>> = async () => ({ wait: true });
  savedWhenSent = true;
  private number = 0;

  readonly wiring: Wiring = {
    device, meeting_id: "Mfixture", participant_id: "p1",
    shelf: { all: async () => [...this.shelf.values()], put: async (paper) => void this.shelf.set(paper.id, paper) },
    transmit: (frame) => {
      this.savedWhenSent &&= [...this.shelf.values()].some((paper) => paper.blinded === frame.blinded);
      if (this.up) this.frames.push(frame);
      return this.up;
    },
    cast: (_, body) => {
      this.savedWhenSent &&= [...this.shelf.values()].some((paper) => paper.signature === body.signature);
      this.cast.push(body);
      return this.answer(body);
    },
    proof: async () => ({ code: "not_found" }),
    makeId: () => `request-${++this.number}`,
    now: () => 0,
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
    await house.phone.follow([motion({ paper: { modulus: made.modulus, fingerprint: "00".repeat(32), receipt_key: made.receipt_key } })], true, true);
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
    house.reloaded();
    await house.collects("voting");
    await settled(() => house.cast.length === 2);
    expect(house.cast[1]).toEqual(house.cast[0]);
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

  it("says when the bulletin does not hold the ballot", async () => {
    await house.collects();
    await house.hands();
    await house.phone.choose("m1", ["for"]);
    await house.phone.follow([motion({ phase: "closed", root: made.root })], true, true);
    await settled(() => ownPapers.value["m1"]?.bulletin === "out");
  });

  it("forgets the blinding once the paper is here", async () => {
    await house.collects();
    await house.hands();
    const kept = [...house.shelf.values()][0];
    expect([kept?.salt, kept?.inverse]).toEqual(["", ""]);
  });
});
