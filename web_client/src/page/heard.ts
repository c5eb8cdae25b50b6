/** Tells the server what of a recording was played: while it sounds, before the page is left, and again when the network was gone. */
import { Listening } from "./listening";

const REPORT_EVERY_MS = 15_000;

/** `place` carries `data-progress` (where to report), `data-csrf`; `sound` is what is heard. */
export function reportProgress(place: HTMLElement, sound: HTMLMediaElement, shown: (percent: number, done: boolean) => void): void {
  const address = place.dataset["progress"];
  const token = place.dataset["csrf"];
  if (!address || !token) return;
  const listening = new Listening();
  let sending = false;
  let told = performance.now();

  const audible = () => !sound.paused && !sound.seeking && (document.visibilityState === "visible" || (!sound.muted && sound.volume > 0));
  const tell = async (leaving = false): Promise<void> => {
    if ((sending && !leaving) || listening.waiting < 200) return;
    const played = listening.take();
    const position = Math.max(0, Math.round(sound.currentTime * 1000));
    sending = true;
    told = performance.now();
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", "x-csrf-token": token },
        body: JSON.stringify({ played, position }),
        keepalive: leaving,
      });
      if (answer.ok) {
        const said = (await answer.json()) as { percent: number; done: boolean };
        shown(said.percent, said.done);
      } else if (answer.status >= 500) listening.giveBack(played);
    } catch {
      listening.giveBack(played); // the network is gone: told when it is back
    } finally {
      sending = false;
    }
  };

  sound.addEventListener("timeupdate", () => {
    if (!audible()) return listening.stopped();
    listening.played(sound.currentTime * 1000, performance.now(), sound.playbackRate);
    if (performance.now() - told > REPORT_EVERY_MS) void tell();
  });
  for (const event of ["seeking", "waiting"]) sound.addEventListener(event, () => listening.stopped());
  for (const event of ["pause", "ended"]) {
    sound.addEventListener(event, () => {
      if (!sound.seeking) listening.played(sound.currentTime * 1000, performance.now(), sound.playbackRate);
      listening.stopped();
      void tell();
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void tell(true);
  });
  window.addEventListener("pagehide", () => void tell(true));
}
