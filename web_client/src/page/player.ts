/** Follows the sound of a recorded meeting: scrubber, lanes, the sentence and the picture of the moment, tabs, finding words. */
import { bindCopyButtons } from "./copy";
import { Follow } from "./follow";

import { followWhole } from "./whole_sound";

const SCRUB_WIDTH = 520;
const KNOB = 11;
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const DRIFT_S = 0.35;

/** `0:07`, `34:21`, `1:12:40` from milliseconds. */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The index of the last start that is not after `at`; -1 before the first. */
export function indexAt(starts: readonly number[], at: number): number {
  let found = -1;
  for (let i = 0; i < starts.length; i++) if ((starts[i] ?? Infinity) <= at) found = i;
  return found;
}

/** Text without width, case or accents, so that a find is as forgiving as the server's search. */
export function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "");
}

interface Turn {
  name: string;
  from: number;
  to: number;
}

export function bindPlayer(document: Document): void {
  const root = document.getElementById("player");
  if (!root) return;
  const length = Number(root.dataset["length"]);
  const sound = document.getElementById("sound") as HTMLAudioElement | null;
  bindTabs(document, root);
  const find = bindFind(document, length);
  if (!sound) return;

  const start = Number(root.dataset["start"]);
  const clock = new Clock(document, sound, length, start);
  let sought = start;
  const seek = (ms: number) => {
    sought = ms;
    clock.seek(ms);
  };
  followWhole(document, sound, () => (sought > sound.duration * 1000 ? sought : sound.currentTime * 1000));
  const follow = new Follow(document, () => clock.cue);
  clock.onCue = (cue) => follow.to(cue);
  if (start > 0) follow.to(clock.cue);
  bindControls(document, sound, seek, clock);
  bindCopyButtons(root);
  bindLinks(root, seek, sound);
  find();
}

class Clock {
  private readonly now: Element | null;
  private readonly done: Element | null;
  private readonly knob: Element | null;
  private readonly range: HTMLInputElement | null;
  private readonly needles: Element[];
  private readonly videos: HTMLVideoElement[];
  private readonly card: HTMLElement | null;
  private readonly page: HTMLImageElement | null;
  private readonly leaves: HTMLElement[];
  private readonly who: HTMLElement | null;
  private readonly cues: HTMLElement[];
  private readonly chapters: HTMLElement[];
  private readonly chapterBars: Element[];
  private readonly turns: Turn[];
  private lastCue: HTMLElement | null = null;
  /** Told when another line becomes the one of the moment. */
  onCue: (cue: HTMLElement | null) => void = () => undefined;
  private readonly link: HTMLInputElement | null;
  private lastChapter = -2;

  constructor(
    private readonly document: Document,
    private readonly sound: HTMLAudioElement,
    private readonly length: number,
    start: number,
  ) {
    const all = <T extends Element>(selector: string) => [...document.querySelectorAll<T>(selector)];
    this.now = document.getElementById("now");
    this.done = document.getElementById("done");
    this.knob = document.getElementById("knob");
    this.range = document.getElementById("position") as HTMLInputElement | null;
    this.link = document.getElementById("moment") as HTMLInputElement | null;
    this.needles = all(".lane .now");
    this.videos = all<HTMLVideoElement>(".player__video");
    this.card = document.getElementById("card");
    this.page = document.getElementById("page") as HTMLImageElement | null;
    this.leaves = all<HTMLElement>(".leaf[data-seek]");
    this.who = document.getElementById("who");
    this.cues = all<HTMLElement>("#record [data-seek]");
    this.chapters = all<HTMLElement>("#chapters [data-seek]");
    this.chapterBars = all(".lane--chap rect");
    this.turns = this.readTurns();
    for (const event of ["timeupdate", "seeked", "play", "pause"]) sound.addEventListener(event, () => this.show());
    sound.addEventListener("ratechange", () => {
      for (const video of this.videos) video.playbackRate = sound.playbackRate;
    });
    if (start > 0) this.seek(start);
    this.show();
  }

  get at(): number {
    return this.sound.currentTime * 1000;
  }

