/** Countdown: ring and digits; spoken at 60, 30 and 10 seconds only. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { countdown } from "../core/i18n";
import { say } from "./announce";
import { Ring } from "./bar";

const SPOKEN_AT = [60, 30, 10] as const;

/** Speaks `words(mark)` when the seconds left pass a mark downwards; joining late speaks nothing at once. */
export function useSpokenSeconds(seconds: number, words: (seconds: number) => string): void {
  const before = useRef(seconds);
  useEffect(() => {
    const passed = SPOKEN_AT.find((mark) => before.current > mark && seconds <= mark && seconds > mark - 3);
    before.current = seconds;
    if (passed !== undefined) say(words(passed));
  }, [seconds]);
}

export function Countdown({
  seconds,
  total,
  label,
  words,
  calm,
}: {
  seconds: number;
  /** Seconds at the start, for the ring. */
  total: number;
  /** Read before the digits: 还剩. */
  label: string;
  words: (seconds: number) => string;
  calm?: boolean;
}): JSX.Element {
  useSpokenSeconds(seconds, words);
  return (
    <span class="countdown" role="timer">
      <Ring left={total > 0 ? seconds / total : 0} calm={calm ?? false} />
      <span>
        <span class="sr">{label} </span>
        {countdown(seconds)}
      </span>
    </span>
  );
}
