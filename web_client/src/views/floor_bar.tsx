/** Who has the floor and for how long; one's own floor, and one's own place in the queue. */
import type { JSX } from "preact";
import { actions, send } from "../core/actions";
import { second, secondsLeft } from "../core/clock";
import { countdown, t } from "../core/i18n";
import { floor, hands, hears, myFloor, nameOf, queuePlace } from "../core/selectors";
import { meeting, you } from "../core/store";
import type { Floor } from "../wire/messages";
import { Avatar } from "../widgets/avatar";
import { Bar } from "../widgets/bar";
import { Button } from "../widgets/button";
import { useSpokenSeconds } from "../widgets/countdown";
import { Icon } from "../widgets/icon";
import { loweredWithUndo } from "./hand";

function queueWords(): string {
  const waiting = hands.value.length;
  return waiting === 0 ? t("room.queue_none") : t("room.queue_waiting", { n: waiting });
}

function Time({ held }: { held: Floor }): JSX.Element | null {
  const left = held.ends_at === null ? 0 : secondsLeft(held.ends_at);
  useSpokenSeconds(left, (n) => t("room.floor_seconds", { n, name: nameOf(held.participant_id) }));
  if (held.ends_at === null) return null;
  const total = (held.ends_at - held.granted_at) / 1000;
  return (
    <>
      <p class="floor__time" role="timer">
        <span class="sr">{t("room.left")} </span>
        {countdown(left)}
      </p>
      <Bar part={left} whole={total} fill={left <= 30 ? "pending" : "on"} />
    </>
  );
}

function OwnFloor({ held }: { held: Floor }): JSX.Element {
  const mine = you.value?.participant_id ?? "";
  const open = hears(mine);
  const seconds = held.ends_at === null ? null : Math.round((held.ends_at - held.granted_at) / 1000);
  return (
    <section class="floor floor--own" aria-label={t("room.floor")}>
      <Icon name="mic" size="l" />
      <p class="floor__who">
        <b>{t("room.your_floor")}</b>
        <span>
          {seconds === null ? t("room.floor_no_limit") : t("room.floor_given", { time: countdown(seconds) })}
          {open ? "" : ` · ${t("room.floor_mic_off")}`}
        </span>
      </p>
      <Time held={held} />
      <div class="floor__acts">
        {!open && (
          <Button kind="primary" icon="mic" onPress={() => void actions().openMicrophone()}>
            {t("room.open_mic")}
          </Button>
        )}
        <Button onPress={() => void send("EndFloor", {})}>{t("room.give_back")}</Button>
      </div>
    </section>
  );
}

export function FloorBar(): JSX.Element | null {
  const held = floor.value;
  const own = myFloor.value;
  const place = queuePlace.value;
  if (meeting.value === null) return null;
  void second.value; // the time left moves
  return (
    <>
      {own !== null && <OwnFloor held={own} />}
      {own === null && held !== null && (
        <section class="floor" aria-label={t("room.floor")}>
          <Avatar id={held.participant_id} name={nameOf(held.participant_id)} />
          <p class="floor__who">
            <b>{t("room.floor_of", { name: nameOf(held.participant_id) })}</b>
            <span>
              {held.ends_at === null
                ? t("room.floor_no_limit")
                : t("room.floor_given", { time: countdown(Math.round((held.ends_at - held.granted_at) / 1000)) })}
              {t("room.comma")}
              {queueWords()}
            </span>
          </p>
          <Time held={held} />
        </section>
      )}
      {place > 0 && (
        <section class="floor floor--queue" aria-label={t("room.my_hand")}>
          <Icon name="hand" />
          <p class="floor__who">
            <b>{t("room.hand_up")}</b>
            <span>{place === 1 ? t("room.queue_first") : t("room.queue_place", { n: place - 1 })}</span>
          </p>
          <Button kind="soft" onPress={loweredWithUndo}>
            {t("room.lower_hand")}
          </Button>
        </section>
      )}
    </>
  );
}
