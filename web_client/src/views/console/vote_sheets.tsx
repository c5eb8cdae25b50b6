/** The acts of a vote: checked before it opens, closed early with what is missing, published with the verdict, withdrawn. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { decides, takesThree } from "../../core/appraisal";
import { t } from "../../core/i18n";
import { candidatesOfHall, countsInHall, hasCounters, waitsForHall, withoutPhone } from "../../core/hall";
import { runningMotion } from "../../core/selectors";
import { meeting } from "../../core/store";
import { AppraisalSheet, type Motion, MotionForce, type ParticipantId, VoteMethod, MeetingPhase } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Field } from "../../widgets/field";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { ReportLine } from "../officer/report_sheet";
import { Result } from "../vote/result";
import { openAct } from "./acts";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { HallVoters } from "./hall_voters";
import { Kind } from "./motions";
import { papersOf } from "../../core/papers_out";
import { consequence, presetTitle } from "./rule_words";
import { canRevote } from "./revote_sheet";
import { CollectTime, Limits, officersMissing, OfficersCheck, TermsChecks } from "./secret_opening";

function Check({ ok, title, words }: { ok: boolean; title: string; words: string }): JSX.Element {
  return (
    <li class={ok ? undefined : "checks__short"}>
      <Icon name={ok ? "counted" : "warning"} />
      <span>
        <b>{title}</b>
        <br />
        <span class="small muted">{words}</span>
      </span>
    </li>
  );
}

export function OpenVoteSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const seconds = useSignal(120);
  const effect = consequence(motion.preset);
  const collect = useSignal(60);
  const other = runningMotion.value;
  const binding = decides(motion);
  const selfSheet = motion.force === MotionForce.APPRAISAL && motion.sheet === AppraisalSheet.SELF;
  const secret = motion.method === VoteMethod.SECRET;
  const opened = meeting.value?.phase === MeetingPhase.OPEN;
  const inHall = countsInHall(motion);
  const hall = useSignal<readonly ParticipantId[]>(
    inHall && hasCounters(meeting.value, motion) ? withoutPhone(candidatesOfHall(meeting.value, motion)) : [],
  );
  const short = binding && effect?.asksQuorum && !effect.quorum.met;
  const why = !opened
    ? t("console.not_open_yet")
    : other !== null
      ? t("console.other_vote", { title: other.title })
      : short
        ? effect.quorumTitle
        : officersMissing(motion);
  return (
    <Sheet
      title={motion.title}
      onClose={back}
      head={
        <span class="motion-kind">
          <Kind motion={motion} />
          {binding && <span class="small muted">{presetTitle(motion.preset)}</span>}
        </span>
      }
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={back}>
              {t("console.not_now")}
            </Button>
            <Button
              size="lg"
              kind="force"
              unavailable={asking.busy ? t("console.sending") : why}
              onPress={() =>
                asking.ask(
                  "OpenMotion",
                  {
                    motion_id: motion.motion_id,
                    seconds: seconds.value,
                    collect_seconds: secret ? collect.value : 0,
                    hall_voters: [...hall.value],
                  },
                  back,
                )
              }
            >
              {t("console.open_vote")}
            </Button>
          </div>
        </>
      }
    >
      {motion.text !== "" && <p class="motion-text">{motion.text}</p>}
      {effect !== null && (
        <ul class="checks">
          {binding && <Check ok={!short} title={effect.quorumTitle} words={effect.quorumWords} />}
          {takesThree(motion) && <Check ok title={effect.passTitle} words={effect.passWords} />}
          {motion.force === MotionForce.ELECTION && <TermsChecks motion={motion} />}
          {motion.force === MotionForce.ELECTION && <Check ok title={t("console.elect_title")} words={effect.passWords} />}
          {motion.force === MotionForce.ELECTION && <OfficersCheck motion={motion} />}
          {motion.force === MotionForce.APPRAISAL && (
            <Check ok title={t(`console.sheet_${motion.sheet}`)} words={t(`console.sheet_${motion.sheet}_means`)} />
          )}
          {!selfSheet && <Check ok={effect.quorum.present > 0} title={effect.papersTitle} words={effect.papersWords} />}
          {motion.force === MotionForce.POLL && (
            <Check
              ok
              title={t("console.poll_no_force")}
              words={motion.max_choices > 1 ? t("console.poll_choices", { n: motion.max_choices }) : t("console.poll_one")}
            />
          )}
        </ul>
      )}
      {inHall && (
        <HallVoters
          motion={motion}
          chosen={hall.value}
          onChange={(chosen) => {
            hall.value = chosen;
          }}
        />
      )}
      {secret && (
        <CollectTime
          value={collect.value}
          onChoose={(value) => {
            collect.value = value;
          }}
        />
      )}
      <ChoiceRow
        name="seconds"
        legend={t(secret ? "console.how_long_voting" : "console.how_long")}
        value={String(seconds.value)}
        onChoose={(value) => {
          seconds.value = Number(value);
        }}
        options={[
          ["60", t("console.minutes", { n: 1 })],
          ["120", t("console.minutes", { n: 2 })],
          ["300", t("console.minutes", { n: 5 })],
          ["0", t("console.no_limit")],
        ]}
      />
      <p class="small muted">{t(seconds.value === 0 ? "console.until_closed" : "console.until_time")}</p>
      {motion.method === VoteMethod.NAMED && <p class="small muted">{t("console.named_words")}</p>}
      {secret && <Limits entitled={effect?.quorum.entitled ?? 0} />}
    </Sheet>
  );
}

/** Ending before all have voted: who is missing is counted, never named. */
export function CloseVoteSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const { issued, returned } = papersOf(motion);
  const missing = Math.max(0, issued - returned);
  const unsigned = waitsForHall(motion);
  return (
    <Sheet
      title={t("console.close_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.keep_voting")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              unavailable={
                asking.busy
                  ? t("console.sending")
                  : unsigned
                    ? t(motion.paper_count === null ? "console.count_first" : "console.sign_first")
                    : undefined
              }
              onPress={() => asking.ask("CloseMotion", { motion_id: motion.motion_id }, back)}
            >
              {t("console.close_now")}
            </Button>
          </div>
        </>
      }
    >
      <p class="strong">{motion.title}</p>
      <p>
        {missing > 0
          ? t(motion.method === VoteMethod.SECRET ? "console.close_missing_secret" : "console.close_missing", { n: missing, returned })
          : t("console.close_all", { returned })}
      </p>
      <p class="small muted">{t("console.close_words")}</p>
    </Sheet>
  );
}

