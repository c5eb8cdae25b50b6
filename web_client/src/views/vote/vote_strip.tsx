/** A vote whose sheet was put aside stays at the top of the room, one tap away. */
import type { JSX } from "preact";
import { ownPapers } from "../../core/ballot/kept";
import { batchOf, placeOf, waitsForMe } from "../../core/batch";
import { second, secondsLeft } from "../../core/clock";
import { countdown, t } from "../../core/i18n";
import { ballotOf, isElector, motions } from "../../core/selectors";
import { type Motion, MotionPhase, VoteMethod } from "../../wire/messages";
import { Banner } from "../../widgets/banner";
import { Button } from "../../widgets/button";
import { openSheet } from "../layout";
import { bringBack, putAside } from "./paper";

/** A batch: how many are filled in, and the list to go back to. */
function Several({ batch }: { batch: readonly Motion[] }): JSX.Element {
  const mine = batch.filter(isElector);
  const left = mine.filter(waitsForMe).length;
  const words =
    mine.length === 0
      ? t("vote.strip_watch")
      : left === 0
        ? t("vote.strip_all_sent", { of: mine.length })
        : t("vote.strip_some_left", { of: mine.length, n: left });
  const ends = batch.find((one) => one.phase === MotionPhase.VOTING)?.closes_at ?? null;
  void second.value;
  return (
    <Banner
      tone={mine.length === 0 ? "on" : left === 0 ? "counted" : "pending"}
      icon="ballot"
      title={words}
      act={
        <Button kind={left === 0 ? "plain" : "primary"} onPress={() => openSheet({ name: "results" })}>
          {t("vote.see_list")}
        </Button>
      }
    >
      {ends === null ? "" : t("vote.strip_left", { time: countdown(secondsLeft(ends)) })}
    </Banner>
  );
}

export function VoteStrip(): JSX.Element | null {
  const aside = motions.value.find(
    (m) =>
      (m.phase === MotionPhase.VOTING || (m.phase === MotionPhase.COLLECTING && m.method === VoteMethod.SECRET)) &&
      [...putAside.value].some((key) => key.startsWith(`${m.motion_id}:`)),
  );
  if (aside === undefined) return null;
  if (placeOf(aside) !== null) return <Several batch={batchOf(aside)} />;
  void second.value;
  const own = ownPapers.value[aside.motion_id]?.state;
  const counted = (aside.method === VoteMethod.SECRET ? own : ballotOf(aside.motion_id).state) === "counted";
  const collecting = aside.phase === MotionPhase.COLLECTING;
  const words = counted
    ? "vote.strip_counted"
    : !isElector(aside)
      ? "vote.strip_watch"
      : collecting
        ? "vote.strip_collecting"
        : own === "casting"
          ? "vote.strip_casting"
          : own === "not_collected"
            ? "vote.strip_no_paper"
            : "vote.strip_open";
  const time = aside.closes_at === null || collecting ? "" : t("vote.strip_left", { time: countdown(secondsLeft(aside.closes_at)) });
  return (
    <Banner
      tone={counted ? "counted" : isElector(aside) ? "pending" : "on"}
      icon="ballot"
      title={t(words)}
      act={
        <Button kind={counted || !isElector(aside) ? "plain" : "primary"} onPress={() => bringBack(aside.motion_id)}>
          {t(counted ? "vote.see_slip" : "vote.open_sheet")}
        </Button>
      }
    >
      {aside.title} {time}
    </Banner>
  );
}
