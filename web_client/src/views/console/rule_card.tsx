/** The rule of a vote as its drafter meets it: which one, what it takes here and now, and what it rests on. */
import type { JSX } from "preact";
import { language, t } from "../../core/i18n";
import type { Preset } from "../../wire/messages";
import { citation, consequence, fieldWords, presetTitle } from "./rule_words";
import { isOwn } from "./rules";

/** The meeting's rule, the branch's own, and the shipped ones. */
export function RuleChoice({
  possible,
  value,
  onChoose,
}: {
  possible: readonly Preset[];
  value: string;
  onChoose: (presetId: string) => void;
}): JSX.Element {
  const options = (list: readonly Preset[]): JSX.Element[] =>
    list.map((p) => (
      <option key={p.preset_id} value={p.preset_id}>
        {presetTitle(p)}
      </option>
    ));
  const own = possible.filter(isOwn);
  return (
    <div class="field">
      <label for="rule">{t("console.rule")}</label>
      <select class="input" id="rule" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {own.length === 0 ? (
          options(possible)
        ) : (
          <>
            <optgroup label={t("console.rules_own")}>{options(own)}</optgroup>
            {own.length < possible.length && (
              <optgroup label={t("console.rules_shipped")}>{options(possible.filter((p) => !isOwn(p)))}</optgroup>
            )}
          </>
        )}
      </select>
    </div>
  );
}

/** `decided`: by 赞成 and 不赞成; `excellent`: how many can be 优秀 in the words for them, if the rule is asked for that. */
export function RuleCard({ preset, decided, excellent }: { preset: Preset; decided: boolean; excellent: string }): JSX.Element | null {
  const effect = consequence(preset);
  if (effect === null) return null;
  const note = language.value === "en" ? preset.note_en : preset.note_zh;
  return (
    <div class="card card--line stack stack--s">
      <p class="small strong">{t("console.means_here", { rule: presetTitle(preset) })}</p>
      {preset.quorum !== null && (
        <p class="small">
          {effect.quorumTitle}
          {t("console.comma")}
          {effect.quorumWords}
        </p>
      )}
      {excellent !== "" && <p class="small">{excellent}</p>}
      {decided && (
        <p class="small">
          {effect.passTitle}
          {t("console.comma")}
          {effect.passWords}
        </p>
      )}
      <p class="tiny muted">{t("console.rule_source", { source: citation(preset) })}</p>
      {note !== "" && <p class="tiny muted">{note}</p>}
      {preset.assumed.length > 0 && <p class="tiny muted">{t("console.rule_assumed", { fields: fieldWords(preset.assumed) })}</p>}
      {preset.doubts.length > 0 && <p class="tiny muted">{t("console.rule_doubts", { fields: fieldWords(preset.doubts) })}</p>}
    </div>
  );
}
