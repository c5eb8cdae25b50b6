/** A secret vote on the member's phone: the paper arrives, is filled in, confirmed, 未计入, 已计入; or why not. */
import type { ComponentChildren, JSX } from "preact";
import { kindOf } from "../../core/kinds";
import { actions } from "../../core/actions";
import { gradesPeople } from "../../core/appraisal";
import { inFours, ownPapers, papersUnsupported, progress } from "../../core/ballot/kept";
import { second, secondsLeft } from "../../core/clock";
import { clockTime, t } from "../../core/i18n";
import { connection, media, self } from "../../core/store";
import { type Motion, MotionForce, MotionPhase } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Countdown } from "../../widgets/countdown";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { Slip } from "../../widgets/slip";
import { GradesLine } from "../election/appraisal_sheets";
import { SeatsLine } from "../election/candidates_form";
import { refusalWords } from "../names";
import { ballotSoFar, clearMarks, overVoted } from "./marks";
import { aside, changeDraft } from "./paper";
import type { SecretStage } from "./secret";
import { Chosen, WholePaper } from "./whole_paper";
import { watchTitle, whyWatching } from "./why_watching";

function Head({ motion }: { motion: Motion }): JSX.Element {
  const open = media.value.microphone === "open";
  const ends =
    motion.phase === MotionPhase.COLLECTING ? motion.collect_until : motion.phase === MotionPhase.VOTING ? motion.closes_at : null;
  const total = motion.phase === MotionPhase.COLLECTING ? motion.collect_seconds : motion.seconds;
  void second.value;
  return (
    <>
      <span class="motion-kind">
        <Chip tone="force" icon="lock">
          {t(`vote.${kindOf(motion).calledInSecret}`)}
        </Chip>
        <Chip icon={open ? "mic" : "micOff"}>{t(open ? "room.mic_on" : "room.mic_off")}</Chip>
      </span>
      {ends !== null && (
        <Countdown
          seconds={secondsLeft(ends)}
          total={total > 0 ? total : secondsLeft(ends)}
          label={t("room.left")}
          words={(n) => t("vote.seconds_left", { n })}
        />
      )}
    </>
  );
}

function Frame({
  motion,
  stage,
  foot,
  children,
}: {
  motion: Motion;
  stage: SecretStage;
  foot: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <Sheet title={motion.title} step={stage} head={<Head motion={motion} />} foot={foot}>
      {children}
    </Sheet>
  );
}

function Look({ motion, stage }: { motion: Motion; stage: SecretStage }): JSX.Element {
  return (
    <Button kind="quiet" block onPress={() => aside(`${motion.motion_id}:${stage}`)}>
      {t("vote.look_at_room")}
    </Button>
  );
}

/** The beginning of the paper's fingerprint: the same on the hall's screen and on every phone. */
function Fingerprint({ motion }: { motion: Motion }): JSX.Element | null {
  if (motion.paper === null) return null;
  return (
    <p class="tiny muted">
      {t("vote.fingerprint")} <b class="mono">{inFours(motion.paper.fingerprint, 16)}</b>
    </p>
  );
}

function Fetching({ motion }: { motion: Motion }): JSX.Element {
  const offline = connection.value.phase !== "live";
  return (
    <Frame motion={motion} stage="fetching" foot={<Look motion={motion} stage="fetching" />}>
      <Slip state="pending" word={t("vote.fetching")}>
        <p>{t(offline ? "vote.fetching_offline" : "vote.fetching_words")}</p>
      </Slip>
      <p class="small muted">{t("vote.secret_means")}</p>
    </Frame>
  );
}

/** Among many names the one still without a grade is brought to the thumb. */
function toFirstUngraded(): void {
  const open = [...document.querySelectorAll<HTMLElement>(".cand")].find((one) => one.querySelector("input:checked") === null);
  open?.scrollIntoView({ block: "center" });
  open?.querySelector<HTMLInputElement>("input")?.focus({ preventScroll: true });
}

