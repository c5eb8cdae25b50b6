/** Which rules the console offers: the branch's own wherever a paper is drafted, and what a sheet comes to by them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { addCatalogue } from "../src/core/i18n";
import { boot, meeting, type Boot } from "../src/core/store";
import { citation, fieldWords } from "../src/views/console/rule_words";
import { adoptionRule, rules, sheetRules } from "../src/views/console/rules";
import type { Preset } from "../src/wire/messages";
import { aMeeting, motion, PRESET } from "./a_meeting";

const appraisal: Preset = { ...PRESET, preset_id: "appraisal", passing: null, method: "secret" };
const OWN = {
  motion: { ...PRESET, preset_id: "own-motion" },
  election: { ...PRESET, preset_id: "own-election", method: "secret", doubts: ["passing.base"] },
  appraisal: { ...appraisal, preset_id: "own-appraisal", excellent: { numerator: 1, denominator: 4 } },
} satisfies Record<string, Preset>;
const SHIPPED: readonly Preset[] = [
  { ...PRESET, preset_id: "admission", method: "secret" },
  appraisal,
  { ...PRESET, preset_id: "election", surplus_percent: 20, made_for: "election" },
  { ...PRESET, preset_id: "election_officers", made_for: "election" },
  { ...PRESET, preset_id: "election_rules", method: "open", made_for: "motion" },
  { ...PRESET, preset_id: "general_meeting" },
  { ...PRESET, preset_id: "theme_day", passing: null },
];
const ids = (list: readonly Preset[]): readonly string[] => list.map((one) => one.preset_id);

beforeEach(() => {
  boot.value = { presets: [...SHIPPED, ...Object.values(OWN)] } as unknown as Boot;
  meeting.value = aMeeting();
});

it("offers the meeting's rule first, then the branch's own, then the shipped ones, for each kind", () => {
  expect(ids(rules("motion"))).toEqual(["general", "own-motion", "general_meeting", "admission", "election_rules"]);
  expect(ids(rules("election"))).toEqual(["own-election", "election", "election_officers"]);
  expect(ids(rules("appraisal"))).toEqual(["own-appraisal", "appraisal"]);
});

it("offers the branch's own rule with each of the three sheets", () => {
  for (const sheet of ["self", "mutual", "organisation"] as const) expect(ids(sheetRules(sheet, [])), sheet).toContain("own-appraisal");
  expect(ids(sheetRules("organisation", ["v1"]))).toContain("own-motion");
});

it("puts the grades of an organisation sheet to the vote by the meeting's rule, and counts 优秀 by the rule for appraisals", () => {
  expect(adoptionRule(OWN.appraisal, [])).toMatchObject({ preset_id: "general", excellent: { denominator: 4 } });
  meeting.value = aMeeting({ preset: OWN.appraisal });
  expect(adoptionRule(OWN.appraisal, [])).toMatchObject({ preset_id: "general_meeting", excellent: { denominator: 4 } });
});

it("takes the share of the mutual sheet it rests on, whatever else is chosen", () => {
  const resting = { force: "appraisal", phase: "published" } as const;
  meeting.value = aMeeting({
    motions: {
      a: motion({ ...resting, motion_id: "a", sheet: "self", preset: appraisal }),
      b: motion({ ...resting, motion_id: "b", preset: OWN.appraisal }),
    },
  });
  expect(adoptionRule(OWN.motion, ["a", "b"])).toMatchObject({ preset_id: "own-motion", excellent: { denominator: 4 } });
});

it("names the articles and the date of the text a rule rests on, and what follows custom", () => {
  const path = resolve(import.meta.dirname, "../../meeting_server/web/locales/zh-CN.json");
  addCatalogue("zh-CN", { console: JSON.parse(readFileSync(path, "utf8")).console });
  const rule: Preset = { ...PRESET, source: "《发展党员工作细则》", article: "19, 20", text_date: "2026-05-11" };
  expect(citation(rule)).toBe("《发展党员工作细则》，第 19、20 条，2026年5月11日的文本");
  expect(citation({ ...rule, article: "", text_date: "" })).toBe("《发展党员工作细则》");
  expect(fieldWords(["quorum", "passing.base"])).toBe("到会人数、按什么基数算");
});
