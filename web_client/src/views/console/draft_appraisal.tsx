/** Which of an appraisal's three sheets is drafted; and for the organisation's: what it rests on, and a grade beside each name. */
import type { JSX } from "preact";
import { excellentOf, mostExcellent, proposedGrades, shareOf } from "../../core/appraisal";
import { GRADES } from "../../core/marks";
import { t } from "../../core/i18n";
import { motions } from "../../core/selectors";
import { meeting } from "../../core/store";
import { AppraisalSheet, Grade, type Motion, MotionForce, type MotionId, MotionPhase, type Preset } from "../../wire/messages";
import { Field } from "../../widgets/field";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { kindWords } from "../vote/kind_words";
import { ChoiceRow } from "./choice_row";
import { standing, mayStand, type Standing } from "./draft_people";

export function SheetChoice({ value, onChoose }: { value: AppraisalSheet; onChoose: (sheet: AppraisalSheet) => void }): JSX.Element {
  return (
    <>
      <ChoiceRow
        name="sheet"
        legend={t("console.which_sheet")}
        value={value}
        onChoose={(sheet) => onChoose(sheet as AppraisalSheet)}
        options={[
          ["self", t("console.sheet_self")],
          ["mutual", t("console.sheet_mutual")],
          ["committee", t("console.sheet_committee")],
          ["organisation", t("console.sheet_organisation")],
        ]}
      />
      <p class="field__hint">{t(`console.sheet_${value}_means`)}</p>
    </>
  );
}

/** Sheets an organisation sheet can rest on. */
export function publishedSheets(): readonly Motion[] {
  return motions.value.filter(
    (one) =>
      one.force === MotionForce.APPRAISAL &&
      one.sheet !== AppraisalSheet.ORGANISATION &&
      one.sheet !== AppraisalSheet.COMMITTEE &&
      one.phase === MotionPhase.PUBLISHED,
  );
}

/** The people of a mutual sheet, each with the grade it proposes; null: none is published. */
function fromMutual(): readonly Standing[] | null {
  const sheet = publishedSheets()
    .filter((one) => one.sheet === AppraisalSheet.MUTUAL && one.tally !== null)
    .pop();
  if (sheet?.tally == null) return null;
  const grades = proposedGrades(sheet, sheet.tally);
  return sheet.candidates.map((one) => ({
    name: one.name,
    participant_id: one.participant_id,
    reason: "",
    grade: grades[one.candidate_id] ?? "",
  }));
}

export function Basis({ chosen, onChange }: { chosen: readonly MotionId[]; onChange: (chosen: readonly MotionId[]) => void }): JSX.Element {
  const sheets = publishedSheets();
  if (sheets.length === 0) return <p class="field__hint">{t("console.no_basis")}</p>;
  return (
    <fieldset class="segments">
      <legend class="small strong">{t("console.based_on")}</legend>
      <ul class="rows card card--line card--flush">
        {sheets.map((one) => (
          <li key={one.motion_id}>
            <label class="row check-row">
              <input
                type="checkbox"
                checked={chosen.includes(one.motion_id)}
                onChange={(event) =>
                  onChange(event.currentTarget.checked ? [...chosen, one.motion_id] : chosen.filter((id) => id !== one.motion_id))
                }
              />
              <span class="row__main">
                <span class="row__title">{one.title}</span>
                <span class="row__sub">{kindWords(one)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** 正式党员总数 of the branch that day: `domain.votes.appraisals.full_members`. */
export function fullMembers(): number {
  const listed = Object.values(meeting.value?.participants ?? {}).filter((one) => one.standing === "full").length;
  return meeting.value?.full_members || listed;
}

/** A rule with the number its share of 优秀 is taken of, as the meeting freezes it. */
export function withMembers(preset: Preset): Preset {
  return { ...preset, excellent_of: fullMembers() };
}

/** Why the grades cannot be put to the vote; null: they can. More 优秀 than the share need a reason. */
export function gradesWrong(list: readonly Standing[], preset: Preset, reason: string): string | null {
  const left = list.filter((one) => one.grade === "").length;
  if (left > 0) return t("console.grades_left", { n: left });
  const most = mostExcellent(preset, list.length);
  const given = list.filter((one) => one.grade === Grade.EXCELLENT).length;
  if (given <= most || reason.trim() !== "") return null;
  return t("console.too_many_excellent", { n: given, most, of: excellentOf(preset, list.length), share: shareOf(preset) });
}

/** A grade for each; 优秀 2 / 9 is counted as they are given. */
export function GradesGiven({
  list,
  preset,
  reason,
  onReason,
  onChange,
}: {
  list: readonly Standing[];
  preset: Preset;
  reason: string;
  onReason: (reason: string) => void;
  onChange: (list: readonly Standing[]) => void;
}): JSX.Element {
  const most = mostExcellent(preset, list.length);
  const given = list.filter((one) => one.grade === Grade.EXCELLENT).length;
  const everyone = mayStand();
  const mutual = fromMutual();
  return (
    <fieldset class="segments">
      <legend class="small strong">{t("console.subjects_n", { n: list.length })}</legend>
      {mutual !== null && (
        <Button kind="soft" icon="reload" block onPress={() => onChange(mutual)}>
          {t("console.from_mutual", { n: mutual.length })}
        </Button>
      )}
      {mutual === null && list.length === 0 && everyone.length > 0 && (
        <Button kind="soft" icon="plus" block onPress={() => onChange(everyone.map(standing))}>
          {t("console.all_members", { n: everyone.length })}
        </Button>
      )}
      {list.length > 0 && (
        <p class="rowx rowx--between" role="status">
          <span class="small muted">
            {t("console.excellent_rule", { most, of: excellentOf(preset, list.length), share: shareOf(preset) })}
          </span>
          <Chip {...(given > most ? { tone: "pending" as const, icon: "warning" as const } : {})}>
            {t("console.excellent_of", { n: given, most })}
          </Chip>
        </p>
      )}
      {given > most && (
        <Field
          id="excellent-reason"
          label={t("console.excellent_reason")}
          hint={t("console.excellent_reason_hint", { n: given, most, of: excellentOf(preset, list.length), share: shareOf(preset) })}
          value={reason}
          onInput={onReason}
        />
      )}
      <ul class="stack stack--s">
        {list.map((one, index) => (
          <li class="rowx rowx--nowrap candidate" key={one.participant_id ?? one.name}>
            <label class="grow strong" for={`grade-${index}`}>
              {one.name}
            </label>
            <select
              class="input grade-choice"
              id={`grade-${index}`}
              value={one.grade}
              onChange={(event) =>
                onChange(
                  list.map((other, n) => (n === index ? { ...other, grade: event.currentTarget.value as Standing["grade"] } : other)),
                )
              }
            >
              <option value="">{t("console.choose_grade")}</option>
              {GRADES.map((grade) => (
                <option key={grade} value={grade}>
                  {t(`vote.grade_${grade}`)}
                </option>
              ))}
            </select>
            <Button
              icon="remove"
              label={t("console.remove_candidate", { name: one.name })}
              onPress={() => onChange(list.filter((_, n) => n !== index))}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
