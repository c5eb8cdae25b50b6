/** The vote: choose, confirm, 未计入, 已计入; or why this member watches; or what came too late. Always the top layer. */
import type { ComponentChildren, JSX } from "preact";
import { METHOD_ICONS } from "../../core/kinds";
import { actions, send } from "../../core/actions";
import { nextOf, placeOf } from "../../core/batch";
import { second, secondsLeft } from "../../core/clock";
import { clockTime, t } from "../../core/i18n";
import { showsRunning } from "../../core/poll_counts";
import { ballotOf, pending, type BallotState } from "../../core/selectors";
import { connection, media } from "../../core/store";
import { type Motion, MotionForce, MotionPhase, PollShape, VoteMethod } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Countdown } from "../../widgets/countdown";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { Slip } from "../../widgets/slip";
import { openSheet } from "../layout";
import { refusalWords } from "../names";
import { choiceWords, chosenWords } from "./choices";
import { deferredVotes } from "./deferred_views";
import { ballotSoFar } from "./marks";
import { aside, changeDraft, markOf } from "./paper";
import { PaperForm } from "./paper_form";
import { kindWords } from "./kind_words";
import type { SecretStage } from "./secret";
import { asideAll, paperShown, sheetKey, takeAgain, turnTo, type Stage } from "./stages";
import { watchTitle, whyWatching } from "./why_watching";

const FINAL = ["no_voting_right", "not_a_participant", "removed", "not_voting"];

function Head({ motion }: { motion: Motion }): JSX.Element {
  const open = media.value.microphone === "open";
  const left = motion.closes_at === null ? null : secondsLeft(motion.closes_at);
  const place = placeOf(motion);
  void second.value;
  return (
    <>
      <span class="motion-kind">
        <Chip tone="force" icon={METHOD_ICONS[motion.method]}>
          {kindWords(motion)}
        </Chip>
        {place !== null && (
          <Chip tone="on">
            <span aria-hidden="true">
              {place.no} / {place.of}
            </span>
            <span class="sr">{t("vote.place", place)}</span>
          </Chip>
        )}
        <Chip icon={open ? "mic" : "micOff"}>{t(open ? "room.mic_on" : "room.mic_off")}</Chip>
      </span>
      {motion.phase === MotionPhase.VOTING && left !== null && motion.opened_at !== null && motion.closes_at !== null && (
        <Countdown
          seconds={left}
          total={(motion.closes_at - motion.opened_at) / 1000}
          label={t("room.left")}
          words={(n) => t("vote.seconds_left", { n })}
        />
      )}
    </>
  );
}

function Look({ motion }: { motion: Motion }): JSX.Element {
  return (
    <Button kind="quiet" block onPress={() => asideAll(motion)}>
      {t("vote.look_at_room")}
    </Button>
  );
}

/** All papers of a batch, to go to any of them. */
function AllPapers({ motion }: { motion: Motion }): JSX.Element | null {
  const place = placeOf(motion);
  if (place === null) return null;
  const list = (): void => {
    asideAll(motion);
    openSheet({ name: "results" });
  };
  return (
    <Button kind="soft" icon="list" onPress={list}>
      {t("vote.all_papers", { n: place.of })}
    </Button>
  );
}

/** An appraisal's sheets come with the other late papers. */
function Paper({ motion }: { motion: Motion }): JSX.Element {
  if (motion.force !== MotionForce.APPRAISAL) return <PaperForm motion={motion} />;
  const deferred = deferredVotes.value;
  return deferred === null ? (
    <Slip state="pending" word={t("vote.fetching")}>
      <p>{t("vote.fetching_words")}</p>
    </Slip>
  ) : (
    <deferred.WholePaper motion={motion} />
  );
}

function Choose({ motion }: { motion: Motion }): JSX.Element {
  const ballot = ballotSoFar(motion);
  const why = "why" in ballot ? ballot.why : undefined;
  paperShown(motion.motion_id);
  return (
    <Frame
      motion={motion}
      stage="choose"
      foot={
        <div class="foot-pair">
          <Button
            size="lg"
            kind={why === undefined ? "primary" : "plain"}
            block
            unavailable={why}
            onPress={() => changeDraft(motion.motion_id, { step: "confirm" })}
          >
            {t("vote.go_on")}
          </Button>
          <Look motion={motion} />
        </div>
      }
    >
      {motion.text !== "" && <p class="motion-text">{motion.text}</p>}
      <Paper motion={motion} />
      <AllPapers motion={motion} />
    </Frame>
  );
}

