/** When the network is weak for a while, pictures are held back; when it has been good for longer, they return. */
import { effect } from "@preact/signals";
import { media } from "../core/store";

const WEAK_FOR = 3_000;
const GOOD_FOR = 10_000;

/** `hold(true)` holds pictures back. */
export function watchNetwork(hold: (on: boolean) => void): void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let towards = false;
  effect(() => {
    const { quality, profile, pictureHeld } = media.value;
    const wanted = profile === "video" && quality !== null && (quality <= 1 || (pictureHeld && quality <= 2));
    if (wanted === pictureHeld) {
      clearTimeout(waiting);
      waiting = undefined;
    } else if (waiting === undefined || towards !== wanted) {
      clearTimeout(waiting);
      towards = wanted;
      waiting = setTimeout(
        () => {
          waiting = undefined;
          hold(wanted);
        },
        wanted ? WEAK_FOR : GOOD_FOR,
      );
    }
  });
}
