/** Several motions opened together: which of those prepared, for how long, and what each takes; and ended together. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { takesThree } from "../../core/appraisal";
import { t } from "../../core/i18n";
import { candidatesOfHall, countsInHall, hasCounters, withoutPhone } from "../../core/hall";
import { motions, runningMotion } from "../../core/selectors";
import { meeting } from "../../core/store";
import { type Motion, MotionForce, type MotionId, MotionPhase, type ParticipantId, VoteMethod, MeetingPhase } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { HallVoters } from "./hall_voters";
import { papersOf } from "../../core/papers_out";
import { consequence } from "./rule_words";

const READY: readonly MotionPhase[] = [MotionPhase.DRAFTED, MotionPhase.MOVED, MotionPhase.DISCUSSED];

/** What can be opened together: each secret paper has a key and a box of its own and opens by itself. */
export function openTogether(): readonly Motion[] {
  return motions.value.filter((one) => READY.includes(one.phase) && one.method !== VoteMethod.SECRET);
}

/** Why this one cannot be opened now, in words; null: it can. */
function shortOf(motion: Motion): string | null {
  if (!takesThree(motion)) return null;
  const effect = consequence(motion.preset);
  return effect?.asksQuorum && !effect.quorum.met ? effect.quorumTitle : null;
}

export function BatchSheet(): JSX.Element {
  const asking = useAsking();
  const seconds = useSignal("120");
  const ready = openTogether();
  const left = useSignal<ReadonlySet<MotionId>>(new Set());
  const chosen = ready.filter((one) => !left.value.has(one.motion_id) && shortOf(one) === null);
  const [first] = chosen;
  const hall = useSignal<readonly ParticipantId[]>(
    first !== undefined && chosen.every(countsInHall) && hasCounters(meeting.value, first)
      ? withoutPhone(candidatesOfHall(meeting.value, first))
      : [],
  );
  const other = runningMotion.value;
  const change = (id: MotionId, on: boolean): void => {
    const next = new Set(left.value);
    if (on) next.delete(id);
    else next.add(id);
    left.value = next;
  };
  const why = asking.busy
    ? t("console.sending")
    : meeting.value?.phase !== MeetingPhase.OPEN
      ? t("console.not_open_yet")
      : other !== null
        ? t("console.other_vote", { title: other.title })
        : chosen.length < 2
          ? t("console.choose_two")
          : undefined;
  return (
    <Sheet
      title={t("console.batch_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={back}>
              {t("console.not_now")}
            </Button>
            <Button
              size="lg"
              kind="force"
              unavailable={why}
              onPress={() =>
                asking.ask(
                  "OpenBatch",
                  {
                    motion_ids: chosen.map((one) => one.motion_id),
                    seconds: Number(seconds.value),
                    hall_voters: chosen.every(countsInHall) ? [...hall.value] : [],
                  },
                  back,
                )
              }
            >
              {t("console.open_n", { n: chosen.length })}
            </Button>
          </div>
        </>
      }
    >
      <p class="small muted">{t("console.batch_words")}</p>
      <fieldset class="segments">
        <legend class="small strong">{t("console.batch_which")}</legend>
        <ul class="rows card card--line card--flush">
          {ready.map((one) => {
            const short = shortOf(one);
            const effect = takesThree(one) ? consequence(one.preset) : null;
            return (
              <li key={one.motion_id}>
                <label class="row check-row">
                  <input
                    type="checkbox"
                    checked={short === null && !left.value.has(one.motion_id)}
                    disabled={short !== null}
                    onChange={(event) => change(one.motion_id, event.currentTarget.checked)}
                  />
                  <span class="row__main">
                    <span class="row__title">{one.title}</span>
                    <span class="row__sub">
                      {short !== null ? (
                        <>
                          <Icon name="warning" size="s" /> {short}
                        </>
                      ) : effect !== null ? (
                        effect.passTitle
                      ) : (
                        t(one.force === MotionForce.APPRAISAL ? "console.sheet_self" : "console.poll_no_force")
                      )}
                    </span>
                  </span>
                </label>
              </li>
            );
          })}
        </ul>
      </fieldset>
      {first !== undefined && chosen.every(countsInHall) && (
        <HallVoters
          motion={first}
          chosen={hall.value}
          onChange={(people) => {
            hall.value = people;
          }}
        />
      )}
      <ChoiceRow
        name="batch-seconds"
        legend={t("console.how_long")}
        value={seconds.value}
        onChoose={(value) => {
          seconds.value = value;
        }}
        options={[
          ["120", t("console.minutes", { n: 2 })],
          ["300", t("console.minutes", { n: 5 })],
          ["600", t("console.minutes", { n: 10 })],
          ["0", t("console.no_limit")],
        ]}
      />
      <p class="small muted">{t(seconds.value === "0" ? "console.until_closed" : "console.until_time")}</p>
    </Sheet>
  );
}

/** What was opened together and still takes ballots. */
export function votingTogether(): readonly Motion[] {
  return motions.value.filter((one) => one.phase === MotionPhase.VOTING && one.method !== VoteMethod.SECRET);
}

/** Ending all of a batch before everyone has voted: what is missing is counted for each, never named. Leaves by itself once nothing is open. */
export function CloseBatchSheet(): JSX.Element {
  const asking = useAsking();
  const open = votingTogether();
  return (
    <Sheet
      title={t("console.close_batch_title", { n: open.length })}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.keep_voting")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              unavailable={asking.busy ? t("console.sending") : undefined}
              onPress={() =>
                asking.askEach(
                  "CloseMotion",
                  open.map((one) => ({ motion_id: one.motion_id })),
                )
              }
            >
              {t("console.close_now")}
            </Button>
          </div>
        </>
      }
    >
      <ul class="rows card card--line card--flush">
        {open.map((one) => {
          const { issued, returned } = papersOf(one);
          return (
            <li class="row" key={one.motion_id}>
              <span class="row__main">
                <span class="row__title">{one.title}</span>
                <span class="row__sub">
                  {t("console.returned", { n: returned })}
                  {t("console.comma")}
                  {t("console.not_returned", { n: Math.max(0, issued - returned) })}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
      <p class="small muted">{t("console.close_batch_words")}</p>
    </Sheet>
  );
}
