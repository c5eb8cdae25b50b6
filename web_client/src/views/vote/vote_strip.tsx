/** A vote whose sheet was put aside stays at the top of the room, one tap away. */
import type { JSX } from "preact";
import { ownPapers } from "../../core/ballot/kept";
import { second, secondsLeft } from "../../core/clock";
import { countdown, t } from "../../core/i18n";
import { ballotOf, isElector, motions } from "../../core/selectors";
import { Banner } from "../../widgets/banner";
import { Button } from "../../widgets/button";
import { bringBack, putAside } from "./paper";

export function VoteStrip(): JSX.Element | null {
  const aside = motions.value.find((m) => (m.phase === "voting" || (m.phase === "collecting" && m.method === "secret")) && [...putAside.value].some((key) => key.startsWith(`${m.motion_id}:`)));
  if (aside === undefined) return null;
  void second.value;
  const own = ownPapers.value[aside.motion_id]?.state;
  const counted = (aside.method === "secret" ? own : ballotOf(aside.motion_id).state) === "counted";
  const collecting = aside.phase === "collecting";
  const words = counted ? "vote.strip_counted" : !isElector(aside) ? "vote.strip_watch" : collecting ? "vote.strip_collecting" : own === "casting" ? "vote.strip_casting" : own === "not_collected" ? "vote.strip_no_paper" : "vote.strip_open";
  const time = aside.closes_at === null || collecting ? "" : t("vote.strip_left", { time: countdown(secondsLeft(aside.closes_at)) });
  return (
    <Banner
      tone={counted ? "counted" : isElector(aside) ? "pending" : "on"} icon="ballot" title={t(words)}
      act={<Button kind={counted || !isElector(aside) ? "plain" : "primary"} onPress={() => bringBack(aside.motion_id)}>{t(counted ? "vote.see_slip" : "vote.open_sheet")}</Button>}
    >
      {aside.title} {time}
    </Banner>
  );
}
