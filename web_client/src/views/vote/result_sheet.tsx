/** The result in front of everyone when it is published, and again from the list of results. */
import type { JSX } from "preact";
import { METHOD_ICONS } from "../../core/kinds";
import { t } from "../../core/i18n";
import { RUNNING, ballotOf, isElector, motions } from "../../core/selectors";
import { type Motion, MotionPhase, VerdictReason, VoteMethod } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Icon } from "../../widgets/icon";
import { Row } from "../../widgets/rows";
import { Sheet } from "../../widgets/sheet";
import { back, go } from "../layout";
import { kindWords } from "./kind_words";
import { publishedWords, Result, verdictWord } from "./result";
import { bringBack } from "./paper";

/** `more`: so many results come after this one. */
export function ResultSheet({ motion, more = 0, onClose }: { motion: Motion; more?: number; onClose: () => void }): JSX.Element {
  return (
    <Sheet
      title={motion.title}
      onClose={onClose}
      head={
        <span class="motion-kind">
          <Chip icon={METHOD_ICONS[motion.method]}>{kindWords(motion)}</Chip>
          <span class="small muted">{publishedWords(motion)}</span>
        </span>
      }
      foot={
        <Button size="lg" kind="primary" block onPress={onClose}>
          {more > 0 ? t("vote.next_result", { n: more }) : t("vote.back_to_room")}
        </Button>
      }
    >
      <Result motion={motion} />
    </Sheet>
  );
}

function outcome(motion: Motion): string {
  if (motion.phase === MotionPhase.VOTING && motion.method !== VoteMethod.SECRET && isElector(motion)) {
    const { state } = ballotOf(motion.motion_id);
    return t(state === "counted" ? "vote.state_counted" : state === "pending" ? "vote.state_pending" : "vote.state_waits");
  }
  if (RUNNING.includes(motion.phase))
    return t(
      motion.phase === MotionPhase.COLLECTING
        ? "vote.state_collecting"
        : motion.phase === MotionPhase.SEALING
          ? "vote.sealing"
          : "vote.state_voting",
    );
  if (motion.phase === MotionPhase.MOVED || motion.phase === MotionPhase.DISCUSSED) return t(`vote.state_${motion.phase}`);
  if (motion.phase === MotionPhase.CLOSED) return t("vote.state_closed");
  if (motion.phase === MotionPhase.WITHDRAWN) return t("vote.state_withdrawn");
  if (motion.verdict === null || motion.verdict.reason === VerdictReason.NO_FORCE) return t("vote.state_poll");
  return verdictWord(motion.verdict);
}

/** Every vote of this meeting: those that run first, then the newest. */
export function ResultsSheet(): JSX.Element {
  const shown = motions.value
    .filter((m) => m.phase !== MotionPhase.DRAFTED)
    .sort((a, b) => Number(RUNNING.includes(b.phase)) - Number(RUNNING.includes(a.phase)) || (b.opened_at ?? 0) - (a.opened_at ?? 0));
  const open = (motion: Motion): void => {
    if (motion.phase === MotionPhase.VOTING || motion.phase === MotionPhase.COLLECTING) {
      back();
      bringBack(motion.motion_id);
    } else go({ sheet: { name: "result", motion: motion.motion_id } });
  };
  return (
    <Sheet
      title={t("vote.results")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      {shown.length === 0 ? (
        <p class="muted">{t("vote.no_results")}</p>
      ) : (
        <ul class="rows card card--line card--flush">
          {shown.map((motion) => (
            <li key={motion.motion_id}>
              <Row
                icon={motion.phase === MotionPhase.VOTING && ballotOf(motion.motion_id).state === "counted" ? "counted" : "ballot"}
                title={motion.title}
                sub={outcome(motion)}
                end={<Icon name="forward" />}
                onPress={() => open(motion)}
              />
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
