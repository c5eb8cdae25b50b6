/**
 * The TURN servers lent to this page: their credentials live an hour, so new ones are asked for before a path is looked for.
 * Their age is wall time: the page's own clock stands still while a phone sleeps, and the credentials grow old meanwhile.
 */

const FRESH_MS = 40 * 60_000;

export class IceServers {
  private since: number;

  constructor(
    public current: readonly RTCIceServer[],
    private readonly ask: () => Promise<readonly RTCIceServer[]>,
    private readonly clock: () => number = () => Date.now(),
  ) {
    this.since = clock();
  }

  /** Whether a path may be looked for with what is there. Without any server there is nothing to grow old. */
  get fresh(): boolean {
    const age = this.clock() - this.since;
    return this.current.length === 0 || (age >= 0 && age < FRESH_MS); // a clock that was set back tells nothing
  }

  /** Afterwards `current` is as new as can be; a server that does not answer leaves what there was. */
  async renew(): Promise<void> {
    if (this.fresh) return;
    try {
      this.current = await this.ask();
      this.since = this.clock();
    } catch {
      // the old ones may still do: a path without TURN needs none
    }
  }
}
