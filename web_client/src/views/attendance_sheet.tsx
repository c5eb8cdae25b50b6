/** One's own attendance of this meeting: everything that is held, as a band over time and as lines. */
import type { JSX } from "preact";
import { second } from "../core/clock";
import { clockTime, minutesBetween, t } from "../core/i18n";
import { boot, meeting, self } from "../core/store";
import type { Interval } from "../wire/messages";
import { Button } from "../widgets/button";
import { Evidence } from "../widgets/evidence";
import { Sheet } from "../widgets/sheet";
import { intervalWords } from "./evidence_words";
import { back } from "./layout";

const TALL = { connected: [12, 6], responsive: [6, 12], confirmed: [0, 18] } as const;
const LEVELS = ["confirmed", "responsive", "connected"] as const;

function presentMinutes(intervals: readonly Interval[], until: number): number {
  return Math.floor(intervals.reduce((sum, i) => sum + Math.max(0, (i.until ?? until) - i.since), 0) / 60_000);
}

function Band({ intervals, from, until }: { intervals: readonly Interval[]; from: number; until: number }): JSX.Element {
  const at = (time: number): number => Math.round(Math.min(1, Math.max(0, (time - from) / Math.max(1, until - from))) * 1000) / 10;
  return (
    <div>
      <svg
        class="band"
        viewBox="0 0 100 18"
        preserveAspectRatio="none"
        role="img"
        aria-label={t("room_people.band", { from: clockTime(from), until: clockTime(until), n: presentMinutes(intervals, until) })}
      >
        {intervals.map((interval) => {
          const [y, height] = TALL[interval.level];
          const x = at(interval.since);
          return (
            <rect
              key={interval.since}
              class={interval.level}
              x={x}
              y={y}
              width={Math.max(0.5, at(interval.until ?? until) - x)}
              height={height}
            />
          );
        })}
      </svg>
      <p class="axis-words">
        <span>{clockTime(from)}</span>
        <span>{clockTime(until)}</span>
      </p>
    </div>
  );
}

export function AttendanceSheet(): JSX.Element | null {
  const me = self.value;
  const state = meeting.value;
  if (me === null || state === null) return null;
  const intervals = me.intervals;
  const until = state.adjourned_at ?? second.value;
  const from = Math.min(state.opened_at ?? until, intervals[0]?.since ?? until);
  const last = intervals[intervals.length - 1];
  return (
    <Sheet
      title={t("room_people.my_record")}
      onClose={back}
      foot={
        <>
          <Button size="lg" kind="primary" block onPress={back}>
            {t("room.close")}
          </Button>
          <p class="sheet__foot-note">
            <a href={boot.value?.urls["my_attendance"] ?? "/me"} target="_blank" rel="noopener">
              {t("room_people.all_held")}
            </a>
          </p>
        </>
      }
    >
      <p>
        {t("room_people.present_minutes", { n: presentMinutes(intervals, until), of: minutesBetween(from, until) })}
        {last !== undefined && last.until === null ? ` ${t("room_people.still_here")}` : ""}
      </p>
      <Band intervals={intervals} from={from} until={until} />
      <ul class="legend">
        {LEVELS.map((level) => (
          <li key={level}>
            <span class={`swatch swatch--${level}`} />
            {t(`room_people.level_${level}`)}
          </li>
        ))}
        <li>
          <span class="swatch swatch--none" />
          {t("room_people.level_none")}
        </li>
      </ul>
      <ul class="rows facts-rows">
        {[...intervals].reverse().map((interval) => (
          <li class="row" key={interval.since}>
            <span class="small muted nowrap">{clockTime(interval.since)}</span>
            <span class="row__main">
              {intervalWords(interval)}
              <span class="row__sub">
                <Evidence level={interval.level} word={t(`room_people.level_${interval.level}`)} />
              </span>
            </span>
          </li>
        ))}
      </ul>
      <p class="small muted">{t("room_people.not_held")}</p>
    </Sheet>
  );
}
