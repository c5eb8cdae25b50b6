/** Shows one story: `?story=vote-choose&lang=en&theme=dark&big=1`, with `still=1` the clock stands. Without a name: the list of all. */
import "../styles/tokens.css";
import "../styles/shared.css";
import { render } from "preact";
import { provideActions } from "../core/actions";
import { beat } from "../core/clock";
import { boot, change, connection, meeting, preferences, you } from "../core/store";
import { App } from "../views/app";
import { Console, ConsoleSheet } from "../views/console/console";
import { Stage } from "../views/stage/stage";
import { deferredSheets } from "../views/deferred_sheets";
import { allDeferredSheets } from "../views/all_deferred_sheets";
import { allDeferredVotes } from "../views/vote/deferred_votes";
import { deferredVotes } from "../views/vote/deferred_views";
import { ME, message } from "./fixtures";
import { STORIES } from "./list";
import { asked, later, storyActions } from "./port";

/** One more message: what a busy meeting asks of the page fifty times a second. */
function storm(no: number): void {
  const state = meeting.value;
  if (state) meeting.value = { ...state, chat: [...state.chat.slice(-199), message(100 + no, "m-0", `第 ${no} 条`)] };
}

async function run(): Promise<void> {
  history.replaceState(null, ""); // a story shown again begins anew
  const query = new URLSearchParams(location.search);
  const language = query.get("lang") === "en" ? "en" : "zh-CN";
  const theme = query.get("theme");
  const place = document.getElementById("app");
  if (place === null) throw new Error("no place to draw");
  provideActions(storyActions);
  deferredVotes.value = allDeferredVotes;
  deferredSheets.value = allDeferredSheets;
  await storyActions.setPreferences({ language, theme: theme === "dark" ? "dark" : "light", big: query.get("big") === "1" });
  change(preferences, { language });
  beat();
  if (query.get("still") !== "1") setInterval(beat, 1000);
  boot.value = {
    meeting_id: "M1",
    participant_id: ME,
    name: "丁文静",
    language,
    csrf: "",
    ice_servers: [],
    media: true,
    stage: false,
    urls: { home: "#home", documents: "/documents" },
    as: query.get("as") === "listen" ? "listen" : "audio",
  };
  you.value = { participant_id: ME, name: "丁文静", connection_id: "k1" };
  change(connection, { phase: "live" });
  const name = query.get("story");
  const story = name === null ? undefined : STORIES[name];
  if (story === undefined) {
    render(
      <main class="pad">
        <h1>Stories</h1>
        <ul class="stack stack--s">
          {Object.keys(STORIES).map((one) => (
            <li key={one}>
              <a href={`?story=${one}`}>{one}</a>
            </li>
          ))}
        </ul>
      </main>,
      place,
    );
    document.title = "Stories";
  } else {
    story();
    render(
      name?.startsWith("stage-") === true ? (
        <Stage />
      ) : (
        <App {...(name?.startsWith("console-") === true ? { console: Console, sheets: ConsoleSheet } : {})} />
      ),
      place,
    );
  }
  Object.assign(window, { stories: { names: Object.keys(STORIES), asked, storm, next: () => later.run?.() } });
  document.documentElement.dataset["ready"] = "yes";
}

void run();
