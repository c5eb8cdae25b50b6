/** Words for standing, role and meeting kinds, and the sentence for a refusal. */
import { has, t } from "../core/i18n";
import type { Participant } from "../wire/messages";

export function standingOf(person: Participant): string {
  return t(`room_people.standing_${person.standing}`);
}

/** 主持, 记录; nothing for members. */
export function roleOf(person: Participant): string {
  if (person.kind === "hall_camera") return t("room_people.hall_camera");
  return person.role === "chair" || person.role === "secretary" ? t(`room_people.role_${person.role}`) : "";
}

/** The sentence of a refusal, with its figures. */
export function refusalWords(code: string, detail: Readonly<Record<string, number | string>> = {}): string {
  const key = `errors.${code}`;
  return has(key) ? t(key, detail) : t("states.refused", { code });
}
