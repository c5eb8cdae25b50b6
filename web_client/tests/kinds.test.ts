/** The table of kinds has every kind, and its words are in both catalogues. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kindOf, METHOD_ICONS } from "../src/core/kinds";
import { AppraisalSheet, MotionForce, VoteMethod } from "../src/wire/messages";

const catalogues = ["zh-CN", "en"].map(
  (language) =>
    JSON.parse(readFileSync(new URL(`../../meeting_server/web/locales/${language}.json`, import.meta.url), "utf8")) as Record<
      string,
      Record<string, unknown>
    >,
);
const kinds = Object.values(MotionForce).flatMap((force) => Object.values(AppraisalSheet).map((sheet) => ({ force, sheet })));

describe("a kind of motion", () => {
  it.each(kinds)("$force $sheet has its names in both languages", (motion) => {
    const kind = kindOf(motion);
    for (const catalogue of catalogues) {
      expect(catalogue["vote"]).toHaveProperty([kind.calledInSecret]);
      if (kind.called === null) for (const method of Object.values(VoteMethod)) expect(catalogue["vote"]).toHaveProperty([method]);
      else expect(catalogue["vote"]).toHaveProperty([kind.called]);
    }
  });

  it("decides, or grades people, or neither, never both", () => {
    expect(kinds.filter((motion) => kindOf(motion).decides && kindOf(motion).gradesPeople)).toEqual([]);
  });

  it("is voted on in a way that has a picture", () => {
    expect(Object.keys(METHOD_ICONS).sort()).toEqual(Object.values(VoteMethod).sort());
  });
});
