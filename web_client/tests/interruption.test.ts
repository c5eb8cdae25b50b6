import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Interruptions } from "../src/media/interruption";
import type { MediaKind } from "../src/wire/messages";

/** As much of a captured track as an interruption shows. */
class Track {
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  constructor(public muted = false) {}
  mute(): void {
    this.muted = true;
    this.onmute?.();
  }
  unmute(): void {
    this.muted = false;
    this.onunmute?.();
  }
}

function watching(track: Track): string[] {
  const told: string[] = [];
  const note = (what: string) => (kind: MediaKind) => void told.push(`${what} ${kind}`);
  const interruptions = new Interruptions({
    begun: note("begun"),
    lasts: note("lasts"),
    tooLate: note("too late"),
    over: (kind, wasTold) => void told.push(`over ${kind} ${wasTold}`),
  });
  interruptions.watch("audio", track as unknown as MediaStreamTrack);
  return told;
}

describe("an interrupted microphone", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is known at once, and others are told only when it lasts", () => {
    const track = new Track();
    const told = watching(track);
    track.mute();
    expect(told).toEqual(["begun audio"]);
    vi.advanceTimersByTime(1_100);
    expect(told).toEqual(["begun audio", "lasts audio"]);
  });

  it("goes on without a word after a moment", () => {
    const track = new Track();
    const told = watching(track);
    track.mute();
    vi.advanceTimersByTime(500);
    track.unmute();
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(["begun audio", "over audio false"]);
  });

  it("goes on by itself after a short call", () => {
    const track = new Track();
    const told = watching(track);
    track.mute();
    vi.advanceTimersByTime(15_000);
    track.unmute();
    expect(told.at(-1)).toBe("over audio true");
  });

  it("waits for its owner after a long call", () => {
    const track = new Track();
    const told = watching(track);
    track.mute();
    vi.advanceTimersByTime(600_000);
    track.unmute();
    expect(told.at(-1)).toBe("too late audio");
  });

  it("is known when it is given to us in the middle of a call", () => {
    expect(watching(new Track(true))).toEqual(["begun audio"]);
  });

  it("is no longer followed when another takes its place", () => {
    const told: string[] = [];
    const interruptions = new Interruptions({
      begun: () => void told.push("begun"),
      lasts: () => void told.push("lasts"),
      over: () => undefined,
      tooLate: () => undefined,
    });
    const [first, second] = [new Track(), new Track()];
    interruptions.watch("audio", first as unknown as MediaStreamTrack);
    first.mute();
    interruptions.watch("audio", second as unknown as MediaStreamTrack);
    vi.advanceTimersByTime(5_000);
    first.unmute();
    expect(told).toEqual(["begun"]);
  });
});
