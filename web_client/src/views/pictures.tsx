/** The video layout: the shared screen if there is one, then whoever speaks large and the next few beside it. */
import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { myRoom, screenSlot, sharer } from "../core/selectors";
import { media, you } from "../core/store";
import { HALL } from "../wire/messages";
import { Button } from "../widgets/button";
import { Icon } from "../widgets/icon";
import { Picture, Tile } from "../widgets/tile";
import { openSheet } from "./layout";
import { seats, type Seat } from "./seating";

function Seated({ seat }: { seat: Seat }): JSX.Element {
  const { slot, person } = seat;
  const attach = useCallback(
    (element: HTMLVideoElement | null) => {
      if (slot !== null) actions().attachVideo(slot, element);
    },
    [slot],
  );
  return (
    <button class="tile-button" type="button" onClick={() => openSheet({ name: "person", participant: person.participant_id })}>
      <Tile
        id={person.participant_id}
        name={person.name}
        attach={slot === null ? undefined : attach}
        mirror={slot === "own-camera"}
        speaking={seat.speaking}
        speakingWord={t("room.speaking")}
        micOn={seat.micOn}
        micWord={t(seat.micOn ? "room.mic_on" : "room.mic_off")}
        you={seat.own ? t("room.you") : undefined}
      />
    </button>
  );
}

/** The shared screen; a tap makes it fill the page, where it can be pinched. */
function SharedScreen(): JSX.Element | null {
  const [large, setLarge] = useState(false);
  const who = sharer.value;
  const own = media.value.screen === "open";
  const mid = own ? "own-screen" : (screenSlot.value?.mid ?? null);
  const attach = useCallback(
    (element: HTMLVideoElement | null) => {
      if (mid !== null) actions().attachVideo(mid, element);
    },
    [mid],
  );
  if (mid === null && who === null) return null;
  const name = own ? t("room.you") : (who?.name ?? "");
  return (
    <figure class={large ? "room__share room__share--large" : "room__share"}>
      <div class="tile tile--slide room__slides">
        {mid === null ? (
          <p class="room__waiting">{t("room.screen_coming")}</p>
        ) : (
          <Picture attach={attach} fit="contain" label={t("room.screen_of", { name })} />
        )}
      </div>
      <figcaption>
        <Icon name="screen" size="s" />
        <span>{own ? t("room.screen_own") : t("room.screen_of", { name })}</span>
        {own ? (
          <Button kind="quiet" onPress={() => actions().stopSharing()}>
            {t("room.stop_sharing")}
          </Button>
        ) : (
          <Button kind="quiet" pressed={large} onPress={() => setLarge(!large)}>
            {t(large ? "room.screen_smaller" : "room.screen_larger")}
          </Button>
        )}
      </figcaption>
    </figure>
  );
}

export function Pictures({ most }: { most: number }): JSX.Element {
  const shown = seats(most);
  const alone = shown.length === 1 && shown[0]?.person.participant_id === you.value?.participant_id;
  return (
    <>
      <SharedScreen />
      <div class={`room__tiles room__tiles--${Math.min(shown.length, 9)}`}>
        {shown.map((seat) => (
          <Seated key={seat.person.participant_id} seat={seat} />
        ))}
      </div>
      {alone && <p class="small muted room__hint">{t(myRoom.value?.room_id === HALL ? "room.alone" : "room.alone_group")}</p>}
    </>
  );
}
