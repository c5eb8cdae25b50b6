/** Words: found by key, filled in, and the same keys in both languages for every area the client uses. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { secondsLeft } from "../src/core/clock";
import { addCatalogue, clockTime, countdown, day, has, list, t, zoneNote } from "../src/core/i18n";
import { reasonOf } from "../src/media/devices";

const folder = resolve(import.meta.dirname, "../../meeting_server/web/locales");
const catalogue = (language: string) =>
  JSON.parse(readFileSync(resolve(folder, `${language}.json`), "utf8")) as Record<string, Record<string, string>>;

describe("words", () => {
  it("fill in what is named and leave the rest", () => {
    addCatalogue("zh-CN", { room: { queue: "后面还有 {n} 人，{m}" } });
    expect(t("room.queue", { n: 2 })).toBe("后面还有 2 人，{m}");
  });

  it("give a number its plural form", () => {
    addCatalogue("en", { console: { amended_n: "Changed {n, plural, one {once} other {# times}}" } });
    expect([0, 1, 2].map((n) => t("console.amended_n", { n }))).toEqual(["Changed 0 times", "Changed once", "Changed 2 times"]);
  });

  it("show an unknown key, so that it is noticed", () => {
    expect([t("room.no_such"), has("room.no_such")]).toEqual(["room.no_such", false]);
  });

  it("replace the catalogue when the language changes, and add areas when it stays", () => {
    addCatalogue("en", { room: { leave: "Leave" } });
    addCatalogue("en", { console: { more: "More" } });
    expect([t("room.leave"), t("console.more"), t("room.queue")]).toEqual(["Leave", "More", "room.queue"]);
    expect(list(["a", "b"])).toBe("a, b");
  });

  it.each([
    [0, "0:00"],
    [42, "0:42"],
    [108, "1:48"],
    [725, "12:05"],
    [3729, "1:02:09"],
    [-3, "0:00"],
  ] as const)("count %i seconds down as %s", (seconds, shown) => {
    expect(countdown(seconds)).toBe(shown);
  });

  it("never count below nothing", () => {
    expect(secondsLeft(0)).toBe(0);
  });

  it.each(["console", "stage"])("have the same keys and placeholders in both languages: %s", (area) => {
    const [zh, en] = [catalogue("zh-CN")[area]!, catalogue("en")[area]!];
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    const holes = (words: string) =>
      [...new Set(words.replace(/, plural, one \{[^{}]*\} other \{[^{}]*\}/g, "").match(/\{\w+\}/g) ?? [])].sort();
    for (const key of Object.keys(zh)) expect(holes(en[key]!), key).toEqual(holes(zh[key]!));
  });
});

describe("times", () => {
  const here = process.env.TZ;
  afterEach(() => {
    process.env.TZ = here ?? "";
  });

  it.each([
    ["Asia/Shanghai", ""],
    ["America/New_York", "北京时间"],
  ])("are Beijing's on a phone in %s, as on the pages", (zone, note) => {
    process.env.TZ = zone;
    addCatalogue("zh-CN", { room: { beijing_time: "北京时间" } });
    const evening = Date.UTC(2026, 10, 24, 11, 47);
    expect([clockTime(evening), day(Date.UTC(2026, 10, 24, 17)), zoneNote()]).toEqual(["19:47", "11月25日周三", note]);
  });
});

describe("a capture that failed", () => {
  it.each([
    ["NotAllowedError", "Permission denied", "denied"],
    ["NotAllowedError", "Permission dismissed", "dismissed"],
    ["NotFoundError", "", "missing"],
    ["NotReadableError", "", "busy"],
    ["AbortError", "", "busy"],
    ["OverconstrainedError", "", "constrained"],
    ["SecurityError", "", "denied"],
    ["TypeError", "", "insecure"],
    ["WeirdError", "", "unsupported"],
  ] as const)("%s (%s) is %s", (name, message, reason) => {
    expect(reasonOf(new DOMException(message, name))).toBe(reason);
  });
});
