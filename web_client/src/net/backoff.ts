/** When to try again, and how long to wait for an attempt; with jitter, so that two hundred phones do not come at once. */

export interface Wait {
  /** Before the attempt begins (ms). */
  readonly delay: number;
  /** For the attempt to open before it is given up (ms). */
  readonly patience: number;
}

/** Why the last connection or attempt failed. */
export type Failure =
  | "silence" // nothing came back: the network is gone or very slow
  | "refused" // answered with a no: the server restarts or is full
  | "lost"; // it was open and broke

const LONGEST_DELAY = 10_000;
/** A network that was away is back at a moment nobody tells: many short attempts, and now and then a patient one. */
const PATIENCE = [2_000, 2_000, 5_000, 2_000, 2_000, 12_000];

/** `attempt` counts from 1; `chance` is a random number in [0, 1). */
export function waitBefore(attempt: number, failure: Failure, chance: number): Wait {
  const patience = PATIENCE[(attempt - 1) % PATIENCE.length] ?? 5_000;
  if (failure === "lost" && attempt === 1) return { delay: 50 + chance * 300, patience };
  if (failure === "silence") return { delay: 100 + chance * Math.min(400 * attempt, 1_500), patience };
  const most = Math.min(LONGEST_DELAY, 400 * 2 ** Math.min(attempt, 6));
  return { delay: most * (0.3 + 0.7 * chance), patience: Math.max(patience, 5_000) };
}
