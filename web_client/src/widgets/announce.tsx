/** The one live region of the page: everything that is spoken to a screen reader goes through `say`. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";

const spoken = signal<{ polite: string; urgent: string }>({ polite: "", urgent: "" });

/** Speak a sentence; `urgent` interrupts (votes, roll calls), the rest waits its turn. */
export function say(sentence: string, urgent = false): void {
  const same = urgent ? spoken.value.urgent : spoken.value.polite;
  const words = same === sentence ? `${sentence}\u00a0` : sentence; // a repeated sentence must change to be spoken again
  spoken.value = urgent ? { ...spoken.value, urgent: words } : { ...spoken.value, polite: words };
}

export function Announcer(): JSX.Element {
  return (
    <>
      <p class="sr" aria-live="polite" role="status" id="announce">
        {spoken.value.polite}
      </p>
      <p class="sr" aria-live="assertive" id="announce-now">
        {spoken.value.urgent}
      </p>
    </>
  );
}
