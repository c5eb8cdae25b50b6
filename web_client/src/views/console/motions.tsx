/** Motions and polls as those who run votes see them: prepared, voting, counted, published; the next act on each card. */
import type { JSX } from "preact";
import { takesThree } from "../../core/appraisal";
import { inFours } from "../../core/ballot/kept";
import { second, secondsLeft } from "../../core/clock";
import { countdown, t } from "../../core/i18n";
import { countsInHall, hasCounters } from "../../core/hall";
import { showsRunning } from "../../core/poll_counts";
import { currentItem, motions, runningMotion } from "../../core/selectors";
import { meeting } from "../../core/store";
import { type Motion, MotionForce, MotionPhase, VerdictReason, VoteMethod } from "../../wire/messages";
import { Bar } from "../../widgets/bar";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Icon } from "../../widgets/icon";
import { openSheet } from "../layout";
import { RunningPlot } from "../vote/poll_plots";
import { verdictWord } from "../vote/result";
import { openAct } from "./acts";
import { tap } from "./asking";
import { openTogether, votingTogether } from "./batch_sheet";
import { papersOf, papersOut } from "../../core/papers_out";
import { consequence } from "./rule_words";
import { canRevote } from "./revote_sheet";
import { tallyWords } from "./tally_words";

export function Kind({ motion }: { motion: Motion }): JSX.Element {
  if (motion.force === MotionForce.APPRAISAL)
    return (
      <Chip tone="force" icon={motion.method === VoteMethod.SECRET ? "lock" : "edit"}>
        {t(`console.sheet_${motion.sheet}`)}
      </Chip>
    );
  if (motion.force === MotionForce.ELECTION || motion.force === MotionForce.SURVEY)
    return (
      <Chip tone="force" icon="lock">
        {t(`console.${motion.force}`)}
      </Chip>
    );
  if (motion.force === MotionForce.POLL && motion.method !== VoteMethod.SECRET) return <Chip icon="list">{t("console.poll")}</Chip>;
  if (motion.method === VoteMethod.SECRET)
    return (
      <Chip tone="force" icon="lock">
        {t("console.secret")}
      </Chip>
    );
  return motion.method === VoteMethod.NAMED ? (
    <Chip icon="edit">{t("console.named")}</Chip>
  ) : (
    <Chip icon="ballot">{t("console.open_ballot")}</Chip>
  );
}

/** The beginning of the fingerprint, the same as on the hall's screen. */
function Fingerprint({ motion }: { motion: Motion }): JSX.Element | null {
  return motion.paper === null ? null : (
    <p class="tiny muted">
      {t("console.fingerprint")} <b class="mono">{inFours(motion.paper.fingerprint, 16)}</b>
    </p>
  );
}

/** Who votes in the hall, and their count: where there is somebody to count, or somebody to be counted. */
function HallButton({ motion }: { motion: Motion }): JSX.Element | null {
  if (!countsInHall(motion) || (motion.hall_voters.length === 0 && !hasCounters(meeting.value, motion))) return null;
  const signed = motion.paper_count?.signed_by.length ?? 0;
  const words =
    motion.paper_count === null
      ? motion.hall_voters.length > 0
        ? t("console.hall_to_count", { n: motion.hall_voters.length })
        : t("console.paper_count")
      : t(signed === 2 ? "console.paper_count_signed" : "console.paper_count_waits", { n: motion.paper_count.returned, signed });
  return (
    <Button kind="quiet" block icon="edit" onPress={() => openAct({ kind: "paper_count", motion: motion.motion_id })}>
      {words}
    </Button>
  );
}

/** Whatever has begun can be called off; who does it, and why, goes into the record. */
function WithdrawButton({ motion }: { motion: Motion }): JSX.Element {
  return (
    <Button kind="quiet" block icon="remove" onPress={() => openAct({ kind: "withdraw", motion: motion.motion_id })}>
      {t("console.withdraw")}
    </Button>
  );
}

