/** A choice of few in one row, as many to a line as fit. */
import type { JSX } from "preact";

export function ChoiceRow({
  name,
  legend,
  value,
  options,
  onChoose,
}: {
  name: string;
  legend: string;
  value: string;
  /** Value and words. */
  options: readonly (readonly [string, string])[];
  onChoose: (value: string) => void;
}): JSX.Element {
  return (
    <fieldset class="segments">
      <legend class="small strong">{legend}</legend>
      <div class={`seg-row seg-row--${options.length}`}>
        {options.map(([option, words]) => (
          <label class="seg" key={option}>
            <input type="radio" name={name} value={option} checked={value === option} onChange={() => onChoose(option)} />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
