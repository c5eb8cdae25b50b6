/** Captured tracks that the system takes away for a while: a call, an alarm, Siri, the lock screen, another app. */
import type { MediaKind } from "../wire/messages";

/** A shorter break (ms) is not worth telling others. */
const NOTICED = 1_000;
/** After a longer one (ms) the member is asked first: after a long call nobody expects to be heard. */
const FORGOTTEN = 20_000;

export interface Interrupted {
  /** The track gives nothing now. */
  begun(kind: MediaKind): void;
  /** It has given nothing for a while: others should not take it for open. */
  lasts(kind: MediaKind): void;
  /** It gives again; `told`: after `lasts`. */
  over(kind: MediaKind, told: boolean): void;
  /** It gives again, but so late that the member has to say so. */
  tooLate(kind: MediaKind): void;
}

interface Watched {
  readonly track: MediaStreamTrack;
  since: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  told: boolean;
}

export class Interruptions {
  private readonly watched = new Map<MediaKind, Watched>();

  constructor(
    private readonly tell: Interrupted,
    private readonly clock: () => number = () => Date.now(),
  ) {}

  /** Follow the track of a kind, in place of the one before. */
  watch(kind: MediaKind, track: MediaStreamTrack): void {
    this.forget(kind);
    const watched: Watched = { track, since: 0, timer: undefined, told: false };
    this.watched.set(kind, watched);
    track.onmute = () => this.muted(kind, watched);
    track.onunmute = () => this.unmuted(kind, watched);
    if (track.muted) this.muted(kind, watched); // given to us in the middle of a call
  }

  forget(kind: MediaKind): void {
    const watched = this.watched.get(kind);
    if (!watched) return;
    clearTimeout(watched.timer);
    watched.track.onmute = watched.track.onunmute = null;
    this.watched.delete(kind);
  }

  private muted(kind: MediaKind, watched: Watched): void {
    clearTimeout(watched.timer);
    watched.since = this.clock();
    watched.told = false;
    watched.timer = setTimeout(() => {
      watched.told = true;
      this.tell.lasts(kind);
    }, NOTICED);
    this.tell.begun(kind);
  }

  private unmuted(kind: MediaKind, watched: Watched): void {
    clearTimeout(watched.timer);
    if (this.clock() - watched.since > FORGOTTEN) this.tell.tooLate(kind);
    else this.tell.over(kind, watched.told);
  }
}
