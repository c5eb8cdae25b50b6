/** A result with its base: the verdict in one sentence, bars with the line that had to be reached, and who chose what when named. */
import type { JSX } from "preact";
import { decides, gradesPeople, takesThree } from "../../core/appraisal";
import { ownPapers } from "../../core/ballot/kept";
import { clockTime, language, list, t } from "../../core/i18n";
import { share } from "../../core/poll_counts";
import { ballotOf, isElector, nameOf } from "../../core/selectors";
import {
  AppraisalSheet,
  type Motion,
  MotionForce,
  PollShape,
  type Tally,
  type Verdict,
  VerdictReason,
  VoteMethod,
} from "../../wire/messages";
import { Bar, type Fill } from "../../widgets/bar";
import { Chip } from "../../widgets/chip";
import { Icon } from "../../widgets/icon";
import { choiceWords, chosenWords, markWords } from "./choices";
import { deferredVotes } from "./deferred_views";

const FILLS: Readonly<Record<string, Fill>> = { for: "for", against: "against", abstain: "abstain" };

function fillOf(motion: Motion, choiceId: string): Fill {
  return takesThree(motion) ? (FILLS[choiceId] ?? "for") : "for";
}

/** 应到有表决权的 29 人，须得 15 票以上；得赞成 22 票。 */
export function verdictSentence(motion: Motion, verdict: Verdict): string {
  if (verdict.reason === VerdictReason.NO_FORCE) return t("vote.no_force");
  if (verdict.reason === VerdictReason.ELECTED || verdict.reason === VerdictReason.TIED || verdict.reason === VerdictReason.SHORT) {
    return t(`vote.election_${verdict.reason}`, {
      n: verdict.elected.length,
      seats: motion.terms?.seats ?? 0,
      needed: verdict.needed,
      base: verdict.base_count,
    });
  }
  if (verdict.reason === VerdictReason.MORE_THAN_ISSUED) return t("vote.more_than_issued");
  if (verdict.reason === VerdictReason.NO_QUORUM_AT_CLOSE) {
    const check = motion.quorum_at_close;
    return t("vote.no_quorum_at_close", { present: check?.present ?? 0, needed: check?.needed ?? 0 });
  }
  return t(`vote.verdict_${verdict.base}`, { n: verdict.base_count, needed: verdict.needed, votes: verdict.votes_for });
}

export function verdictWord(verdict: Verdict): string {
  if (verdict.reason === VerdictReason.ELECTED || verdict.reason === VerdictReason.TIED || verdict.reason === VerdictReason.SHORT)
    return t(`vote.word_${verdict.reason}`);
  if (verdict.reason === VerdictReason.NO_QUORUM_AT_CLOSE || verdict.reason === VerdictReason.MORE_THAN_ISSUED) return t("vote.invalid");
  return t(verdict.carried ? "vote.carried" : "vote.not_carried");
}

