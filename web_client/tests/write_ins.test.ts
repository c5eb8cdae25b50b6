/** 另选他人 on the phone: whom a typed name means, whom the list offers, and what the ballot then says. */
import { beforeEach, describe, expect, it } from "vitest";
import { meeting, outbox, refusals, you } from "../src/core/store";
import { keepOn } from "../src/core/unsent";
import { meant, offered } from "../src/core/write_ins";
import { ballotSoFar, setMark, setWriteIn, writeInWrong } from "../src/views/vote/marks";
import type { Candidate, Motion, Participant, Standing } from "../src/wire/messages";
import { aMeeting, motion, person } from "./a_meeting";

const someone = (id: string, name: string, standing: Standing = "full", voting = true): Participant =>
  person(id, { name, standing, voting });
const PEOPLE = [
  someone("w1", "丁一"),
  someone("w2", "王二"),
  someone("q1", "钱卫"),
  someone("q2", "买买提·艾力"),
  someone("q3", "张伟"),
  someone("q4", "张伟"),
  someone("new", "孙预备", "probationary", false),
];
const line = (id: string, name: string, who: string): Candidate => ({
  candidate_id: id,
  name,
  strokes: 2,
  participant_id: who,
  grade: "",
  reason: "",
});
const [DING, WANG] = [line("c1", "丁一", "w1"), line("c2", "王二", "w2")];

function election(more: Partial<Motion> = {}): Motion {
  const one = motion({
    force: "election",
    method: "secret",
    choices: [],
    candidates: [DING, WANG],
    electorate: ["w1", "w2", "q1", "q2", "q3", "q4"],
    terms: { seats: 2, approval_reference: "12号", base: "present", run_off: false },
    ...more,
  });
  const participants = Object.fromEntries(PEOPLE.map((p) => [p.participant_id, p]));
  meeting.value = aMeeting({ motions: { [one.motion_id]: one }, participants });
  return one;
}

beforeEach(() => {
  keepOn({ read: () => null, write: () => undefined });
  outbox.value = [];
  refusals.value = [];
  you.value = { participant_id: "q1", name: "钱卫", connection_id: "c" };
});

describe("a name written in", () => {
  it.each(["买买提·艾力", "买买提•艾力", "买买提・艾力", "买买提．艾力", "买买提‧艾力", " 买买提 艾力 "])("%s is one person", (name) => {
    const paper = election();
    setMark(paper, DING, "against");
    setWriteIn(paper, DING, name);
    expect([writeInWrong(paper, DING), ballotSoFar(paper)]).toEqual([null, { choices: ["c1:against", "p:q2"] }]);
  });

  it("that is on the paper is offered its line", () => {
    const paper = election();
    setMark(paper, DING, "against");
    setWriteIn(paper, DING, "王　二");
    expect(meant(paper, PEOPLE, "王　二")).toEqual({ kind: "candidate", candidate: WANG });
    expect(writeInWrong(paper, DING)).not.toBeNull();
    expect(ballotSoFar(paper)).toHaveProperty("why");
  });

  it("of two people takes a choice from the list", () => {
    const paper = election();
    setMark(paper, DING, "against");
    setWriteIn(paper, DING, "张伟");
    expect(writeInWrong(paper, DING)).not.toBeNull();
    setWriteIn(paper, DING, "张伟", "q4");
    expect(ballotSoFar(paper)).toEqual({ choices: ["c1:against", "p:q4"] });
  });

  it("is written once, in whatever spelling", () => {
    const paper = election();
    for (const [one, name] of [
      [DING, "钱卫"],
      [WANG, "钱　卫"],
    ] as const) {
      setMark(paper, one, "against");
      setWriteIn(paper, one, name);
    }
    expect(writeInWrong(paper, WANG)).not.toBeNull();
  });

  it("of someone without the right to stand, or of nobody here, is cast as it is", () => {
    const paper = election();
    expect(meant(paper, PEOPLE, "孙预备")).toMatchObject({ kind: "person", mayStand: false });
    for (const one of [DING, WANG]) setMark(paper, one, "against");
    setWriteIn(paper, DING, "孙预备");
    setWriteIn(paper, WANG, "无 名 氏");
    expect(ballotSoFar(paper)).toEqual({ choices: ["c1:against", "c2:against", "p:new", "w:无 名 氏"] });
  });

  it("is not taken in a run-off", () => {
    const paper = election({ terms: { seats: 1, approval_reference: "12号", base: "present", run_off: true } });
    setMark(paper, DING, "against");
    setWriteIn(paper, DING, "钱卫");
    expect(ballotSoFar(paper)).toEqual({ choices: ["c1:against"] });
  });

  it("stays a name under a rule from before", () => {
    const old = election();
    const paper = election({ preset: { ...old.preset, write_ins: "free" } });
    setMark(paper, DING, "against");
    setWriteIn(paper, DING, "钱卫");
    expect(ballotSoFar(paper)).toEqual({ choices: ["c1:against", "w:钱卫"] });
    expect(offered(paper, PEOPLE)).toEqual([]);
  });
});

it("the list offers those who may be elected and have no line of their own", () => {
  expect(offered(election(), PEOPLE).map((one) => one.participant_id)).toEqual(["q1", "q2", "q3", "q4"]);
});
