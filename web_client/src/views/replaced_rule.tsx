/** Tells whoever runs the meeting, before it opens, that its rule was replaced; one tap takes the new one. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { boot, meeting } from "../core/store";
import { Banner } from "../widgets/banner";
import { Button } from "../widgets/button";
import { MeetingPhase } from "../wire/messages";

const failed = signal(false);

export function ReplacedRule(): JSX.Element | null {
  const replaced = boot.value?.replaced;
  // the new schedule arrives as any change of it does, and with it the banner goes
  if (!replaced || meeting.value?.phase !== MeetingPhase.CONVENED || meeting.value.preset.preset_id !== replaced.preset_id) return null;
  const take = async (): Promise<void> => {
    failed.value = !(await actions().takeRuleInForce());
  };
  return (
    <Banner
      tone="pending"
      icon="warning"
      title={t("states.rule_replaced")}
      act={
        <Button kind="primary" onPress={() => void take()}>
          {t("states.rule_take")}
        </Button>
      }
    >
      {replaced.words} {failed.value ? t("states.rule_not_taken") : t("states.rule_replaced_how")}
    </Banner>
  );
}
