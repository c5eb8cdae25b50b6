/** Words in the member's language, out of the catalogue shared with the server's pages. */
import { signal } from "@preact/signals";

export type Language = "zh-CN" | "en";
type Tree = { readonly [key: string]: string | Tree };

export const language = signal<Language>("zh-CN");
const catalogue = signal<Tree>({});

/** Add areas of a catalogue; a new language replaces what was there. */
export function addCatalogue(lang: Language, areas: Record<string, unknown>): void {
  const merged: Record<string, string | Tree> = { ...(lang === language.peek() ? catalogue.peek() : {}) };
  for (const [name, area] of Object.entries(areas as Tree)) {
    const before = merged[name];
    merged[name] = typeof before === "object" && typeof area === "object" ? { ...before, ...area } : area; // errors come in two parts
  }
  catalogue.value = merged;
  language.value = lang;
}

function find(key: string): string | undefined {
  let node: string | Tree | undefined = catalogue.value;
  for (const part of key.split(".")) {
    if (node === undefined || typeof node === "string") return undefined;
    node = node[part];
  }
  return typeof node === "string" ? node : undefined;
}

/** Whether the catalogue has `key`. */
export function has(key: string): boolean {
  return find(key) !== undefined;
}

/** `{n}`, or ICU's `{n, plural, one {1 vote} other {# votes}}`: the server's pages read the same (`web/site/catalogue.py`). */
const HOLE = /\{(\w+)(?:, plural, one \{([^{}]*)\} other \{([^{}]*)\})?\}/g;

/** The sentence at `key` ("room.leave"), with `{name}` filled in. An unknown key shows itself, so that it is noticed. */
export function t(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  const words = find(key);
  if (words === undefined) return key;
  return words.replace(HOLE, (all, name: string, one?: string, other?: string) => {
    if (!(name in values)) return all;
    const value = String(values[name]);
    if (one === undefined || other === undefined) return value;
    return value === "1" ? one : other.replace("#", value);
  });
}

/** Meetings are held, and their records kept, in this time: the room says what the pages say, wherever the phone is. */
const timeZone = "Asia/Shanghai";

/** 19:47 */
export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString(language.value, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone });
}

/** 11月24日周二 */
export function day(at: number): string {
  return new Date(at).toLocaleDateString(language.value, { month: "long", day: "numeric", weekday: "short", timeZone });
}

/** What to say where a time stands, on a phone whose own clock shows another; otherwise nothing. */
export function zoneNote(): string {
  return new Date().getTimezoneOffset() === -480 ? "" : t("room.beijing_time");
}

/** 1:48, or 1:02:09 from an hour on. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest.replace(/^0(\d)/, "$1");
}

/** Whole minutes between two moments, at least 0. */
export function minutesBetween(since: number, until: number): number {
  return Math.max(0, Math.floor((until - since) / 60_000));
}

/** Names joined as the language does it. */
export function list(names: readonly string[]): string {
  return names.join(language.value === "en" ? ", " : "、");
}
