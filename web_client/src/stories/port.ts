/** The actions of a story: commands change the store as a server would, a moment later; pictures are drawn. */
import type { Actions, Outcome } from "../core/actions";
import { ownPapers } from "../core/ballot/kept";
import { now } from "../core/clock";
import { addCatalogue } from "../core/i18n";
import { change, connection, media, meeting, outbox, ownLevel, preferences, type OutboxEntry } from "../core/store";
import type { CommandData, CommandKind, MeetingState } from "../wire/messages";
import { ME } from "./fixtures";

/** What was asked for, for tests that press buttons. */
export const asked: { kind: string; data: unknown }[] = [];
/** What happens next in a story that moves; whoever looks says when. */
export const later: { run: (() => void) | null } = { run: null };
let offline = false;
export function goOffline(): void {
  offline = true;
}

const CATALOGUES: Readonly<Record<"zh-CN" | "en", () => Promise<readonly { default: Record<string, unknown> }[]>>> = {
  "zh-CN": () => Promise.all([import("virtual:locale/room/zh-CN"), import("virtual:locale/console/zh-CN")]),
  en: () => Promise.all([import("virtual:locale/room/en"), import("virtual:locale/console/en")]),
};

function applied(state: MeetingState, kind: CommandKind, data: unknown): MeetingState {
  switch (kind) {
    case "RaiseHand":
      return { ...state, hands: [...state.hands, { participant_id: ME, raised_at: now() }] };
    case "LowerHand":
      return { ...state, hands: state.hands.filter((hand) => hand.participant_id !== ME) };
    case "EndFloor":
      return { ...state, floor: null };
    case "CastBallot": {
      const { motion_id, choices } = data as CommandData["CastBallot"];
      const motion = state.motions[motion_id];
      return motion === undefined
        ? state
        : {
            ...state,
            motions: {
              ...state.motions,
              [motion_id]: { ...motion, returned: motion.returned + 1, ballots: { ...motion.ballots, [ME]: choices } },
            },
          };
    }
    case "AnswerRollCall":
      return state.roll_call === null
        ? state
        : { ...state, roll_call: { ...state.roll_call, answered: [...state.roll_call.answered, ME] } };
    case "PostChat":
      return {
        ...state,
        chat: [
          ...state.chat,
          {
            message_id: `c${state.chat.length + 1}`,
            room_id: "hall",
            author_id: ME,
            posted_at: now(),
            text: (data as CommandData["PostChat"]).text,
            audience: [],
            withheld_from: [],
            removed_by: null,
          },
        ],
      };
    case "RemoveChat":
      return {
        ...state,
        chat: state.chat.map((m) =>
          m.message_id === (data as CommandData["RemoveChat"]).message_id ? { ...m, text: "", removed_by: ME } : m,
        ),
      };
    case "AcknowledgeRecording": {
      const me = state.participants[ME];
      return me === undefined
        ? state
        : { ...state, participants: { ...state.participants, [ME]: { ...me, recording_acknowledged: true } } };
    }
    default:
      return state;
  }
}

function drawn(seed: string): MediaStream {
  const canvas = document.createElement("canvas");
  const wide = seed === "screen";
  canvas.width = 640;
  canvas.height = wide ? 360 : 400;
  const pen = canvas.getContext("2d");
  if (pen) {
    pen.fillStyle = wide ? "#fbf8f3" : seed.length % 2 ? "#7a8b8a" : "#9a8f7a";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (wide) {
      pen.fillStyle = "#981b1e";
      pen.fillRect(0, 0, 12, 360);
      pen.fillStyle = "#2a2420";
      pen.font = "700 34px sans-serif";
      pen.fillText("全年组织生活：做实、做细", 48, 76);
      pen.font = "21px sans-serif";
      ["党员大会 5 次，党课 6 次", "主题党日 11 次，平均到会 93%", "志愿服务 1,240 小时"].forEach((line, i) =>
        pen.fillText(line, 60, 132 + i * 44),
      );
    } else {
      pen.fillStyle = "#e3b796";
      pen.beginPath();
      pen.arc(320, 170, 78, 0, 7);
      pen.fill();
      pen.fillStyle = "#6d2f33";
      pen.beginPath();
      pen.ellipse(320, 420, 170, 150, 0, 0, 7);
      pen.fill();
    }
  }
  return canvas.captureStream(5);
}

export const storyActions: Actions = {
  takeRuleInForce: () => Promise.resolve(true),
  async send<K extends CommandKind>(kind: K, data: CommandData[K]): Promise<Outcome> {
    asked.push({ kind, data });
    const entry: OutboxEntry<K> = { id: `s${asked.length}`, kind, data, at: now(), state: "waiting", seq: null };
    outbox.value = [...outbox.value, entry as unknown as OutboxEntry];
    if (offline) return new Promise(() => undefined);
    await new Promise((done) => setTimeout(done, 120));
    outbox.value = outbox.value.filter((other) => other.id !== entry.id);
    if (meeting.value) meeting.value = applied(meeting.value, kind, data);
    return { ok: true, seq: asked.length };
  },
  async castSecretly(motionId, choices) {
    const own = ownPapers.value[motionId];
    if (own === undefined) return;
    asked.push({ kind: "secret", data: { motion_id: motionId, choices } });
    ownPapers.value = { ...ownPapers.value, [motionId]: { ...own, state: "casting", choices, since: Date.now() } };
    if (offline) return;
    await new Promise((done) => setTimeout(done, 120));
    ownPapers.value = { ...ownPapers.value, [motionId]: { ...own, state: "counted", choices, stub: "7F3A 92C4 01DE", since: null } };
  },
  async recheckBallot(motionId) {
    asked.push({ kind: "recheck", data: { motion_id: motionId } });
  },
  hallCode: async () => null,
  answerKnock: async () => undefined,
  typing: () => undefined,
  async openMicrophone() {
    change(media, { microphone: "open" });
    ownLevel.value = 0.6;
    return true;
  },
  closeMicrophone: () => change(media, { microphone: "off" }),
  async openCamera() {
    change(media, { camera: "open" });
    return true;
  },
  closeCamera: () => change(media, { camera: "off" }),
  async turnCamera() {
    asked.push({ kind: "turn camera", data: {} });
  },
  async shareScreen() {
    change(media, { screen: "open" });
    return true;
  },
  stopSharing: () => change(media, { screen: "off" }),
  chooseProfile: (profile) => change(media, { profile }),
  pin: (pinned) => change(media, { pinned }),
  inspect: () => undefined,
  allowSound: () => change(media, { needsTap: false }),
  dismissFailure: () => change(media, { failure: null }),
  attachVideo(slot, element) {
    if (element === null) return;
    element.srcObject = drawn(slot.includes("screen") ? "screen" : slot);
    element.play().catch((reason: unknown) => console.debug(reason));
  },
  async tryMicrophone() {
    ownLevel.value = 0.5;
    return null;
  },
  endTrial: () => undefined,
  reconnectNow: () => change(connection, { phase: "live" }),
  async leave() {
    change(connection, { phase: "ended", ending: "left" });
  },
  async setPreferences(fields) {
    if (fields.language !== undefined) {
      for (const part of await CATALOGUES[fields.language]()) addCatalogue(fields.language, part.default);
      document.documentElement.lang = fields.language;
    }
    if (fields.theme !== undefined) {
      if (fields.theme === "auto") delete document.documentElement.dataset["theme"];
      else document.documentElement.dataset["theme"] = fields.theme;
    }
    if (fields.big !== undefined) document.documentElement.classList.toggle("big-type", fields.big);
    change(preferences, fields);
  },
};
