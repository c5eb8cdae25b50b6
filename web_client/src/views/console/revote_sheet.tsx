/** A new draft of a vote that came to nothing: void, tied, short, or not carried. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { decides } from "../../core/appraisal";
import { list, t } from "../../core/i18n";
import { motions } from "../../core/selectors";
import { type Motion, MotionForce, MotionPhase, VerdictReason } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { nameOfMark } from "../election/people_result";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { charactersOf, StrokesAsked, type StrokesTold } from "./strokes_asked";

/** Whether it can be voted on again, and has not been drafted so yet. */
export function canRevote(motion: Motion): boolean {
  const ended = motion.phase === MotionPhase.CLOSED || motion.phase === MotionPhase.PUBLISHED;
  return (
    ended &&
    motion.verdict !== null &&
    !motion.verdict.carried &&
    decides(motion) &&
    seatsMissing(motion) > 0 &&
    !motions.value.some((one) => one.revote_of === motion.motion_id && one.phase !== MotionPhase.WITHDRAWN)
  );
}

/** Seats still to be filled, those the meeting gave up left out; 1 for what is no election. */
function seatsMissing(motion: Motion): number {
  if (motion.force !== MotionForce.ELECTION || motion.verdict === null) return 1;
  const { short, elected } = motion.verdict;
  return motion.reduction === null ? short || (motion.terms?.seats ?? 1) : motion.reduction.seats - elected.length;
}

/** Motions by which the meeting can have decided on fewer seats. */
function decisions(): readonly Motion[] {
  return motions.value.filter(
    (one) => one.force === MotionForce.MOTION && one.phase === MotionPhase.PUBLISHED && one.verdict?.carried === true,
  );
}

/** 减少名额: how many in all, and the carried motion that says so. */
function FewerSeats({ motion, least, most }: { motion: Motion; least: number; most: number }): JSX.Element {
  const asking = useAsking();
  const seats = useSignal(least);
  const decision = useSignal("");
  const carried = decisions();
  return (
    <div class="card card--line stack stack--s">
      <p class="strong">{t("console.reduce_title")}</p>
      <p class="small muted">{t(carried.length > 0 ? "console.reduce_words" : "console.fewer_seats")}</p>
      {carried.length > 0 && (
        <>
          {most > least && (
            <ChoiceRow
              name="reduce-seats"
              legend={t("console.reduce_to")}
              value={String(seats.value)}
              onChoose={(value) => {
                seats.value = Number(value);
              }}
              options={Array.from({ length: most - least + 1 }, (_, n) => [String(least + n), String(least + n)] as const)}
            />
          )}
          <div class="field">
            <label for="reduced-by">{t("console.reduced_by")}</label>
            <select
              class="input"
              id="reduced-by"
              value={decision.value}
              onChange={(event) => {
                decision.value = event.currentTarget.value;
              }}
            >
              <option value="">{t("console.choose_motion")}</option>
              {carried.map((one) => (
                <option key={one.motion_id} value={one.motion_id}>
                  {one.title}
                </option>
              ))}
            </select>
          </div>
          <AskingError asking={asking} />
          <Button
            kind="soft"
            unavailable={asking.busy ? t("console.sending") : decision.value === "" ? t("console.choose_motion") : undefined}
            onPress={() => asking.ask("ReduceSeats", { motion_id: motion.motion_id, seats: seats.value, reduced_by: decision.value }, back)}
          >
            {t("console.reduce_now", { n: seats.value })}
          </Button>
        </>
      )}
    </div>
  );
}

export function RevoteSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const told = useSignal<StrokesTold>({});
  const { verdict } = motion;
  const missing = seatsMissing(motion);
  const tied = verdict?.tied ?? [];
  const short = verdict?.reason === VerdictReason.SHORT || verdict?.reason === VerdictReason.TIED;
  const least = Math.max(1, verdict?.elected.length ?? 1);
  const most = (motion.terms?.seats ?? 1) - 1;
  return (
    <Sheet
      title={t("console.revote")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.cancel")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              unavailable={asking.busy ? t("console.sending") : undefined}
              onPress={() => asking.ask("Revote", { motion_id: motion.motion_id, seats: 0, characters: charactersOf(told.value) }, back)}
            >
              {t("console.revote_draft")}
            </Button>
          </div>
        </>
      }
    >
      <p class="strong">{motion.title}</p>
      <p class="small muted">
        {motion.force === MotionForce.ELECTION ? t("console.revote_election", { n: missing }) : t("console.revote_words")}
      </p>
      {tied.length > 0 && <p class="small">{t("console.revote_tied", { names: list(tied.map((mark) => nameOfMark(motion, mark))) })}</p>}
      {motion.force === MotionForce.ELECTION && tied.length === 0 && <p class="small">{t("console.revote_half")}</p>}
      <StrokesAsked
        asking={asking}
        told={told.value}
        onChange={(value) => {
          told.value = value;
        }}
      />
      {motion.force === MotionForce.ELECTION && short && least <= most && motion.reduction === null && (
        <FewerSeats motion={motion} least={least} most={most} />
      )}
    </Sheet>
  );
}
