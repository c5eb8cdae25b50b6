/** A new draft of a vote that came to nothing: void, tied, short, or not carried. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { decides } from "../../core/appraisal";
import { t } from "../../core/i18n";
import { motions } from "../../core/selectors";
import { type Motion, MotionForce, MotionPhase } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { nameOfMark } from "../election/people_result";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";

/** Whether it can be voted on again, and has not been drafted so yet. */
export function canRevote(motion: Motion): boolean {
  const ended = motion.phase === MotionPhase.CLOSED || motion.phase === MotionPhase.PUBLISHED;
  return (
    ended &&
    motion.verdict !== null &&
    !motion.verdict.carried &&
    decides(motion) &&
    !motions.value.some((one) => one.revote_of === motion.motion_id && one.phase !== MotionPhase.WITHDRAWN)
  );
}

export function RevoteSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const verdict = motion.verdict;
  const missing = motion.force === MotionForce.ELECTION ? verdict?.short || motion.terms?.seats || 1 : 0;
  const seats = useSignal(missing);
  const tied = verdict?.tied ?? [];
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
              onPress={() => asking.ask("Revote", { motion_id: motion.motion_id, seats: seats.value }, back)}
            >
              {t("console.revote_draft")}
            </Button>
          </div>
        </>
      }
    >
      <p class="strong">{motion.title}</p>
      <p class="small muted">{t(motion.force === MotionForce.ELECTION ? "console.revote_election" : "console.revote_words")}</p>
      {tied.length > 0 && (
        <p class="small">{t("console.revote_tied", { names: tied.map((mark) => nameOfMark(motion, mark)).join("、") })}</p>
      )}
      {missing > 1 && missing < 7 && (
        <ChoiceRow
          name="revote-seats"
          legend={t("console.seats")}
          value={String(seats.value)}
          onChoose={(value) => {
            seats.value = Number(value);
          }}
          options={Array.from({ length: missing }, (_, n) => [String(n + 1), String(n + 1)] as const)}
        />
      )}
      {missing > 1 && seats.value < missing && <p class="field__hint">{t("console.fewer_seats")}</p>}
    </Sheet>
  );
}
