/** The dock of the room: hand, chat, microphone, people, more. */
import type { JSX } from "preact";
import { t } from "../core/i18n";
import { handRaised, hands } from "../core/selectors";
import { media, type DeviceState } from "../core/store";
import { Dock, DockButton } from "../widgets/dock";
import { chatShown, unread } from "./chat_reading";
import { toggleHand } from "./hand";
import { back, go, layout, openSheet } from "./layout";
import { toggleMicrophone } from "./microphone";
import { iRun } from "../core/permissions";

const MIC_WORDS: Readonly<Record<DeviceState, string>> = {
  off: "room.mic_off",
  opening: "room.mic_opening",
  ready: "room.mic_held",
  open: "room.mic_on",
  interrupted: "room.mic_interrupted",
};

export function RoomDock(): JSX.Element {
  const { microphone, available, profile } = media.value;
  const silent = !available || profile === "text";
  const panel = layout.value.panel;
  const toggle = (to: "chat" | "people"): void => (panel === to ? back() : go({ panel: to }));
  const micWord = silent ? "room.mic_none" : MIC_WORDS[microphone];
  return (
    <Dock label={t("room.dock")}>
      <DockButton
        icon="hand"
        word={t(handRaised.value ? "room.hand_is_up" : "room.hand")}
        pressed={handRaised.value}
        onPress={toggleHand}
      />
      <DockButton
        icon="chat"
        word={t("room.chat")}
        current={chatShown.value}
        badge={unread.value}
        badgeWord={t("room.unread")}
        onPress={() => toggle("chat")}
      />
      <DockButton
        centre
        icon={microphone === "open" ? "mic" : "micOff"}
        word={t(micWord)}
        pressed={microphone === "open"}
        busy={microphone === "opening"}
        onPress={silent ? () => openSheet({ name: "settings" }) : toggleMicrophone}
      />
      <DockButton
        icon="people"
        word={t("room.people")}
        current={panel === "people"}
        {...(iRun.value ? { badge: hands.value.length, badgeWord: t("room.hands") } : {})}
        onPress={() => toggle("people")}
      />
      <DockButton icon="more" word={t("room.more")} onPress={() => openSheet({ name: "more" })} />
    </Dock>
  );
}
