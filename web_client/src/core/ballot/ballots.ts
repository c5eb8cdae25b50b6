/** This phone's part in secret votes: collect, cast, keep the receipt, check it against the sealed bulletin. Every step is saved before it is sent and may be taken again. */
import { type Collect, type Collected, type Motion, MotionPhase, type RejectedFrame, VoteMethod } from "../../wire/messages";
import { blind, finalize, PREFIX_LENGTH, SALT_LENGTH } from "./blind";
import { fromHex, fromNumber, joined, toHex, toNumber } from "./bytes";
import { asOwn, ownPapers, papersKnown, settled, type KeptPaper } from "./kept";
import {
  choicesMessage,
  fingerprintOf,
  isAmong,
  leafOf,
  receiptMessage,
  sha,
  tokenMessage,
  verifyP256,
  type Ballot,
  type Cryptography,
} from "./paper";
import { lengthFor, padded } from "./request";

/** The leaves of the sealed bulletin in its order, as hex: the same answer to everyone. */
export interface BulletinLeaves {
  readonly leaves: readonly string[];
}
/** `wait`: no answer, or "not now"; `code`: refused for good. */
export type Answer<T> = { readonly ok: T } | { readonly code: string } | { readonly wait: true };

export interface Wiring {
  readonly device: Cryptography;
  readonly meeting_id: string;
  readonly participant_id: string;
  shelf: { all(): Promise<readonly KeptPaper[]>; put(paper: KeptPaper): Promise<void> };
  /** Ask for a paper over the meeting's socket; false when there is no live connection. */
  transmit(frame: Collect): boolean;
  /** Cast without credentials. */
  cast(motionId: string, body: string): Promise<Answer<{ leaf: string; signature: string }>>;
  leaves(motionId: string): Promise<Answer<BulletinLeaves>>;
  makeId(): string;
  now(): number;
  /** The record's head as last told. */
  head(): string;
  /** From 0 to 1. */
  chance(): number;
  later(ms: number, run: () => void): void;
}

/** A ballot waits so long at most (ms), each time it is sent, so that its arrival does not tell who pressed the button or came back just now. */
const LONGEST_JITTER = 1_200;
/** All phones look into the sealed bulletin within so long (ms), each at a moment of its own that nothing else leads to. */
const LOOK_WITHIN = 30_000;
/** A request for a paper without an answer is made again after so long (ms): the same one, so that nothing doubles. */
const UNANSWERED = 8_000;
/** An answer about the bulletin that did not come is asked for again after so long (ms), or up to twice that. */
const AGAIN = 3_000;
const RETRY = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** Refusals to hand out a paper that may pass: asked again when something changes. */
const PASSING = new Set(["not_present", "rate_limited", "storage_unavailable"]);

export class Ballots {
  private kept: Readonly<Record<string, KeptPaper>> = {};
  private readonly since = new Map<string, number>();
  /** Requests for a paper on this connection: frame id to motion id. */
  private readonly asked = new Map<string, string>();
  private readonly busy = new Set<string>();
  /** The next attempt to cast, by motion: only the newest of them counts. */
  private readonly attempts = new Map<string, number>();
  /** Motions whose look into the bulletin is arranged. */
  private readonly looking = new Set<string>();
  private motions: readonly Motion[] = [];
  private present = false;
  private live = false;
  private loaded: Promise<void> | null = null;

  constructor(private readonly wiring: Wiring) {}

  /** What is on this phone already, from before a reload. */
  load(): Promise<void> {
    this.loaded ??= this.wiring.shelf.all().then((all) => {
      const mine = all.filter((one) => one.participant_id === this.wiring.participant_id && one.meeting_id === this.wiring.meeting_id);
      this.kept = Object.fromEntries(mine.map((one) => [one.motion_id, settled(one)]));
      papersKnown.value = true;
      this.tell();
      // what was proved before pages dropped the choice then
      return Promise.all(
        mine.filter((one) => one.choices !== null && settled(one) !== one).map((one) => this.wiring.shelf.put(settled(one))),
      ).then(() => undefined);
    });
    return this.loaded;
  }