export function PublishSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  return (
    <Sheet
      title={motion.title}
      onClose={back}
      head={
        <Chip tone="pending" icon="pending">
          {t("console.counted_not_published")}
        </Chip>
      }
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={back}>
              {t("console.not_yet")}
            </Button>
            <Button
              size="lg"
              kind="force"
              unavailable={asking.busy ? t("console.sending") : undefined}
              onPress={() => asking.ask("PublishMotion", { motion_id: motion.motion_id }, back)}
            >
              {t("console.publish")}
            </Button>
          </div>
          <p class="sheet__foot-note">{t(motion.method === VoteMethod.NAMED ? "console.publish_named" : "console.publish_words")}</p>
          {canRevote(motion) && (
            <Button kind="quiet" block onPress={() => openAct({ kind: "revote", motion: motion.motion_id })}>
              {t("console.revote")}
            </Button>
          )}
        </>
      }
    >
      <ReportLine motion={motion} />
      <Result motion={motion} />
    </Sheet>
  );
}

export function WithdrawSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const reason = useSignal("");
  return (
    <Sheet
      title={t("console.withdraw_title")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.keep_it")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              onPress={() => asking.ask("WithdrawMotion", { motion_id: motion.motion_id, reason: reason.value.trim() }, back)}
            >
              {t("console.withdraw")}
            </Button>
          </div>
        </>
      }
    >
      <p class="strong">{motion.title}</p>
      <p class="small muted">{t(motion.returned > 0 ? "console.withdraw_cast" : "console.withdraw_words")}</p>
      <Field
        id="withdraw-reason"
        label={t("console.reason")}
        hint={t("console.optional")}
        value={reason.value}
        onInput={(value) => {
          reason.value = value;
        }}
      />
    </Sheet>
  );
}
