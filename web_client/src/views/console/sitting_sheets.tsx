/** The recording, the roll call, and the end of the meeting: each said in full before it is done. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { isExcluded } from "../../core/attendance";
import { second } from "../../core/clock";
import { clockTime, minutesBetween, t } from "../../core/i18n";
import { motions, people, presentPeople, quorum, votingMotion } from "../../core/selectors";
import { meeting } from "../../core/store";
import { Bar } from "../../widgets/bar";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { back, go } from "../layout";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { MotionPhase, MeetingPhase } from "../../wire/messages";

export function RecordingSheet(): JSX.Element {
  const asking = useAsking();
  const recording = meeting.value?.recording ?? null;
  const here = presentPeople.value;
  const agreed = here.filter((p) => p.recording_acknowledged).length;
  void second.value;
  if (recording !== null) {
    return (
      <Sheet
        title={t("console.recording_on")}
        onClose={back}
        head={
          <Chip tone="rec" dot="pulse">
            {t("console.recording_since", { time: clockTime(recording.started_at), n: minutesBetween(recording.started_at, second.value) })}
          </Chip>
        }
        foot={
          <>
            <AskingError asking={asking} />
            <div class="btn-pair btn-pair--even">
              <Button size="lg" onPress={back}>
                {t("console.keep_recording")}
              </Button>
              <Button size="lg" kind="primary" onPress={() => asking.ask("StopRecording", {}, back)}>
                {t("console.stop_recording")}
              </Button>
            </div>
          </>
        }
      >
        <div>
          <Bar part={agreed} whole={Math.max(1, here.length)} fill="counted" />
          <p class="axis-words">
            <span>{t("console.consented", { n: agreed })}</span>
            <span>{t("console.not_consented", { n: here.length - agreed })}</span>
          </p>
        </div>
        <p class="small muted">{t("console.stop_words")}</p>
      </Sheet>
    );
  }
  return (
    <Sheet
      title={t("console.recording_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={back}>
              {t("console.cancel")}
            </Button>
            <Button
              size="lg"
              kind="force"
              unavailable={meeting.value?.phase === MeetingPhase.OPEN ? undefined : t("console.not_open_yet")}
              onPress={() => asking.ask("StartRecording", {}, back)}
            >
              {t("console.start_recording")}
            </Button>
          </div>
        </>
      }
    >
      <ul class="checks">
        <li>
          <Icon name="info" />
          <span>{t("console.recording_all_told")}</span>
        </li>
        <li>
          <Icon name="mic" />
          <span>{t("console.recording_what")}</span>
        </li>
        <li>
          <Icon name="lock" />
          <span>{t("console.recording_votes")}</span>
        </li>
      </ul>
    </Sheet>
  );
}

export function RollCallStart(): JSX.Element {
  const asking = useAsking();
  const seconds = useSignal("60");
  const expected = people.value.filter((p) => p.role !== "guest" && !isExcluded(p)).length;
  return (
    <Sheet
      title={t("console.roll_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={back}>
              {t("console.cancel")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              unavailable={meeting.value?.phase === MeetingPhase.OPEN ? undefined : t("console.not_open_yet")}
              onPress={() => asking.ask("OpenRollCall", { seconds: Number(seconds.value) }, back)}
            >
              {t("console.roll_start")}
            </Button>
          </div>
        </>
      }
    >
      <p>{t("console.roll_words", { n: expected })}</p>
      <ChoiceRow
        name="roll-seconds"
        legend={t("console.how_long")}
        value={seconds.value}
        onChoose={(value) => {
          seconds.value = value;
        }}
        options={[
          ["30", t("console.seconds", { n: 30 })],
          ["60", t("console.minutes", { n: 1 })],
          ["120", t("console.minutes", { n: 2 })],
        ]}
      />
    </Sheet>
  );
}

export function AdjournSheet(): JSX.Element {
  const asking = useAsking();
  const state = meeting.value;
  const counted = quorum.value;
  const voting = votingMotion.value;
  const open = motions.value.filter((m) => m.phase === MotionPhase.CLOSED);
  const undone = (state?.agenda ?? []).filter((item) => item.started_at === null).length;
  const notOpen = state?.phase !== MeetingPhase.OPEN;
  return (
    <Sheet
      title={t("console.adjourn_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={back}>
              {t("console.go_on")}
            </Button>
            <Button
              size="lg"
              kind="force"
              unavailable={
                notOpen
                  ? t("console.not_open_yet")
                  : voting !== null
                    ? t("console.vote_first")
                    : asking.busy
                      ? t("console.sending")
                      : undefined
              }
              onPress={() => asking.ask("AdjournMeeting", {}, () => go({ sheet: null, place: "room" }))}
            >
              {t("console.adjourn")}
            </Button>
          </div>
        </>
      }
    >
      <ul class="checks">
        {counted !== null && (
          <li>
            <Icon name="people" />
            <span>{t("console.adjourn_people", { expected: counted.entitled, present: counted.present })}</span>
          </li>
        )}
        {undone > 0 && (
          <li class="checks__short">
            <Icon name="warning" />
            <span>{t("console.adjourn_items", { n: undone })}</span>
          </li>
        )}
        {open.length > 0 && (
          <li class="checks__short">
            <Icon name="warning" />
            <span>{t("console.adjourn_motions", { n: open.length })}</span>
          </li>
        )}
        {state?.recording !== null && (
          <li>
            <Icon name="info" />
            <span>{t("console.adjourn_recording")}</span>
          </li>
        )}
        <li>
          <Icon name="book" />
          <span>{t("console.adjourn_after")}</span>
        </li>
      </ul>
    </Sheet>
  );
}