  /** The meeting as it is now: takes whatever step each secret paper calls for. */
  async follow(motions: readonly Motion[], present: boolean, live: boolean): Promise<void> {
    if (live && !this.live) {
      this.asked.clear(); // a new connection answers nothing of the old one
      this.attempts.clear();
    }
    [this.motions, this.present, this.live] = [motions, present, live];
    await this.load();
    await Promise.all(
      this.motions.filter((motion) => motion.method === VoteMethod.SECRET && motion.paper !== null).map((motion) => this.step(motion)),
    );
  }

  /** Cast: resolves once it is saved; what becomes of it is in `ownPapers`. */
  async choose(motionId: string, choices: readonly string[]): Promise<void> {
    const paper = this.kept[motionId];
    if (paper === undefined || paper.private_key === null || paper.token === "" || paper.choices !== null) return;
    const message = choicesMessage(this.paperId(motionId), choices);
    const signature = new Uint8Array(await this.wiring.device.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, paper.private_key, message));
    const filled: KeptPaper = { ...paper, choices, signature: toHex(signature) };
    const leaf = toHex(await leafOf(this.wiring.device, this.ballotOf(filled)));
    this.since.set(motionId, this.wiring.now());
    await this.keep({ ...filled, leaf });
    this.postLater(motionId, 0);
  }

  /** Look again whether the ballot is in the bulletin. */
  async recheck(motionId: string): Promise<void> {
    const motion = this.motion(motionId);
    const paper = this.kept[motionId];
    if (motion !== undefined && paper !== undefined && motion.root !== "" && paper.leaf !== "")
      await this.once(`check-${motionId}`, () => this.check(motion, paper));
  }

  received(frame: Collected | RejectedFrame): void {
    const motionId = this.asked.get(frame.id);
    if (motionId === undefined) return;
    this.asked.delete(frame.id);
    if (frame.type === "collected") void this.collected(motionId, frame.blind_signature);
    else void this.refused(motionId, frame);
  }

  // --- collecting (领票) -----------------------------------------------------------------------------------

  private async step(motion: Motion): Promise<void> {
    const { motion_id: id, phase } = motion;
    const paper = this.kept[id];
    const me = this.wiring.participant_id;
    const elector = motion.electorate.includes(me) && !motion.hall_voters.includes(me);
    if (phase === MotionPhase.COLLECTING && elector && this.present && this.live) {
      if (paper === undefined || (paper.token === "" && paper.refused === "")) await this.once(`collect-${id}`, () => this.collect(motion));
    } else if (phase === MotionPhase.VOTING && paper !== undefined) {
      // asked before the end of collecting, the answer lost: the server gives the stored one
      if (paper.token === "" && paper.refused === "" && this.live) await this.once(`collect-${id}`, () => this.collect(motion));
      else if (this.unanswered(paper) && !this.attempts.has(id)) this.postLater(id, 0);
    }
    if (motion.root !== "" && paper !== undefined && paper.leaf !== "" && paper.bulletin === "unknown") await this.lookLater(id, paper);
  }

  private async collect(motion: Motion): Promise<void> {
    const id = motion.motion_id;
    if ([...this.asked.values()].includes(id)) return;
    const paper = this.kept[id] ?? (await this.prepare(motion));
    if (paper === null) return;
    const frame: Collect = { type: "collect", id: this.wiring.makeId(), motion_id: id, blinded: paper.blinded };
    this.asked.set(frame.id, id);
    if (!this.wiring.transmit(frame)) this.asked.delete(frame.id);
    else {
      this.wiring.later(UNANSWERED, () => {
        if (this.asked.delete(frame.id)) void this.follow(this.motions, this.present, this.live);
      });
    }
  }

  /** A key of its own for this ballot, blinded; saved before anyone hears of it. */
  private async prepare(motion: Motion): Promise<KeptPaper | null> {
    const { device, meeting_id, participant_id } = this.wiring;
    const published = motion.paper;
    if (published === null) return null;
    const modulus = fromHex(published.modulus);
    const shown = toHex(await fingerprintOf(device, modulus, fromHex(published.receipt_key)));
    if (shown !== published.fingerprint) {
      this.tellOne(motion.motion_id, "bad_fingerprint");
      return null;
    }
    const n = toNumber(modulus);
    const pair = await device.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const key = new Uint8Array(await device.subtle.exportKey("raw", pair.publicKey));
    const prefix = device.random(PREFIX_LENGTH);
    const salt = device.random(SALT_LENGTH);
    const inverse = (toNumber(device.random(modulus.length + 16)) % (n - 2n)) + 2n;
    const prepared = joined(prefix, await tokenMessage(device, this.paperId(motion.motion_id), key));
    const blinded = await blind(n, prepared, salt, inverse, (bytes) => sha(device, 384, bytes));
    const paper: KeptPaper = {
      id: `${participant_id}|${this.paperId(motion.motion_id)}`,
      participant_id,
      meeting_id,
      motion_id: motion.motion_id,
      modulus: published.modulus,
      receipt_key: published.receipt_key,
      private_key: pair.privateKey,
      key: toHex(key),
      prefix: toHex(prefix),
      salt: toHex(salt),
      inverse: toHex(fromNumber(inverse, modulus.length)),
      blinded: toHex(blinded),
      token: "",
      choices: null,
      signature: "",
      receipt: "",
      leaf: "",
      bulletin: "unknown",
      checked_at: null,
      refused: "",
    };
    this.since.set(motion.motion_id, this.wiring.now());
    await this.keep(paper);
    return paper;
  }

  private async collected(motionId: string, blindSignature: string): Promise<void> {
    const paper = this.kept[motionId];
    if (paper === undefined || paper.token !== "") return;
    const { device } = this.wiring;
    const prepared = joined(fromHex(paper.prefix), await tokenMessage(device, this.paperId(motionId), fromHex(paper.key)));
    try {
      const n = toNumber(fromHex(paper.modulus));
      const token = await finalize(n, prepared, fromHex(paper.salt), toNumber(fromHex(paper.inverse)), fromHex(blindSignature), (bytes) =>
        sha(device, 384, bytes),
      );
      this.since.delete(motionId);
      // the blinding has done its work; without it nothing on this phone leads from the request to the paper
      await this.keep({ ...paper, token: toHex(token), salt: "", inverse: "", refused: "" });
    } catch (reason) {
      if (!(reason instanceof RangeError)) throw reason;
      await this.keep({ ...paper, refused: "bad_token" });
    }
  }

  private async refused(motionId: string, frame: RejectedFrame): Promise<void> {
    if (PASSING.has(frame.code)) {
      this.wiring.later(Math.max(frame.retry_after_ms, 2_000), () => void this.follow(this.motions, this.present, this.live));
      return;
    }
    const paper = this.kept[motionId];
    if (paper !== undefined && paper.token === "") await this.keep({ ...paper, refused: frame.code });
  }

  // --- casting -------------------------------------------------------------------------------------------

  private unanswered(paper: KeptPaper): boolean {
    return paper.choices !== null && paper.receipt === "" && paper.refused === "" && paper.bulletin === "unknown";
  }

  /** Post after a random pause, whatever it is that makes it be sent now. */
  private postLater(motionId: string, wait: number, attempt = 0): void {
    const turn = (this.attempts.get(motionId) ?? 0) + 1;
    this.attempts.set(motionId, turn);
    const left = this.motion(motionId)?.closes_at;
    const patience = left == null ? LONGEST_JITTER : Math.max(0, Math.min(LONGEST_JITTER, (left - this.wiring.now()) / 4));
    this.wiring.later(wait + this.wiring.chance() * patience, () => {
      if (this.attempts.get(motionId) === turn) void this.post(motionId, attempt);
    });
  }

  private async post(motionId: string, attempt: number): Promise<void> {
    await this.once(`cast-${motionId}`, async () => {
      const paper = this.kept[motionId];
      const motion = this.motion(motionId);
      if (paper === undefined || motion === undefined || !this.unanswered(paper)) return;
      const { key, prefix, token, choices, signature } = paper;
      const body = padded({ key, prefix, token, choices: choices ?? [], signature }, lengthFor(motion));
      const answer = await this.wiring.cast(motionId, body);
      if ("ok" in answer) await this.receipted(paper, answer.ok);
      else if ("code" in answer) {
        // too late for a receipt; whether the ballot was in the box all the same, the bulletin will tell
        this.since.delete(motionId);
        await this.keep({ ...paper, refused: answer.code });
      } else this.postLater(motionId, RETRY[Math.min(attempt, RETRY.length - 1)] ?? 8_000, attempt + 1);
    });
  }

  private async receipted(paper: KeptPaper, receipt: { leaf: string; signature: string }): Promise<void> {
    const { device } = this.wiring;
    const leaf = fromHex(receipt.leaf);
    const message = receiptMessage(this.paperId(paper.motion_id), leaf);
    const good = await verifyP256(device, fromHex(paper.receipt_key), message, fromHex(receipt.signature));
    this.since.delete(paper.motion_id);
    const own = receipt.leaf === paper.leaf;
    const latest = this.kept[paper.motion_id] ?? paper;
    if (good && own) await this.keep({ ...latest, receipt: receipt.signature, refused: "" });
    else await this.keep({ ...latest, refused: "bad_receipt" });
  }

  // --- the sealed bulletin ---------------------------------------------------------------------------------

  /** Look at a moment drawn once and kept, so that neither casting nor a reload moves it. */
  private async lookLater(motionId: string, paper: KeptPaper): Promise<void> {
    if (this.looking.has(motionId)) return;
    this.looking.add(motionId);
    const check_at = paper.check_at ?? this.wiring.now() + this.wiring.chance() * LOOK_WITHIN;
    if (paper.check_at === undefined) await this.keep({ ...paper, check_at });
    const left = Math.min(LOOK_WITHIN, check_at - this.wiring.now()); // a clock put back in between does not put it off for ever
    this.wiring.later(Math.max(left, this.wiring.chance() * LONGEST_JITTER), () => {
      this.looking.delete(motionId);
      if (this.kept[motionId]?.bulletin === "unknown") void this.recheck(motionId);
    });
  }

  private async check(motion: Motion, paper: KeptPaper): Promise<void> {
    const { device } = this.wiring;
    const answer = await this.wiring.leaves(motion.motion_id);
    if (!("ok" in answer)) {
      // no list, so nothing is known: neither that it is in, nor that it is not
      const pause = "wait" in answer ? AGAIN : LOOK_WITHIN;
      this.wiring.later(pause + this.wiring.chance() * pause, () => void this.follow(this.motions, this.present, this.live));
      return;
    }
    // the leaf is the one made here when the ballot was, and not what the server once said it was
    const proved = await isAmong(device, fromHex(paper.leaf), answer.ok.leaves.map(fromHex), fromHex(motion.root));
    await this.keep(
      settled({
        ...(this.kept[motion.motion_id] ?? paper),
        bulletin: proved ? "in" : "out",
        checked_at: this.wiring.now(),
        head: this.wiring.head(),
      }),
    );
  }

  // --- keeping and telling -----------------------------------------------------------------------------------

  private ballotOf({ key, prefix, token, choices, signature }: KeptPaper): Ballot {
    return { key: fromHex(key), prefix: fromHex(prefix), token: fromHex(token), choices: choices ?? [], signature: fromHex(signature) };
  }

  private paperId(motionId: string): string {
    return `${this.wiring.meeting_id}/${motionId}`;
  }

  private motion(id: string): Motion | undefined {
    return this.motions.find((one) => one.motion_id === id);
  }

  private async keep(paper: KeptPaper): Promise<void> {
    await this.wiring.shelf.put(paper);
    this.kept = { ...this.kept, [paper.motion_id]: paper };
    this.tell();
  }

  private tell(): void {
    const told = Object.values(this.kept).map((paper) => [paper.motion_id, asOwn(paper, this.since.get(paper.motion_id) ?? null)] as const);
    ownPapers.value = { ...ownPapers.peek(), ...Object.fromEntries(told) };
  }

  private tellOne(motionId: string, code: string): void {
    const none = { choices: [], stub: "", bulletin: "unknown", checked_at: null, head: "", since: null } as const;
    ownPapers.value = { ...ownPapers.peek(), [motionId]: { state: "unsupported", code, ...none } };
  }

  /** One at a time of each: a second wish while the first is under way is the same wish. */
  private async once(what: string, run: () => Promise<void>): Promise<void> {
    if (this.busy.has(what)) return;
    this.busy.add(what);
    try {
      await run();
    } finally {
      this.busy.delete(what);
    }
  }
}
