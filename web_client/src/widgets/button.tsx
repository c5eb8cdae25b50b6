/** Button: `force` changes the record (red, at most one a screen), `primary` is the everyday main act, the rest are plain. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

export interface ButtonProps {
  children?: ComponentChildren;
  kind?: "force" | "primary" | "plain" | "soft" | "quiet";
  size?: "lg" | "huge";
  block?: boolean;
  icon?: IconName;
  /** A second, smaller line that says what will happen. */
  note?: string;
  /** Accessible name of a button that shows only an icon. */
  label?: string;
  /** Set: the button cannot be used, and this is why (it becomes the button's words). */
  unavailable?: string | undefined;
  pressed?: boolean;
  expanded?: boolean;
  submit?: boolean;
  id?: string;
  /** Extra names of the visual language. */
  also?: string;
  onPress?: () => void;
}

export function Button(props: ButtonProps): JSX.Element {
  const { kind = "plain", size, icon, note, label, unavailable } = props;
  const iconOnly = icon !== undefined && props.children === undefined && unavailable === undefined;
  const names = ["btn"];
  if (kind !== "plain") names.push(`btn--${kind}`);
  if (size !== undefined) names.push(`btn--${size}`);
  if (props.block === true) names.push("btn--block");
  if (iconOnly) names.push("btn--icon");
  if (note !== undefined) names.push("btn--two");
  if (props.also !== undefined) names.push(props.also);
  const words = unavailable ?? props.children;
  return (
    <button
      class={names.join(" ")}
      type={props.submit === true ? "submit" : "button"}
      id={props.id}
      aria-label={label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-disabled={unavailable === undefined ? undefined : "true"}
      onClick={(event) => {
        if (unavailable !== undefined) event.preventDefault();
        else props.onPress?.();
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      {note === undefined ? (
        words
      ) : (
        <span>
          {words}
          <span class="btn__note">{note}</span>
        </span>
      )}
    </button>
  );
}
