/** Plays what others send: sound by itself, pictures in the elements the views lend. */

/** So long (ms) after it was paused, sound is played again. */
const RESUME = 500;

export class Playback {
  private readonly streams = new Map<string, MediaStream>();
  private readonly sounds = new Map<string, HTMLAudioElement>();
  /** Which slot each element shows. By element, because tiles change places and one slot may be seen twice. */
  private readonly screens = new Map<HTMLVideoElement, string>();
  /** Sounds that the browser refuses to play without a tap. */
  private readonly blocked = new Set<HTMLAudioElement>();
  private again: ReturnType<typeof setTimeout> | undefined;

  /** `refused`: the browser wants a tap before it plays sound. */
  constructor(private readonly refused: (needsTap: boolean) => void) {
    // a call, an alarm, a headset that went away: the system pauses what plays, and does not begin it again
    const resume = (): void => this.resume();
    document.addEventListener("visibilitychange", resume);
    addEventListener("pageshow", resume);
    navigator.mediaDevices?.addEventListener?.("devicechange", resume);
  }

  /** A track came in for a slot. */
  add(mid: string, track: MediaStreamTrack): void {
    const stream = new MediaStream([track]);
    this.streams.set(mid, stream);
    if (track.kind === "audio") {
      const element = this.sounds.get(mid) ?? this.speaker(mid);
      element.srcObject = stream;
      void this.play(element);
    } else {
      this.showAll(mid);
    }
  }

  /** Show one's own track, or stop showing it. */
  own(name: string, track: MediaStreamTrack | null): void {
    const stream = track && new MediaStream([track]);
    if (stream) this.streams.set(name, stream);
    else this.streams.delete(name);
    this.showAll(name);
  }

  attach(slot: string, element: HTMLVideoElement | null): void {
    if (!element) {
      // which element left is not said, and it leaves the page only after this call
      queueMicrotask(() => this.sweep());
      return;
    }
    this.screens.set(element, slot);
    element.muted = true;
    element.playsInline = true;
    this.show(element, this.streams.get(slot) ?? null);
  }

  /** Inside a tap: play everything that was refused. */
  allow(): void {
    for (const element of this.sounds.values()) void this.play(element);
  }

  /** The connection is gone: nothing of it is left to play. Views keep their elements. */
  clear(): void {
    for (const element of this.sounds.values()) {
      element.onpause = null;
      element.srcObject = null;
      element.remove();
    }
    this.sounds.clear();
    this.blocked.clear();
    for (const slot of [...this.streams.keys()]) {
      if (slot.startsWith("own-")) continue;
      this.streams.delete(slot);
      this.showAll(slot);
    }
  }

  private speaker(mid: string): HTMLAudioElement {
    const element = document.createElement("audio");
    element.autoplay = true;
    element.hidden = true;
    element.onpause = () => this.later();
    document.body.append(element);
    this.sounds.set(mid, element);
    return element;
  }

  /** A moment after the last interruption: while a call rings, playing would be paused again at once. */
  private later(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.resume(), RESUME);
  }

  /** Play what was paused; what the browser refuses is asked for with one tap. */
  private resume(): void {
    if (document.hidden) return; // when the page is back in front
    for (const element of this.sounds.values()) if (element.paused) void this.play(element);
    for (const element of this.screens.keys()) if (element.paused && element.srcObject) element.play().catch(() => undefined);
  }

  private showAll(slot: string): void {
    for (const [element, shown] of this.screens) if (shown === slot) this.show(element, this.streams.get(slot) ?? null);
  }

  private sweep(): void {
    for (const element of this.screens.keys()) {
      if (element.isConnected) continue;
      element.srcObject = null;
      this.screens.delete(element);
    }
  }

  private show(element: HTMLVideoElement, stream: MediaStream | null): void {
    if (element.srcObject === stream) return;
    element.srcObject = stream;
    if (stream) element.play().catch(() => undefined); // muted pictures play, or are replaced before they could
  }

  private async play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
      this.blocked.delete(element);
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.blocked.add(element);
    }
    this.refused(this.blocked.size > 0);
  }
}