  /** The line of the moment. */
  get cue(): HTMLElement | null {
    return this.lastCue;
  }

  /** Where the next (1) or the previous (-1) line begins; where we are when there is none. */
  besides(step: 1 | -1): number {
    const starts = this.cues.map((line) => Number(line.dataset["seek"]));
    return starts[Math.max(0, indexAt(starts, this.at) + step)] ?? this.at;
  }

  seek(ms: number): void {
    const seconds = Math.min(Math.max(0, ms), this.length) / 1000;
    if (this.sound.readyState > 0) this.sound.currentTime = seconds;
    else this.sound.addEventListener("loadedmetadata", () => (this.sound.currentTime = seconds), { once: true });
    this.show(seconds * 1000);
  }

  private readTurns(): Turn[] {
    const turns: Turn[] = [];
    const lanes = this.document.querySelector(".lanes:not(.lanes--phone)");
    for (const lane of lanes?.querySelectorAll("[data-voice]") ?? []) {
      for (const bar of lane.querySelectorAll("rect:not(.now)")) {
        const [x, width] = [Number(bar.getAttribute("x")), Number(bar.getAttribute("width"))];
        const name = lane.getAttribute("data-voice") ?? "";
        turns.push({ name, from: (x / 100) * this.length, to: ((x + width) / 100) * this.length });
      }
    }
    return turns;
  }

  private show(at: number = this.at): void {
    const share = Math.min(1, at / this.length);
    if (this.now) this.now.textContent = clockOf(at);
    this.done?.setAttribute("width", String(share * SCRUB_WIDTH));
    this.knob?.setAttribute("x", String(share * (SCRUB_WIDTH - KNOB)));
    for (const needle of this.needles) needle.setAttribute("x", String(share * 99.4));
    if (this.range && this.document.activeElement !== this.range) this.range.value = String(Math.round(at / 1000));
    if (this.range) this.range.setAttribute("aria-valuetext", clockOf(at));
    if (this.link) this.link.value = `${location.origin}${location.pathname}?t=${clockOf(at)}`;
    this.showChapter(at);
    this.showCue(at);
    this.showPicture(at);
  }

  private showChapter(at: number): void {
    const index = indexAt(
      this.chapters.map((chapter) => Number(chapter.dataset["seek"])),
      at,
    );
    if (index === this.lastChapter) return;
    this.lastChapter = index;
    this.chapters.forEach((chapter, i) => chapter.classList.toggle("row--now", i === index));
    const start = this.chapters[index]?.dataset["seek"];
    for (const bar of this.chapterBars) bar.classList.toggle("cur", bar.getAttribute("data-from") === start);
    const title = this.chapters[index]?.dataset["title"];
    for (const place of this.document.querySelectorAll("[data-chapter]")) if (title) place.textContent = title;
  }

  private showCue(at: number): void {
    const cue =
      this.cues[
        indexAt(
          this.cues.map((line) => Number(line.dataset["seek"])),
          at,
        )
      ] ?? null;
    if (cue === this.lastCue) return;
    this.lastCue?.classList.remove("cue--now");
    if (cue?.classList.contains("cue")) cue.classList.add("cue--now");
    this.lastCue = cue;
    this.onCue(cue);
  }

  /** The page of the moment, if one was shown then and its picture may be seen. */
  private showPage(at: number): boolean {
    const leaf = this.leaves.find((one) => Number(one.dataset["seek"]) <= at && at < Number(one.dataset["end"])) ?? null;
    for (const one of this.leaves) one.classList.toggle("leaf--now", one === leaf);
    const picture = leaf?.dataset["picture"];
    if (!this.page) return false;
    this.page.hidden = picture === undefined;
    if (picture === undefined) return false;
    if (this.page.getAttribute("src") !== picture) this.page.src = picture;
    this.page.alt = leaf?.dataset["alt"] ?? "";
    return true;
  }

