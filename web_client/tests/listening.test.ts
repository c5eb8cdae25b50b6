import { describe, expect, it } from "vitest";
import { Listening } from "../src/page/listening";

describe("what was really played", () => {
  it("is what the clock moved through, as one stretch", () => {
    const listening = new Listening();
    for (let n = 0; n <= 8; n++) listening.played(10_000 + n * 250, n * 250, 1);
    expect(listening.take()).toEqual([[10_000, 12_000]]);
    expect(listening.take()).toEqual([]);
  });

  it("is not what was leapt over", () => {
    const listening = new Listening();
    listening.played(0, 0, 1);
    listening.played(250, 250, 1);
    listening.stopped();
    listening.played(60_000, 300, 1);
    listening.played(60_250, 550, 1);
    expect(listening.take()).toEqual([
      [0, 250],
      [60_000, 60_250],
    ]);
  });

  it("is not claimed by a clock that is set forward while it plays", () => {
    const listening = new Listening();
    listening.played(0, 0, 1);
    listening.played(60_000, 250, 1);
    expect(listening.take()).toEqual([]);
  });

  it("counts playing time at double speed", () => {
    const listening = new Listening();
    listening.played(0, 0, 2);
    listening.played(500, 250, 2);
    expect(listening.take()).toEqual([[0, 500]]);
  });

  it("does not count the time a phone slept", () => {
    const listening = new Listening();
    listening.played(0, 0, 1);
    listening.played(250, 60_000, 1);
    expect(listening.waiting).toBe(0);
  });

  it("is kept when it could not be told, before what comes after", () => {
    const listening = new Listening();
    listening.played(0, 0, 1);
    listening.played(500, 500, 1);
    const taken = listening.take();
    listening.played(1_000, 1_000, 1);
    listening.giveBack(taken);
    expect(listening.take()).toEqual([
      [0, 500],
      [500, 1_000],
    ]);
  });
});
