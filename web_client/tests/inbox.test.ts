/** What arrives is applied once and in order; anything missing is noticed. */
import { beforeEach, describe, expect, it } from "vitest";
import { now } from "../src/core/clock";
import { Inbox } from "../src/core/inbox";
import { Outbox } from "../src/core/outbox";
import {
  captions,
  captionsEnded,
  captionsOffered,
  closedForMe,
  connection,
  media,
  meeting,
  outbox,
  position,
  seq,
  speaking,
  typing,
  you,
} from "../src/core/store";
import { ballotOf, hands } from "../src/core/selectors";
import type { EventFrame, MeetingState, ServerMessage } from "../src/wire/messages";
import { aMeeting } from "./a_meeting";

const AT = 1_795_000_000_000;
let sent: unknown[];
let inbox: Inbox;
const tell = (message: ServerMessage | object, at = AT) => inbox.receive(message as ServerMessage, at);
const welcome = (more: object = {}) => ({
  type: "welcome",
  you: { participant_id: "m1", name: "一", connection_id: "c1" },
  resumed: false,
  position: "4.aaaaaaaa",
  now: AT,
  missed: 0,
  media: true,
  head: "4.aaaa",
  ...more,
});
const snapshot = (state: MeetingState = aMeeting(), at = 4) => ({ type: "snapshot", position: `${at}.aaaaaaaa`, seq: at, state });
const event = (n: number, kind: EventFrame["kind"], data: object) => ({ type: "event", seq: n, hash8: `hash${n}`, at: AT + n, kind, data });

beforeEach(() => {
  sent = [];
  meeting.value = null;
  you.value = null;
  outbox.value = [];
  seq.value = 0;
  position.value = null;
  speaking.value = [];
  typing.value = [];
  closedForMe.value = null;
  connection.value = { phase: "connecting", attempt: 1, retryAt: null, ending: null, caughtUp: null, resumedAt: null };
  let number = 0;
  const box = new Outbox({
    transmit: (f) => sent.push(f) > 0,
    shelf: { read: () => null, write: () => undefined },
    makeId: () => `id-${++number}`,
    later: () => undefined,
  });
  inbox = new Inbox(box);
});

