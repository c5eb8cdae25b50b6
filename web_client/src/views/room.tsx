/** The live room of a member: top bar, banners, the stage or chat or people, composer, dock. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../core/i18n";
import { myRoom, sharer, votingMotion } from "../core/selectors";
import { meeting, media } from "../core/store";
import { HALL } from "../wire/messages";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Banners } from "./banners";
import { Composer, composing, Messages, Peek } from "./chat";
import { chatInside, chatShown, wide } from "./chat_reading";
import { deferredSheets } from "./deferred_sheets";
import { FloorBar } from "./floor_bar";
import { keyboardOpen } from "./keyboard";
import { back, go, layout } from "./layout";
import { People } from "./people";
import { Pictures } from "./pictures";
import { RoomDock } from "./room_dock";
import { SharedPage } from "./shared_page";
import { Talkers } from "./talkers";
import { StatusLine, TopBar } from "./top_bar";

/** Where one is, when it is not the hall: nobody should wonder why it is quiet. */
function GroupRoom(): JSX.Element | null {
  const room = myRoom.value;
  if (room === null || room.room_id === HALL) return null;
  const inside = Object.values(meeting.value?.participants ?? {}).filter((p) => p.present && p.room_id === room.room_id).length;
  return (
    <p class="room__where rowx small">
      <Chip tone="on" icon="rooms">
        {room.title}
      </Chip>
      <span class="muted">{t("room.group_room_words", { n: inside })}</span>
    </p>
  );
}

function Stage(): JSX.Element {
  const inside = chatInside.value;
  const beside = wide.value;
  const most = sharer.value !== null || meeting.value?.shown ? 3 : beside ? 9 : 4;
  const sheets = deferredSheets.value;
  const onlyText = !media.value.available || media.value.profile === "text" || myRoom.value?.kind === "text";
  return (
    <main class={inside && !beside ? "room room--chat" : "room"}>
      <GroupRoom />
      {onlyText && (
        <p class="room__where rowx small">
          <Chip icon="text">{t("room.text_only")}</Chip>
          <span class="muted">{t(media.value.available ? "room.text_only_words" : "room.no_media")}</span>
        </p>
      )}
      <SharedPage />
      {inside ? !onlyText && <Talkers most={beside ? 8 : 4} /> : <Pictures most={most} />}
      {sheets && <sheets.CaptionBar />}
      <FloorBar />
      {inside && !beside && <Messages />}
      {!inside && !beside && <Peek onOpen={() => go({ panel: "chat" })} />}
    </main>
  );
}

function PanelTitle({ words }: { words: string }): JSX.Element {
  return (
    <div class="panel-title rowx rowx--nowrap">
      <Button kind="quiet" icon="back" label={t("room.back_to_stage")} onPress={back} />
      <h2>{words}</h2>
    </div>
  );
}

export function Room(): JSX.Element {
  const { panel } = layout.value;
  const beside = wide.value;
  const onlyPanel = !beside && panel !== "stage";
  const keyboard = keyboardOpen.value && composing.value;
  useEffect(() => {
    document.title = meeting.value === null ? "" : `${t(votingMotion.value === null ? "room.page" : "vote.page")} · ${meeting.value.title}`;
  });
  return (
    <div class={`screen screen--fixed ${beside ? "screen--room-wide" : "screen--narrow"}${keyboard ? " screen--keyboard" : ""}`}>
      <TopBar />
      <StatusLine />
      <Banners />
      {!onlyPanel && <Stage />}
      {onlyPanel && panel === "chat" && (
        <main class="room room--chat room--panel room--talk">
          <PanelTitle words={t("room.chat")} />
          <FloorBar />
          <Messages />
        </main>
      )}
      {onlyPanel && panel === "people" && (
        <main class="room room--panel room--people">
          <PanelTitle words={t("room.people")} />
          <People />
        </main>
      )}
      {beside && (
        <aside class="room__side" aria-label={t(panel === "people" ? "room.people" : "room.chat")}>
          {panel === "people" ? (
            <div class="room__side-body">
              <People />
            </div>
          ) : (
            <>
              <div class="room__side-body">
                <Messages />
              </div>
              <Composer />
            </>
          )}
        </aside>
      )}
      {!beside && chatShown.value && <Composer />}
      <RoomDock />
    </div>
  );
}
