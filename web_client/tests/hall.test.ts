/** Who votes in the hall and who counts there, as the console offers it; the server has the last word. */
import { beforeEach, describe, expect, it } from "vitest";
import { acting, candidatesOfHall, countsInHall, mayHold, waitsForHall, withoutPhone } from "../src/core/hall";
import { papersOf } from "../src/core/papers_out";
import { isElector } from "../src/core/selectors";
import { meeting, you } from "../src/core/store";
import { isToSign } from "../src/views/officer/report_sheet";
import type { MeetingState, PaperCount } from "../src/wire/messages";
import { aMeeting, motion } from "./a_meeting";

const COUNT: PaperCount = {
  issued: 1,
  returned: 1,
  void: 0,
  counts: [["for", 1]],
  entered_by: "m1",
  scrutineer: "m1",
  teller: "m2",
  signed_by: ["m1"],
  named: [],
};

let state: MeetingState;

beforeEach(() => {
  state = aMeeting();
  meeting.value = state;
  you.value = { participant_id: "m1", name: "m1", connection_id: "c" };
});

describe("voting in the hall", () => {
  it("is not voting on the phone", () => {
    expect(isElector(motion({ electorate: ["m1"] }))).toBe(true);
    expect(isElector(motion({ electorate: ["m1"], hall_voters: ["m1"] }))).toBe(false);
  });

  it("keeps a vote open until the count is signed by both", () => {
    expect(waitsForHall(motion())).toBe(false);
    expect(waitsForHall(motion({ hall_voters: ["m1"] }))).toBe(true);
    expect(waitsForHall(motion({ hall_voters: ["m1"], paper_count: COUNT }))).toBe(true);
    expect(waitsForHall(motion({ hall_voters: ["m1"], paper_count: { ...COUNT, signed_by: ["m1", "m2"] } }))).toBe(false);
  });

  it("is nothing for words of one's own", () => {
    expect(countsInHall(motion({ force: "poll", shape: "word" }))).toBe(false);
    expect(countsInHall(motion({ force: "appraisal", sheet: "self" }))).toBe(false);
    expect(countsInHall(motion({ force: "appraisal", sheet: "mutual" }))).toBe(true);
  });

  it("counts with what is handed out and what came back", () => {
    const secret = motion({ method: "secret", issued: 3, returned: 2, hall_voters: ["m1"], paper_count: COUNT });
    expect(papersOf(secret)).toEqual({ issued: 4, returned: 3 });
  });

  it("is offered to those who were seen and have no phone here", () => {
    const [one, other] = Object.values(state.participants);
    if (one === undefined || other === undefined) throw new Error("nobody is there");
    const there = [
      { ...one, present: true, marked_present: true, connections: {} },
      { ...other, present: true, marked_present: true, connections: { c: { device: "phone" as const, opened_at: 0, responsive: true } } },
    ];
    expect(withoutPhone(there)).toEqual([one.participant_id]);
    const electorate = there.map((person) => person.participant_id);
    meeting.value = { ...state, participants: Object.fromEntries(there.map((person) => [person.participant_id, person])) };
    const cast = motion({ electorate, ballots: { [other.participant_id]: ["for"] } });
    expect(candidatesOfHall(meeting.value, cast).map((person) => person.participant_id)).toEqual([one.participant_id]);
  });
});

describe("an office of the count", () => {
  it("is acted in by nobody who stands", () => {
    const officers = [
      { participant_id: "m1", office: "scrutineer" as const, motion_id: "v0" },
      { participant_id: "m2", office: "scrutineer" as const, motion_id: "v0" },
    ];
    const candidates = [{ candidate_id: "c1", name: "m1", strokes: 1, participant_id: "m1", grade: "" as const, reason: "" }];
    const election = motion({ force: "election", method: "secret", candidates });
    expect(acting({ ...state, officers }, election, "scrutineer")).toEqual(["m2"]);
  });

  it("is held by members alone, scrutineers by those with a vote", () => {
    const [one] = Object.values(state.participants);
    if (one === undefined) throw new Error("nobody is there");
    const person = { ...one, kind: "person" as const, standing: "probationary" as const, voting: false, removed: false };
    expect([mayHold(person, "scrutineer"), mayHold(person, "teller")]).toEqual([false, true]);
    expect(mayHold({ ...person, standing: "guest" }, "teller")).toBe(false);
    expect(mayHold({ ...person, kind: "hall_camera" }, "teller")).toBe(false);
  });
});

describe("the report sheet of an election", () => {
  const report = { issued: 1, returned: 1, void: 0, holds: true };
  const officers = [{ participant_id: "m1", office: "scrutineer", motion_id: null }] as const;

  it("is signed by its scrutineer, once, and by nobody who stands", () => {
    meeting.value = { ...state, officers };
    const counted = motion({ force: "election", method: "secret", phase: "closed", report });
    expect(isToSign(counted)).toBe(true);
    expect(isToSign({ ...counted, report_signed_by: ["m1"] })).toBe(false);
    expect(
      isToSign({ ...counted, candidates: [{ candidate_id: "c1", name: "m1", strokes: 4, participant_id: "m1", grade: "", reason: "" }] }),
    ).toBe(false);
  });
});
