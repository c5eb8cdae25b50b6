/** The hall's screen: what all in the room may see from their seats, and nothing that leans: no choices while voting, no names, no partial counts. */
import "../../styles/hall.css";
import "../../styles/stage.css";
import { METHOD_ICONS } from "../../core/kinds";
import { computed } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { gradesPeople, takesThree } from "../../core/appraisal";
import { needed } from "../../core/attendance";
import { headWords, inFours } from "../../core/ballot/kept";
import { batchOf } from "../../core/batch";
import { second, secondsLeft } from "../../core/clock";
import { clockTime, countdown, t } from "../../core/i18n";
import { waitsForHall } from "../../core/hall";
import { papersOf } from "../../core/papers_out";
import { share, showsRunning } from "../../core/poll_counts";
import { currentItem, floor, lastPublished, nameOf, openRollCall, people, quorum, runningMotion } from "../../core/selectors";
import { boot, connection, meeting, recordHead } from "../../core/store";
import {
  Base,
  type Motion,
  MotionForce,
  MotionPhase,
  PollShape,
  Stance,
  VerdictReason,
  VoteMethod,
  MeetingPhase,
} from "../../wire/messages";
import { Bar, Ring } from "../../widgets/bar";
import { Chip } from "../../widgets/chip";
import { BatchResults, BatchVoting } from "./batch";
import { pageAddress, shownPage } from "../page/shown";
import { HallCode, hallCode, useHallCode } from "./hall_code";
import { read, STANCES } from "../../core/marks";
import { markWords, written } from "../vote/choices";
import { PollPlot, RunningPlot } from "../vote/poll_plots";
import { verdictSentence, verdictWord } from "../vote/result";

/** A result stays on the screen so long (ms), unless something new begins. */
const RESULT_STAYS = 180_000;

const freshResult = computed<Motion | null>(() => {
  const motion = lastPublished.value;
  return motion?.published_at && second.value - motion.published_at < RESULT_STAYS ? motion : null;
});

function stepWords(): string {
  const step = currentItem.value;
  return step === null ? t("stage.no_step") : t("stage.step", { no: step.no, of: step.of });
}

