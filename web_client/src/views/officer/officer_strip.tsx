/** A line at the top of the room for scrutineer and teller while a secret paper is out. */
import type { JSX } from "preact";
import { progress } from "../../core/ballot/kept";
import { t } from "../../core/i18n";
import { motions } from "../../core/selectors";
import { meeting, you } from "../../core/store";
import { Banner } from "../../widgets/banner";
import { Button } from "../../widgets/button";
import { openSheet } from "../layout";
import { isToSign, reportWords } from "./report_sheet";
import { MotionPhase, VoteMethod } from "../../wire/messages";

const OUT: readonly MotionPhase[] = [MotionPhase.COLLECTING, MotionPhase.VOTING, MotionPhase.SEALING];

export function OfficerStrip(): JSX.Element | null {
  const me = you.value?.participant_id;
  const office = meeting.value?.officers.some((one) => one.participant_id === me) === true;
  const motion = office
    ? motions.value.find((one) => one.method === VoteMethod.SECRET && (OUT.includes(one.phase) || isToSign(one)))
    : undefined;
  if (motion === undefined || me === undefined) return null;
  const { issued, returned } = progress.value[motion.motion_id] ?? motion;
  const count = motion.paper_count;
  const toSign = count !== null && (count.scrutineer === me || count.teller === me) && !count.signed_by.includes(me);
  if (isToSign(motion) && motion.report !== null)
    return (
      <Banner
        tone="pending"
        icon="edit"
        title={t("vote.report_to_sign")}
        act={
          <Button kind="primary" onPress={() => openSheet({ name: "officer", motion: motion.motion_id })}>
            {t("vote.look_and_sign")}
          </Button>
        }
      >
        {reportWords(motion.report)}
      </Banner>
    );
  return (
    <Banner
      tone={toSign ? "pending" : "on"}
      icon="lock"
      title={t(toSign ? "vote.to_sign" : "vote.officer")}
      act={
        <Button kind={toSign ? "primary" : "plain"} onPress={() => openSheet({ name: "officer", motion: motion.motion_id })}>
          {t(toSign ? "vote.look_and_sign" : "vote.look")}
        </Button>
      }
    >
      {t(`vote.phase_${motion.phase}`)} {t("vote.officer_line", { issued, returned })}
    </Banner>
  );
}