describe("inbox", () => {
  it("is live with the snapshot, and knows where to resume", () => {
    tell(welcome());
    expect(connection.value.phase).toBe("connecting");
    tell(snapshot());
    expect([connection.value.phase, inbox.position()]).toEqual(["live", "4.aaaaaaaa"]);
  });

  it("asks for a snapshot as long as it has none", () => {
    expect(inbox.position()).toBeNull();
  });

  it("applies records in order and moves its position, also over what it may not see", () => {
    tell(welcome());
    tell(snapshot());
    tell(event(5, "HandRaised", { participant_id: "m2" }));
    tell({ type: "skip", seq: 6, hash8: "hash6" });
    expect([hands.value, inbox.position()]).toEqual([["m2"], "6.hash6"]);
  });

  it("ignores a record it has already", () => {
    tell(welcome());
    tell(snapshot());
    tell(event(5, "HandRaised", { participant_id: "m2" }));
    tell(event(5, "HandRaised", { participant_id: "m2" }));
    expect(hands.value).toEqual(["m2"]);
  });

  it("notices a missing record", () => {
    tell(welcome());
    tell(snapshot());
    expect(tell(event(7, "HandRaised", { participant_id: "m2" }))).toBe("resync");
    expect(seq.value).toBe(4);
  });

  it("tells how much was caught up after a break, and not after the first start", () => {
    tell(welcome());
    tell(snapshot());
    expect(connection.value.caughtUp).toBeNull();
    connection.value = { ...connection.value, phase: "reconnecting" };
    tell(welcome({ resumed: true, missed: 2, position: "6.hash6" }));
    tell(event(5, "HandRaised", { participant_id: "m2" }));
    expect(connection.value.phase).toBe("reconnecting");
    tell({ type: "skip", seq: 6, hash8: "hash6" });
    expect([connection.value.phase, connection.value.caughtUp]).toEqual(["live", 2]);
    inbox.beat(AT + 9_000);
    expect(connection.value.caughtUp).toBeNull();
  });

  it("is live at once when nothing was missed", () => {
    tell(welcome());
    tell(snapshot());
    connection.value = { ...connection.value, phase: "reconnecting" };
    tell(welcome({ resumed: true, missed: 0 }));
    expect(connection.value.phase).toBe("live");
  });

  it("sends what waited in the outbox when it is live again", () => {
    outbox.value = [
      { id: "kept-one", kind: "CastBallot", data: { motion_id: "v1", choices: ["for"] }, at: AT, state: "waiting", seq: null },
    ];
    tell(welcome());
    expect(sent).toEqual([]);
    tell(snapshot());
    expect(sent).toHaveLength(1);
  });

  it("shows a ballot as counted from the acknowledgement on, through its event, without a gap", () => {
    tell(welcome());
    tell(snapshot());
    outbox.value = [
      { id: "ballot-1", kind: "CastBallot", data: { motion_id: "v1", choices: ["for"] }, at: AT, state: "waiting", seq: null },
    ];
    expect(ballotOf("v1").state).toBe("pending");
    tell({ type: "ack", id: "ballot-1", seq: 5 });
    expect(ballotOf("v1").state).toBe("counted");
    tell(event(5, "BallotCast", { motion_id: "v1", voter: "m1", choices: ["for"] }));
    expect(ballotOf("v1")).toEqual({ state: "counted", choices: ["for"] });
    expect(outbox.value).toEqual([]);
  });

  it("counts another's ballot without learning whose", () => {
    tell(welcome());
    tell(snapshot());
    tell(event(5, "BallotCast", { motion_id: "v1", voter: null, choices: null }));
    expect([meeting.value?.motions["v1"]?.returned, meeting.value?.motions["v1"]?.ballots]).toEqual([1, {}]);
  });

  it("notices that someone else closed the microphone, and not that oneself did", () => {
    tell(welcome());
    tell(snapshot());
    tell(event(5, "MediaClosed", { participant_id: "m1", media: "audio", closed_by: "m1" }));
    expect(closedForMe.value).toBeNull();
    tell(event(6, "MediaClosed", { participant_id: "m1", media: "audio", closed_by: "secretary" }));
    expect(closedForMe.value).toEqual({ media: "audio", by: "secretary", at: AT + 6 });
  });

  it("forgets who is typing after a while, and never counts oneself", () => {
    tell(welcome());
    tell({ type: "typing", participant_id: "m1", on: true });
    tell({ type: "typing", participant_id: "m2", on: true });
    expect(typing.value).toEqual(["m2"]);
    inbox.beat(AT + 7_000);
    expect(typing.value).toEqual([]);
  });

  it("hands what belongs to media on", () => {
    expect(tell({ type: "slots", slots: {} })).toBe("media");
    expect(tell({ type: "media_lost", retry_after_ms: 0 })).toBe("media");
  });

  it("has no media when the server has none", () => {
    media.value = { ...media.value, available: true };
    tell(welcome({ media: false }));
    expect(media.value.available).toBe(false);
  });

  it("learns the server's clock from an answer", () => {
    const at = Date.now();
    tell({ type: "pong", sent: at - 20, now: at + 60_000 - 10 }, at);
    expect(Math.abs(now() - (Date.now() + 60_000))).toBeLessThan(50);
  });

  it("keeps the captions of the last half hour, and forgets them when they are switched off or end", () => {
    tell(welcome({ captions: true }));
    tell(snapshot());
    expect(captionsOffered.value).toBe(true);
    tell(event(5, "RoomCaptioned", { room_id: "hall", captioned: true, changed_by: "m1", reason: null }));
    expect(meeting.value?.rooms["hall"]?.captioned).toBe(true);
    for (let n = 1; n <= 302; n++) tell({ type: "caption", participant_id: "m2", since: n, until: n + 1, text: `第${n}句。` });
    const kept = captions.value.map((line) => line.text);
    expect([kept.length, kept[0], kept[299]]).toEqual([300, "第3句。", "第302句。"]);
    tell(welcome({ captions: true, resumed: true }));
    expect(captions.value.length).toBe(300);
    tell(event(6, "RoomCaptioned", { room_id: "hall", captioned: false, changed_by: null, reason: "busy" }));
    expect([captions.value, captionsEnded.value, meeting.value?.rooms["hall"]?.captioned]).toEqual([[], "busy", false]);
  });
});
