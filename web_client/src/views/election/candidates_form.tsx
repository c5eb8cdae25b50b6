/** The paper of an election (three marks for each candidate, another name in place of one voted against) and of an appraisal (a grade each). */
import type { JSX } from "preact";
import { gradesOf, mostExcellent, ofCommittee, shareOf } from "../../core/appraisal";
import { STANCES } from "../../core/marks";
import { t } from "../../core/i18n";
import { self } from "../../core/store";
import { type Grade, type Candidate, type Motion, MotionForce, type Stance } from "../../wire/messages";
import { Chip } from "../../widgets/chip";
import { Icon, type IconName } from "../../widgets/icon";
import { markFor, overVoted, seatsFilled, setMark } from "../vote/marks";
import { WriteIn } from "./write_in";

const ICONS: Readonly<Record<string, IconName>> = { for: "circle", against: "cross", abstain: "triangle" };

export function Marks({
  motion,
  candidate,
  marks,
  words,
}: {
  motion: Motion;
  candidate: Candidate;
  marks: readonly (Stance | Grade)[];
  words: string;
}): JSX.Element {
  const chosen = markFor(motion, candidate);
  return (
    <div class={marks.length === 4 ? "seg-row seg-row--grades" : "seg-row"}>
      {marks.map((mark) => {
        const icon = ICONS[mark];
        return (
          <label class="seg" key={mark}>
            <input
              type="radio"
              name={`${motion.motion_id}-${candidate.candidate_id}`}
              value={mark}
              checked={chosen === mark}
              onChange={() => setMark(motion, candidate, mark)}
            />
            <span>
              {icon !== undefined && <Icon name={icon} />}
              {t(`${words}_${mark}`)}
            </span>
          </label>
        );
      })}
    </div>
  );
}

/** 应选 3，已选 2; and whether that is a valid ballot. */
export function SeatsLine({ motion }: { motion: Motion }): JSX.Element | null {
  if (motion.terms === null) return null;
  const over = overVoted(motion);
  return (
    <p class="rowx rowx--between seats" role="status">
      <span>{t("vote.seats", { seats: motion.terms.seats, n: seatsFilled(motion) })}</span>
      {over ? (
        <Chip tone="weak" icon="warning">
          {t("vote.over_voted")}
        </Chip>
      ) : (
        <Chip tone="counted" icon="check">
          {t("vote.valid")}
        </Chip>
      )}
    </p>
  );
}

export function CandidatesForm({ motion }: { motion: Motion }): JSX.Element {
  const election = motion.force === MotionForce.ELECTION;
  return (
    <div>
      <p class="small muted">
        {election
          ? t(motion.terms?.run_off === true ? "vote.run_off_words" : "vote.election_words", {
              n: motion.candidates.length,
              seats: motion.terms?.seats ?? 0,
            })
          : ofCommittee(motion)
            ? t("vote.committee_words")
            : t("vote.appraisal_words", {
                n: motion.candidates.length,
                most: mostExcellent(motion.preset, motion.candidates.length),
                share: shareOf(motion.preset),
              })}
      </p>
      {motion.candidates.map((candidate) => (
        <fieldset class={election ? "cand" : "cand cand--grade"} key={candidate.candidate_id}>
          <legend class="sr">{candidate.name}</legend>
          <div class="cand__head" aria-hidden="true">
            <span class="cand__name">{candidate.name}</span>
          </div>
          {election ? (
            <>
              <Marks motion={motion} candidate={candidate} marks={STANCES} words="vote.choice" />
              <WriteIn motion={motion} candidate={candidate} />
            </>
          ) : (
            <Marks motion={motion} candidate={candidate} marks={gradesOf(motion)} words="vote.grade" />
          )}
          {/* a blank there would be a signature: everyone but its author marks the line */}
          {!election && candidate.participant_id !== null && candidate.participant_id === self.value?.participant_id && (
            <p class="small muted">{t("vote.own_line")}</p>
          )}
        </fieldset>
      ))}
    </div>
  );
}
