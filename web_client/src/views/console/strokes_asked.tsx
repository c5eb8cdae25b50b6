/** The strokes of characters that no table has: asked for before there is an order of the paper, and kept with the draft. */
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import type { CharacterStrokes } from "../../wire/messages";
import { Field } from "../../widgets/field";
import type { Asking } from "./asking";
import { ChoiceRow } from "./choice_row";

const FIRST_STROKES = ["一", "丨", "丿", "丶", "乛"] as const;

/** What was answered so far, by character; strokes as typed, the first stroke from 1. */
export type StrokesTold = Readonly<Record<string, { readonly strokes: string; readonly first: string }>>;
const NOTHING = { strokes: "", first: "" };

export function charactersOf(told: StrokesTold): readonly CharacterStrokes[] {
  return Object.entries(told).flatMap(([character, { strokes, first }]) =>
    /^\d{1,2}$/.test(strokes) ? [{ character, strokes: Number(strokes), first_stroke: Number(first) || 0 }] : [],
  );
}

export function StrokesAsked({
  asking,
  told,
  onChange,
}: {
  asking: Asking;
  told: StrokesTold;
  onChange: (told: StrokesTold) => void;
}): JSX.Element | null {
  const asked = asking.refusal?.code === "strokes_unknown" ? String(asking.refusal.detail.characters).split(" ") : [];
  const characters = [...new Set([...Object.keys(told), ...asked])];
  if (characters.length === 0) return null;
  return (
    <>
      {characters.map((character) => {
        const { strokes, first } = told[character] ?? NOTHING;
        const code = character.codePointAt(0) ?? 0;
        return (
          <div class="card card--line stack stack--s" key={character}>
            <Field
              id={`strokes-${code}`}
              label={t("console.strokes_of", { character })}
              hint={t("console.strokes_hint")}
              numeric
              value={strokes}
              onInput={(value) => onChange({ ...told, [character]: { strokes: value.replace(/\D/g, "").slice(0, 2), first } })}
            />
            <ChoiceRow
              name={`first-${code}`}
              legend={t("console.first_stroke_of", { character })}
              value={first}
              options={FIRST_STROKES.map((shape, n) => [String(n + 1), shape] as const)}
              onChoose={(value) => onChange({ ...told, [character]: { strokes, first: value } })}
            />
          </div>
        );
      })}
    </>
  );
}