function Confirm({ motion }: { motion: Motion }): JSX.Element {
  const ballot = ballotSoFar(motion);
  const choices = "why" in ballot ? [] : ballot.choices;
  const deferred = deferredVotes.value;
  const cast = (): void => {
    void send("CastBallot", { motion_id: motion.motion_id, choices });
    changeDraft(motion.motion_id, { step: "choose" });
  };
  return (
    <Frame
      motion={motion}
      stage="confirm"
      foot={
        <div class="btn-pair">
          <Button size="lg" onPress={() => changeDraft(motion.motion_id, { step: "choose" })}>
            {t("vote.change")}
          </Button>
          <Button size="lg" kind="force" unavailable={"why" in ballot ? ballot.why : undefined} onPress={cast}>
            {t("vote.cast")}
          </Button>
        </div>
      }
    >
      <div class="stack stack--s">
        <p class="small muted">{t("vote.you_chose")}</p>
        {motion.force === MotionForce.APPRAISAL && deferred !== null ? (
          <deferred.Chosen motion={motion} choices={choices} />
        ) : motion.shape !== PollShape.CHOICES ? (
          <div class="chosen">
            <b>{chosenWords(motion, choices)}</b>
          </div>
        ) : (
          motion.choices
            .filter((choice) => choices.includes(choice.choice_id))
            .map((choice) => (
              <div class="chosen" key={choice.choice_id}>
                <span class="chosen__mark">
                  <Icon name={markOf(choice)} />
                </span>
                <b>{choiceWords(motion, choice)}</b>
              </div>
            ))
        )}
      </div>
      <p class="small muted">
        {t("vote.cast_final")} {t(motion.method === VoteMethod.NAMED ? "vote.who_sees_named" : "vote.who_sees_open")}
      </p>
    </Frame>
  );
}

function Pending({ motion }: { motion: Motion }): JSX.Element {
  const entry = pending("CastBallot").find((sent) => sent.data.motion_id === motion.motion_id);
  const waited = entry === undefined ? 0 : Math.max(0, Math.round((second.value - entry.at) / 1000));
  const offline = connection.value.phase !== "live";
  return (
    <Frame
      motion={motion}
      stage="pending"
      foot={
        <>
          {offline && (
            <Button size="lg" block onPress={() => actions().reconnectNow()}>
              {t("vote.send_again")}
            </Button>
          )}
          <Look motion={motion} />
        </>
      }
    >
      <Slip state="pending" word={t("vote.not_counted")}>
        <p>{t("vote.sending")}</p>
        {waited >= 2 && (
          <p class="small muted" aria-hidden="true">
            {t("vote.waited", { n: waited })}
            {offline ? ` ${t("vote.offline")}` : ""}
          </p>
        )}
      </Slip>
      <p class="small muted">{t("vote.keep_open")}</p>
    </Frame>
  );
}

/** Where a quick poll stands, for whoever has answered or only watches: before that it would lean. */
function Running({ motion }: { motion: Motion }): JSX.Element | null {
  const deferred = deferredVotes.value;
  return deferred !== null && showsRunning(motion) ? <deferred.RunningPlot motion={motion} /> : null;
}

function Counted({ motion, ballot }: { motion: Motion; ballot: BallotState }): JSX.Element {
  const choices = ballot.state === "counted" ? ballot.choices : [];
  const next = nextOf(motion);
  return (
    <Frame
      motion={motion}
      stage="counted"
      foot={
        <>
          {next !== null && (
            <Button size="lg" kind="primary" block onPress={() => turnTo(motion, next)}>
              {t("vote.next_paper")}
            </Button>
          )}
          <Button
            {...(next === null ? ({ size: "lg", kind: "primary" } as const) : ({ kind: "quiet" } as const))}
            block
            onPress={() => asideAll(motion)}
          >
            {t("vote.back_to_room")}
          </Button>
          {next === null && <p class="sheet__foot-note">{t("vote.find_again")}</p>}
        </>
      }
    >
      <Slip
        state="counted"
        word={t("vote.counted")}
        stub={
          choices.length === 0 ? undefined : (
            <dl class="kv">
              <dt>{t("vote.your_choice")}</dt>
              <dd class="strong">{chosenWords(motion, choices)}</dd>
            </dl>
          )
        }
      >
        <p>{t("vote.in_the_box")}</p>
        <p>{t("vote.returned", { n: Math.max(motion.returned, 1), of: motion.electorate.length })}</p>
      </Slip>
      <Running motion={motion} />
    </Frame>
  );
}

