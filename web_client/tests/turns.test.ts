/** The list of turns of 个人自评 and 党员互评. */
import { expect, it } from "vitest";
import { nextTurn, turns, turnsItem } from "../src/core/turns";
import { aMeeting, person } from "./a_meeting";

const ITEM = { item_id: "i1", title: "党员互评", minutes: 35, speaker: "", started_at: 1, ended_at: null, purpose: "turns" } as const;
const here = aMeeting({
  agenda: [ITEM],
  current_item: "i1",
  participants: {
    m1: person("m1", { present: true }),
    m2: person("m2", { present: true }),
    m3: person("m3", { present: false }),
    m4: person("m4", { present: true, standing: "probationary", voting: false }),
    g1: person("g1", { present: true, standing: "guest", role: "guest" }),
  },
});

it("lists members with and without a vote, never guests, and says who is next", () => {
  const list = turns(here, ITEM, []);
  expect(list.map((one) => [one.person.participant_id, one.state])).toEqual([
    ["m1", "waiting"],
    ["m2", "waiting"],
    ["m3", "away"],
    ["m4", "waiting"],
  ]);
  expect(nextTurn(list)?.person.participant_id).toBe("m1");
});

it("goes on past those who had the floor, who have it, and of whom a point was noted in this item", () => {
  const note = { note_id: "n1", taken_at: 2, item_id: "i1", participant_id: "m2", kind: "point", text: "甲" } as const;
  const state = { ...here, notes: [note], floor: { participant_id: "m4", granted_at: 1, ends_at: null } };
  const list = turns(state, ITEM, ["m1"]);
  expect(list.map((one) => one.state)).toEqual(["spoken", "spoken", "away", "speaking"]);
  expect(nextTurn(list)).toBeNull();
});

it("belongs to the item whose purpose it is and to no other", () => {
  expect(turnsItem(here)?.item_id).toBe("i1");
  expect(turnsItem({ ...here, current_item: null })).toBeNull();
  expect(turnsItem(aMeeting({ agenda: [{ ...ITEM, purpose: "" }], current_item: "i1" }))).toBeNull();
});
