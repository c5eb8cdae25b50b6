/** The live room: the only place where the store, the network, the media and the views are tied together. */
import "./styles/tokens.css";
import "./styles/shared.css";
import { takeRule } from "./net/replaced_rule";
import { computed, effect, untracked } from "@preact/signals";
import { h, render, type ComponentType } from "preact";
import { provideActions, type Actions } from "./core/actions";
import type { Ballots } from "./core/ballot/ballots";
import { papersUnsupported } from "./core/ballot/kept";
import { beat, now } from "./core/clock";
import { Inbox } from "./core/inbox";
import { knocked, knocks } from "./core/knocks";
import { Outbox, type Shelf } from "./core/outbox";
import { iRun } from "./core/permissions";
import { motions } from "./core/selectors";
import { boot, change, connection, media, meeting, recordHead, self, type Ending } from "./core/store";
import { keepOn } from "./core/unsent";
import { keepAwake } from "./media/awake";
import { IceServers } from "./media/ice";
import { watchNetwork } from "./media/network";
import { RoomMedia } from "./media/room_media";
import { fetchHallCode } from "./net/hall_code";
import { answerKnock, fetchKnocks } from "./net/knocks";
import { MeetingSocket, type SocketState } from "./net/socket";
import { isPhone, makeId, readBoot, socketAddress, sparesData } from "./page/boot";
import { addConsoleWords, begin, setPreferences } from "./page/preferences";
import { App } from "./views/app";
import { deferredSheets } from "./views/deferred_sheets";
import type { ConsoleSheets } from "./views/layers";
import { deferredVotes } from "./views/vote/deferred_views";
import { forgetSentPapers } from "./views/vote/paper";
import { Close, type Collect, VoteMethod, MeetingPhase } from "./wire/messages";

/** The sheets of secret votes are fetched so long (ms) after the room, when there is none yet. */
const PAPERS_COME = 4_000;
/** Knocks that come together are fetched together (ms). */
const KNOCKS_REST = 300;
/** Whoever is connected again looks within this time (ms). */
const KNOCKS_SPREAD = 3_000;

const start = readBoot();
boot.value = start;
const place = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
const loading = [...place.childNodes]; // what the server put there while this was on its way

/** Kept in this tab, for this person in this meeting. */
function shelf(name: string): Shelf {
  const key = `${name}.${start.meeting_id}.${start.participant_id}`;
  return { read: () => sessionStorage.getItem(key), write: (text) => sessionStorage.setItem(key, text) };
}

