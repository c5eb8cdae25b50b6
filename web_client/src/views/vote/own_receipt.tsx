/** One's own receipt of a secret vote, re-opened: counted, and checked against the sealed bulletin by this phone itself. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../../core/actions";
import { headWords, ownPapers } from "../../core/ballot/kept";
import { clockTime, t } from "../../core/i18n";
import { isElector } from "../../core/selectors";
import type { Motion } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { chosenWords } from "./choices";

export function OwnReceipt({ motion }: { motion: Motion }): JSX.Element | null {
  const busy = useSignal(false);
  const own = ownPapers.value[motion.motion_id];
  if (!isElector(motion)) return null;
  if (own === undefined || own.stub === "")
    return (
      <p class="rowx">
        <Chip icon="info">{t("vote.no_receipt")}</Chip>
      </p>
    );
  const look = (): void => {
    busy.value = true;
    void actions()
      .recheckBallot(motion.motion_id)
      .finally(() => {
        busy.value = false;
      });
  };
  return (
    <section class="card card--line stack stack--s receipt" aria-label={t("vote.receipt")}>
      <p class="rowx">
        {own.bulletin === "in" ? (
          <Chip tone="counted" icon="counted">
            {t("vote.in_bulletin")}
          </Chip>
        ) : own.bulletin === "out" ? (
          <Chip tone="weak" icon="warning">
            {t("vote.not_in_bulletin")}
          </Chip>
        ) : own.state === "counted" ? (
          <Chip tone="counted" icon="check">
            {t("vote.counted")}
          </Chip>
        ) : (
          <Chip tone="pending" icon="pending">
            {t("vote.not_counted")}
          </Chip>
        )}
      </p>
      <p class="small">
        {t(
          own.bulletin === "in"
            ? "vote.in_bulletin_words"
            : own.bulletin === "out"
              ? own.state === "counted"
                ? "vote.out_with_receipt"
                : "vote.out_without_receipt"
              : "vote.bulletin_later",
        )}
      </p>
      <dl class="kv">
        <dt>{t("vote.your_choice")}</dt>
        {own.choices.length > 0 ? <dd class="strong">{chosenWords(motion, own.choices)}</dd> : <dd>{t("vote.choice_gone")}</dd>}
        <dt>{t("vote.stub")}</dt>
        <dd class="mono">{own.stub}</dd>
        {own.checked_at !== null && (
          <>
            <dt>{t("vote.checked_at")}</dt>
            <dd>{clockTime(own.checked_at)}</dd>
          </>
        )}
        {own.head !== "" && (
          <>
            <dt>{t("vote.record_head")}</dt>
            <dd class="mono small">{headWords(own.head)}</dd>
          </>
        )}
      </dl>
      {motion.root !== "" && (
        <Button icon="reload" unavailable={busy.value ? t("vote.checking") : undefined} onPress={look}>
          {t("vote.check_again")}
        </Button>
      )}
      <p class="tiny muted">{t("vote.receipt_only_here")}</p>
    </section>
  );
}
