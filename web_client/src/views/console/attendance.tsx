/** Who is here, where, and on what evidence; the roll call and marking by hand. */
import type { JSX } from "preact";
import { second, secondsLeft } from "../../core/clock";
import { awaitsExclusion, isExcluded } from "../../core/attendance";
import { clockTime, countdown, list, t } from "../../core/i18n";
import { openRollCall, people, quorum, rollCallNo } from "../../core/selectors";
import { boot, meeting } from "../../core/store";
import { MotionPhase, type Participant, MeetingPhase } from "../../wire/messages";
import { Avatar } from "../../widgets/avatar";
import { Bar, Ring } from "../../widgets/bar";
import { Button } from "../../widgets/button";
import { lastEvidence } from "../evidence_words";
import { openAct } from "./acts";
import { tap } from "./asking";
import { QuorumPlot } from "./quorum_plot";

/** In the hall: marked there by hand, or by way of the hall's own device. */
export function inHall(p: Participant): boolean {
  return p.present && (p.marked_present || Object.values(p.connections).some((c) => c.device === "hall"));
}

export function Counts(): JSX.Element {
  const counted = people.value.filter((p) => p.role !== "guest");
  const hall = counted.filter(inHall).length;
  const online = counted.filter((p) => p.present).length - hall;
  const leave = counted.filter((p) => p.leave_approved && !p.present).length;
  const away = counted.filter((p) => !p.present && !p.leave_approved && !isExcluded(p)).length;
  const cells: readonly (readonly [string, number])[] = [
    ["in_hall", hall],
    ["online", online],
    ["on_leave", leave],
    ["away", away],
  ];
  return (
    <dl class="stat3 stat3--flat stat3--4">
      {cells.map(([word, n]) => (
        <div key={word}>
          <dt>{t(`console.${word}`)}</dt>
          <dd>{n}</dd>
        </div>
      ))}
    </dl>
  );
}

export function countsWords(): string {
  const counted = people.value.filter((p) => p.role !== "guest");
  const hall = counted.filter(inHall).length;
  return t("console.counts", {
    hall,
    online: counted.filter((p) => p.present).length - hall,
    leave: counted.filter((p) => p.leave_approved && !p.present).length,
  });
}

/** What is known of someone who did not answer, in a few words. */
function whyNot(p: Participant): string {
  const evidence = lastEvidence(p);
  if (evidence !== null) return `${t(`room_people.level_${evidence.level}`)}${t("console.comma")}${evidence.words}`;
  if (p.leave_approved) return t("console.is_on_leave", { reason: p.leave_reason });
  return t(p.left_at === null ? "console.not_come" : "console.left_at", { time: clockTime(p.left_at ?? 0) });
}

