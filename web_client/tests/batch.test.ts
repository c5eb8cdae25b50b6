/** A batch of papers: none is lost, and the next one that waits is always found. */
import { beforeEach, describe, expect, it } from "vitest";
import { batchOf, nextOf, placeOf, waitsForMe } from "../src/core/batch";
import { meeting, outbox, refusals, you, type OutboxEntry } from "../src/core/store";
import type { Motion } from "../src/wire/messages";
import { bringBack, putAside } from "../src/views/vote/paper";
import { asideAll, motionInFront, turnTo } from "../src/views/vote/stages";
import { aMeeting, motion } from "./a_meeting";

const open = (id: string, more: Partial<Motion> = {}): Motion => motion({ motion_id: id, electorate: ["m1"], opened_at: 50, ...more });

function papers(...list: readonly Motion[]): readonly Motion[] {
  meeting.value = aMeeting({ motions: Object.fromEntries(list.map((one) => [one.motion_id, one])) });
  return list;
}
function cast(id: string): void {
  outbox.value = [
    ...outbox.value,
    { id: `x-${id}`, kind: "CastBallot", data: { motion_id: id, choices: ["for"] }, at: 60, state: "waiting", seq: null } as OutboxEntry,
  ];
}

beforeEach(() => {
  you.value = { participant_id: "m1", name: "m1", connection_id: "c" };
  outbox.value = [];
  refusals.value = [];
  putAside.value = new Set();
});

describe("a batch of papers", () => {
  it("is what was opened in one step, secret papers and earlier votes aside", () => {
    const [a, b] = papers(open("a"), open("b"), open("c", { opened_at: 10, phase: "published" }), open("d", { method: "secret" }));
    expect(batchOf(a!).map((one) => one.motion_id)).toEqual(["a", "b"]);
    expect(placeOf(b!)).toEqual({ no: 2, of: 2 });
  });

  it("is none when a paper is alone", () => {
    const [a] = papers(open("a"), open("b", { opened_at: 51 }));
    expect([placeOf(a!), nextOf(a!)]).toEqual([null, null]);
  });

  it("leads from any paper to the next that waits, past those filled in, and round to the first", () => {
    const [a, b, c] = papers(open("a"), open("b", { ballots: { m1: ["for"] } }), open("c"));
    expect(nextOf(a!)).toBe(c);
    expect(nextOf(c!)).toBe(a);
    cast("a");
    expect([waitsForMe(a!), nextOf(c!)]).toEqual([false, null]);
    expect(nextOf(b!)).toBe(c);
  });

  it("waits for nobody who has no paper, nor after it closed", () => {
    const [a, b] = papers(open("a", { electorate: ["m2"] }), open("b", { phase: "closed" }));
    expect([waitsForMe(a!), waitsForMe(b!)]).toEqual([false, false]);
  });

  it("stands in front one paper after another, and is put aside as a whole", () => {
    const [a, , c] = papers(open("a"), open("b"), open("c"));
    expect(motionInFront()?.motion.motion_id).toBe("a");
    asideAll(a!);
    expect(motionInFront()).toBeNull();
    bringBack("b");
    expect(motionInFront()?.motion.motion_id).toBe("b");
    turnTo(a!, c!);
    expect(motionInFront()?.motion.motion_id).toBe("c");
  });
});