function Watch({ motion }: { motion: Motion }): JSX.Element {
  return (
    <Frame
      motion={motion}
      stage="watch"
      foot={
        <Button size="lg" kind="primary" block onPress={() => asideAll(motion)}>
          {t("vote.watch_on")}
        </Button>
      }
    >
      {motion.text !== "" && <p class="motion-text">{motion.text}</p>}
      <div class="card card--line stack stack--s">
        <h3>{watchTitle(motion)}</h3>
        <p class="muted">{whyWatching(motion)}</p>
      </div>
      <p class="small">{t("vote.returned", { n: motion.returned, of: motion.electorate.length })}</p>
      <Running motion={motion} />
    </Frame>
  );
}

function NotCounted({
  motion,
  stage,
  retry,
  children,
}: {
  motion: Motion;
  stage: Stage;
  retry?: (() => void) | undefined;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <Frame
      motion={motion}
      stage={stage}
      foot={
        <>
          {retry !== undefined && (
            <Button size="lg" kind="primary" block onPress={retry}>
              {t("vote.choose_again")}
            </Button>
          )}
          <Button size="lg" kind={retry === undefined ? "primary" : "plain"} block onPress={() => aside(sheetKey(motion, stage))}>
            {t("vote.back_to_room")}
          </Button>
        </>
      }
    >
      <Slip state="void" word={t(stage === "missed" ? "vote.not_voted" : "vote.void")}>
        {children}
      </Slip>
      <p class="small muted">{t("vote.ask_chair")}</p>
    </Frame>
  );
}

function Frame({
  motion,
  stage,
  foot,
  children,
}: {
  motion: Motion;
  stage: Stage;
  foot: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <Sheet title={motion.title} step={stage} head={<Head motion={motion} />} foot={foot}>
      {children}
    </Sheet>
  );
}

/** A secret vote's sheet, or a word that it is on its way. */
function Secret({ motion, stage }: { motion: Motion; stage: SecretStage }): JSX.Element {
  const deferred = deferredVotes.value;
  if (deferred !== null) return <deferred.SecretSheet motion={motion} stage={stage} />;
  return (
    <Frame motion={motion} stage={stage} foot={<Look motion={motion} />}>
      <Slip state="pending" word={t("vote.fetching")}>
        <p>{t("vote.fetching_words")}</p>
      </Slip>
    </Frame>
  );
}

export function VoteSheet({ motion, stage }: { motion: Motion; stage: Stage }): JSX.Element {
  const ballot = ballotOf(motion.motion_id);
  if (motion.method === VoteMethod.SECRET) return <Secret motion={motion} stage={stage as SecretStage} />;
  switch (stage) {
    case "choose":
      return <Choose motion={motion} />;
    case "confirm":
      return <Confirm motion={motion} />;
    case "pending":
      return <Pending motion={motion} />;
    case "counted":
      return <Counted motion={motion} ballot={ballot} />;
    case "watch":
      return <Watch motion={motion} />;
    case "missed":
      return (
        <NotCounted motion={motion} stage={stage}>
          <p>{t("vote.missed", { time: motion.closed_at === null ? "" : clockTime(motion.closed_at) })}</p>
        </NotCounted>
      );
    case "late":
      return (
        <NotCounted motion={motion} stage={stage}>
          <p>
            {motion.closed_at === null
              ? refusalWords("poll_closed")
              : t("vote.late", {
                  closed: clockTime(motion.closed_at),
                  came: clockTime(ballot.state === "refused" ? Math.max(ballot.at, motion.closed_at) : motion.closed_at),
                })}
          </p>
        </NotCounted>
      );
    case "refused": {
      if (ballot.state !== "refused") return <Choose motion={motion} />;
      const retry = FINAL.includes(ballot.code) ? undefined : () => takeAgain(motion.motion_id, ballot.at);
      return (
        <NotCounted motion={motion} stage={stage} retry={retry}>
          <p>{refusalWords(ballot.code, ballot.detail)}</p>
        </NotCounted>
      );
    }
    default:
      return <Choose motion={motion} />;
  }
}
