/** Toast: only for what can be undone. It stands at the top, waits while a sheet is open, and leaves by itself. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { say } from "./announce";
import { sheetsOpen } from "./sheet";

interface Undoable {
  words: string;
  undo: string;
  act: () => void;
}

const shown = signal<Undoable | null>(null);
const STAYS_MS = 8000;

export function offerUndo(words: string, undo: string, act: () => void): void {
  shown.value = { words, undo, act };
  say(words);
}

export function ToastPlace(): JSX.Element | null {
  const toast = shown.value;
  const waiting = sheetsOpen.value > 0;
  useEffect(() => {
    if (toast === null || waiting) return;
    const timer = setTimeout(() => {
      shown.value = null;
    }, STAYS_MS);
    return () => clearTimeout(timer);
  }, [toast, waiting]);
  if (toast === null || waiting) return null;
  return (
    <section class="toast-place" aria-label={toast.words}>
      <div class="toast">
        <span class="grow">{toast.words}</span>
        <button
          class="btn"
          type="button"
          onClick={() => {
            shown.value = null;
            toast.act();
          }}
        >
          {toast.undo}
        </button>
      </div>
    </section>
  );
}
