/** A line at the top of the room for scrutineer and teller while a secret paper is out, or the hall is counted. */
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { papersOf } from "../../core/papers_out";
import { motions } from "../../core/selectors";
import { meeting, you } from "../../core/store";
import { Banner } from "../../widgets/banner";
import { Button } from "../../widgets/button";
import { openSheet } from "../layout";
import { isToSign, reportWords } from "./report_sheet";
import { type Motion, MotionPhase, VoteMethod } from "../../wire/messages";

const OUT: readonly MotionPhase[] = [MotionPhase.COLLECTING, MotionPhase.VOTING, MotionPhase.SEALING];

export function OfficerStrip(): JSX.Element | null {
  const me = you.value?.participant_id;
  const office = meeting.value?.officers.some((one) => one.participant_id === me) === true;
  const counts = (one: Motion): boolean => one.paper_count?.scrutineer === me || one.paper_count?.teller === me;
  const signs = (one: Motion): boolean => me !== undefined && counts(one) && one.paper_count?.signed_by.includes(me) === false;
  const watches = (one: Motion): boolean => counts(one) || (office && (one.method === VoteMethod.SECRET || one.hall_voters.length > 0));
  const out = motions.value.filter((one) => OUT.includes(one.phase));
  const motion =
    out.find(signs) ??
    motions.value.find((one) => (OUT.includes(one.phase) && watches(one)) || (office && one.method === VoteMethod.SECRET && isToSign(one)));
  if (motion === undefined || me === undefined) return null;
  const { issued, returned } = papersOf(motion);
  const toSign = signs(motion);
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
      icon={motion.method === VoteMethod.SECRET ? "lock" : "ballot"}
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
