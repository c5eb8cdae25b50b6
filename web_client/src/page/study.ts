/** Follows a recording that is studied: tells the server what was played, goes on where one stopped, moves with the words. */
import { Listening } from "./listening";
import { clockOf, indexAt } from "./player";

const REPORT_EVERY_MS = 15_000;
const DRIFT_S = 0.3;

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

/** The page of a micro-lesson or meeting. */
export function bindStudy(document: Document): void {
  const study = document.getElementById("study");
  const sound = document.getElementById("sound");
  if (!study || !(sound instanceof HTMLAudioElement)) return;
  const seek = (ms: number) => {
    if (sound.readyState > 0) sound.currentTime = ms / 1000;
    else sound.addEventListener("loadedmetadata", () => (sound.currentTime = ms / 1000), { once: true });
  };
  goOn(document, study, seek);
  followWords(study, sound, seek);
  followPictures(document, sound);
  fillMoment(document, sound);
  reportProgress(study, sound, (percent, done) => {
    const heard = document.getElementById("heard");
    if (heard) heard.textContent = (heard.dataset["word"] ?? "{n}").replace("{n}", String(percent));
    document.getElementById("heard-bar")?.setAttribute("width", String(percent));
    const finished = document.getElementById("finished");
    if (finished && done) finished.hidden = false;
  });
}

function goOn(document: Document, study: HTMLElement, seek: (ms: number) => void): void {
  const start = Number(study.dataset["start"]);
  if (!(start > 0)) return;
  seek(start);
  const resume = document.getElementById("resume");
  if (!resume) return;
  resume.hidden = false;
  document.getElementById("restart")?.addEventListener("click", () => {
    seek(0);
    resume.hidden = true;
  });
}

function followWords(study: HTMLElement, sound: HTMLAudioElement, seek: (ms: number) => void): void {
  const cues = [...study.querySelectorAll<HTMLElement>(".cue[data-seek]")];
  const starts = cues.map((cue) => Number(cue.dataset["seek"]));
  let now: HTMLElement | null = null;
  sound.addEventListener("timeupdate", () => {
    const cue = cues[indexAt(starts, sound.currentTime * 1000)] ?? null;
    if (cue === now) return;
    now?.classList.remove("cue--now");
    cue?.classList.add("cue--now");
    now = cue;
  });
  study.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    seek(Number(link.dataset["seek"]));
    void sound.play().catch(() => undefined);
  });
}

/** The picture goes with the sound: it begins somewhere before (or after) the lesson does. */
function followPictures(document: Document, sound: HTMLAudioElement): void {
  const pictures = document.getElementById("pictures");
  if (!(pictures instanceof HTMLVideoElement)) return;
  const offset = Number(pictures.dataset["offset"]) / 1000;
  const follow = () => {
    const wanted = sound.currentTime + offset;
    pictures.playbackRate = sound.playbackRate;
    if (wanted < 0) return pictures.pause();
    if (Math.abs(pictures.currentTime - wanted) > DRIFT_S) pictures.currentTime = wanted;
    if (sound.paused) pictures.pause();
    else if (pictures.paused && !pictures.ended) void pictures.play().catch(() => undefined);
  };
  for (const event of ["timeupdate", "seeked", "play", "pause", "ratechange"]) sound.addEventListener(event, follow);
}

/** A note that is begun while something plays is about that moment. */
function fillMoment(document: Document, sound: HTMLAudioElement): void {
  const text = document.getElementById("note");
  const at = document.getElementById("note-at");
  if (!(at instanceof HTMLInputElement)) return;
  text?.addEventListener("focus", () => {
    if (!at.value && sound.currentTime > 0) at.value = clockOf(sound.currentTime * 1000);
  });
}
