/** Shown at once what oneself did; shown as refused what the server said no to. */
import { beforeEach, describe, expect, it } from "vitest";
import { needed, quorumOf } from "../src/core/attendance";
import { addCatalogue } from "../src/core/i18n";
import {
  ballotOf,
  chat,
  floorRequired,
  gathered,
  handRaised,
  hands,
  nameOf,
  nextItem,
  participant,
  queuePlace,
  rollCallAnswer,
  stagePeople,
} from "../src/core/selectors";
import { lastSpeaker, meeting, outbox, refusals, speaking, you, type OutboxEntry } from "../src/core/store";
import type { CommandData, CommandKind } from "../src/wire/messages";
import { aMeeting, person, PRESET } from "./a_meeting";

function waiting<K extends CommandKind>(kind: K, data: CommandData[K]): OutboxEntry {
  return { id: `${kind}-1`, kind, data, at: 5, state: "waiting", seq: null } as OutboxEntry;
}
const item = (id: string, more: object = {}) => ({
  item_id: id,
  title: id,
  minutes: 0,
  speaker: "",
  started_at: null,
  ended_at: null,
  purpose: "" as const,
  ...more,
});

beforeEach(() => {
  you.value = { participant_id: "m1", name: "m1", connection_id: "c" };
  meeting.value = aMeeting();
  outbox.value = [];
  refusals.value = [];
  speaking.value = [];
});

describe("selectors", () => {
  it("call whoever is no member here a guest wherever the name stands", () => {
    addCatalogue("zh-CN", { room_people: { guest_name: "{name}（列席）" } });
    meeting.value = aMeeting({
      participants: {
        m1: person("m1", { name: "何雨桐" }),
        g1: person("g1", { name: "何雨桐", standing: "guest", role: "guest" }),
        hall: person("hall", { name: "会场", standing: "guest", role: "guest", kind: "hall_camera" }),
      },
    });
    expect([nameOf("m1"), nameOf("g1"), nameOf("hall")]).toEqual(["何雨桐", "何雨桐（列席）", "会场"]);
    expect(participant("g1")).toBe(participant("g1"));
    expect(meeting.value.participants["g1"]?.name).toBe("何雨桐");
  });

  it("raise the hand before the server has it, at the end of the queue", () => {
    meeting.value = aMeeting({ hands: [{ participant_id: "m2", raised_at: 1 }] });
    outbox.value = [waiting("RaiseHand", {})];
    expect([handRaised.value, queuePlace.value, hands.value]).toEqual([true, 2, ["m2", "m1"]]);
  });

  it("lower one's own hand at once, and another's when one runs the floor", () => {
    meeting.value = aMeeting({
      hands: [
        { participant_id: "m1", raised_at: 1 },
        { participant_id: "m2", raised_at: 2 },
      ],
    });
    outbox.value = [waiting("LowerHand", {})];
    expect(hands.value).toEqual(["m2"]);
    outbox.value = [waiting("LowerHand", { participant_id: "m2" })];
    expect(hands.value).toEqual(["m1"]);
  });

  it("know a refused ballot from one cast on another device", () => {
    const refusal = { id: "x1", kind: "CastBallot", data: { motion_id: "v1", choices: ["for"] }, at: 5, field: "", detail: {} } as const;
    refusals.value = [{ ...refusal, code: "poll_closed" }];
    expect(ballotOf("v1")).toMatchObject({ state: "refused", code: "poll_closed" });
    refusals.value = [{ ...refusal, code: "already_cast" }];
    expect(ballotOf("v1").state).toBe("counted");
    expect(ballotOf("v2").state).toBe("none");
  });

  it("put one's own messages on their way at the end of the chat", () => {
    outbox.value = [waiting("PostChat", { text: "好" })];
    expect(chat.value.map((m) => [m.text, m.pending])).toEqual([["好", true]]);
  });

  it("ask for the floor in a moderated room, and of guests in any", () => {
    expect(floorRequired.value).toBe(false);
    const moderated = { hall: { room_id: "hall", title: "", kind: "video", moderated: true, captioned: false } } as const;
    meeting.value = aMeeting({ rooms: moderated });
    expect(floorRequired.value).toBe(true);
    meeting.value = aMeeting({ rooms: moderated, floor: { participant_id: "m1", granted_at: 1, ends_at: null } });
    expect(floorRequired.value).toBe(false);
    meeting.value = aMeeting({ participants: { m1: person("m1", { role: "guest", voting: false }) } });
    expect(floorRequired.value).toBe(true);
  });

  it("find the next item after the current one, and the first at the start", () => {
    meeting.value = aMeeting({ agenda: [item("i1"), item("i2")] });
    expect(nextItem.value?.item_id).toBe("i1");
    meeting.value = aMeeting({ agenda: [item("i1", { started_at: 1 }), item("i2")], current_item: "i1" });
    expect(nextItem.value?.item_id).toBe("i2");
  });

  it("know whether a roll call asks this member", () => {
    const call = { roll_call_id: "k1", opened_at: 1, closes_at: 9, expected: ["m1"], answered: [], closed_at: null };
    meeting.value = aMeeting({ roll_call: call });
    expect(rollCallAnswer.value).toBe("none");
    outbox.value = [waiting("AnswerRollCall", {})];
    expect(rollCallAnswer.value).toBe("pending");
    meeting.value = aMeeting({ roll_call: { ...call, answered: ["m1"] } });
    expect(rollCallAnswer.value).toBe("answered");
    meeting.value = aMeeting({ roll_call: { ...call, expected: ["m2"] } });
    expect(rollCallAnswer.value).toBe("not_asked");
  });

  it("keep whoever spoke last in front, then who speaks, and oneself behind those with something to show", () => {
    speaking.value = ["m1", "m3"];
    lastSpeaker.value = "m2";
    expect(stagePeople.value.map((p) => p.participant_id)).toEqual(["m2", "m3", "secretary", "m1"]);
    speaking.value = [];
    expect(stagePeople.value[0]?.participant_id).toBe("m2");
  });
});

describe("quorum arithmetic", () => {
  it.each([
    [16, 1, 2, "at_least", 8],
    [16, 1, 2, "more_than", 9],
    [29, 4, 5, "at_least", 24],
    [29, 1, 2, "more_than", 15],
    [3, 1, 3, "at_least", 1],
    [0, 1, 2, "at_least", 1],
  ] as const)("of %i at %i/%i %s is %i", (base, numerator, denominator, comparison, expected) => {
    expect(needed({ numerator, denominator, comparison, base: "entitled" }, base)).toBe(expected);
  });

  it("leaves out who is removed or excluded", () => {
    const state = aMeeting({
      participants: {
        a: person("a"),
        b: person("b", { excluded_reason: "withheld" }),
        c: person("c", { removed: true }),
        d: person("d", { present: false }),
      },
    });
    expect(quorumOf(state, PRESET.quorum, "voting")).toEqual({ entitled: 2, present: 1, needed: 1, met: true });
  });
});

describe("the waiting room", () => {
  it.each([
    [3, 3, 0, 0],
    [24, 24, 0, 0],
    [30, 24, 6, 0],
    [31, 24, 6, 1],
    [40, 24, 6, 10],
  ])("shows each of %i people once: %i faces, %i names and %i more", (all, faces, named, more) => {
    const shown = gathered(Array.from({ length: all }, (_, i) => i));
    expect([shown.faces.length, shown.named.length, shown.more]).toEqual([faces, named, more]);
  });
});