function Missing({ ids }: { ids: readonly string[] }): JSX.Element {
  const missing = people.value.filter((p) => ids.includes(p.participant_id));
  return (
    <ul class="rows card card--flush">
      {missing.map((p) => (
        <li class="row" key={p.participant_id}>
          <Avatar id={p.participant_id} name={p.name} />
          <span class="row__main">
            <span class="row__title">{p.name}</span>
            <span class="row__sub">{whyNot(p)}</span>
          </span>
          <Button
            label={t("console.mark_here_of", { name: p.name })}
            onPress={() => tap("MarkPresent", { participant_id: p.participant_id })}
          >
            {t("console.mark_here")}
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** Those whom the roster would not count in 应到: the meeting carries it by a show of hands first, named in a motion of its own. */
export function ExclusionsCard(): JSX.Element | null {
  const state = meeting.value;
  const pending = people.value.filter(awaitsExclusion);
  const named = new Set(Object.values(state?.motions ?? {}).flatMap((m) => (m.phase === MotionPhase.WITHDRAWN ? [] : m.excludes)));
  const open = pending.filter((p) => !named.has(p.participant_id));
  if (state?.phase !== MeetingPhase.OPEN || open.length === 0) return null;
  const names = list(open.map((p) => p.name));
  const put = (): void => {
    tap(
      "DraftMotion",
      {
        title: t("console.exclusions_title", { names }),
        item_id: state.current_item,
        excludes: open.map((p) => p.participant_id),
      },
      () => {
        const drafted = Object.values(meeting.value?.motions ?? {}).find((m) => m.excludes.length > 0 && m.phase === MotionPhase.DRAFTED);
        if (drafted !== undefined) tap("OpenMotion", { motion_id: drafted.motion_id, seconds: 0, collect_seconds: 0 });
      },
    );
  };
  return (
    <section class="card stack" aria-labelledby="excl">
      <h2 id="excl">{t("console.exclusions")}</h2>
      <p class="small">{t("console.exclusions_words", { names })}</p>
      <Button kind="primary" block onPress={put}>
        {t("console.exclusions_vote")}
      </Button>
    </section>
  );
}

export function RollCallCard(): JSX.Element | null {
  const call = openRollCall.value;
  void second.value;
  if (call === null) return null;
  const left = secondsLeft(call.closes_at);
  const total = Math.max(1, (call.closes_at - call.opened_at) / 1000);
  const waiting = call.expected.length - call.answered.length;
  return (
    <section class="card card--now stack" aria-labelledby="rcn">
      <div class="rowx rowx--between rowx--nowrap">
        <div>
          <h2 id="rcn">{t("console.roll_no", { n: rollCallNo(call) })}</h2>
          <p class="small muted">{t("console.roll_means")}</p>
        </div>
        <span class="countdown" role="timer">
          <Ring left={left / total} />
          <span>
            <span class="sr">{t("console.left")} </span>
            {countdown(left)}
          </span>
        </span>
      </div>
      <div>
        <Bar part={call.answered.length} whole={Math.max(1, call.expected.length)} fill="counted" />
        <p class="axis-words">
          <span>{t("console.roll_answered", { n: call.answered.length })}</span>
          <span>{t("console.roll_waiting", { n: waiting })}</span>
        </p>
      </div>
      <Button onPress={() => tap("CloseRollCall", {})}>{t("console.roll_end")}</Button>
    </section>
  );
}

/** After (or during) a roll call: who has not answered, each with 记到. */
export function NotAnswered(): JSX.Element | null {
  const call = meeting.value?.roll_call;
  if (!call) return null;
  const ids = call.expected.filter((id) => {
    const p = meeting.value?.participants[id];
    return p && !p.removed && !call.answered.includes(id) && !p.marked_present;
  });
  if (ids.length === 0) return null;
  return (
    <section class="stack stack--s" aria-labelledby="na">
      <div class="section-title">
        <h2 id="na">{t("console.not_answered_n", { n: ids.length })}</h2>
      </div>
      <Missing ids={ids} />
      <p class="tiny muted">{t("console.mark_note")}</p>
    </section>
  );
}

export function RollCallButton(): JSX.Element {
  return openRollCall.value === null ? (
    <Button icon="rollcall" onPress={() => openAct({ kind: "roll_call" })}>
      {t("console.roll_call")}
    </Button>
  ) : (
    <Button icon="rollcall" onPress={() => tap("CloseRollCall", {})}>
      {t("console.roll_end")}
    </Button>
  );
}

export function reportAddress(): string | null {
  const url = boot.value?.urls["attendance"];
  return url ?? (meeting.value ? `/meetings/${encodeURIComponent(meeting.value.meeting_id)}/attendance` : null);
}

export function ReportLink({ names }: { names?: string }): JSX.Element | null {
  const address = reportAddress();
  return address === null ? null : (
    <a {...(names === undefined ? {} : { class: names })} href={address} target="_blank" rel="noopener">
      {t("console.report")}
    </a>
  );
}

export function AttendancePanel(): JSX.Element {
  const counted = quorum.value;
  return (
    <div class="panel stack">
      <div class="section-title">
        <h2>{t("console.attendance")}</h2>
        <ReportLink />
      </div>
      {counted !== null && meeting.value?.opened_at == null && (
        <p class="small muted">
          {t("console.expected_words", { expected: counted.entitled, present: counted.present, needed: counted.needed })}
        </p>
      )}
      <Counts />
      <QuorumPlot />
      <ExclusionsCard />
      {openRollCall.value === null ? <RollCallButton /> : <RollCallCard />}
    </div>
  );
}
