/** Where a poll stands, drawn: bars of choices, the spread of a scale with its mean, words by how often they were written. */
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { meanOf, share, SHOWN_FROM, wordsOf, type Counts } from "../../core/poll_counts";
import { type Motion, PollShape, VoteMethod } from "../../wire/messages";
import { Bar } from "../../widgets/bar";
import { Chip } from "../../widgets/chip";
import { markWords } from "./choices";

const COLUMN = 100; // of the drawing's own units
const TALL = 150;

/** Five columns, the number on each, and a mark where the mean is; the same in words and as a table. */
export function ScalePlot({ motion, counts }: { motion: Motion; counts: Counts }): JSX.Element {
  const most = Math.max(1, ...counts.map(([, n]) => n));
  const mean = meanOf(counts);
  const words = mean === null ? t("vote.nobody_yet") : t("vote.scale_mean", { mean: mean.mean.toFixed(1), n: mean.given });
  const first = Number(counts[0]?.[0] ?? 1);
  const wide = COLUMN * Math.max(counts.length, 1);
  return (
    <figure class="stack stack--s">
      <figcaption class="small strong">{words}</figcaption>
      <svg class="plot plot--scale" viewBox={`0 0 ${wide} ${TALL + 70}`} role="img" aria-label={words}>
        {counts.map(([id, n], index) => {
          const high = Math.round((n / most) * TALL);
          const middle = COLUMN * (index + 0.5);
          return (
            <g key={id}>
              <rect class="col col--scale" x={middle - 32} y={28 + TALL - high} width="64" height={high} rx="6" />
              <text class="plot__n" x={middle} y={20 + TALL - high} text-anchor="middle">
                {n}
              </text>
              <text x={middle} y={TALL + 64} text-anchor="middle">
                {id}
              </text>
            </g>
          );
        })}
        <line class="base" x1="0" x2={wide} y1={28 + TALL} y2={28 + TALL} />
        {mean !== null && <path class="mean" d={`M${COLUMN * (mean.mean - first + 0.5)} ${30 + TALL}l-9 14h18z`} />}
      </svg>
      <table class="sr">
        <caption>{words}</caption>
        <tbody>
          {counts.map(([id, n]) => (
            <tr key={id}>
              <th scope="row">{markWords(motion, id)}</th>
              <td>{n}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

export function WordsPlot({ counts }: { counts: Counts }): JSX.Element {
  return (
    <ol class="words-plot" aria-label={t("vote.words_plot")}>
      {wordsOf(counts).map(({ word, n, size }) => (
        <li class={`words-plot__${size}`} key={word}>
          <span>{word}</span> <small>{n}</small>
        </li>
      ))}
    </ol>
  );
}

function Choices({ motion, counts, cast }: { motion: Motion; counts: Counts; cast: number }): JSX.Element {
  return (
    <table class="bars" aria-label={t("vote.running_of", { n: cast })}>
      <thead class="sr">
        <tr>
          <th scope="col">{t("vote.choice")}</th>
          <th scope="col">{t("vote.votes")}</th>
          <th scope="col">{t("vote.share")}</th>
        </tr>
      </thead>
      <tbody>
        {counts.map(([id, n]) => (
          <tr key={id}>
            <th scope="row">{markWords(motion, id)}</th>
            <td class="num">{n}</td>
            <td class="small muted">{share(n, cast)}%</td>
            <td class="bars__bar" aria-hidden="true">
              <Bar part={n} whole={Math.max(cast, 1)} fill="for" size="tall" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Counts in the shape that fits the paper. */
export function PollPlot({ motion, counts, cast }: { motion: Motion; counts: Counts; cast: number }): JSX.Element {
  if (motion.shape === PollShape.SCALE) return <ScalePlot motion={motion} counts={counts} />;
  return motion.shape === PollShape.WORD ? <WordsPlot counts={counts} /> : <Choices motion={motion} counts={counts} cast={cast} />;
}

/** While it runs: sums only, of whole groups of answers, so that nobody's answer can be told from the change. */
export function RunningPlot({ motion }: { motion: Motion }): JSX.Element {
  const running = motion.running;
  return (
    <section class="running stack stack--s" aria-label={t("vote.running")}>
      <p class="rowx rowx--between">
        <Chip tone="on" dot="pulse">
          {t("vote.running")}
        </Chip>
        {running !== null && <span class="small muted">{t("vote.running_of", { n: running.cast })}</span>}
      </p>
      {running === null ? (
        <p class="small muted">{t("vote.running_later", { n: motion.method === VoteMethod.NAMED ? 1 : SHOWN_FROM })}</p>
      ) : (
        <PollPlot motion={motion} counts={running.counts} cast={running.cast} />
      )}
    </section>
  );
}
