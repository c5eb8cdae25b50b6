/** What is filled in here and not sent yet (a paper, an opinion): outlives a reload of the page, and ends with the tab. */
import { effect, signal } from "@preact/signals";
import type { Shelf } from "./outbox";

const kept = signal<Readonly<Record<string, unknown>>>({});

/** Take up what an earlier load of this page left, and write down every change. */
export function keepOn(shelf: Shelf): void {
  try {
    kept.value = { ...(JSON.parse(shelf.read() ?? "{}") as object) };
  } catch {
    kept.value = {}; // not ours
  }
  effect(() => shelf.write(JSON.stringify(kept.value)));
}

export function unsent<T>(name: string, blank: T): T {
  return (kept.value[name] as T | undefined) ?? blank;
}

/** `undefined`: it was sent, or is given up. */
export function keepUnsent(name: string, value: unknown): void {
  if (kept.peek()[name] !== value) kept.value = { ...kept.peek(), [name]: value };
}
