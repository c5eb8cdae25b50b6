/** What stands on the page: which screen the meeting and the connection call for, the sheet above it, and the one live region. */
import "../styles/room.css";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { iRun } from "../core/permissions";
import { isOutside } from "../core/recusal";
import { connection, meeting, self } from "../core/store";
import { Announcer } from "../widgets/announce";
import { sheetsOpen } from "../widgets/sheet";
import { ToastPlace } from "../widgets/toast";
import { followWidth, readAll } from "./chat_reading";
import { Adjourned, Connecting, Ended } from "./endings";
import { followKeyboard } from "./keyboard";
import { deferredSheets } from "./deferred_sheets";
import { Layers, markResultsSeen, type ConsoleSheets } from "./layers";
import { followHistory, layout } from "./layout";
import { watchForNotices } from "./notices";
import { Room } from "./room";
import { MeetingPhase } from "../wire/messages";

function Ground({ console: Console }: { console: ComponentType | undefined }): JSX.Element {
  const state = meeting.value;
  const { phase, ending } = connection.value;
  if (state?.phase === MeetingPhase.ADJOURNED) return <Adjourned />;
  if (phase === "ended" && ending !== null) return <Ended ending={ending} />;
  if (state === null) return <Connecting />;
  if (Console !== undefined && iRun.value && layout.value.place === "console") return <Console />;
  const outside = self.value !== null && isOutside(state, self.value);
  if (state.phase !== MeetingPhase.CONVENED && !outside) return <Room />;
  const deferred = deferredSheets.value;
  if (deferred !== null && outside && state.phase !== MeetingPhase.CONVENED) return <deferred.Outside />;
  return deferred === null ? <Connecting /> : <deferred.WaitingRoom console={Console !== undefined} />;
}

/** `console`, `sheets`: the secretary's screens and what opens above them, when they are loaded. */
export function App({ console, sheets }: { console?: ComponentType; sheets?: ConsoleSheets }): JSX.Element {
  useEffect(() => {
    const stops = [followHistory(), followWidth(), followKeyboard(), watchForNotices()];
    return () => stops.forEach((stop) => stop());
  }, []);
  const here = meeting.value !== null;
  useEffect(() => {
    if (!here) return;
    readAll();
    markResultsSeen();
  }, [here]);
  const live = meeting.value !== null && meeting.value.phase !== MeetingPhase.ADJOURNED && connection.value.phase !== "ended";
  return (
    <>
      <div class="ground" inert={sheetsOpen.value > 0}>
        <Ground console={console} />
        <ToastPlace />
      </div>
      {live && <Layers console={sheets} />}
      <Announcer />
    </>
  );
}