keepOn(shelf("unsent"));
const outbox = new Outbox({
  transmit: (frame) => socket.send(frame),
  shelf: shelf("outbox"),
  makeId,
  later: (ms, run) => void setTimeout(run, ms),
});
const inbox = new Inbox(outbox);
const socket = new MeetingSocket({
  url: socketAddress(start.meeting_id),
  device: start.stage ? "hall" : isPhone() ? "phone" : "desktop",
  position: () => inbox.position(),
  receive(message, at) {
    const result = inbox.receive(message, at);
    if (message.type === "collected" || message.type === "rejected") ballots?.received(message);
    if (result === "resync") socket.restart();
    else if (result === "media") roomMedia.receive(message);
  },
  changed: connectionChanged,
});
const roomMedia = new RoomMedia({
  send: (message) => socket.send(message),
  makeId,
  ice: new IceServers(start.ice_servers, async () => {
    const answer = await fetch(`${start.urls["meeting"]}/ice`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as RTCIceServer[];
  }),
  videoSlots: isPhone() ? 4 : 9,
  submit: (kind, data) => outbox.submit(kind, data),
  available: start.media,
});

const ENDINGS: Readonly<Record<number, Ending>> = {
  [Close.SIGNED_OUT]: "signed_out",
  [Close.FORBIDDEN]: "forbidden",
  [Close.UNKNOWN_MEETING]: "unknown_meeting",
  [Close.REMOVED]: "removed",
  [Close.REPLACED]: "replaced",
  [Close.FLOODING]: "flooding",
};

function connectionChanged(state: SocketState): void {
  const known = meeting.value !== null;
  if (state.phase === "opening")
    change(connection, { phase: known ? "reconnecting" : "connecting", attempt: state.attempt, retryAt: null });
  else if (state.phase === "waiting") {
    roomMedia.disconnected();
    change(connection, { phase: known ? "reconnecting" : "connecting", attempt: state.attempt, retryAt: state.retryAt });
  } else if (state.phase === "ended") end(ENDINGS[state.code] ?? "refused");
}

let sleep: () => void = () => undefined;
function end(ending: Ending): void {
  roomMedia.stop();
  sleep();
  change(connection, { phase: "ended", ending, retryAt: null });
}

const actions: Actions = {
  send: (kind, data) => outbox.submit(kind, data),
  async castSecretly(motionId, choices) {
    await ballots?.choose(motionId, choices);
  },
  async recheckBallot(motionId) {
    await ballots?.recheck(motionId);
  },
  hallCode: () => fetchHallCode(start.meeting_id),
  async answerKnock(id, answer) {
    await answerKnock(start.urls["meeting"] ?? "", id, answer, start.csrf);
    knocked.value += 1;
  },
  takeRuleInForce: () => takeRule(start.replaced?.url ?? "", start.csrf),
  typing: (on) => void socket.send({ type: "signal", kind: "typing", on }),
  openMicrophone: () => roomMedia.devices.openMicrophone(),
  closeMicrophone: () => roomMedia.devices.closeMicrophone(),
  openCamera: () => roomMedia.devices.openCamera(),
  closeCamera: () => roomMedia.devices.closeCamera(),
  turnCamera: () => roomMedia.devices.turnCamera(),
  shareScreen: () => roomMedia.devices.shareScreen(),
  stopSharing: () => roomMedia.devices.stopSharing(),
  chooseProfile: (profile) => roomMedia.chooseProfile(profile),
  pin: (participantId) => roomMedia.pin(participantId),
  inspect: (on) => roomMedia.inspect(on),
  allowSound: () => roomMedia.allowSound(),
  dismissFailure: () => change(media, { failure: null }),
  attachVideo: (slot, element) => roomMedia.attachVideo(slot, element),
  tryMicrophone: () => roomMedia.devices.tryMicrophone(),
  endTrial: () => roomMedia.devices.endTrial(),
  reconnectNow: () => socket.reconnectNow(),
  async leave() {
    const left = outbox.submit("LeaveMeeting", {});
    await Promise.race([left, new Promise((resolve) => setTimeout(resolve, 1_500))]);
    socket.close();
    end("left");
  },
  setPreferences,
};
provideActions(actions);

/** Open what the member chose at the door; listening asks for nothing. */
async function enterWith(way: typeof start.as): Promise<void> {
  if (way === "video") await roomMedia.devices.openCamera();
  if (way === "video" || way === "audio") await roomMedia.devices.openMicrophone();
}

/** What becomes of media whenever a connection is live. */
function follow(): void {
  let first = true;
  let wasLive = false;
  effect(() => {
    const live = connection.value.phase === "live";
    if (live && !wasLive) {
      untracked(() => roomMedia.connected());
      if (first && !start.stage) untracked(() => void enterWith(start.as));
      first = false;
    }
    wasLive = live;
  });
  const over = computed(() => meeting.value?.phase === MeetingPhase.ADJOURNED);
  effect(() => {
    if (!over.value) return;
    untracked(() => roomMedia.stop());
    sleep();
  });
}

/** Look who asks to be let in: whenever a connection is live again, and when the server says so. */
function watchKnocks(): void {
  let running = false;
  let heard = knocked.peek();
  effect(() => {
    const told = knocked.value !== heard;
    heard = knocked.value;
    if (connection.value.phase !== "live" || running) return;
    running = true;
    // after a restart all phones are back at once: only who was told that somebody knocked asks at once
    setTimeout(
      () => {
        const since = knocked.peek();
        void fetchKnocks(start.urls["meeting"] ?? "").then((found) => {
          running = false;
          if (found !== null) knocks.value = found;
          if (knocked.peek() !== since) knocked.value += 1; // the list changed while it was fetched
        });
      },
      told ? KNOCKS_REST : Math.random() * KNOCKS_SPREAD,
    );
  });
}

let ballots: Ballots | null = null;
const secretVotes = computed(() => motions.value.filter((motion) => motion.method === VoteMethod.SECRET && motion.paper !== null));

/** Screens and sheets that need not be there for the first picture of the room. */
function bringSheets(): void {
  import("./views/all_deferred_sheets")
    .then(({ allDeferredSheets }) => (deferredSheets.value = allDeferredSheets))
    .catch(() => setTimeout(bringSheets, 2_000));
}

/** What secret votes and elections need comes soon after the room, and at once when there is one. */
function bringPapers(): void {
  let asked: Promise<void> | null = null;
  const bring = (): Promise<void> =>
    (asked ??= Promise.all([import("./net/own_ballots"), import("./views/vote/deferred_votes")])
      .then(async ([{ ownBallots }, { allDeferredVotes }]) => {
        deferredVotes.value = allDeferredVotes;
        const around = {
          meeting_id: start.meeting_id,
          participant_id: start.participant_id,
          makeId,
          now,
          head: () => recordHead.peek(),
          transmit: (frame: Collect) => socket.send(frame),
        };
        ballots = await ownBallots(around).catch((reason: unknown) => {
          console.warn("no secret ballots here", reason);
          return null;
        });
        papersUnsupported.value = ballots === null;
      })
      .catch(() => {
        asked = null; // the network went away meanwhile: again with the next record
      }));
  effect(() => {
    const secret = secretVotes.value;
    const present = self.value?.present === true;
    const live = connection.value.phase === "live";
    if (secret.length > 0) void untracked(() => bring().then(() => ballots?.follow(secret, present, live)));
    else if (motions.value.length > 0) void untracked(bring); // a result may be shown, an officer be asked
  });
  setTimeout(() => void bring(), PAPERS_COME);
}

/** The secretary's screens come when they are needed: most phones never load them. */
function show(): void {
  let run: { console?: ComponentType; sheets?: ConsoleSheets } = {};
  for (const node of loading) node.remove();
  const draw = (): void => render(h(App, run), place);
  let asked = false;
  effect(() => {
    if (!iRun.value || asked) return;
    asked = true;
    void Promise.all([import("./views/console/console"), addConsoleWords()]).then(([module]) => {
      run = { console: module.Console, sheets: module.ConsoleSheet };
      draw();
    });
  });
  place.textContent = ""; // what the page said while loading
  draw();
}

async function showStage(): Promise<void> {
  const { Stage } = await import("./views/stage/stage");
  for (const node of loading) node.remove();
  place.textContent = "";
  render(h(Stage, {}), place);
}

async function run(): Promise<void> {
  change(media, { profile: start.stage || start.as === "text" ? "text" : sparesData() && start.as !== "video" ? "audio" : "video" });
  socket.open();
  roomMedia.prepare();
  setInterval(() => {
    beat();
    inbox.beat(Date.now());
  }, 1_000);
  follow();
  watchNetwork((on) => roomMedia.holdPictures(on));
  await begin(start.language);
  if (start.stage) await showStage();
  else {
    bringSheets();
    bringPapers();
    watchKnocks();
    forgetSentPapers();
    show();
  }
  (window as { engine?: { started(): void } }).engine?.started();
  sleep = keepAwake();
  if ("serviceWorker" in navigator && import.meta.env.PROD) {
    navigator.serviceWorker.register("/static/sw.js", { scope: "/" }).catch(() => undefined); // the room works without
  }
  if (start.probe) Object.assign(window, { __meeting: { statistics: () => roomMedia.statistics(), state: () => meeting.peek() } });
}

void run();
