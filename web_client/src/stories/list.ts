/** Every state worth looking at, as what it changes in the store. */
import { knocks } from "../core/knocks";
import {
  boot,
  captions,
  captionsEnded,
  change,
  connection,
  link,
  media,
  meeting,
  networks,
  outbox,
  ownLevel,
  recordHead,
  refusals,
  speaking,
  typing,
  type DeviceFailure,
  type Ending,
  type OutboxEntry,
  type Refusal,
} from "../core/store";
import type { MeetingState, Motion } from "../wire/messages";
import { go, openSheet } from "../views/layout";
import { notices } from "../views/notices";
import { floorFirst } from "../views/microphone";
import { aside, changeDraft } from "../views/vote/paper";
import { composing } from "../views/chat";
import { keyboardOpen } from "../views/keyboard";
import { t } from "../core/i18n";
import { ME, meetingState, motion, NOW, person, POLL, published, RUNNING, withPeople } from "./fixtures";
import { goOffline, later } from "./port";
import { BATCH, CONSOLE_STORIES } from "./console_stories";
import { SECRET_STORIES } from "./secret_stories";
import "../views/page/page"; // in the room it comes with the first page; a story is looked at at once

type Story = () => void;

function put(fields: Partial<MeetingState> = {}, change_: Parameters<typeof withPeople>[1] = {}): void {
  meeting.value = withPeople(meetingState(fields), change_);
}

const FLOOR = { participant_id: "m-li", granted_at: NOW - 72_000, ends_at: NOW + 108_000 };
const SLOTS = [
  { mid: "v0", kind: "video", participant_id: "m-li" },
  { mid: "v1", kind: "video", participant_id: "m-sun" },
] as const;
const SHARE = [...SLOTS, { mid: "screen0", kind: "screen", participant_id: "m-zhou" }] as const;

const PAGE = { document_id: "d1", page: 3, shown_by: "m-zhou" };

function room(fields: Partial<MeetingState> = {}): void {
  put({
    floor: FLOOR,
    hands: [
      { participant_id: "m-3", raised_at: NOW },
      { participant_id: "m-5", raised_at: NOW },
    ],
    recording: { started_at: NOW, started_by: "m-zhou" },
    ...fields,
  });
  change(media, { phase: "live", profile: "video", slots: SLOTS, quality: 3, canShareScreen: true });
  speaking.value = ["m-li"];
  networks.value = {};
}

function voting(fields: Partial<Motion> = {}): Motion {
  const one = motion(fields);
  room({ motions: { [one.motion_id]: one }, current_item: "i4" });
  return one;
}

function sent(kind: OutboxEntry["kind"], data: unknown, ago: number): void {
  goOffline();
  outbox.value = [{ id: "x1", kind, data, at: NOW - ago, state: "waiting", seq: null } as OutboxEntry];
}

function refused(code: string, ago = 4_000): void {
  refusals.value = [
    { id: "x1", kind: "CastBallot", data: { motion_id: "v1", choices: ["for"] }, at: NOW - ago, code, field: "", detail: {} } as Refusal,
  ];
}

function failure(reason: DeviceFailure, kind: "audio" | "video" | "screen" = "audio"): Story {
  return () => {
    room();
    change(media, { failure: { media: kind, reason } });
  };
}

function ending(why: Ending): Story {
  return () => change(connection, { phase: "ended", ending: why });
}

function result(fields: Partial<Motion> = {}): Story {
  return () => {
    const one = published(fields);
    room({ motions: { [one.motion_id]: one } });
    openSheet({ name: "result", motion: one.motion_id });
  };
}

const roll =
  (answered: readonly string[]): Story =>
  () =>
    room({
      roll_call: {
        roll_call_id: "r2",
        opened_at: NOW - 18_000,
        closes_at: NOW + 42_000,
        expected: Object.keys(meetingState().participants),
        answered,
        closed_at: null,
      },
    });

