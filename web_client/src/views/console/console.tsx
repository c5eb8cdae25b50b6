/** The secretary's console: agenda and motions, floor, attendance and people; tabs on a phone, three columns on a wide screen. */
import "../../styles/console.css";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../../core/actions";
import { second } from "../../core/clock";
import { minutesBetween, t } from "../../core/i18n";
import { hands, motions, quorum } from "../../core/selectors";
import { media, meeting } from "../../core/store";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Dock, DockButton } from "../../widgets/dock";
import { Tabs } from "../../widgets/tabs";
import { Banners } from "../banners";
import { Composer, Messages } from "../chat";
import { unread, wide } from "../chat_reading";
import { go } from "../layout";
import { toggleMicrophone } from "../microphone";
import { Pictures } from "../pictures";
import { SharedPage } from "../shared_page";
import { HereCount, StatusLine } from "../top_bar";
import { openAct } from "./acts";
import { AgendaList, AgendaPanel, AgendaTools, NextButton, NowCard } from "./agenda";
import { RefusedBanner } from "./asking";
import { AttendancePanel, Counts, countsWords, ExclusionsCard, NotAnswered, ReportLink, RollCallButton, RollCallCard } from "./attendance";
import { DocumentsCard } from "./documents";
import { FloorCard, FloorTab, MuteAllButton } from "./floor";
import { DraftButton, MotionList, MotionsPanel } from "./motions";
import { Guide, guides, Preparations } from "./guide";
import { NoteList } from "./notes";
import { PeopleList, PeopleSearch } from "./people";
import { QuorumPlot } from "./quorum_plot";
import { MotionPhase } from "../../wire/messages";

export { ConsoleSheet } from "./sheets";

type Tab = "agenda" | "votes" | "floor" | "people";
const tab = signal<Tab>("agenda");
type Side = "people" | "chat" | "notes";
const side = signal<Side>("people");

function openedWords(): string {
  const state = meeting.value;
  void second.value;
  if (state === null) return "";
  if (state.opened_at === null) return t("console.not_open_yet");
  return t("console.open_for", { n: minutesBetween(state.opened_at, second.value) });
}

/** Motions that wait for an act: voting, or counted and not published. */
function waitingVotes(): number {
  return motions.value.filter((m) => m.phase === MotionPhase.VOTING || m.phase === MotionPhase.CLOSED).length;
}

// --- a phone ---------------------------------------------------------------------------------------------

const TITLES: Readonly<Record<Tab, string>> = {
  agenda: "console.title",
  votes: "console.votes",
  floor: "console.floor",
  people: "console.attendance",
};

function AgendaTab(): JSX.Element {
  return (
    <>
      <NowCard />
      <RollCallCard />
      <Preparations />
      <section class="stack stack--s" aria-label={t("console.agenda")}>
        <div class="section-title">
          <h2>{t("console.agenda")}</h2>
          <AgendaTools />
        </div>
        <div class="card card--flush">
          <AgendaList />
        </div>
      </section>
      <DocumentsCard onPhone />
    </>
  );
}

function PeopleTab(): JSX.Element {
  return (
    <>
      <ExclusionsCard />
      <RollCallCard />
      <Counts />
      <QuorumPlot />
      <NotAnswered />
      <section class="stack stack--s" aria-labelledby="all-people">
        <h2 class="small strong" id="all-people">
          {t("console.everyone")}
        </h2>
        <PeopleSearch />
        <div class="card card--flush">
          <PeopleList />
        </div>
      </section>
    </>
  );
}

function Foot(): JSX.Element | null {
  if (tab.value === "agenda" && guides())
    return (
      <section class="bottom-act bottom-act--line" aria-label={t("console.next")}>
        <Guide />
      </section>
    );
  if (tab.value === "agenda")
    return (
      <section class="bottom-act bottom-act--line" aria-label={t("console.next")}>
        <div class="btn-pair btn-pair--even">
          <RollCallButton />
          <NextButton />
        </div>
      </section>
    );
  if (tab.value === "votes")
    return (
      <section class="bottom-act bottom-act--line" aria-label={t("console.next")}>
        <DraftButton kind="primary" />
      </section>
    );
  if (tab.value === "people")
    return (
      <section class="bottom-act bottom-act--line" aria-label={t("console.next")}>
        <RollCallButton />
      </section>
    );
  return null;
}

function OnPhone(): JSX.Element {
  const at = tab.value;
  const show = (to: Tab) => (): void => {
    tab.value = to;
  };
  return (
    <div class="screen screen--fixed screen--narrow console-phone">
      <header class="topbar">
        <div class="topbar__title">
          <h1>{t(TITLES[at])}</h1>
          <p>{at === "people" ? countsWords() : `${meeting.value?.title ?? ""}${t("console.comma")}${openedWords()}`}</p>
        </div>
        {at === "people" && <ReportLink names="btn btn--quiet" />}
        <Button kind="quiet" onPress={() => openAct({ kind: "more" })}>
          {t("console.more")}
        </Button>
      </header>
      <StatusLine />
      <Banners />
      <RefusedBanner />
      <main class="room" key={at} tabIndex={0}>
        {at === "agenda" ? <AgendaTab /> : at === "votes" ? <MotionList /> : at === "floor" ? <FloorTab /> : <PeopleTab />}
      </main>
      <Foot />
      <Dock label={t("console.dock")}>
        <DockButton icon="list" word={t("console.agenda")} current={at === "agenda"} onPress={show("agenda")} />
        <DockButton
          icon="ballot"
          word={t("console.votes")}
          current={at === "votes"}
          badge={waitingVotes()}
          badgeWord={t("console.votes_waiting")}
          onPress={show("votes")}
        />
        <DockButton
          icon="hand"
          word={t("console.floor")}
          current={at === "floor"}
          badge={hands.value.length}
          badgeWord={t("console.waiting")}
          onPress={show("floor")}
        />
        <DockButton icon="people" word={t("console.people")} current={at === "people"} onPress={show("people")} />
        <DockButton icon="camera" word={t("console.hall")} onPress={() => go({ place: "room", panel: "stage" })} />
      </Dock>
    </div>
  );
}

