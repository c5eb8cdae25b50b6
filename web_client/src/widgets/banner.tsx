/** Banner: across the top of the content, never over it; says what happened and what still works. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

export function Banner({
  tone,
  icon,
  recording,
  title,
  children,
  act,
}: {
  tone: "weak" | "pending" | "rec" | "error" | "counted" | "on";
  icon?: IconName;
  /** The pulsing recording dot in place of an icon. */
  recording?: boolean;
  title: string;
  children?: ComponentChildren;
  act?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`banner banner--${tone}`}>
      {icon !== undefined && <Icon name={icon} />}
      {recording === true && <span class="dot pulse" />}
      <p class="grow">
        <b>{title}</b>
        {children === undefined ? null : <> {children}</>}
      </p>
      {act}
    </div>
  );
}