export const STORIES: Readonly<Record<string, Story>> = {
  "room-slides": () => {
    room();
    meeting.value = withPeople(meeting.value ?? meetingState(), { "m-zhou": { media: ["screen"] } });
    change(media, { slots: SHARE });
  },
  "room-page": () => room({ shown: PAGE }),
  "room-page-turned-by-me": () => room({ shown: PAGE, floor: { ...FLOOR, participant_id: ME } }),
  "room-page-words-only": () => {
    room({ shown: PAGE });
    change(media, { profile: "text" });
  },
  "room-my-other-device": () => {
    room();
    knocks.value = { waiting: [{ id: "k1", name: "丁文静", device: "Chrome, Windows", number: 47, mine: true, known: true }], let_in: [] };
  },
  "room-my-other-device-let-in": () => {
    room();
    knocks.value = { waiting: [], let_in: [{ id: "k2", device: "Chrome, Windows", by: "何雨桐", at: NOW }] };
  },
  "room-video": () => room(),
  "room-own-camera": () => {
    room({ floor: null });
    change(media, { camera: "open", microphone: "open" });
    speaking.value = [ME];
  },
  "room-alone": () => {
    put({ chat: [] });
    const state = meeting.value ?? meetingState();
    meeting.value = withPeople(
      state,
      Object.fromEntries(
        Object.keys(state.participants)
          .filter((id) => id !== ME)
          .map((id) => [id, { present: false }]),
      ),
    );
    change(media, { phase: "live", profile: "video" });
  },
  "room-own-floor": () => {
    room({ floor: { ...FLOOR, participant_id: ME } });
    speaking.value = [];
    captions.value = [];
    captionsEnded.value = null;
  },
  "room-hand-up": () =>
    room({
      hands: [
        { participant_id: "m-3", raised_at: NOW },
        { participant_id: ME, raised_at: NOW },
      ],
    }),
  "room-audio": () => {
    room();
    change(media, { profile: "audio", quality: 2 });
    meeting.value = withPeople(meeting.value ?? meetingState(), { "m-zhou": { media: ["screen"] } });
  },
  "room-weak": () => {
    room();
    change(media, { quality: 1, pictureHeld: true });
  },
  "room-captions": () => {
    room({ rooms: { hall: { room_id: "hall", title: "会场", kind: "video", moderated: false, captioned: true } } });
    captions.value = [
      { type: "caption", participant_id: "m-0", since: 1, until: 2, text: "第二项，讨论林晓雨同志预备党员转正。" },
      { type: "caption", participant_id: "m-2", since: 3, until: 4, text: "我同意，一年来她学习认真，志愿服务从不缺席。" },
    ];
  },
  "captions-sheet": () => {
    room({ rooms: { hall: { room_id: "hall", title: "会场", kind: "video", moderated: false, captioned: true } } });
    const texts = ["第二项，讨论林晓雨同志预备党员转正。", "请介绍人先说。", "我同意，一年来她学习认真，志愿服务从不缺席。"];
    captions.value = [...texts, ...texts, ...texts, ...texts].map((text, n) => ({
      type: "caption",
      participant_id: n % 2 ? "m-2" : "m-0",
      since: Date.now() - 60_000 + n * 5_000,
      until: Date.now() - 56_000 + n * 5_000,
      text,
    }));
    go({ sheet: { name: "captions" } });
  },
  "room-captions-ended": () => {
    room();
    captionsEnded.value = "busy";
  },
  "room-text": () => {
    room();
    change(media, { profile: "text" });
    typing.value = ["m-0", "m-2"];
  },
  "room-no-quorum": () => {
    room();
    const state = meeting.value ?? meetingState();
    meeting.value = withPeople(
      state,
      Object.fromEntries(
        Object.keys(state.participants)
          .filter((id) => /^m-\d+$/.test(id))
          .map((id) => [id, { present: false }]),
      ),
    );
  },
  "room-group": () => {
    room({
      rooms: { ...meetingState().rooms, r1: { room_id: "r1", title: "第一党小组", kind: "voice", moderated: false, captioned: false } },
      floor: null,
    });
    meeting.value = withPeople(meeting.value ?? meetingState(), {
      [ME]: { room_id: "r1" },
      "m-3": { room_id: "r1", media: ["audio"] },
      "m-4": { room_id: "r1" },
    });
    notices.value = [{ kind: "moved", title: t("room.notice_moved", { room: "第一党小组" }), words: t("room.notice_moved_words") }];
    speaking.value = ["m-3"];
  },
  "room-muted": () => {
    room();
    notices.value = [{ kind: "muted", title: t("room.notice_muted"), words: t("room.notice_muted_words") }];
  },
  "room-tap-for-sound": () => {
    room();
    change(media, { needsTap: true });
  },
  "room-listening": () => {
    room();
    if (boot.value) boot.value = { ...boot.value, as: "listen" };
  },
  "room-reconnecting": () => {
    room();
    change(connection, { phase: "reconnecting", attempt: 3, retryAt: Date.now() + 10_000 });
  },
  "room-resumed": () => {
    room();
    change(connection, { phase: "live", caughtUp: 14, resumedAt: Date.now() });
  },
  chat: () => {
    room();
    go({ panel: "chat" });
    typing.value = ["m-0"];
  },
  "chat-keyboard": () => {
    room();
    go({ panel: "chat" });
    keyboardOpen.value = true;
    composing.value = true;
    document.documentElement.style.setProperty("--page", "330px");
  },
  "chat-paused": () => {
    room({ chat_paused: true });
    go({ panel: "chat" });
  },
  "chat-remove": () => {
    room();
    go({ panel: "chat" });
    openSheet({ name: "message", message: "c5" });
  },
  people: () => {
    room();
    go({ panel: "people" });
  },
  "people-200": () => {
    const state = meetingState();
    const more = Object.fromEntries(Array.from({ length: 170 }, (_, i) => [`n-${i}`, person(`n-${i}`, `成员${i + 1}`)]));
    room({ participants: { ...state.participants, ...more } });
    go({ panel: "people" });
  },
  person: () => {
    room();
    openSheet({ name: "person", participant: "m-li" });
  },
  "vote-choose": () => void voting(),
  "vote-chosen": () => changeDraft(voting().motion_id, { choices: ["for"] }),
  "vote-confirm": () => changeDraft(voting().motion_id, { choices: ["against"], step: "confirm" }),
  "vote-confirm-named": () => changeDraft(voting({ method: "named" }).motion_id, { choices: ["for"], step: "confirm" }),
  "vote-pending": () => {
    voting();
    sent("CastBallot", { motion_id: "v1", choices: ["for"] }, 4_000);
  },
  "vote-pending-offline": () => {
    voting();
    sent("CastBallot", { motion_id: "v1", choices: ["for"] }, 9_000);
    change(connection, { phase: "reconnecting", attempt: 3, retryAt: Date.now() + 10_000 });
  },
  "vote-counted": () => void voting({ ballots: { [ME]: ["for"] }, returned: 19 }),
  "vote-strip": () => {
    const one = voting();
    aside(`${one.motion_id}:choose`);
  },
  "vote-late": () => {
    voting({ phase: "closed", closed_at: NOW - 70_000 });
    refused("poll_closed");
  },
  "vote-refused": () => {
    voting();
    refused("not_present");
  },
  "vote-withdrawn": () => {
    const one = voting();
    later.run = () => {
      if (meeting.value)
        meeting.value = { ...meeting.value, motions: { v1: { ...one, phase: "withdrawn", withdrawn_reason: "文稿有改动" } } };
    };
  },
  "vote-watch": () => {
    const one = motion();
    voting({ electorate: one.electorate.filter((id) => id !== ME) });
    meeting.value = withPeople(meeting.value ?? meetingState(), { [ME]: { standing: "probationary", voting: false } });
  },
  "vote-in-hall": () => void voting({ hall_voters: [ME] }),
  "vote-long": () =>
    void voting({
      title: "关于给予某同志党内警告处分并责成支部委员会在三个月内跟踪帮教情况、定期向支部党员大会报告的决议",
      text: "支部委员会 11 月 20 日会议研究，提请本次支部党员大会表决。",
    }),
  "poll-choose": () => changeDraft(voting(POLL).motion_id, { choices: ["c2", "c3"] }),
  ...SECRET_STORIES,
  ...CONSOLE_STORIES,
  "vote-batch": () => room({ motions: Object.fromEntries(BATCH.map((one) => [one.motion_id, one])) }),
  "vote-batch-next": () => {
    room({ motions: Object.fromEntries(BATCH.map((one, n) => [one.motion_id, n === 0 ? { ...one, ballots: { [ME]: ["for"] } } : one])) });
  },
  "vote-batch-strip": () => {
    room({ motions: Object.fromEntries(BATCH.map((one, n) => [one.motion_id, n === 0 ? { ...one, ballots: { [ME]: ["for"] } } : one])) });
    BATCH.forEach((one, n) => aside(`${one.motion_id}:${n === 0 ? "counted" : "choose"}`));
  },
  "results-batch": () => {
    room({ motions: Object.fromEntries(BATCH.map((one, n) => [one.motion_id, n === 0 ? { ...one, ballots: { [ME]: ["for"] } } : one])) });
    BATCH.forEach((one, n) => aside(`${one.motion_id}:${n === 0 ? "counted" : "choose"}`));
    openSheet({ name: "results" });
  },
  "poll-running": () => void voting({ ...RUNNING.choices, ballots: { [ME]: ["c2", "c3"] } }),
  "poll-running-scale": () => void voting({ ...RUNNING.scale, ballots: { [ME]: ["4"] } }),
  "poll-running-words": () => void voting({ ...RUNNING.words, ballots: { [ME]: ["w:踏实"] } }),
  "poll-running-few": () => void voting({ ...RUNNING.few, ballots: { [ME]: ["c2"] } }),
  "result-words": result({
    ...RUNNING.words,
    ballots: { [ME]: ["w:踏实"] },
    quorum_at_close: null,
    tally: { counts: RUNNING.words.running?.counts ?? [], cast: 18, entitled: 28, present: 26, void: 0, written: 0, paper: 0 },
    verdict: {
      carried: false,
      reason: "no_force",
      needed: 0,
      base: "cast",
      base_count: 18,
      votes_for: 0,
      elected: [],
      tied: [],
      short: 0,
      ineligible: [],
    },
  }),
  "result-carried": result(),
  "result-lost": result({
    tally: {
      counts: [
        ["for", 14],
        ["against", 9],
        ["abstain", 3],
      ],
      cast: 26,
      entitled: 28,
      present: 26,
      void: 0,
      written: 0,
      paper: 0,
    },
    verdict: {
      carried: false,
      reason: "not_reached",
      needed: 15,
      base: "entitled",
      base_count: 28,
      votes_for: 14,
      elected: [],
      tied: [],
      short: 0,
      ineligible: [],
    },
  }),
  "result-named": result({
    method: "named",
    named: [
      { participant_id: "m-zhou", choices: ["for"] },
      { participant_id: ME, choices: ["for"] },
      { participant_id: "m-3", choices: ["against"] },
    ],
  }),
  "result-poll": result({
    ...POLL,
    ballots: { [ME]: ["c2", "c3"] },
    quorum_at_close: null,
    tally: {
      counts: [
        ["c1", 6],
        ["c2", 17],
        ["c3", 14],
        ["c4", 2],
        ["c5", 3],
      ],
      cast: 26,
      entitled: 28,
      present: 26,
      void: 0,
      written: 0,
      paper: 0,
    },
    verdict: {
      carried: false,
      reason: "no_force",
      needed: 0,
      base: "cast",
      base_count: 26,
      votes_for: 0,
      elected: [],
      tied: [],
      short: 0,
      ineligible: [],
    },
  }),
  results: () => {
    const one = published();
    const two = published({
      motion_id: "v2",
      title: "通过 2026 年支部工作总结",
      verdict: {
        carried: false,
        reason: "not_reached",
        needed: 15,
        base: "entitled",
        base_count: 28,
        votes_for: 9,
        elected: [],
        tied: [],
        short: 0,
        ineligible: [],
      },
    });
    room({ motions: { v1: one, v2: two } });
    openSheet({ name: "results" });
  },
  "roll-call": roll(["m-zhou", "m-he", "m-li"]),
  "roll-call-answered": () => {
    roll(["m-zhou", "m-he", "m-li"])();
    later.run = roll(["m-zhou", "m-he", "m-li", ME]);
  },
  "roll-call-missed": () => {
    roll(["m-zhou"])();
    later.run = () => {
      const call = meeting.value?.roll_call;
      if (meeting.value && call) meeting.value = { ...meeting.value, roll_call: { ...call, closed_at: Date.now() } };
    };
  },
  recording: () => {
    room();
    meeting.value = withPeople(meeting.value ?? meetingState(), { [ME]: { recording_acknowledged: false } });
  },
  more: () => {
    room();
    change(media, { canTurnCamera: true, camera: "open" });
    openSheet({ name: "more" });
  },
  "more-chair": () => {
    room();
    meeting.value = withPeople(meeting.value ?? meetingState(), { [ME]: { role: "chair" } });
    openSheet({ name: "more" });
  },
  settings: () => {
    room();
    openSheet({ name: "settings" });
  },
  network: () => {
    room();
    const flow = { receiving: true, kind: "video", layer: "", codec: "VP8", rate: 15, lost: 0.2 } as const;
    link.value = {
      roundTrip: 42,
      server: {
        type: "link",
        level: 3,
        round_trip_ms: 42,
        capacity_kbit_s: 1850,
        streams: [
          { mid: "v0", role: "video_slot", participant_id: "m-li", layer: "f", kbit_s: 610, lost_percent: 0.2 },
          { mid: "v1", role: "video_slot", participant_id: "m-sun", layer: "q", kbit_s: 90, lost_percent: 1.5 },
        ],
      },
      flows: [
        { ...flow, mid: "v0", width: 640, height: 480, kbit: 610 },
        { ...flow, mid: "v1", width: 160, height: 120, kbit: 90, lost: 1.5 },
        { ...flow, receiving: false, kind: "audio", mid: "0", codec: "opus", width: 0, height: 0, kbit: 31 },
      ],
    };
    openSheet({ name: "network" });
  },
  "network-weak": () => {
    room();
    change(media, { quality: 1, pictureHeld: true });
    openSheet({ name: "network" });
  },
  "person-weak-network": () => {
    room();
    networks.value = { "m-li": 1, "m-sun": 2 };
    openSheet({ name: "person", participant: "m-li" });
  },
  "people-weak-networks": () => {
    room();
    networks.value = { "m-li": 1, "m-sun": 2, "m-zhou": 0 };
    go({ panel: "people" });
  },
  documents: () => {
    room();
    openSheet({ name: "documents" });
  },
  agenda: () => {
    room();
    openSheet({ name: "agenda" });
  },
  attendance: () => {
    room();
    openSheet({ name: "attendance" });
  },
  leave: () => {
    room();
    openSheet({ name: "leave" });
  },
  devices: () => {
    room();
    openSheet({ name: "devices" });
  },
  interrupted: () => {
    room();
    change(media, { microphone: "interrupted" });
  },
  "voice-elsewhere": () => {
    room();
    change(media, { microphone: "off", voiceElsewhere: "phone" });
    meeting.value = withPeople(meeting.value ?? meetingState(), { [ME]: { media: ["audio"] } });
  },
  "left-out": () => {
    room();
    change(media, { leftOut: ["m-li"], profile: "video" });
  },
  "fail-consent": failure("consent_needed"),
  "fail-interrupted": failure("interrupted"),
  "fail-denied": failure("denied"),
  "fail-dismissed": failure("dismissed"),
  "fail-missing": failure("missing"),
  "fail-busy": failure("busy", "video"),
  "fail-unsupported": failure("unsupported"),
  "fail-insecure": failure("insecure"),
  "fail-floor": () => {
    room();
    floorFirst.value = true;
  },
  connecting: () => {
    meeting.value = null;
    change(connection, { phase: "connecting" });
  },
  "connecting-slow": () => {
    meeting.value = null;
    change(connection, { phase: "connecting", attempt: 3 });
  },
  waiting: () => put({ phase: "convened", starts_at: NOW + 8 * 60_000, opened_at: null, current_item: null, recording: null }),
  "waiting-ready": () => {
    put({ phase: "convened", starts_at: NOW + 8 * 60_000, opened_at: null, current_item: null, recording: null });
    change(media, { microphone: "ready", camera: "ready", profile: "video" });
    ownLevel.value = 0.5;
  },
  "waiting-chair": () => {
    put({ phase: "convened", starts_at: NOW - 60_000, opened_at: null, current_item: null });
    meeting.value = withPeople(meeting.value ?? meetingState(), { [ME]: { role: "chair" } });
  },
  "outside-recused": () => put({}, { [ME]: { recusals: [{ item_id: "i3", since: NOW, until: null }] } }),
  "outside-called": () => put({}, { [ME]: { standing: "applicant", voting: false, items: ["i4"] } }),
  adjourned: () => {
    recordHead.value = "152.9c417be053d2a6f08b1e44d37c95aa02";
    put({ phase: "adjourned", adjourned_at: NOW });
  },
  "ended-left": ending("left"),
  "ended-removed": ending("removed"),
  "ended-cancelled": ending("unknown_meeting"),
  "ended-signed-out": ending("signed_out"),
  "ended-replaced": ending("replaced"),
};
