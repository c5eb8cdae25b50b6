/** The chat of the hall and of the group rooms, and its moderation. */
import { CHAT_KEPT } from "../../wire/messages";
import type { Steps } from "./fold";

export const chat: Steps<"ChatPosted" | "ChatRemoved" | "ChatPaused"> = {
  ChatPosted(state, { message_id, room_id, author_id, text, audience, withheld_from }, at) {
    const here = state.chat.filter((m) => m.room_id === room_id);
    const kept = here.length >= CHAT_KEPT ? state.chat.filter((m) => m !== here[0]) : state.chat;
    return {
      ...state,
      chat: [...kept, { message_id, room_id, author_id, posted_at: at, text, audience, withheld_from, removed_by: null }],
    };
  },
  ChatRemoved(state, { message_id, removed_by }) {
    return { ...state, chat: state.chat.map((m) => (m.message_id === message_id ? { ...m, text: "", removed_by } : m)) };
  },
  ChatPaused: (state, { paused }) => ({ ...state, chat_paused: paused }),
};
