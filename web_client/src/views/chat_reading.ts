/** Which messages were seen on this phone, and whether the chat is in sight. */
import { computed, signal } from "@preact/signals";
import { myRoom, chat } from "../core/selectors";
import { media, you } from "../core/store";
import { layout } from "./layout";

/** Wide enough for the chat to stand beside the room. */
export const wide = signal(false);

/** Follow the width of the window; returns how to stop. */
export function followWidth(): () => void {
  const query = matchMedia("(min-width: 1000px)");
  const onChange = (): void => {
    wide.value = query.matches;
  };
  onChange();
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

/** Sound-only and words-only rooms have the chat inside. */
export const chatInside = computed(() => {
  const { available, profile, pictureHeld } = media.value;
  return !available || profile !== "video" || pictureHeld || myRoom.value?.kind === "text" || myRoom.value?.kind === "voice";
});
export const chatShown = computed(() => {
  const panel = layout.value.panel;
  return panel === "chat" || (panel === "stage" && (wide.value || chatInside.value));
});

const seen = signal<ReadonlySet<string> | null>(null);

/** The messages in sight are read. The first look of a page reads what was there before. */
export function readAll(): void {
  seen.value = new Set(chat.value.map((message) => message.message_id));
}

export const unread = computed(() => {
  const known = seen.value;
  if (known === null || chatShown.value) return 0;
  const me = you.value?.participant_id;
  return chat.value.filter((m) => m.author_id !== me && m.removed_by === null && !known.has(m.message_id)).length;
});