  private showPicture(at: number): void {
    const paged = this.showPage(at);
    const speaking = this.turns.filter((turn) => turn.from <= at && at < turn.to).map((turn) => turn.name);
    const there = this.videos.filter((video) => Number(video.dataset["from"]) <= at && at < Number(video.dataset["to"]));
    const best = paged
      ? null
      : (there.find((video) => video.dataset["media"] === "screen") ??
        there.find((video) => speaking.includes(video.dataset["who"] ?? "")) ??
        there[0] ??
        null);
    for (const video of this.videos) {
      if (video === best) continue;
      video.hidden = true;
      if (!video.paused) video.pause();
    }
    if (this.card) this.card.hidden = best !== null || paged;
    if (speaking[0]) for (const place of this.document.querySelectorAll("[data-speaker]")) place.textContent = speaking[0];
    if (this.who) {
      this.who.hidden = best === null;
      const name = this.who.querySelector("span");
      if (name) name.textContent = best?.dataset["who"] ?? "";
    }
    if (best) this.keepInStep(best, (at - Number(best.dataset["from"])) / 1000);
  }

  private keepInStep(video: HTMLVideoElement, seconds: number): void {
    video.hidden = false;
    if (video.preload === "none") video.preload = "auto";
    video.playbackRate = this.sound.playbackRate;
    if (Math.abs(video.currentTime - seconds) > DRIFT_S) video.currentTime = seconds;
    if (this.sound.paused) video.pause();
    else if (video.paused) video.play().catch(() => undefined);
  }
}

function bindControls(document: Document, sound: HTMLAudioElement, seek: (ms: number) => void, clock: Clock): void {
  const controls = document.getElementById("controls");
  const range = document.getElementById("position") as HTMLInputElement | null;
  const play = document.getElementById("play");
  const speed = document.getElementById("speed");
  if (!controls || !play) return;
  controls.hidden = false;
  if (range) range.hidden = false;
  sound.controls = false;
  sound.dataset["quiet"] = "";
  const toggle = () => (sound.paused ? void sound.play().catch(() => undefined) : sound.pause());
  const showState = () => {
    play.setAttribute("aria-label", (sound.paused ? play.dataset["play"] : play.dataset["pause"]) ?? "");
    for (const icon of play.querySelectorAll<HTMLElement>("[data-icon]")) {
      icon.hidden = (icon.dataset["icon"] === "pause") === sound.paused;
    }
  };
  play.addEventListener("click", toggle);
  for (const event of ["play", "pause", "ended"]) sound.addEventListener(event, showState);
  document.getElementById("back15")?.addEventListener("click", () => seek(sound.currentTime * 1000 - 15_000));
  document.getElementById("ahead15")?.addEventListener("click", () => seek(sound.currentTime * 1000 + 15_000));
  range?.addEventListener("input", () => seek(Number(range.value) * 1000));
  const setSpeed = (next: number) => {
    sound.playbackRate = next;
    const shown = document.getElementById("speed-now");
    if (shown) shown.textContent = (speed?.dataset["word"] ?? "{x}").replace("{x}", String(next));
  };
  speed?.addEventListener("click", () => setSpeed(SPEEDS[(SPEEDS.indexOf(sound.playbackRate) + 1) % SPEEDS.length] ?? 1));
  const ordered = [...SPEEDS].sort((a, b) => a - b);
  const faster = (by: 1 | -1) => setSpeed(ordered[ordered.indexOf(sound.playbackRate) + by] ?? sound.playbackRate);
  const toggleKeys = () => {
    const keys = document.getElementById("keys") as HTMLDetailsElement | null;
    if (!keys) return;
    if (keys.closest<HTMLElement>("[hidden]")) document.querySelector<HTMLElement>('.tabs > a[href="#files"]')?.click();
    keys.open = !keys.open;
    if (keys.open) keys.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, button, a, select, textarea")) return;
    if (event.key === " ") toggle();
    else if (event.key === "ArrowLeft") seek(sound.currentTime * 1000 - 5_000);
    else if (event.key === "ArrowRight") seek(sound.currentTime * 1000 + 5_000);
    else if (event.key === "ArrowUp") seek(clock.besides(-1));
    else if (event.key === "ArrowDown") seek(clock.besides(1));
    else if (event.key === "<" || event.key === ",") faster(-1);
    else if (event.key === ">" || event.key === ".") faster(1);
    else if (event.key === "c") document.getElementById("copy-moment")?.click();
    else if (event.key === "?") toggleKeys();
    else return;
    event.preventDefault();
  });
  showState();
}

