/** A rule in words with its worked consequence: what it takes here and now, not in general. */
import { needed, quorumOf } from "../../core/attendance";
import { language, list, t } from "../../core/i18n";
import { meeting } from "../../core/store";
import { Base, type Preset, type QuorumCheck, type Threshold } from "../../wire/messages";

export function presetTitle(preset: Preset): string {
  return language.value === "en" ? preset.title_en : preset.title_zh;
}

/** The regulation, its articles and the date of the text. */
export function citation(preset: Preset): string {
  const parts = [(language.value === "en" ? preset.source_en : "") || preset.source];
  if (preset.article !== "") parts.push(t("console.rule_article", { articles: list(preset.article.split(", ")) }));
  if (preset.text_date !== "") parts.push(t("console.rule_dated", { day: dayOf(preset.text_date) }));
  return parts.join(t("console.comma"));
}

function dayOf(day: string): string {
  const format = new Intl.DateTimeFormat(language.value, { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
  return format.format(new Date(day));
}

/** The parts of a rule, named: 到会人数、通过的票数 */
export function fieldWords(fields: readonly string[]): string {
  return list(fields.map((one) => t(`console.rule_field_${one.replace(".", "_")}`)));
}

/** 半数以上, 超过三分之二 */
export function shareWords({ numerator, denominator, comparison }: Threshold): string {
  const key = `console.share_${numerator}_${denominator}_${comparison}`;
  const known = t(key);
  return known === key ? t(`console.share_${comparison}`, { share: `${numerator}/${denominator}` }) : known;
}

export interface Consequence {
  readonly quorum: QuorumCheck;
  /** Whether the rule asks for a quorum at all. */
  readonly asksQuorum: boolean;
  readonly quorumTitle: string;
  readonly quorumWords: string;
  readonly passTitle: string;
  readonly passWords: string;
  /** How many phones or people are given a paper, and who is not. */
  readonly papersTitle: string;
  readonly papersWords: string;
}

/** What a rule means for this meeting at this moment; null before the snapshot. */
export function consequence(preset: Preset): Consequence | null {
  const state = meeting.value;
  if (!state) return null;
  const quorum = quorumOf(state, preset.quorum, preset.electorate);
  const { entitled, present } = quorum;
  const passing = preset.passing;
  let passTitle = t("console.pass_none");
  let passWords = t("console.pass_none_words");
  if (passing) {
    const share = shareWords(passing);
    if (passing.base === Base.ENTITLED || passing.base === Base.PRESENT) {
      const base = passing.base === Base.ENTITLED ? entitled : present;
      passTitle = t("console.pass_needs", { n: needed(passing, base) });
      passWords = t(`console.pass_${passing.base}`, { n: base, share });
    } else {
      passTitle = t(`console.pass_${passing.base}_title`, { share });
      passWords = t(`console.pass_${passing.base}`, { share });
    }
  }
  const away = entitled - present;
  const others = Object.values(state.participants).filter((p) => p.present && !p.removed).length - present;
  return {
    quorum,
    asksQuorum: preset.quorum !== null,
    quorumTitle:
      preset.quorum === null
        ? t("console.quorum_none")
        : t(quorum.met ? "console.quorum_ok" : "console.quorum_short", { n: quorum.needed - present }),
    quorumWords:
      preset.quorum === null
        ? t("console.quorum_none_words", { present, entitled })
        : t("console.quorum_words", { entitled, present, needed: quorum.needed, share: shareWords(preset.quorum) }),
    passTitle,
    passWords,
    papersTitle: t("console.papers", { n: present }),
    papersWords:
      [away > 0 ? t("console.papers_away", { n: away }) : "", others > 0 ? t("console.papers_none", { n: others }) : ""]
        .filter(Boolean)
        .join(t("console.semicolon")) || t("console.papers_all"),
  };
}