function Prepared({ motion }: { motion: Motion }): JSX.Element {
  const effect = consequence(motion.preset);
  return (
    <>
      <p class="rowx">
        <Kind motion={motion} />
        <span class="small muted">{t(`console.phase_${motion.phase}`)}</span>
      </p>
      <p class="strong">{motion.title}</p>
      {motion.force === MotionForce.ELECTION && motion.terms !== null && (
        <p class="small muted">{t("console.terms_title", { seats: motion.terms.seats, n: motion.candidates.length })}</p>
      )}
      {motion.force === MotionForce.SURVEY && <p class="small muted">{t("console.survey_means")}</p>}
      {motion.force === MotionForce.APPRAISAL && <p class="small muted">{t(`console.sheet_${motion.sheet}_means`)}</p>}
      {effect !== null && (takesThree(motion) || motion.force === MotionForce.POLL) && (
        <p class="small muted">
          {motion.force === MotionForce.POLL ? t("console.poll_words") : `${effect.passTitle}${t("console.comma")}${effect.passWords}`}
        </p>
      )}
      <div class="btn-pair">
        <Button onPress={() => openAct({ kind: "motion_acts", motion: motion.motion_id })}>{t("console.motion_acts")}</Button>
        <Button kind="primary" onPress={() => openAct({ kind: "open_vote", motion: motion.motion_id })}>
          {t("console.open_vote")}
        </Button>
      </div>
    </>
  );
}

function Voting({ motion }: { motion: Motion }): JSX.Element {
  const { issued: out, returned } = papersOf(motion);
  void second.value;
  return (
    <>
      <p class="rowx rowx--between">
        <Chip tone="on" dot="pulse">
          {t("console.voting_now")}
        </Chip>
        {motion.closes_at !== null && (
          <span class="countdown" role="timer">
            <span class="sr">{t("console.left")} </span>
            {countdown(secondsLeft(motion.closes_at))}
          </span>
        )}
      </p>
      <p class="strong">{motion.title}</p>
      <div>
        <Bar part={returned} whole={Math.max(out, 1)} />
        <p class="axis-words">
          <span>{t("console.returned", { n: returned })}</span>
          <span>{t("console.not_returned", { n: Math.max(0, out - returned) })}</span>
        </p>
      </div>
      {showsRunning(motion) && <RunningPlot motion={motion} />}
      <Fingerprint motion={motion} />
      <HallButton motion={motion} />
      <Button block onPress={() => openAct({ kind: "close_vote", motion: motion.motion_id })}>
        {t("console.close_vote")}
      </Button>
      <WithdrawButton motion={motion} />
    </>
  );
}

function Closed({ motion }: { motion: Motion }): JSX.Element {
  return (
    <>
      <p class="rowx">
        <Chip tone="pending" icon="pending">
          {t("console.counted_not_published")}
        </Chip>
      </p>
      <p class="strong">{motion.title}</p>
      <p class="small">{tallyWords(motion)}</p>
      <Button kind="primary" block onPress={() => openAct({ kind: "publish", motion: motion.motion_id })}>
        {t("console.look_and_publish")}
      </Button>
    </>
  );
}

function Past({ motion }: { motion: Motion }): JSX.Element {
  const verdict = motion.verdict;
  const chip =
    motion.phase === MotionPhase.WITHDRAWN ? (
      <Chip icon="remove">{t("console.withdrawn")}</Chip>
    ) : verdict === null || verdict.reason === VerdictReason.NO_FORCE ? (
      <Chip icon="list">{t("console.poll_over")}</Chip>
    ) : (
      <Chip {...(verdict.carried ? { tone: "counted" as const } : {})} icon={verdict.carried ? "counted" : "info"}>
        {verdictWord(verdict)}
      </Chip>
    );
  return (
    <>
      <button
        class="card card--line card--press stack stack--s"
        type="button"
        onClick={() => openSheet({ name: "result", motion: motion.motion_id })}
      >
        <span class="rowx">
          {chip}
          {motion.phase === MotionPhase.PUBLISHED && <span class="small muted">{tallyWords(motion)}</span>}
        </span>
        <span class="strong">{motion.title}</span>
      </button>
      {canRevote(motion) && (
        <Button kind="quiet" onPress={() => openAct({ kind: "revote", motion: motion.motion_id })}>
          {t("console.revote")}
        </Button>
      )}
    </>
  );
}

