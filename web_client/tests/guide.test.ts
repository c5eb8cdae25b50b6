/** One step at a time through an election meeting: what the chair's one button does, from 清点 to 宣布. */
import { describe, expect, it } from "vitest";
import { type GuideStep, nextStep, preparations, skipStep } from "../src/core/guide";
import type { AgendaItem, MeetingState, Motion, Officer, RollCall } from "../src/wire/messages";
import { aMeeting, motion, person } from "./a_meeting";

const PURPOSES = ["roll_call", "exclusions", "", "election_rules", "scrutineers", "", "ballot", "count", "announce"] as const;

function agenda(at: number): readonly AgendaItem[] {
  return PURPOSES.map((purpose, n) => ({
    item_id: `i${n + 1}`,
    title: purpose,
    minutes: 5,
    speaker: "",
    started_at: n <= at ? 100 * n : null,
    ended_at: n < at ? 100 * n + 50 : null,
    purpose,
  }));
}

/** The meeting at an item (from 0; −1: before the first), with these motions. */
function at(item: number, motions: readonly Motion[] = [], more: Partial<MeetingState> = {}): MeetingState {
  return aMeeting({
    phase: "open",
    agenda: agenda(item),
    current_item: item < 0 ? null : `i${item + 1}`,
    motions: Object.fromEntries(motions.map((one) => [one.motion_id, one])),
    participants: { m1: person("m1"), m2: person("m2", { excluded_reason: "出国，校党〔2026〕3号", exclusion_needs_vote: true }) },
    ...more,
  });
}

const BACK = () => ({ issued: 20, returned: 20 });
const OUT = () => ({ issued: 20, returned: 12 });
const kinds = (step: GuideStep): readonly string[] => step.commands.map((one) => one.kind);
const CALL: RollCall = { roll_call_id: "r1", opened_at: 10, closes_at: 70, expected: ["m1"], answered: [], closed_at: null };
const DONE: Partial<MeetingState> = { roll_call: { ...CALL, closed_at: 60 } };
const CARRIED: Partial<Motion> = {
  phase: "published",
  verdict: {
    carried: true,
    reason: "reached",
    needed: 2,
    base: "entitled",
    base_count: 3,
    votes_for: 3,
    elected: [],
    tied: [],
    short: 0,
    ineligible: [],
  },
};
const EXCLUSION = motion({ motion_id: "a", item_id: "i2", phase: "drafted", method: "open" });
const SCRUTINEERS = motion({ motion_id: "c", item_id: "i5", phase: "drafted", method: "open" });
const ELECTION = motion({ motion_id: "e", item_id: "i7", phase: "drafted", method: "secret", force: "election" });
const REPORT: Partial<Motion> = { phase: "closed", report: { issued: 20, returned: 20, void: 0, holds: true } };
const OFFICERS: readonly Officer[] = [
  { participant_id: "m1", office: "scrutineer", motion_id: "c" },
  { participant_id: "m3", office: "teller", motion_id: "c" },
];

describe("the guide", () => {
  it("begins with the roll call", () => {
    expect(kinds(nextStep(at(-1), BACK))).toEqual(["StepAgenda", "OpenRollCall"]);
  });

  it("ends the roll call and opens the show of hands on who is not counted", () => {
    const step = nextStep(at(0, [EXCLUSION], { roll_call: CALL }), BACK);
    expect(kinds(step)).toEqual(["CloseRollCall", "StepAgenda", "OpenMotion"]);
    expect([step.say, step.force]).toEqual(["next_open", true]);
  });

  it("passes over the exclusions where there are none", () => {
    const step = nextStep(at(0, [], { ...DONE, participants: { m1: person("m1") } }), BACK);
    expect(step.commands).toEqual([{ kind: "StepAgenda", data: { item_id: "i3" } }]);
  });

  it("asks for a paper where none is prepared, and offers to leave it", () => {
    expect(nextStep(at(1, [], DONE), BACK).sheet).toEqual({ sheet: "draft", item: "i2" });
    expect(skipStep(at(1, [], DONE), BACK)?.commands).toEqual([{ kind: "StepAgenda", data: { item_id: "i3" } }]);
  });

  it("closes and publishes a show of hands at once when all have voted", () => {
    expect(kinds(nextStep(at(1, [{ ...EXCLUSION, phase: "voting" }]), BACK))).toEqual(["CloseMotion", "PublishMotion"]);
  });

  it("asks for the hall's count where somebody votes there", () => {
    const there = { ...EXCLUSION, phase: "voting" as const, hall_voters: ["m3"] };
    expect(nextStep(at(1, [there]), BACK).sheet).toEqual({ sheet: "paper_count", motion: "a" });
  });

  it("asks before it ends a vote early", () => {
    expect(nextStep(at(1, [{ ...EXCLUSION, phase: "voting" }]), OUT).sheet).toEqual({ sheet: "close_vote", motion: "a" });
    expect(skipStep(at(1, [{ ...EXCLUSION, phase: "voting" }]), OUT)).toBeNull();
  });

  it("has the tellers announced once the scrutineers are approved", () => {
    expect(nextStep(at(4, [{ ...SCRUTINEERS, ...CARRIED }]), BACK).sheet).toEqual({ sheet: "officers" });
    expect(nextStep(at(4, [{ ...SCRUTINEERS, ...CARRIED }], { officers: OFFICERS }), BACK).say).toBe("next");
  });

  it("opens a secret paper only through the sheet that says what secrecy can promise", () => {
    const next = nextStep(at(5, [ELECTION]), BACK);
    expect([kinds(next), next.sheet]).toEqual([["StepAgenda"], { sheet: "open_vote", motion: "e" }]);
    expect(nextStep(at(6, [ELECTION]), BACK).sheet).toEqual({ sheet: "open_vote", motion: "e" });
  });

  it("goes from collecting to voting to the count", () => {
    expect(kinds(nextStep(at(6, [{ ...ELECTION, phase: "collecting" }]), BACK))).toEqual(["CloseCollecting"]);
    const step = nextStep(at(6, [{ ...ELECTION, phase: "voting" }]), BACK);
    expect(step.commands[1]).toEqual({ kind: "StepAgenda", data: { item_id: "i8" } });
    expect(kinds(step)).toEqual(["CloseMotion", "StepAgenda"]);
  });

  it("waits for the scrutineer's signature, then announces", () => {
    const counted = { ...ELECTION, ...REPORT };
    const unsigned = nextStep(at(7, [counted], { officers: OFFICERS }), BACK);
    expect([unsigned.say, unsigned.commands, unsigned.sheet]).toEqual(["report_unsigned", [], null]);
    const signed = nextStep(at(7, [{ ...counted, report_signed_by: ["m1"] }], { officers: OFFICERS }), BACK);
    expect(kinds(signed)).toEqual(["StepAgenda", "PublishMotion"]);
  });

  it("offers the election again where seats are left", () => {
    const short = { ...ELECTION, ...CARRIED, verdict: { ...CARRIED.verdict!, carried: false, reason: "short" as const, short: 1 } };
    expect(nextStep(at(6, [short]), BACK).sheet).toEqual({ sheet: "revote", motion: "e" });
  });

  it("names what is to be prepared before the meeting", () => {
    expect(preparations(at(-1, [SCRUTINEERS])).map((item) => item.purpose)).toEqual(["exclusions", "election_rules", "ballot"]);
  });
});
