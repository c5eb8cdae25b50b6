/** What a poll's counts say: shares, the mean of a scale, words by how often they were written. */
import { read } from "./marks";
import { type Motion, MotionForce, MotionPhase, type Tally, VoteMethod } from "../wire/messages";

export type Counts = Tally["counts"];

/** So many answers come together before a poll without names shows where it stands (`domain.votes.running_tally`). */
export const SHOWN_FROM = 3;

/** Whether the meeting sees where this poll stands while it runs: never a decision, never anything secret. */
export function showsRunning(motion: Motion): boolean {
  return (
    motion.force === MotionForce.POLL &&
    motion.method !== VoteMethod.SECRET &&
    (motion.phase === MotionPhase.VOTING || motion.phase === MotionPhase.CLOSED)
  );
}

/** Per cent, whole. */
export function share(n: number, of: number): number {
  return of === 0 ? 0 : Math.round((n / of) * 100);
}

/** The mean of a scale and how many gave a mark; null: nobody yet. */
export function meanOf(counts: Counts): { readonly mean: number; readonly given: number } | null {
  const given = counts.reduce((sum, [, n]) => sum + n, 0);
  return given === 0 ? null : { mean: counts.reduce((sum, [id, n]) => sum + Number(id) * n, 0) / given, given };
}

export interface Word {
  readonly word: string;
  readonly n: number;
  /** 1 to 4: how large it is written. */
  readonly size: number;
}

/** Words by how often, then as they came; those written most the largest. */
export function wordsOf(counts: Counts): readonly Word[] {
  const ranked = counts.filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  const most = ranked[0]?.[1] ?? 1;
  return ranked.map(([mark, n]) => ({
    word: read(mark)?.writtenIn ?? mark,
    n,
    size: most === 1 ? 2 : 1 + Math.round((3 * (n - 1)) / (most - 1)),
  }));
}
