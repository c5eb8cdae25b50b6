/** Chip: a state in an icon and a word; never a button. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

export type ChipTone = "counted" | "pending" | "weak" | "rec" | "on" | "force";

export function Chip({
  tone,
  icon,
  dot,
  children,
}: {
  tone?: ChipTone;
  icon?: IconName;
  /** A dot instead of an icon; `pulse` is kept for the running recording and meeting. */
  dot?: "still" | "pulse";
  children: ComponentChildren;
}): JSX.Element {
  return (
    <span class={tone === undefined ? "chip" : `chip chip--${tone}`}>
      {icon !== undefined && <Icon name={icon} size="s" />}
      {dot !== undefined && <span class={dot === "pulse" ? "dot pulse" : "dot"} />}
      {children}
    </span>
  );
}
