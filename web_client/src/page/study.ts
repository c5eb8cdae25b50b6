/** Follows a micro-lesson while it is heard: goes on where one stopped, moves words and pictures with the sound. */
import { clockOf, indexAt } from "./player";
import { reportProgress } from "./heard";

const DRIFT_S = 0.3;

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
