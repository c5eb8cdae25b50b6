/** How the connection of a person is doing, in a word. */
import { t } from "../core/i18n";
import { connection, media, networks, you } from "../core/store";
import type { ParticipantId } from "../wire/messages";

export type Level = 0 | 1 | 2 | 3;
const WORDS = ["room.net_gone", "room.net_weak", "room.net_fair", "room.net_good"] as const;

export function networkWord(level: Level): string {
  return t(WORDS[level]);
}

/** 3 good, 2 fair, 1 weak, 0 gone: of this phone as it and the server know it, of others as the server says. */
export function networkOf(id: ParticipantId): Level {
  if (id !== you.value?.participant_id) return networks.value[id] ?? 3;
  return connection.value.phase !== "live" ? 0 : (media.value.quality ?? 3);
}
