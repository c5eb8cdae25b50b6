/** What is filled in and not sent outlives a reload, and nothing of it stays once it is sent or cannot be any more. */
import { beforeEach, describe, expect, it } from "vitest";
import { ownPapers, type OwnPaper } from "../src/core/ballot/kept";
import { meeting, outbox, refusals, you } from "../src/core/store";
import { keepOn, keepUnsent, unsent } from "../src/core/unsent";
import { ballotSoFar, ownText, setMark, setOwnText, setWriteIn, writeInFor } from "../src/views/vote/marks";
import { draftOf, forgetSentPapers } from "../src/views/vote/paper";
import type { Candidate, Motion } from "../src/wire/messages";
import { aMeeting, motion } from "./a_meeting";

let page: string | null;
const shelf = { read: () => page, write: (text: string) => void (page = text) };
/** The page is loaded anew: all that is left is what was written down. */
function reload(): void {
  const before = page;
  keepOn({ read: () => null, write: () => undefined });
  page = before;
  keepOn(shelf);
}
const li: Candidate = { candidate_id: "c1", name: "李敏", strokes: 7, participant_id: "m1", grade: "", reason: "" };
const sheet = (more: Partial<Motion>): Motion => motion({ force: "appraisal", candidates: [li], electorate: ["m1"], ...more });
function show(one: Motion): Motion {
  meeting.value = aMeeting({ motions: { [one.motion_id]: one } });
  return one;
}

beforeEach(() => {
  page = null;
  keepOn(shelf);
  meeting.value = null;
  outbox.value = [];
  refusals.value = [];
  ownPapers.value = {};
  you.value = { participant_id: "m1", name: "m1", connection_id: "c" };
  forgetSentPapers();
});

describe("a paper that is being filled in", () => {
  it("is there after a reload: long words about oneself, a mark, a name written in", () => {
    const self = show(sheet({ sheet: "self" }));
    setMark(self, li, "good");
    setOwnText(self, "按时参加组织生活。".repeat(50));
    const election = motion({ motion_id: "v2", force: "election", candidates: [li] });
    setMark(election, li, "against");
    setWriteIn(election, li, "孙国栋");
    reload();
    expect(ownText(self)).toBe("按时参加组织生活。".repeat(50));
    expect(ballotSoFar(self)).toEqual({ choices: ["c1:good", `t:${"按时参加组织生活。".repeat(50)}`] });
    expect([writeInFor(election, li), ballotSoFar(election)]).toEqual(["孙国栋", { choices: ["c1:against", "w:孙国栋"] }]);
  });

  it("stays while it is on its way or was refused, and leaves nothing behind once it is on record", () => {
    const self = show(sheet({ sheet: "self" }));
    setOwnText(self, "联系群众不够");
    outbox.value = [
      { id: "x", kind: "CastBallot", data: { motion_id: "v1", choices: ["t:联系群众不够"] }, at: 1, state: "waiting", seq: null },
    ];
    expect(ownText(self)).toBe("联系群众不够");
    outbox.value = [];
    show(sheet({ sheet: "self", ballots: { m1: ["t:联系群众不够"] } }));
    expect([draftOf("v1").choices, page]).toEqual([[], "{}"]);
  });

  it.each(["casting", "counted"] as const)(
    "of a secret vote is forgotten when the ballot is %s: the ballot itself is kept elsewhere",
    (state) => {
      const mutual = show(sheet({ method: "secret" }));
      setMark(mutual, li, "excellent");
      expect(page).toContain("c1:excellent");
      ownPapers.value = {
        v1: {
          state,
          code: "",
          choices: ["c1:excellent"],
          stub: "",
          bulletin: "unknown",
          checked_at: null,
          head: "",
          since: null,
        } satisfies OwnPaper,
      };
      expect(page).toBe("{}");
    },
  );

  it.each(["sealing", "closed", "published", "withdrawn"] as const)("is forgotten when the motion is %s", (phase) => {
    setMark(show(sheet({ method: "secret" })), li, "fail");
    show(sheet({ method: "secret", phase }));
    expect(page).toBe("{}");
  });
});

describe("what this tab wrote down", () => {
  it("is not taken up when it is not ours to read", () => {
    page = "{broken";
    keepOn(shelf);
    expect(unsent("opinion.v1", "blank")).toBe("blank");
  });

  it("goes when it is given up", () => {
    keepUnsent("opinion.v1", { who: "m2" });
    keepUnsent("opinion.v1", undefined);
    expect(page).toBe("{}");
  });
});
