/** Results about people: who is elected, ties and seats left, names written in; and the grades of an appraisal. */
import type { JSX } from "preact";
import { gradesOf, mostExcellent, ofCommittee, ownAppraisal, proposedGrades } from "../../core/appraisal";
import { onCandidate, STANCES } from "../../core/marks";
import { list, t } from "../../core/i18n";
import { meeting } from "../../core/store";
import { type Candidate, AppraisalSheet, Grade, type Motion, MotionForce, Stance, type Tally, type Verdict } from "../../wire/messages";
import { Bar } from "../../widgets/bar";
import { Chip } from "../../widgets/chip";
import { written } from "../vote/choices";

interface Line {
  readonly mark: string;
  readonly name: string;
  readonly votes: number;
  readonly against: number | null;
  readonly abstain: number | null;
}

function linesOf(motion: Motion, tally: Tally): readonly Line[] {
  const counts = new Map(tally.counts);
  const given = (one: Candidate, stance: Stance): number => counts.get(onCandidate(one, stance)) ?? 0;
  const printed = motion.candidates.map((one) => ({
    mark: one.candidate_id,
    name: one.name,
    votes: given(one, Stance.FOR),
    against: given(one, Stance.AGAINST),
    abstain: given(one, Stance.ABSTAIN),
  }));
  const others = tally.counts.flatMap(([mark, votes]) => {
    const name = written(mark);
    return name === null ? [] : [{ mark, name, votes, against: null, abstain: null }];
  });
  return [...printed, ...others].sort((a, b) => b.votes - a.votes);
}

export function nameOfMark(motion: Motion, mark: string): string {
  return written(mark) ?? motion.candidates.find((one) => one.candidate_id === mark)?.name ?? mark;
}

/** 当选 / 票数相等 / nothing. */
function Fate({ verdict, mark }: { verdict: Verdict; mark: string }): JSX.Element | null {
  if (verdict.elected.includes(mark))
    return (
      <Chip tone="counted" icon="counted">
        {t("vote.elected")}
      </Chip>
    );
  if (verdict.ineligible.includes(mark)) return <Chip tone="weak">{t("vote.ineligible")}</Chip>;
  return verdict.tied.includes(mark) ? (
    <Chip tone="pending" icon="pending">
      {t("vote.tied")}
    </Chip>
  ) : null;
}

function Election({ motion, tally, verdict }: { motion: Motion; tally: Tally; verdict: Verdict }): JSX.Element {
  const whole = Math.max(verdict.base_count, 1);
  return (
    <>
      {verdict.tied.length > 0 && (
        <p class="small">{t("vote.tied_words", { names: list(verdict.tied.map((mark) => nameOfMark(motion, mark))) })}</p>
      )}
      {verdict.short > 0 && motion.reduction === null && <p class="small">{t("vote.short_words", { n: verdict.short })}</p>}
      {motion.reduction !== null && (
        <p class="small">
          {t("vote.reduced_words", { n: motion.reduction.seats, motion: meeting.value?.motions[motion.reduction.reduced_by]?.title ?? "" })}
        </p>
      )}
      {motion.candidates.flatMap((one) =>
        one.reason === ""
          ? []
          : [
              <p class="small muted" key={one.candidate_id}>
                {t("vote.stands_because", { name: one.name, reason: one.reason })}
              </p>,
            ],
      )}
      <dl class="results">
        {linesOf(motion, tally).map(({ mark, name, votes, against }) => (
          <div class="result" key={mark}>
            <dt class="rowx">
              {name}
              {against === null && <span class="small muted">{t("vote.write_in_short")}</span>}
              <Fate verdict={verdict} mark={mark} />
            </dt>
            <dd>
              {votes} <small>{t("vote.votes")}</small>
            </dd>
            <dd class="result__plot">
              <Bar part={votes} whole={whole} fill="for" size="tall" needle={verdict.needed} />
            </dd>
          </div>
        ))}
      </dl>
      <p class="small muted">{motion.terms?.run_off === true ? t("vote.run_off_line") : t("vote.needed_line", { n: verdict.needed })}</p>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={t("vote.count")}>
        <table class="table table--counts">
          <caption class="sr">{motion.title}</caption>
          <thead>
            <tr>
              <th scope="col">{t("vote.name")}</th>
              {STANCES.map((mark) => (
                <th scope="col" class="n" key={mark}>
                  {t(`vote.choice_${mark}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {linesOf(motion, tally).map(({ mark, name, votes, against, abstain }) => (
              <tr key={mark}>
                <th scope="row">{name}</th>
                <td class="n">{votes}</td>
                <td class="n">{against ?? "—"}</td>
                <td class="n">{abstain ?? "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Appraisal({ motion, tally }: { motion: Motion; tally: Tally }): JSX.Element {
  const counts = new Map(tally.counts);
  const proposed = proposedGrades(motion, tally);
  return (
    <>
      <p class="small muted">
        {ofCommittee(motion)
          ? t("vote.committee_result")
          : t("vote.appraisal_result", { most: mostExcellent(motion.preset, motion.candidates.length) })}
      </p>
      <ul class="stack">
        {motion.candidates.map((one) => (
          <li class="stack stack--s" key={one.candidate_id}>
            <p class="rowx rowx--between">
              <b>{one.name}</b>
              {!ofCommittee(motion) && <Chip tone="on">{t(`vote.grade_${proposed[one.candidate_id] ?? Grade.GOOD}`)}</Chip>}
            </p>
            <dl class="grades">
              {gradesOf(motion).map((grade) => {
                const got = counts.get(onCandidate(one, grade)) ?? 0;
                return (
                  <div key={grade}>
                    <dt class="small">{t(`vote.grade_${grade}`)}</dt>
                    <dd>
                      <Bar part={got} whole={Math.max(tally.cast, 1)} fill="for" />
                    </dd>
                    <dd class="small num">{got}</dd>
                  </div>
                );
              })}
            </dl>
          </li>
        ))}
      </ul>
    </>
  );
}

/** 自评: what each said of themselves; given with the name, so shown with it. */
function SelfAppraisals({ motion }: { motion: Motion }): JSX.Element {
  return (
    <ul class="stack">
      {motion.candidates.map((one) => {
        const said = motion.named.find((ballot) => ballot.participant_id === one.participant_id)?.choices;
        const { grade, text } = ownAppraisal(said ?? []);
        return (
          <li class="stack stack--s" key={one.candidate_id}>
            <p class="rowx rowx--between">
              <b>{one.name}</b>
              {grade !== undefined && <Chip tone="on">{t(`vote.grade_${grade}`)}</Chip>}
            </p>
            {text !== undefined ? (
              <p class="motion-text">{text}</p>
            ) : (
              said === undefined && <p class="small muted">{t("vote.self_none")}</p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function PeopleResult({ motion }: { motion: Motion }): JSX.Element | null {
  const { tally, verdict } = motion;
  if (tally === null) return null;
  if (motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.SELF) return <SelfAppraisals motion={motion} />;
  if (motion.force === MotionForce.APPRAISAL) return <Appraisal motion={motion} tally={tally} />;
  return verdict === null ? null : <Election motion={motion} tally={tally} verdict={verdict} />;
}
