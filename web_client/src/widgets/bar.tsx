/** Bars and rings drawn with SVG attributes, so that they live under a strict content policy. */
import type { JSX } from "preact";

export type Fill = "on" | "force" | "counted" | "pending" | "for" | "against" | "abstain";

export function Bar({
  part,
  whole = 1,
  fill = "on",
  size,
  needle,
}: {
  part: number;
  whole?: number;
  fill?: Fill;
  size?: "thin" | "tall";
  /** Where the line that has to be reached stands, in the unit of `whole`. */
  needle?: number | undefined;
}): JSX.Element {
  const full = Math.max(whole, part, 1e-9);
  const at = (value: number): number => Math.round((Math.max(0, value) / full) * 1000) / 10;
  return (
    <svg class={size === undefined ? "bar" : `bar bar--${size}`} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class={fill === "on" ? "fill" : `fill fill--${fill}`} width={at(part)} height="10" />
      {needle !== undefined && <path class="needle" d={`M${at(needle)} 0V10`} />}
    </svg>
  );
}

/** `left` from 0 to 1. */
export function Ring({ left, big, calm }: { left: number; big?: boolean; calm?: boolean }): JSX.Element {
  const radius = big === true ? 20 : 18;
  const round = 2 * Math.PI * radius;
  const shown = Math.min(1, Math.max(0, left)) * round;
  return (
    <svg class={`ring${big === true ? " ring--big" : ""}${calm === true ? " ring--on" : ""}`} viewBox="0 0 44 44" aria-hidden="true">
      <circle class="track" cx="22" cy="22" r={radius} />
      {shown > 0.2 && <circle class="left" cx="22" cy="22" r={radius} stroke-dasharray={`${shown.toFixed(1)} ${round.toFixed(1)}`} />}
    </svg>
  );
}
