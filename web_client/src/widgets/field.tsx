/** Fields: label above, error below with an example of what is right. */
import type { JSX } from "preact";
import { Icon } from "./icon";

export function Field({
  id,
  label,
  value,
  hint,
  error,
  numeric,
  onInput,
}: {
  id: string;
  label: string;
  value: string;
  hint?: string;
  error?: string | undefined;
  numeric?: boolean;
  onInput: (value: string) => void;
}): JSX.Element {
  const about = error !== undefined ? `${id}-error` : hint !== undefined ? `${id}-hint` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        class="input"
        id={id}
        value={value}
        inputMode={numeric === true ? "numeric" : "text"}
        autocomplete="off"
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={about}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {error !== undefined && (
        <p class="field__error" id={`${id}-error`}>
          <Icon name="warning" size="s" />
          <span>{error}</span>
        </p>
      )}
      {error === undefined && hint !== undefined && (
        <p class="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A choice of few, side by side; the words and the filled ground both say which is on. */
export function Segments<T extends string>({
  name,
  legend,
  value,
  options,
  onChoose,
}: {
  name: string;
  legend: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChoose: (value: T) => void;
}): JSX.Element {
  return (
    <fieldset class="segments">
      <legend class="small strong">{legend}</legend>
      <div class={options.length === 2 ? "seg-row seg-row--2" : "seg-row"}>
        {options.map((option) => (
          <label class="seg" key={option.value}>
            <input type="radio" name={name} value={option.value} checked={value === option.value} onChange={() => onChoose(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
