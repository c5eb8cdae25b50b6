/** A result with its base: the verdict in one sentence, bars with the line that had to be reached, and who chose what when named. */
import type { JSX } from "preact";
import { clockTime, language, list, t } from "../../core/i18n";
import { ballotOf, isElector, nameOf } from "../../core/selectors";
import type { Choice, Motion, Tally, Verdict } from "../../wire/messages";
import { Bar, type Fill } from "../../widgets/bar";
import { Chip } from "../../widgets/chip";
import { Icon } from "../../widgets/icon";
import { choiceWords, chosenWords } from "./choices";

const FILLS: Readonly<Record<string, Fill>> = { for: "for", against: "against", abstain: "abstain" };

function fillOf(motion: Motion, choice: Choice): Fill {
  return motion.force === "motion" ? FILLS[choice.choice_id] ?? "for" : "for";
}

/** 应到有表决权的 29 人，须得 15 票以上；得赞成 22 票。 */
export function verdictSentence(motion: Motion, verdict: Verdict): string {
  if (verdict.reason === "no_force") return t("vote.no_force");
  if (verdict.reason === "no_quorum_at_close") {
    const check = motion.quorum_at_close;
    return t("vote.no_quorum_at_close", { present: check?.present ?? 0, needed: check?.needed ?? 0 });
  }
  return t(`vote.verdict_${verdict.base}`, { n: verdict.base_count, needed: verdict.needed, votes: verdict.votes_for });
}

function verdictWord(verdict: Verdict): string {
  if (verdict.reason === "no_quorum_at_close") return t("vote.invalid");
  return t(verdict.carried ? "vote.carried" : "vote.not_carried");
}

function Plot({ motion, tally, verdict }: { motion: Motion; tally: Tally; verdict: Verdict | null }): JSX.Element {
  const decides = verdict !== null && verdict.reason !== "no_force";
  const whole = Math.max(decides ? verdict.base_count : tally.cast, 1);
  const needle = decides ? verdict.needed : undefined;
  const at = Math.min(100, Math.round(((needle ?? 0) / whole) * 1000) / 10);
  const ends = decides ? t(`vote.axis_${verdict.base}`, { n: whole }) : t("vote.axis_cast", { n: whole });
  return (
    <div class="stack stack--s">
      <dl class="results">
        {motion.choices.map((choice) => {
          const count = tally.counts.find(([id]) => id === choice.choice_id)?.[1] ?? 0;
          const fill = fillOf(motion, choice);
          return (
            <div class="result" key={choice.choice_id}>
              <dt><span class={`swatch swatch--${fill}`} aria-hidden="true" />{choiceWords(motion, choice)}</dt>
              <dd>{count} <small>{t("vote.votes")}</small></dd>
              <dd class="result__plot"><Bar part={count} whole={whole} fill={fill} size="tall" needle={needle} /></dd>
            </div>
          );
        })}
      </dl>
      {needle !== undefined && (
        <svg class="axisbar" width="100%" height="34" role="img" aria-label={t("vote.axis_words", { needed: needle, end: ends })}>
          <g class="plot">
            <line class="base" x1="0" x2="100%" y1="6" y2="6" /><line class="base" x1="0" x2="0" y1="2" y2="10" /><line class="base" x1="100%" x2="100%" y1="2" y2="10" />
            <line class="need" x1={`${at}%`} x2={`${at}%`} y1="0" y2="14" />
            <text x="0" y="28">0</text>
            <text class="t-force" x={`${Math.min(80, Math.max(18, at))}%`} y="28" text-anchor="middle">{t("vote.axis_needed", { n: needle })}</text>
            {at < 62 && <text x="100%" y="28" text-anchor="end">{ends}</text>}
          </g>
        </svg>
      )}
    </div>
  );
}

function Named({ motion }: { motion: Motion }): JSX.Element {
  return (
    <details class="limits">
      <summary>{t("vote.who_chose_what")}</summary>
      <dl class="stack stack--s">
        {motion.choices.map((choice) => (
          <div key={choice.choice_id}>
            <dt class="strong small">{choiceWords(motion, choice)}</dt>
            <dd>{list(motion.named.filter((ballot) => ballot.choices.includes(choice.choice_id)).map((ballot) => nameOf(ballot.participant_id))) || t("vote.nobody")}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What the sheet and the list of results both show; the title is the caller's. */
export function Result({ motion }: { motion: Motion }): JSX.Element {
  const { tally, verdict } = motion;
  const ballot = ballotOf(motion.motion_id);
  if (tally === null) return <p class="muted">{t("vote.not_published")}</p>;
  const carried = verdict?.carried === true && verdict.reason !== "no_force";
  return (
    <>
      {verdict !== null && verdict.reason !== "no_force" && (
        <div class={carried ? "verdict verdict--carried" : "verdict"}>
          <p class="verdict__word"><Icon name={carried ? "counted" : "info"} size="l" />{verdictWord(verdict)}</p>
          <p>{verdictSentence(motion, verdict)}</p>
        </div>
      )}
      {verdict?.reason === "no_force" && <p class="small muted">{t("vote.no_force")}</p>}
      <Plot motion={motion} tally={tally} verdict={verdict} />
      <dl class="stat3 stat3--flat">
        <div><dt>{t("vote.entitled")}</dt><dd>{tally.entitled}</dd></div>
        <div><dt>{t("vote.cast_count")}</dt><dd>{tally.cast}</dd></div>
        <div><dt>{t("vote.not_cast")}</dt><dd>{Math.max(0, tally.entitled - tally.cast)}</dd></div>
      </dl>
      {ballot.state === "counted" && <p class="rowx"><Chip tone="counted" icon="check">{t("vote.yours_counted")}</Chip><span class="small strong">{chosenWords(motion, ballot.choices)}</span></p>}
      {ballot.state === "none" && isElector(motion) && <p class="rowx"><Chip icon="info">{t("vote.not_voted")}</Chip></p>}
      {motion.method === "named" && motion.named.length > 0 && <Named motion={motion} />}
      {motion.force === "motion" && motion.quorum_at_open !== null && (
        <p class="small muted">
          {t("vote.basis", {
            rule: language.value === "en" ? motion.preset.title_en : motion.preset.title_zh,
            open: motion.quorum_at_open.present, close: motion.quorum_at_close?.present ?? motion.quorum_at_open.present, needed: motion.quorum_at_open.needed,
          })}
        </p>
      )}
    </>
  );
}

export function publishedWords(motion: Motion): string {
  return motion.published_at === null ? "" : t("vote.published_at", { time: clockTime(motion.published_at) });
}