/** A secret paper is being made or the box is being sealed: nothing to do but wait. */
function Between({ motion }: { motion: Motion }): JSX.Element {
  return (
    <>
      <p class="rowx">
        <Chip tone="pending" icon="pending">
          {t(motion.phase === MotionPhase.SEALING ? "console.sealing" : "console.preparing")}
        </Chip>
      </p>
      <p class="strong">{motion.title}</p>
    </>
  );
}

function Collecting({ motion }: { motion: Motion }): JSX.Element {
  void second.value;
  return (
    <>
      <p class="rowx rowx--between">
        <Chip tone="on" dot="pulse">
          {t("console.collecting")}
        </Chip>
        {motion.collect_until !== null && (
          <span class="countdown" role="timer">
            <span class="sr">{t("console.left")} </span>
            {countdown(secondsLeft(motion.collect_until))}
          </span>
        )}
      </p>
      <p class="strong">{motion.title}</p>
      <p class="small muted">{t("console.issued_of", { n: papersOf(motion).issued, of: papersOut(motion) })}</p>
      <Fingerprint motion={motion} />
      <HallButton motion={motion} />
      <Button block onPress={() => tap("CloseCollecting", { motion_id: motion.motion_id })}>
        {t("console.close_collecting")}
      </Button>
      <WithdrawButton motion={motion} />
    </>
  );
}

const INSIDE: Readonly<Record<Exclude<Motion["phase"], "published" | "withdrawn">, (props: { motion: Motion }) => JSX.Element>> = {
  drafted: Prepared,
  moved: Prepared,
  discussed: Prepared,
  preparing: Between,
  collecting: Collecting,
  voting: Voting,
  sealing: Between,
  closed: Closed,
};

function Card({ motion }: { motion: Motion }): JSX.Element {
  if (motion.phase === MotionPhase.PUBLISHED || motion.phase === MotionPhase.WITHDRAWN)
    return (
      <li>
        <Past motion={motion} />
      </li>
    );
  const Inside = INSIDE[motion.phase];
  return (
    <li
      class={
        motion.phase === MotionPhase.VOTING || motion.phase === MotionPhase.COLLECTING
          ? "card card--now stack stack--s"
          : "card card--line stack stack--s"
      }
    >
      <Inside motion={motion} />
    </li>
  );
}

const ORDER: Readonly<Record<Motion["phase"], number>> = {
  voting: 0,
  sealing: 0,
  collecting: 0,
  preparing: 0,
  closed: 1,
  discussed: 2,
  moved: 2,
  drafted: 3,
  published: 4,
  withdrawn: 5,
};

/** What needs an act first; then the newest. */
function ordered(all: readonly Motion[]): readonly Motion[] {
  return [...all].sort((a, b) => ORDER[a.phase] - ORDER[b.phase] || (b.closed_at ?? 0) - (a.closed_at ?? 0));
}

export function DraftButton({ kind }: { kind: "quiet" | "primary" }): JSX.Element {
  return (
    <Button kind={kind} icon="plus" onPress={() => openAct({ kind: "draft", item: currentItem.value?.item.item_id ?? null })}>
      {t("console.draft")}
    </Button>
  );
}

/** Offered while two or more are prepared and none runs; and, while several run, to end them all. */
function BatchButton(): JSX.Element | null {
  const open = votingTogether().length;
  if (open > 1)
    return (
      <Button icon="check" block onPress={() => openAct({ kind: "close_batch" })}>
        {t("console.close_batch", { n: open })}
      </Button>
    );
  const ready = openTogether().length;
  return ready < 2 || runningMotion.value !== null ? null : (
    <Button icon="list" block onPress={() => openAct({ kind: "batch" })}>
      {t("console.batch", { n: ready })}
    </Button>
  );
}

export function MotionList(): JSX.Element {
  const shown = ordered(motions.value);
  if (shown.length === 0) {
    return (
      <div class="empty">
        <Icon name="ballot" />
        <p>{t("console.no_motions")}</p>
      </div>
    );
  }
  return (
    <>
      <BatchButton />
      <ul class="stack">
        {shown.map((motion) => (
          <Card key={motion.motion_id} motion={motion} />
        ))}
      </ul>
    </>
  );
}

export function MotionsPanel(): JSX.Element {
  return (
    <div class="panel stack">
      <div class="section-title">
        <h2>{t("console.motions")}</h2>
        <DraftButton kind="quiet" />
      </div>
      <MotionList />
    </div>
  );
}