function Choose({ motion, early }: { motion: Motion; early: boolean }): JSX.Element {
  const ballot = ballotSoFar(motion);
  const why = "why" in ballot ? ballot.why : early ? t("vote.wait_for_chair") : undefined;
  return (
    <Frame
      motion={motion}
      stage={early ? "early" : "choose"}
      foot={
        <>
          {motion.force === MotionForce.ELECTION && <SeatsLine motion={motion} />}
          {gradesPeople(motion) && <GradesLine motion={motion} />}
          <div class="foot-pair">
            {gradesPeople(motion) && "why" in ballot ? (
              <Button size="lg" block onPress={toFirstUngraded}>
                {ballot.why}
              </Button>
            ) : (
              <Button
                size="lg"
                kind={why === undefined ? "primary" : "plain"}
                block
                unavailable={why}
                onPress={() => changeDraft(motion.motion_id, { step: "confirm" })}
              >
                {t("vote.go_on")}
              </Button>
            )}
            <Look motion={motion} stage={early ? "early" : "choose"} />
          </div>
        </>
      }
    >
      {early && (
        <p class="rowx">
          <Chip tone="counted" icon="check">
            {t("vote.paper_here")}
          </Chip>
          <span class="small muted">{t("vote.paper_here_words")}</span>
        </p>
      )}
      {motion.text !== "" && <p class="motion-text">{motion.text}</p>}
      <WholePaper motion={motion} />
      <Fingerprint motion={motion} />
    </Frame>
  );
}

function Confirm({ motion }: { motion: Motion }): JSX.Element {
  const ballot = ballotSoFar(motion);
  const over = overVoted(motion);
  const choices = "why" in ballot ? [] : ballot.choices;
  const cast = (): void => void actions().castSecretly(motion.motion_id, choices);
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
            {t(over ? "vote.cast_void" : "vote.cast")}
          </Button>
        </div>
      }
    >
      <div class="stack stack--s">
        <p class="small muted">{t("vote.you_chose")}</p>
        <Chosen motion={motion} choices={choices} />
      </div>
      {over && (
        <p class="field__error" role="alert">
          <Icon name="warning" />
          <span>{t("vote.void_warning", { seats: motion.terms?.seats ?? 0 })}</span>
        </p>
      )}
      <p class="small muted">
        {t("vote.cast_final")} {t("vote.secret_means")}
      </p>
      {motion.force === MotionForce.ELECTION && (
        <Button kind="quiet" block onPress={() => clearMarks(motion)}>
          {t("vote.clear")}
        </Button>
      )}
    </Frame>
  );
}

