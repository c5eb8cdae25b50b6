/** Several motions on the hall's screen at once: while they are voted on, and when their results are out. */
import type { JSX } from "preact";
import { second, secondsLeft } from "../../core/clock";
import { countdown, t } from "../../core/i18n";
import { papersOf } from "../../core/papers_out";
import { type Motion, MotionPhase, VerdictReason } from "../../wire/messages";
import { Bar } from "../../widgets/bar";
import { Chip } from "../../widgets/chip";
import { verdictWord } from "../vote/result";

export function BatchVoting({ batch }: { batch: readonly Motion[] }): JSX.Element {
  const ends = batch.find((one) => one.phase === MotionPhase.VOTING)?.closes_at ?? null;
  void second.value;
  return (
    <>
      <div class="hall__head">
        <p class="hall__item">{t("stage.batch", { n: batch.length })}</p>
        {ends !== null && (
          <p class="hall__clock">
            <span>{t("stage.left")}</span>
            <b role="timer">{countdown(secondsLeft(ends))}</b>
          </p>
        )}
      </div>
      <ol class={batch.length > 4 ? "hall__batch hall__batch--many" : "hall__batch"}>
        {batch.map((one) => {
          const { issued: out, returned } = papersOf(one);
          return (
            <li key={one.motion_id}>
              <p>{one.title}</p>
              <p class="hall__of">
                {one.phase === MotionPhase.VOTING ? t("stage.returned_of", { n: returned, of: out }) : t("stage.ended")}
              </p>
              <Bar part={returned} whole={Math.max(1, out)} />
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** 通过：须得 15，得 22. */
function Outcome({ motion }: { motion: Motion }): JSX.Element {
  const { verdict } = motion;
  if (motion.phase !== MotionPhase.PUBLISHED) return <Chip icon="pending">{t("stage.not_out")}</Chip>;
  if (verdict === null || verdict.reason === VerdictReason.NO_FORCE) return <Chip>{t("stage.poll_result")}</Chip>;
  return (
    <Chip {...(verdict.carried ? { tone: "counted" as const } : {})} icon={verdict.carried ? "counted" : "info"}>
      {verdictWord(verdict)}
    </Chip>
  );
}

export function BatchResults({ batch }: { batch: readonly Motion[] }): JSX.Element {
  return (
    <>
      <p class="hall__item">{t("stage.results")}</p>
      <ol class={batch.length > 4 ? "hall__batch hall__batch--many" : "hall__batch"}>
        {batch.map((one) => (
          <li key={one.motion_id}>
            <p>{one.title}</p>
            <p class="hall__of">
              <Outcome motion={one} />
            </p>
            {one.verdict !== null && one.verdict.reason !== VerdictReason.NO_FORCE && one.tally !== null && (
              <>
                <p class="hall__got">{t("stage.got", { needed: one.verdict.needed, got: one.verdict.votes_for })}</p>
                <Bar
                  part={one.verdict.votes_for}
                  whole={Math.max(one.verdict.base_count, one.verdict.needed, 1)}
                  fill="for"
                  needle={one.verdict.needed}
                />
              </>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
