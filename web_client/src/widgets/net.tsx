/** Net: three bars and a word for this phone's own network. */
import type { JSX } from "preact";

export function Net({ level, word }: { level: 0 | 1 | 2 | 3; word: string }): JSX.Element {
  const off = (bar: number): string | undefined => (level >= bar ? undefined : "off");
  return (
    <span class={level <= 1 ? "net net--weak" : "net"}>
      <svg viewBox="0 0 18 16" aria-hidden="true">
        <rect class={off(1)} x="1" y="11" width="4" height="5" rx="1" fill="currentColor" />
        <rect class={off(2)} x="7" y="6.5" width="4" height="9.5" rx="1" fill="currentColor" />
        <rect class={off(3)} x="13" y="2" width="4" height="14" rx="1" fill="currentColor" />
      </svg>
      {word}
    </span>
  );
}
