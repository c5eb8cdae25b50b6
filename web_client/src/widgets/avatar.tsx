/** Avatar: the surname on one of four grounds, always the same one for a person. */
import type { JSX } from "preact";

const GROUNDS = ["a", "b", "c", "d"] as const;

function ground(id: string): string {
  let sum = 0;
  for (let i = 0; i < id.length; i += 1) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return GROUNDS[sum % GROUNDS.length] ?? "a";
}

export function Avatar({ id, name, size }: { id: string; name: string; size?: "s" | "l" }): JSX.Element {
  const names = `av av--${ground(id)}${size === undefined ? "" : ` av--${size}`}`;
  return (
    <span class={names} aria-hidden="true">
      {Array.from(name.trim())[0] ?? "·"}
    </span>
  );
}
