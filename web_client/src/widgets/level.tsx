/** Four bars that follow loudness, 0 to 1. */
import type { JSX } from "preact";

const SHAPE = [0.55, 0.8, 1, 0.65] as const;

export function Level({ loud }: { loud: number }): JSX.Element {
  return (
    <svg class="level" viewBox="0 0 26 20" aria-hidden="true">
      {SHAPE.map((share, i) => {
        const height = Math.round(4 + 14 * Math.min(1, Math.max(0, loud)) * share);
        return <rect key={i} x={i * 7} y={20 - height} width="4" height={height} rx="2" />;
      })}
    </svg>
  );
}
