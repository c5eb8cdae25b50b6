/** The sound-only layout: who speaks now, in words and bars; and who shares a screen that is not being received. */
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { floor, sharer } from "../core/selectors";
import { media, ownLevel } from "../core/store";
import { Avatar } from "../widgets/avatar";
import { Button } from "../widgets/button";
import { Icon } from "../widgets/icon";
import { Level } from "../widgets/level";
import { roleOf } from "./names";
import { seats, type Seat } from "./seating";

function stateWords(seat: Seat): string {
  if (seat.speaking) return t("room.speaking");
  if (floor.value?.participant_id === seat.person.participant_id) return t("room.has_floor");
  return roleOf(seat.person) || t(seat.micOn ? "room.mic_on" : "room.mic_off");
}

function Talker({ seat }: { seat: Seat }): JSX.Element {
  const { person } = seat;
  const loud = seat.own ? ownLevel.value : seat.speaking ? 0.8 : 0;
  return (
    <div class={seat.speaking ? "talker talker--speaking" : "talker"}>
      <Avatar id={person.participant_id} name={person.name} size="s" />
      <p class="grow">
        <span class="row__title talker__name">
          {person.name}
          {seat.own ? `（${t("room.you")}）` : ""}
        </span>
        <span class="row__sub talker__state">{stateWords(seat)}</span>
      </p>
      {seat.micOn ? <Level loud={loud} /> : <Icon name="micOff" size="s" />}
    </div>
  );
}

export function Talkers({ most }: { most: number }): JSX.Element {
  const shown = seats(12)
    .filter((seat) => seat.micOn || seat.speaking || roleOf(seat.person) !== "")
    .slice(0, most);
  const who = sharer.value;
  const pictures = media.value.available && media.value.profile === "audio" && !media.value.pictureHeld;
  return (
    <>
      {shown.length > 0 && (
        <section class="talkers" aria-label={t("room.talkers")}>
          {shown.map((seat) => (
            <Talker key={seat.person.participant_id} seat={seat} />
          ))}
        </section>
      )}
      {who !== null && (
        <div class="card card--line rowx room__shared-note">
          <Icon name="screen" />
          <p class="grow small">{t("room.screen_of", { name: who.name })}</p>
          {pictures && (
            <Button kind="soft" onPress={() => actions().chooseProfile("video")}>
              {t("room.show_pictures")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