function Count({ label, children, left }: { label: string; children: ComponentChildren; left?: boolean }): JSX.Element {
  return (
    <div class={left === true ? "hall__left" : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What is needed, as far as it is certain before the count. */
function neededWords(motion: Motion): string | null {
  const passing = motion.preset.passing;
  if (motion.force === MotionForce.POLL || !passing) return null;
  return passing.base === Base.ENTITLED
    ? t("stage.needs", { n: needed(passing, motion.electorate.length), of: motion.electorate.length })
    : t("stage.by_rule");
}

/** A quick poll decides nothing: where it stands takes the room that a vote's figures have. */
function Poll({ motion, here }: { motion: Motion; here: number }): JSX.Element {
  return (
    <>
      <div class="stack">
        <div class="hall__head">
          <p class="hall__item">
            {stepWords()}　{t("stage.poll")}　{t("stage.returned_of", { n: motion.returned, of: here })}
          </p>
          {motion.closes_at !== null && (
            <p class="hall__clock">
              <span>{t("stage.left")}</span>
              <b role="timer">{countdown(secondsLeft(motion.closes_at))}</b>
            </p>
          )}
        </div>
        <p class="hall__motion hall__motion--result">{motion.title}</p>
      </div>
      <div class="hall__running">
        <RunningPlot motion={motion} />
      </div>
    </>
  );
}

/** Who votes in the hall, and how far their count is. */
function HallLine({ motion }: { motion: Motion }): JSX.Element | null {
  if (motion.hall_voters.length === 0) return null;
  const count = motion.paper_count;
  const key = count === null ? "hall_to_count" : waitsForHall(motion) ? "hall_to_sign" : "hall_signed";
  return (
    <p class="hall__item">
      {t("stage.in_hall", { n: motion.hall_voters.length })}　{t(`stage.${key}`, { n: count?.returned ?? 0 })}
    </p>
  );
}

function Voting({ motion }: { motion: Motion }): JSX.Element {
  const people_ = meeting.value?.participants ?? {};
  const secret = motion.method === VoteMethod.SECRET;
  const here = Math.max(motion.returned, motion.electorate.filter((id) => people_[id]?.present && !people_[id]?.removed).length);
  const { issued, returned } = papersOf(motion);
  const ends =
    motion.phase === MotionPhase.COLLECTING ? motion.collect_until : motion.phase === MotionPhase.VOTING ? motion.closes_at : null;
  const words = neededWords(motion);
  if (showsRunning(motion)) return <Poll motion={motion} here={here} />;
  return (
    <>
      <div class="stack">
        <p class="hall__item">
          {stepWords()}　{t(`stage.${motion.phase === MotionPhase.VOTING ? "voting" : `phase_${motion.phase}`}`)}
        </p>
        <p class="hall__motion">{motion.title}</p>
        <p class="hall__chips">
          <Chip {...(secret ? { tone: "force" as const } : {})} icon={METHOD_ICONS[motion.method]}>
            {t(
              secret
                ? "stage.secret"
                : motion.force === MotionForce.POLL
                  ? "stage.poll"
                  : motion.method === VoteMethod.NAMED
                    ? "stage.named"
                    : "stage.open",
            )}
          </Chip>
          {words !== null && <Chip>{words}</Chip>}
          {motion.terms !== null && <Chip>{t("stage.seats", { seats: motion.terms.seats, n: motion.candidates.length })}</Chip>}
          <Chip>{t(ends === null ? "stage.until_closed" : "stage.until_time")}</Chip>
        </p>
      </div>
      <div class="stack">
        <dl class="hall__counts">
          <Count label={t("stage.issued")}>{issued}</Count>
          <Count label={t("stage.returned")}>{returned}</Count>
          {ends !== null && (
            <Count label={t("stage.left")} left>
              {countdown(secondsLeft(ends))}
            </Count>
          )}
        </dl>
        <Bar part={returned} whole={Math.max(1, issued)} />
        <HallLine motion={motion} />
        {motion.paper !== null && (
          <p class="hall__item">
            {t("stage.fingerprint")}　<b class="mono">{inFours(motion.paper.fingerprint, 16)}</b>　{t("stage.fingerprint_words")}
          </p>
        )}
      </div>
    </>
  );
}

/** So many lines can be read from the back of the hall. */
const MOST_BARS = 8;

/** What a bar is drawn for: a choice, or in an election the votes for each; grades of persons stay off the hall's screen. */
function barsOf(motion: Motion): readonly { readonly mark: string; readonly name: string; readonly n: number }[] {
  const counts = motion.tally?.counts ?? [];
  if (gradesPeople(motion)) return [];
  if (motion.force !== MotionForce.ELECTION) return counts.map(([mark, n]) => ({ mark, name: markWords(motion, mark), n }));
  const votes = counts.flatMap(([line, n]) => {
    const own = written(line);
    if (own !== null) return [{ mark: line, name: own, n }];
    const mark = read(line);
    const candidate = motion.candidates.find((one) => one.candidate_id === mark?.candidate);
    return candidate !== undefined && mark?.stance === Stance.FOR ? [{ mark: candidate.candidate_id, name: candidate.name, n }] : [];
  });
  return votes.sort((a, b) => b.n - a.n).slice(0, MOST_BARS);
}

function Result({ motion }: { motion: Motion }): JSX.Element {
  const { verdict } = motion;
  const forceless = verdict === null || verdict.reason === VerdictReason.NO_FORCE;
  const election = motion.force === MotionForce.ELECTION;
  const bars = barsOf(motion);
  const whole = forceless ? (motion.tally?.cast ?? 0) : verdict.base_count;
  const most = Math.max(1, whole, ...bars.map(({ n }) => n));
  return (
    <>
      <div class="stack">
        <p class="hall__item">{t(forceless ? "stage.poll_result" : "stage.result")}</p>
        <p class="hall__motion hall__motion--result">{motion.title}</p>
        {!forceless && (
          <p class={`hall__verdict${verdict.carried ? " hall__verdict--carried" : ""}${bars.length > 5 ? " hall__verdict--many" : ""}`}>
            <b>
              {election
                ? verdictWord(verdict)
                : t(
                    verdict.carried
                      ? "stage.carried"
                      : verdict.reason === VerdictReason.NO_QUORUM_AT_CLOSE
                        ? "stage.no_quorum"
                        : "stage.not_carried",
                  )}
            </b>
            <span>{election ? verdictSentence(motion, verdict) : t("stage.got", { needed: verdict.needed, got: verdict.votes_for })}</span>
          </p>
        )}
      </div>
      {bars.length === 0 && <p class="hall__next">{t(gradesPeople(motion) ? "stage.on_phones" : "stage.too_few")}</p>}
      {motion.shape !== PollShape.CHOICES && motion.tally !== null && bars.length > 0 ? (
        <div class="hall__running">
          <PollPlot motion={motion} counts={motion.tally.counts} cast={motion.tally.cast} />
        </div>
      ) : (
        bars.length > 0 && (
          <table class={bars.length > 5 ? "hall__results hall__results--many" : "hall__results"} aria-label={t("stage.result")}>
            <thead class="sr">
              <tr>
                <th scope="col">{t("vote.choice")}</th>
                <th scope="col">{t("vote.count")}</th>
                <th scope="col">{t("vote.share")}</th>
              </tr>
            </thead>
            <tbody>
              {bars.map(({ mark, name, n }) => {
                const fill = takesThree(motion) ? (STANCES.find((one) => one === mark) ?? "for") : "for";
                const chosen = verdict?.elected.includes(mark) === true;
                const needle = !forceless && (election || (takesThree(motion) && mark === Stance.FOR)) ? verdict.needed : undefined;
                return (
                  <tr key={mark}>
                    <th scope="row">
                      {name}
                      {chosen && (
                        <>
                          {" "}
                          <Chip tone="counted" icon="counted">
                            {t("stage.elected")}
                          </Chip>
                        </>
                      )}
                    </th>
                    <td class="hall__n">{n}</td>
                    <td>{share(n, whole)}%</td>
                    <td class="hall__bar" aria-hidden="true">
                      <Bar part={n} whole={most} fill={fill} needle={needle} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )
      )}
    </>
  );
}

function RollCall(): JSX.Element | null {
  const call = openRollCall.value;
  if (call === null) return null;
  const left = secondsLeft(call.closes_at);
  return (
    <>
      <div class="stack">
        <p class="hall__item">{t("stage.roll_call")}</p>
        <p class="hall__motion">{t("stage.roll_words")}</p>
      </div>
      <div class="stack">
        <dl class="hall__counts">
          <Count label={t("stage.on_list")}>{call.expected.length}</Count>
          <Count label={t("stage.answered")}>{call.answered.length}</Count>
          <Count label={t("stage.left")} left>
            {countdown(left)}
          </Count>
        </dl>
        <Bar part={call.answered.length} whole={Math.max(1, call.expected.length)} fill="counted" />
      </div>
    </>
  );
}

function Speaking(): JSX.Element | null {
  const held = floor.value;
  if (held === null) return null;
  const left = held.ends_at === null ? null : secondsLeft(held.ends_at);
  const total = held.ends_at === null ? 1 : (held.ends_at - held.granted_at) / 1000;
  return (
    <p class="hall__speaking">
      <span>{t("stage.speaking", { name: nameOf(held.participant_id) })}</span>
      {left !== null && (
        <>
          <Ring left={left / total} calm />
          <b role="timer">{countdown(left)}</b>
        </>
      )}
    </p>
  );
}

/** Nothing to decide: the item, who speaks, what comes next. */
function Idle(): JSX.Element {
  const state = meeting.value;
  const step = currentItem.value;
  const after = step === null ? null : (state?.agenda.find((item, index) => index >= step.no && item.ended_at === null) ?? null);
  if (state?.phase === MeetingPhase.CONVENED) {
    return (
      <>
        <div class="stack">
          <p class="hall__item">{state.branch_name}</p>
          <p class="hall__motion">{state.title}</p>
        </div>
        <p class="hall__next">
          {t("stage.begins", { time: clockTime(state.starts_at) })}
          {state.place === "" ? "" : `　${state.place}`}
        </p>
      </>
    );
  }
  if (state?.phase === MeetingPhase.ADJOURNED) {
    return (
      <>
        <div class="stack">
          <p class="hall__item">{state.title}</p>
          <p class="hall__motion">{t("stage.adjourned")}</p>
        </div>
        <div class="stack">
          <p class="hall__next">{t("stage.adjourned_words")}</p>
          {recordHead.value !== "" && (
            <p class="hall__item">
              {t("stage.record_head")}　<b class="mono">{headWords(recordHead.value)}</b>
            </p>
          )}
        </div>
      </>
    );
  }
  return (
    <>
      <div class="stack">
        <p class="hall__item">{stepWords()}</p>
        <p class="hall__motion">{step?.item.title ?? state?.title}</p>
        {step !== null && step.item.speaker !== "" && <p class="hall__item">{step.item.speaker}</p>}
      </div>
      <div class="stack">
        <Speaking />
        {after !== null && <p class="hall__next">{t("stage.next", { title: after.title })}</p>}
      </div>
    </>
  );
}

/** The page everyone looks at, as large as the hall's screen allows. */
function HallPage(): JSX.Element | null {
  const at = shownPage();
  if (at === null) return null;
  const words = t("stage.page", { title: at.document.title, n: at.page, of: at.document.pages });
  return (
    <figure class="hall__page">
      <img key={at.page} src={pageAddress(at.document, at.page, true)} alt={words} />
      <figcaption class="hall__next">
        <span>{words}</span>
        <Speaking />
      </figcaption>
    </figure>
  );
}

function Aside(): JSX.Element {
  const state = meeting.value;
  useHallCode();
  if (hallCode.value !== null) return <HallCode code={hallCode.value} />;
  return (
    <aside class="hall__aside hall__agenda" aria-label={t("stage.agenda")}>
      <h2>{t("stage.agenda")}</h2>
      <ol>
        {state?.agenda.map((item, index) => (
          <li
            key={item.item_id}
            class={item.item_id === state.current_item ? "is-now" : item.ended_at !== null ? "is-done" : undefined}
            aria-current={item.item_id === state.current_item ? "step" : undefined}
          >
            <span class="agenda__no">{index + 1}</span>
            <span>{item.title}</span>
          </li>
        ))}
      </ol>
    </aside>
  );
}

export function Stage(): JSX.Element {
  const state = meeting.value;
  void second.value;
  if (state === null)
    return (
      <div class="hall hall--wait">
        <p>{t("stage.connecting")}</p>
      </div>
    );
  const here = quorum.value;
  const voting = runningMotion.value;
  const result = freshResult.value;
  const batch = voting === null ? [] : batchOf(voting);
  const results = result === null ? [] : batchOf(result);
  const hall = people.value.filter(
    (p) => p.present && (p.marked_present || Object.values(p.connections).some((c) => c.device === "hall")),
  ).length;
  const online = people.value.filter((p) => p.present && p.role !== "guest").length - hall;
  return (
    <div class="hall">
      <header class="hall__top">
        <span class="seal" aria-hidden="true">
          {t("stage.seal")}
        </span>
        <h1>{state.title}</h1>
        {boot.value?.rehearsal === true && (
          <Chip tone="pending" icon="info">
            {t("stage.rehearsal")}
          </Chip>
        )}
        {connection.value.phase === "reconnecting" && (
          <Chip tone="weak" icon="offline">
            {t("stage.offline")}
          </Chip>
        )}
        {state.recording !== null && (
          <Chip tone="rec" dot="pulse">
            {t("stage.recording")}
          </Chip>
        )}
        <span class="muted">{clockTime(second.value)}</span>
      </header>
      <div class="hall__mid">
        <main class="hall__main">
          {voting !== null ? (
            batch.length > 0 ? (
              <BatchVoting batch={batch} />
            ) : (
              <Voting motion={voting} />
            )
          ) : openRollCall.value !== null ? (
            <RollCall />
          ) : result !== null ? (
            results.length > 0 ? (
              <BatchResults batch={results} />
            ) : (
              <Result motion={result} />
            )
          ) : state.shown !== null ? (
            <HallPage />
          ) : (
            <Idle />
          )}
        </main>
        <Aside />
      </div>
      <footer class="hall__foot">
        {here !== null && (
          <>
            <span class="hall__here">
              {t("stage.expected")}
              <b>{here.entitled}</b>
            </span>
            <span class="hall__here">
              {t("stage.present")}
              <b>{here.present}</b>
            </span>
          </>
        )}
        <span>{t("stage.where", { hall, online })}</span>
        <span class="grow" />
        {here !== null &&
          state.preset.quorum !== null &&
          (here.met ? (
            <Chip tone="counted" icon="check">
              {t("stage.quorum_met")}
            </Chip>
          ) : (
            <Chip tone="pending" icon="pending">
              {t("stage.quorum_short", { n: here.needed - here.present })}
            </Chip>
          ))}
      </footer>
    </div>
  );
}
