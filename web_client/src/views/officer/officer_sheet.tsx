/** What scrutineer and teller (监票人, 计票人) have in hand during a vote: phase, handed out, returned; never choices. And the hall count they sign. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { send } from "../../core/actions";
import { inFours } from "../../core/ballot/kept";
import { second, secondsLeft } from "../../core/clock";
import { countdown, t } from "../../core/i18n";
import { papersOf } from "../../core/papers_out";
import { nameOf } from "../../core/selectors";
import { you } from "../../core/store";
import { type Motion, MotionPhase, VoteMethod } from "../../wire/messages";
import { Bar } from "../../widgets/bar";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { refusalWords } from "../names";
import { markWords } from "../vote/choices";
import { ReportToSign } from "./report_sheet";

function HallCount({ motion }: { motion: Motion }): JSX.Element | null {
  const refused = useSignal("");
  const busy = useSignal(false);
  const count = motion.paper_count;
  const me = you.value?.participant_id ?? "";
  if (count === null || (count.scrutineer !== me && count.teller !== me)) return null;
  const signed = count.signed_by.includes(me);
  const sign = (): void => {
    busy.value = true;
    void send("SignPaperCount", { motion_id: motion.motion_id }).then((outcome) => {
      busy.value = false;
      refused.value = outcome.ok ? "" : refusalWords(outcome.code, outcome.detail);
    });
  };
  return (
    <section class="card card--line stack stack--s" aria-label={t("vote.hall_count")}>
      <h3>{t(motion.method === VoteMethod.SECRET ? "vote.hall_count" : "vote.hall_hands")}</h3>
      <p class="small muted">{t("vote.hall_count_by", { name: nameOf(count.entered_by) })}</p>
      <dl class="stat3 stat3--flat">
        <div>
          <dt>{t("vote.issued")}</dt>
          <dd>{count.issued}</dd>
        </div>
        <div>
          <dt>{t("vote.cast_count")}</dt>
          <dd>{count.returned}</dd>
        </div>
        <div>
          <dt>{t("vote.void_short")}</dt>
          <dd>{count.void}</dd>
        </div>
      </dl>
      <dl class="kv">
        {count.named.map((one) => (
          <>
            <dt>{nameOf(one.participant_id)}</dt>
            <dd class="strong">{one.choices.map((line) => markWords(motion, line)).join(t("console.comma"))}</dd>
          </>
        ))}
        {count.counts.map(([line, n]) => (
          <>
            <dt>{markWords(motion, line)}</dt>
            <dd class="strong num">{n}</dd>
          </>
        ))}
      </dl>
      {refused.value !== "" && (
        <p class="field__error" role="alert">
          {refused.value}
        </p>
      )}
      {signed ? (
        <p class="rowx">
          <Chip tone="counted" icon="counted">
            {t("vote.signed")}
          </Chip>
          <span class="small muted">{t("vote.signed_n", { n: count.signed_by.length })}</span>
        </p>
      ) : (
        <Button size="lg" kind="force" block unavailable={busy.value ? t("vote.signing") : undefined} onPress={sign}>
          {t("vote.sign")}
        </Button>
      )}
      {!signed && <p class="small muted">{t("vote.sign_words")}</p>}
    </section>
  );
}

export function OfficerSheet({ motion }: { motion: Motion }): JSX.Element {
  const { issued, returned } = papersOf(motion);
  const ends =
    motion.phase === MotionPhase.COLLECTING ? motion.collect_until : motion.phase === MotionPhase.VOTING ? motion.closes_at : null;
  void second.value;
  return (
    <Sheet
      title={motion.title}
      onClose={back}
      head={
        <Chip tone="on" icon={motion.method === VoteMethod.SECRET ? "lock" : "ballot"}>
          {t("vote.officer")}
        </Chip>
      }
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("vote.back_to_room")}
        </Button>
      }
    >
      <p class="rowx rowx--between">
        <b>{t(`vote.phase_${motion.phase}`)}</b>
        {ends !== null && (
          <span class="countdown" role="timer">
            <span class="sr">{t("room.left")} </span>
            {countdown(secondsLeft(ends))}
          </span>
        )}
      </p>
      <dl class="stat3 stat3--flat">
        <div>
          <dt>{t("vote.entitled")}</dt>
          <dd>{motion.electorate.length}</dd>
        </div>
        <div>
          <dt>{t("vote.issued")}</dt>
          <dd>{issued}</dd>
        </div>
        <div>
          <dt>{t("vote.cast_count")}</dt>
          <dd>{returned}</dd>
        </div>
      </dl>
      <Bar part={returned} whole={Math.max(issued, 1)} />
      {motion.paper !== null && (
        <p class="small">
          {t("vote.fingerprint")} <b class="mono">{inFours(motion.paper.fingerprint, 64)}</b>
        </p>
      )}
      {motion.root !== "" && (
        <p class="small">
          {t("vote.root")} <b class="mono">{inFours(motion.root, 64)}</b>
        </p>
      )}
      <ReportToSign motion={motion} />
      <HallCount motion={motion} />
      <p class="small muted">{t("vote.officer_words")}</p>
    </Sheet>
  );
}
