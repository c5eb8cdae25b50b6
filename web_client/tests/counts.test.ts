/** What is drawn: shares, means, words by size, proposed grades, and presence over time. */
import { describe, expect, it } from "vitest";
import { mostExcellent, ownAppraisal, proposedGrades } from "../src/core/appraisal";
import { meanOf, share, showsRunning, wordsOf } from "../src/core/poll_counts";
import { quorumHistory } from "../src/core/quorum_history";
import type { Interval, MotionForce, VoteMethod } from "../src/wire/messages";
import { aMeeting, motion, person, PRESET } from "./a_meeting";

describe("a poll as it runs", () => {
  it.each([
    ["poll", "open", "voting", true],
    ["poll", "named", "voting", true],
    ["poll", "secret", "voting", false],
    ["motion", "open", "voting", false],
    ["survey", "secret", "voting", false],
    ["poll", "open", "published", false],
  ] as const)("%s, %s, %s is shown: %s", (force, method, phase, shown) => {
    expect(showsRunning(motion({ force: force as MotionForce, method: method as VoteMethod, phase }))).toBe(shown);
  });

  it("has a mean over what was given, and none before", () => {
    expect(
      meanOf([
        ["1", 1],
        ["3", 1],
        ["5", 2],
      ]),
    ).toEqual({ mean: 3.5, given: 4 });
    expect(
      meanOf([
        ["1", 0],
        ["2", 0],
      ]),
    ).toBeNull();
  });

  it("writes the most frequent word largest and first, and none large when all came once", () => {
    expect(
      wordsOf([
        ["w:守时", 1],
        ["w:踏实", 9],
        ["w:团结", 5],
      ]),
    ).toEqual([
      { word: "踏实", n: 9, size: 4 },
      { word: "团结", n: 5, size: 3 },
      { word: "守时", n: 1, size: 1 },
    ]);
    expect(
      wordsOf([
        ["w:守时", 1],
        ["w:踏实", 1],
      ]).map(({ size }) => size),
    ).toEqual([2, 2]);
  });

  it("has shares in whole per cent, and nothing of nothing", () => {
    expect([share(2, 3), share(0, 0)]).toEqual([67, 0]);
  });
});

describe("an appraisal", () => {
  const candidate = (id: string) => ({ candidate_id: id, name: id, strokes: 1, participant_id: null, grade: "" as const, reason: "" });

  it.each([
    [2, 0],
    [3, 1],
    [8, 2],
    [9, 3],
    [3000, 1000],
  ])("of %i people has at most %i excellent", (people, most) => {
    expect(mostExcellent(PRESET, people)).toBe(most);
  });

  it("proposes what most gave, the better of equals, and excellent for no more than a third", () => {
    const sheet = motion({ force: "appraisal", candidates: ["a", "b", "c"].map(candidate) });
    const counts = [
      ["a:excellent", 3],
      ["b:excellent", 4],
      ["b:good", 1],
      ["c:good", 2],
      ["c:pass", 2],
    ] as const;
    const tally = {
      counts: counts.map(([line, n]) => [line, n] as const),
      cast: 5,
      entitled: 5,
      present: 5,
      void: 0,
      written: 0,
      paper: 0,
    };
    expect(proposedGrades(sheet, tally)).toEqual({ a: "good", b: "excellent", c: "good" });
  });

  it("reads grade and words of a self sheet apart, even when the words look like a grade", () => {
    expect(ownAppraisal(["c1:good", "t:c2:excellent"])).toEqual({ grade: "good", text: "c2:excellent" });
    expect(ownAppraisal(["t:踏实"])).toEqual({ grade: undefined, text: "踏实" });
  });
});

describe("presence over time", () => {
  const here = (since: number, until: number | null): Interval => ({
    since,
    until,
    level: "responsive",
    reason: "joined",
    marked_by: null,
  });
  const state = aMeeting({
    opened_at: 100,
    participants: {
      m1: person("m1", { intervals: [here(50, null)] }),
      m2: person("m2", { intervals: [here(120, 150), here(170, null)] }),
      guest: person("guest", { voting: false, standing: "guest", intervals: [here(50, null)] }),
      gone: person("gone", { intervals: [here(20, 90)] }),
    },
  });

  it("counts those expected from the opening on, and a step whenever it changes", () => {
    expect(quorumHistory(state, "voting", 200)).toEqual([
      { at: 100, present: 1 },
      { at: 120, present: 2 },
      { at: 150, present: 1 },
      { at: 170, present: 2 },
    ]);
  });

  it("is empty before the meeting opened, and ends where it is asked to", () => {
    expect(quorumHistory({ ...state, opened_at: null }, "voting", 200)).toEqual([]);
    expect(quorumHistory(state, "voting", 130).length).toBe(2);
  });
});
