/** What was really played of a recording: stretches of playing time, kept apart from seeking, pausing and silence. */

export type Stretch = [number, number];

/** Two reports of a playing sound are at most this far apart (ms of real time): a longer gap is not playing. */
const LONGEST_STEP_MS = 2_500;

export class Listening {
  private stretches: Stretch[] = [];
  private last: { readonly at: number; readonly when: number } | null = null;

  /** The sound is at `at` (ms of playing time) and `when` on a steady clock, playing `rate` times as fast as life. */
  played(at: number, when: number, rate: number): void {
    const before = this.last;
    this.last = { at, when };
    if (!before || at <= before.at || when - before.when > LONGEST_STEP_MS) return;
    if (at - before.at > (when - before.when) * rate + 400) return; // a leap, not play
    const open = this.stretches[this.stretches.length - 1];
    if (open && Math.abs(open[1] - before.at) < 1) open[1] = at;
    else this.stretches.push([before.at, at]);
  }

  /** Paused, sought or out of hearing: what comes next begins anew. */
  stopped(): void {
    this.last = null;
  }

  /** What was played since the last time this was taken, in whole ms. */
  take(): Stretch[] {
    const taken = this.stretches.map(([from, to]): Stretch => [Math.floor(from), Math.ceil(to)]);
    this.stretches = [];
    return taken;
  }

  /** It could not be told: it is kept for the next time. */
  giveBack(stretches: readonly Stretch[]): void {
    this.stretches = [...stretches, ...this.stretches].slice(-150);
  }

  get waiting(): number {
    return this.stretches.reduce((sum, [from, to]) => sum + to - from, 0);
  }
}