// --- a wide screen ---------------------------------------------------------------------------------------

function Bar(): JSX.Element {
  const state = meeting.value;
  const here = quorum.value;
  return (
    <header class="console__bar">
      <span class="seal" aria-hidden="true">
        {t("console.seal")}
      </span>
      <h1>{state?.title}</h1>
      <Button also="btn--rec" pressed={state?.recording != null} onPress={() => openAct({ kind: "recording" })}>
        {state?.recording ? (
          <>
            <span class="dot pulse" />
            {t("console.recording")}
          </>
        ) : (
          t("console.record")
        )}
      </Button>
      <span class="grow" />
      {here !== null && <HereCount expected={here.entitled} present={here.present} />}
      {here !== null &&
        state?.preset.quorum != null &&
        (here.met ? (
          <Chip tone="counted" icon="check">
            {t("console.quorum_met")}
          </Chip>
        ) : (
          <Chip tone="pending" icon="pending">
            {t("room.quorum_short", { needed: here.needed })}
          </Chip>
        ))}
      <span class="small muted nowrap">{openedWords()}</span>
      <Button onPress={() => openAct({ kind: "adjourn" })}>{t("console.adjourn")}</Button>
      <Button kind="quiet" onPress={() => openAct({ kind: "more" })}>
        {t("console.more")}
      </Button>
    </header>
  );
}

function Toolbar(): JSX.Element {
  const { microphone, camera, screen, available, profile, canShareScreen } = media.value;
  const silent = !available || profile === "text";
  return (
    <div class="toolbar" role="group" aria-label={t("console.tools")}>
      {!silent && (
        <Button
          kind={microphone === "open" ? "primary" : "plain"}
          pressed={microphone === "open"}
          icon={microphone === "open" ? "mic" : "micOff"}
          onPress={toggleMicrophone}
        >
          {t(microphone === "open" ? "room.mic_on" : microphone === "opening" ? "room.mic_opening" : "room.mic_off")}
        </Button>
      )}
      {!silent && (
        <Button
          pressed={camera === "open"}
          icon={camera === "open" ? "camera" : "cameraOff"}
          onPress={() => (camera === "off" ? void actions().openCamera() : actions().closeCamera())}
        >
          {t(camera === "off" ? "console.camera_is_off" : "console.camera_is_on")}
        </Button>
      )}
      {!silent && canShareScreen && (
        <Button
          pressed={screen === "open"}
          icon="screen"
          onPress={() => (screen === "off" ? void actions().shareScreen() : actions().stopSharing())}
        >
          {t(screen === "off" ? "console.share" : "room.stop_sharing")}
        </Button>
      )}
      <Button icon="edit" onPress={() => openAct({ kind: "note", participant: null })}>
        {t("console.note")}
      </Button>
      <span class="grow" />
      <MuteAllButton />
    </div>
  );
}

function Beside(): JSX.Element {
  return (
    <section class="console__col console__col--side console__col--right" tabIndex={0} aria-label={t("console.people_and_attendance")}>
      <AttendancePanel />
      <Tabs
        label={t("console.beside")}
        controls="console-side"
        value={side.value}
        onChoose={(value) => {
          side.value = value;
        }}
        tabs={[
          { value: "people", label: t("console.people") },
          {
            value: "chat",
            label: unread.value > 0 && side.value !== "chat" ? t("console.chat_n", { n: unread.value }) : t("console.chat"),
          },
          { value: "notes", label: t("console.notes_short") },
        ]}
      />
      <div class={`console__side console__side--${side.value}`} id="console-side" role="tabpanel" aria-label={t(`console.${side.value}`)}>
        {side.value === "people" && (
          <>
            <div class="pad-search">
              <PeopleSearch />
            </div>
            <NotAnswered />
            <PeopleList />
          </>
        )}
        {side.value === "chat" && (
          <>
            <div class="console__chat scrolls">
              <Messages />
            </div>
            <Composer />
          </>
        )}
        {side.value === "notes" && (
          <div class="pad stack">
            <Button icon="edit" onPress={() => openAct({ kind: "note", participant: null })}>
              {t("console.take_note")}
            </Button>
            <NoteList />
          </div>
        )}
      </div>
    </section>
  );
}

function OnWide(): JSX.Element {
  return (
    <div class="console density">
      <Bar />
      <div class="console__notices">
        <Banners />
        <RefusedBanner />
      </div>
      <div class="console__cols">
        <section class="console__col console__col--side console__col--left" tabIndex={0} aria-label={t("console.agenda_and_motions")}>
          <AgendaPanel />
          <DocumentsCard onPhone={false} />
          <MotionsPanel />
        </section>
        <main class="console__col console__stage">
          <div class="console__view">
            <SharedPage />
            <Pictures most={3} />
          </div>
          <FloorCard />
          <Toolbar />
        </main>
        <Beside />
      </div>
    </div>
  );
}

export function Console(): JSX.Element {
  return wide.value ? <OnWide /> : <OnPhone />;
}
