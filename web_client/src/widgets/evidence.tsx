/** Evidence of presence: three blocks and a word, weakest to strongest. */
import type { JSX } from "preact";

export type Evidenced = "confirmed" | "responsive" | "connected" | "none";

const LIT: Record<Evidenced, number> = { confirmed: 3, responsive: 2, connected: 1, none: 0 };

export function Evidence({ level, word }: { level: Evidenced; word: string }): JSX.Element {
  return (
    <span class={`ev ev--${level}`}>
      <svg viewBox="0 0 26 12" aria-hidden="true">
        {[0, 9, 18].map((x, i) => (
          <rect key={x} class={i < LIT[level] ? "lit" : undefined} x={x} y="1" width="7" height="10" rx="2" />
        ))}
      </svg>
      {word}
    </span>
  );
}
