/** What an election is held on: seats, the approval it rests on, and the base of the majority, which the secretary confirms. */
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { Base, type Preset } from "../../wire/messages";
import { Field, Segments } from "../../widgets/field";
import { Icon } from "../../widgets/icon";

export interface ElectionTerms {
  readonly seats: string;
  readonly approval: string;
  /** Asked for only where the rule leaves it open; empty until the secretary has confirmed it. */
  readonly base: Base | "";
}

/** How many candidates a paper must have: the arithmetic of `domain.votes.elections.candidates_needed`. */
export function candidatesNeeded(seats: number, preset: Preset): number {
  return seats + Math.ceil((seats * preset.surplus_percent) / 100);
}

/** Whether the secretary is asked for the base: `domain.votes.elections.base_is_open`. */
export function baseIsOpen({ doubts, passing }: Preset): boolean {
  return doubts.includes("passing.base") || (passing?.base !== Base.PRESENT && passing?.base !== Base.ENTITLED);
}

export function seatsOf(terms: ElectionTerms): number {
  return /^\d{1,2}$/.test(terms.seats.trim()) ? Number(terms.seats) : 0;
}

/** What is missing; null: nothing. */
export function termsWrong(terms: ElectionTerms, candidates: number, preset: Preset | undefined): string | null {
  const seats = seatsOf(terms);
  if (preset === undefined) return t("console.no_election_rule");
  if (seats < 1) return t("console.seats_missing");
  if (candidates < candidatesNeeded(seats, preset))
    return t("console.candidates_short", { needed: candidatesNeeded(seats, preset), n: candidates });
  if (terms.approval.trim() === "") return t("console.approval_missing");
  return baseIsOpen(preset) && terms.base === "" ? t("console.base_missing") : null;
}

export function ElectionFields({
  terms,
  preset,
  candidates,
  tried,
  onChange,
}: {
  terms: ElectionTerms;
  preset: Preset | undefined;
  candidates: number;
  tried: boolean;
  onChange: (terms: ElectionTerms) => void;
}): JSX.Element {
  const seats = seatsOf(terms);
  const open = preset !== undefined && baseIsOpen(preset);
  return (
    <>
      <Field
        id="seats"
        label={t("console.seats")}
        numeric
        value={terms.seats}
        error={tried && seats < 1 ? t("console.seats_missing") : undefined}
        hint={
          seats > 0 && preset
            ? t("console.candidates_needed", { needed: candidatesNeeded(seats, preset), n: candidates })
            : t("console.seats_hint")
        }
        onInput={(value) => onChange({ ...terms, seats: value })}
      />
      <Field
        id="approval"
        label={t("console.approval")}
        hint={t("console.approval_hint")}
        value={terms.approval}
        error={tried && terms.approval.trim() === "" ? t("console.approval_missing") : undefined}
        onInput={(value) => onChange({ ...terms, approval: value })}
      />
      {open && (
        <Segments
          name="base"
          legend={t("console.base")}
          value={terms.base}
          onChoose={(value) => onChange({ ...terms, base: value })}
          options={[
            { value: "present", label: t("console.base_present") },
            { value: "entitled", label: t("console.base_entitled") },
          ]}
        />
      )}
      {preset && (
        <p class="field__hint rowx rowx--nowrap">
          <Icon name="info" size="s" />
          <span>
            {open
              ? t("console.base_asked", { source: preset.source })
              : t(preset.passing?.base === Base.PRESENT ? "console.base_doubt" : "console.base_by_rule_entitled")}
          </span>
        </p>
      )}
      {tried && open && terms.base === "" && (
        <p class="field__error">
          <Icon name="warning" size="s" />
          <span>{t("console.base_missing")}</span>
        </p>
      )}
    </>
  );
}
