/** The server's clock as this device knows it; every time shown or counted down comes from here. */
import { signal } from "@preact/signals";

const offset = signal(0);
/** Half of the shortest round trip seen lately: how far `offset` may be wrong. */
let uncertainty = Infinity;
let measuredAt = 0;

/** The server's time now (Unix ms). */
export function now(): number {
  return Date.now() + offset.peek();
}

/** Beats once a second with the server's time: read `second.value` in a view that counts. */
export const second = signal(Date.now());

/** Called once a second by the one ticker in `main`. */
export function beat(): void {
  second.value = now();
}

/**
 * Learn from an answer: the server said `serverNow` while this device's clock went from `sentAt` to `receivedAt` (Unix ms).
 * The answer with the shortest round trip of the last two minutes wins, so that a slow packet does not shake countdowns.
 */
export function learn(serverNow: number, sentAt: number, receivedAt: number): void {
  const doubt = Math.max(0, receivedAt - sentAt) / 2;
  if (doubt <= uncertainty || receivedAt - measuredAt > 120_000 || receivedAt < measuredAt) {
    uncertainty = doubt;
    measuredAt = receivedAt;
    offset.value = Math.round(serverNow - (sentAt + receivedAt) / 2);
    beat();
  }
}

/** A rough start from a message that answers nothing we timed. */
export function learnRoughly(serverNow: number): void {
  if (uncertainty === Infinity) {
    offset.value = Math.round(serverNow - Date.now());
    beat();
  }
}

/** Whole seconds left until `endsAt` (server's Unix ms) at the current beat; never negative. */
export function secondsLeft(endsAt: number): number {
  return Math.max(0, Math.ceil((endsAt - second.value) / 1000));
}