/** Links with a moment and the lanes lead there without loading the page again. */
function bindLinks(root: HTMLElement, seek: (ms: number) => void, sound: HTMLAudioElement): void {
  const length = Number(root.dataset["length"]);
  root.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const at = Number(link.dataset["seek"]);
    seek(at);
    history.replaceState(null, "", `?t=${clockOf(at)}`);
    void sound.play().catch(() => undefined);
  });
  for (const axis of root.querySelectorAll<SVGElement>(".lane")) {
    const go = (event: PointerEvent) => {
      const box = axis.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * length);
    };
    axis.addEventListener("pointerdown", (event) => {
      axis.setPointerCapture(event.pointerId);
      go(event);
    });
    axis.addEventListener("pointermove", (event) => {
      if (axis.hasPointerCapture(event.pointerId)) go(event);
    });
  }
}

/** The tabs beside the player show one panel at a time. */
function bindTabs(document: Document, root: HTMLElement): void {
  const tabs = [...root.querySelectorAll<HTMLAnchorElement>(".tabs > a")];
  const panels = tabs.map((tab) => document.getElementById(tab.hash.slice(1)));
  const choose = (index: number) => {
    tabs.forEach((tab, i) => (i === index ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
    panels.forEach((panel, i) => panel && (panel.hidden = i !== index));
    document.getElementById("side")?.scrollTo(0, 0);
  };
  root.classList.add("player--tabbed");
  tabs.forEach((tab, index) =>
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      choose(index);
    }),
  );
  choose(
    Math.max(
      0,
      tabs.findIndex((tab) => tab.hash === document.location.hash),
    ),
  );
}

/** Finding words in the record: marks them, shows them on the scrubber, goes from one to the next on Enter. */
function bindFind(document: Document, length: number): () => void {
  const form = document.getElementById("find") as HTMLFormElement | null;
  const input = document.getElementById("fq") as HTMLInputElement | null;
  const count = document.getElementById("found");
  const hits = document.getElementById("hits");
  if (!form || !input) return () => undefined;
  const lines = [...document.querySelectorAll<HTMLElement>("#record .cue__text, #record .strong, #record .chapter-break a")];
  const texts = lines.map((line) => line.textContent ?? "");
  const asServed = lines.map((line) => [...line.childNodes]); // words that were put right stay marked
  let found: HTMLElement[] = [];
  let current = -1;

  const find = () => {
    const wanted = plain(input.value.trim());
    found = [];
    current = -1;
    hits?.replaceChildren();
    lines.forEach((line, index) => {
      const text = texts[index] ?? "";
      line.replaceChildren(...(asServed[index] ?? []));
      const at = wanted && plain(text).length === text.length ? plain(text).indexOf(wanted) : -1;
      if (!wanted || (at < 0 && !plain(text).includes(wanted))) return;
      found.push(line);
      if (at >= 0) {
        const mark = document.createElement("mark");
        mark.textContent = text.slice(at, at + wanted.length);
        line.replaceChildren(text.slice(0, at), mark, text.slice(at + wanted.length));
      }
      const start = Number(line.closest<HTMLElement>("[data-seek]")?.dataset["seek"] ?? NaN);
      if (hits && Number.isFinite(start)) {
        const tick = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        const box = { class: "hit", x: String((start / length) * SCRUB_WIDTH), y: "22", width: "3", height: "7" };
        for (const [name, value] of Object.entries(box)) tick.setAttribute(name, value);
        hits.append(tick);
      }
    });
    if (count) count.textContent = wanted ? String(found.length) : "";
  };
  input.addEventListener("input", find);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (found.length === 0) return;
    current = (current + 1) % found.length;
    found[current]?.scrollIntoView({ block: "center" });
  });
  if (input.value) find();
  return find;
}