function Casting({ motion }: { motion: Motion }): JSX.Element {
  const since = ownPapers.value[motion.motion_id]?.since ?? null;
  const waited = since === null ? 0 : Math.max(0, Math.round((second.value - since) / 1000));
  const offline = connection.value.phase !== "live";
  return (
    <Frame
      motion={motion}
      stage="casting"
      foot={
        <>
          {offline && (
            <Button size="lg" block onPress={() => actions().reconnectNow()}>
              {t("vote.send_again")}
            </Button>
          )}
          <Look motion={motion} stage="casting" />
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
      <p class="small muted">{t("vote.kept_on_phone")}</p>
    </Frame>
  );
}

function Returned({ motion }: { motion: Motion }): JSX.Element | null {
  const told = progress.value[motion.motion_id];
  return told === undefined ? null : <p>{t("vote.returned", { n: told.returned, of: told.issued })}</p>;
}

function Counted({ motion, stage }: { motion: Motion; stage: SecretStage }): JSX.Element {
  const own = ownPapers.value[motion.motion_id];
  return (
    <Frame
      motion={motion}
      stage={stage}
      foot={
        <>
          <Button size="lg" kind="primary" block onPress={() => aside(`${motion.motion_id}:${stage}`)}>
            {t("vote.back_to_room")}
          </Button>
          <p class="sheet__foot-note">{t("vote.find_receipt")}</p>
        </>
      }
    >
      <Slip
        state="counted"
        word={t("vote.counted")}
        stub={
          <dl class="kv">
            <dt>{t("vote.stub")}</dt>
            <dd class="mono">{own?.stub}</dd>
            <dt>{t("vote.written_down")}</dt>
            <dd>{t("vote.with_receipt")}</dd>
          </dl>
        }
      >
        <p>{t("vote.in_the_box")}</p>
        {stage === "sealing" ? <p>{t("vote.sealing")}</p> : <Returned motion={motion} />}
      </Slip>
      <p class="small muted">{t("vote.receipt_words")}</p>
    </Frame>
  );
}

function Not({
  motion,
  stage,
  word,
  children,
}: {
  motion: Motion;
  stage: SecretStage;
  word: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <Frame
      motion={motion}
      stage={stage}
      foot={
        <Button size="lg" kind="primary" block onPress={() => aside(`${motion.motion_id}:${stage}`)}>
          {t("vote.back_to_room")}
        </Button>
      }
    >
      <Slip state="void" word={word}>
        {children}
      </Slip>
      <p class="small muted">{t("vote.ask_chair")}</p>
    </Frame>
  );
}

const OWN_WORDS = [
  "already_collected",
  "not_collecting",
  "already_filed",
  "poll_closed",
  "ballot_conflict",
  "bad_token",
  "bad_receipt",
  "bad_fingerprint",
  "not_present",
];

/** Why there is no paper or no counted ballot, in the words of a secret vote where it has its own. */
function whyNot(code: string): string {
  return OWN_WORDS.includes(code) ? t(`vote.why_${code}`) : refusalWords(code);
}

export function SecretSheet({ motion, stage }: { motion: Motion; stage: SecretStage }): JSX.Element {
  const own = ownPapers.value[motion.motion_id];
  switch (stage) {
    case "fetching":
      return <Fetching motion={motion} />;
    case "early":
    case "choose":
      return <Choose motion={motion} early={stage === "early"} />;
    case "confirm":
      return <Confirm motion={motion} />;
    case "casting":
      return <Casting motion={motion} />;
    case "counted":
    case "sealing":
      return <Counted motion={motion} stage={stage} />;
    case "not_collected":
      return (
        <Not motion={motion} stage={stage} word={t("vote.no_paper")}>
          <p>
            {whyNot(
              own?.code || (motion.phase === MotionPhase.COLLECTING && self.value?.present === false ? "not_present" : "not_collecting"),
            )}
          </p>
        </Not>
      );
    case "not_counted":
      return (
        <Not motion={motion} stage={stage} word={t("vote.void")}>
          <p>{whyNot(own?.code || "poll_closed")}</p>
        </Not>
      );
    case "unsupported":
      return (
        <Not motion={motion} stage={stage} word={t("vote.no_paper")}>
          <p>{papersUnsupported.value ? t("vote.unsupported") : whyNot(own?.code ?? "")}</p>
        </Not>
      );
    case "missed":
      return (
        <Not motion={motion} stage={stage} word={t("vote.not_voted")}>
          <p>{t("vote.missed", { time: clockTime(motion.closes_at ?? motion.closed_at ?? second.value) })}</p>
        </Not>
      );
    case "watch":
      return (
        <Frame
          motion={motion}
          stage="watch"
          foot={
            <Button size="lg" kind="primary" block onPress={() => aside(`${motion.motion_id}:watch`)}>
              {t("vote.watch_on")}
            </Button>
          }
        >
          {motion.text !== "" && <p class="motion-text">{motion.text}</p>}
          <div class="card card--line stack stack--s">
            <h3>{watchTitle(motion)}</h3>
            <p class="muted">{whyWatching(motion)}</p>
          </div>
          <Returned motion={motion} />
        </Frame>
      );
  }
}