function Plot({ motion, tally, verdict }: { motion: Motion; tally: Tally; verdict: Verdict | null }): JSX.Element {
  const decides = verdict !== null && verdict.reason !== VerdictReason.NO_FORCE;
  const whole = Math.max(decides ? verdict.base_count : tally.cast, 1);
  const needle = decides ? verdict.needed : undefined;
  const at = Math.min(100, Math.round(((needle ?? 0) / whole) * 1000) / 10);
  const ends = decides ? t(`vote.axis_${verdict.base}`, { n: whole }) : t("vote.axis_cast", { n: whole });
  return (
    <div class="stack stack--s">
      <dl class="results">
        {tally.counts.map(([id, count]) => {
          const fill = fillOf(motion, id);
          return (
            <div class="result" key={id}>
              <dt>
                <span class={`swatch swatch--${fill}`} aria-hidden="true" />
                {markWords(motion, id)}
              </dt>
              <dd>
                {count} <small>{t("vote.votes")}</small>
              </dd>
              <dd class="result__plot">
                <Bar part={count} whole={whole} fill={fill} size="tall" needle={needle} />
              </dd>
            </div>
          );
        })}
      </dl>
      {needle !== undefined && (
        <svg class="axisbar" width="100%" height="34" role="img" aria-label={t("vote.axis_words", { needed: needle, end: ends })}>
          <g class="plot">
            <line class="base" x1="0" x2="100%" y1="6" y2="6" />
            <line class="base" x1="0" x2="0" y1="2" y2="10" />
            <line class="base" x1="100%" x2="100%" y1="2" y2="10" />
            <line class="need" x1={`${at}%`} x2={`${at}%`} y1="0" y2="14" />
            <text x="0" y="28">
              0
            </text>
            <text class="t-force" x={`${Math.min(80, Math.max(18, at))}%`} y="28" text-anchor="middle">
              {t("vote.axis_needed", { n: needle })}
            </text>
            {at < 62 && (
              <text x="100%" y="28" text-anchor="end">
                {ends}
              </text>
            )}
          </g>
        </svg>
      )}
      <Table motion={motion} tally={tally} whole={whole} base={ends} />
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
            <dd>
              {list(
                motion.named.filter((ballot) => ballot.choices.includes(choice.choice_id)).map((ballot) => nameOf(ballot.participant_id)),
              ) || t("vote.nobody")}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** The same as a table: votes, and their share of the base. */
function Table({ motion, tally, whole, base }: { motion: Motion; tally: Tally; whole: number; base: string }): JSX.Element {
  return (
    <table class="table table--counts">
      <caption class="sr">{motion.title}</caption>
      <thead>
        <tr>
          <th scope="col">{t("vote.choice")}</th>
          <th scope="col" class="n">
            {t("vote.count")}
          </th>
          <th scope="col" class="n">
            {t("vote.share_of", { base })}
          </th>
        </tr>
      </thead>
      <tbody>
        {tally.counts.map(([id, n]) => (
          <tr key={id}>
            <th scope="row">{markWords(motion, id)}</th>
            <td class="n">{n}</td>
            <td class="n">{share(n, whole)}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The counts in the shape that fits the paper. */
function Counts({ motion, tally, verdict }: { motion: Motion; tally: Tally; verdict: Verdict | null }): JSX.Element | null {
  const deferred = deferredVotes.value;
  if (motion.force === MotionForce.ELECTION || gradesPeople(motion))
    return deferred === null ? null : <deferred.PeopleResult motion={motion} />;
  if (motion.force === MotionForce.SURVEY && tally.counts.length === 0) {
    return <p class="card card--line">{t("vote.below_minimum", { n: tally.cast, least: motion.minimum_group })}</p>;
  }
  if (motion.shape !== PollShape.CHOICES && deferred !== null)
    return <deferred.PollPlot motion={motion} counts={tally.counts} cast={tally.cast} />;
  return (
    <>
      <Plot motion={motion} tally={tally} verdict={verdict} />
      {motion.force === MotionForce.APPRAISAL && deferred !== null && <deferred.ProposedGrades motion={motion} />}
    </>
  );
}

/** What the sheet and the list of results both show; the title is the caller's. */
export function Result({ motion }: { motion: Motion }): JSX.Element {
  const { tally, verdict } = motion;
  const ballot = ballotOf(motion.motion_id);
  if (tally === null) return <p class="muted">{t("vote.not_published")}</p>;
  const secret = motion.method === VoteMethod.SECRET;
  const lost = ownPapers.value[motion.motion_id]?.bulletin === "out"; // comes before everything else
  const deferred = deferredVotes.value;
  const carried = verdict?.carried === true && verdict.reason !== VerdictReason.NO_FORCE;
  return (
    <>
      {verdict !== null && verdict.reason !== VerdictReason.NO_FORCE && (
        <div class={carried ? "verdict verdict--carried" : "verdict"}>
          <p class="verdict__word">
            <Icon name={carried ? "counted" : "info"} size="l" />
            {verdictWord(verdict)}
          </p>
          <p>{verdictSentence(motion, verdict)}</p>
        </div>
      )}
      {verdict?.reason === VerdictReason.NO_FORCE && (
        <p class="small muted">
          {t(
            motion.force === MotionForce.APPRAISAL
              ? `vote.${motion.sheet === AppraisalSheet.SELF ? "self" : "appraisal"}_no_force`
              : motion.force === MotionForce.SURVEY
                ? "vote.survey_no_force"
                : "vote.no_force",
          )}
        </p>
      )}
      {secret && lost && deferred !== null && <deferred.OwnReceipt motion={motion} />}
      <Counts motion={motion} tally={tally} verdict={verdict} />
      <dl class="stat3 stat3--flat">
        <div>
          <dt>{t("vote.entitled")}</dt>
          <dd>{tally.entitled}</dd>
        </div>
        <div>
          <dt>{t("vote.cast_count")}</dt>
          <dd>{tally.cast}</dd>
        </div>
        <div>
          <dt>{t(secret ? "vote.issued" : "vote.not_cast")}</dt>
          <dd>{secret ? motion.issued + (motion.paper_count?.issued ?? 0) : Math.max(0, tally.entitled - tally.cast)}</dd>
        </div>
      </dl>
      {tally.void > 0 && <p class="small">{t("vote.void_ballots", { n: tally.void })}</p>}
      {tally.written > 0 && <p class="small">{t("vote.written_ballots", { n: tally.written })}</p>}
      {motion.paper_count !== null && tally.paper > 0 && (
        <p class="small">
          {t("vote.paper_ballots", {
            n: tally.paper,
            scrutineer: nameOf(motion.paper_count.scrutineer),
            teller: nameOf(motion.paper_count.teller),
          })}
        </p>
      )}
      {secret && !lost && deferred !== null && <deferred.OwnReceipt motion={motion} />}
      {ballot.state === "counted" && (
        <p class="rowx">
          <Chip tone="counted" icon="check">
            {t("vote.yours_counted")}
          </Chip>
          <span class="small strong">{chosenWords(motion, ballot.choices)}</span>
        </p>
      )}
      {!secret && ballot.state === "none" && isElector(motion) && (
        <p class="rowx">
          <Chip icon="info">{t("vote.not_voted")}</Chip>
        </p>
      )}
      {motion.method === VoteMethod.NAMED && motion.named.length > 0 && !gradesPeople(motion) && <Named motion={motion} />}
      {decides(motion) && motion.quorum_at_open !== null && (
        <p class="small muted">
          {t(motion.attending !== null ? "vote.basis_there" : "vote.basis", {
            rule: language.value === "en" ? motion.preset.title_en : motion.preset.title_zh,
            open: motion.quorum_at_open.present,
            present: motion.quorum_at_close?.present ?? motion.quorum_at_open.present,
            close: motion.attending !== null ? motion.present_at_close : (motion.quorum_at_close?.present ?? motion.quorum_at_open.present),
            needed: motion.quorum_at_open.needed,
          })}
        </p>
      )}
    </>
  );
}

export function publishedWords(motion: Motion): string {
  return motion.published_at === null ? "" : t("vote.published_at", { time: clockTime(motion.published_at) });
}
