/** Keeps the sentence of the moment in sight, until the reader scrolls; then a button brings them back. */

const OWN_SCROLL_MS = 700;

export class Follow {
  private readonly side: HTMLElement | null;
  private readonly back: HTMLElement | null;
  private following = true;
  private ownUntil = 0;

  constructor(
    document: Document,
    private readonly current: () => HTMLElement | null,
  ) {
    this.side = document.getElementById("side");
    this.back = document.getElementById("follow");
    for (const gesture of ["wheel", "touchmove"]) this.side?.addEventListener(gesture, () => this.yieldToReader(), { passive: true });
    this.side?.addEventListener("scroll", () => {
      if (performance.now() > this.ownUntil) this.yieldToReader();
    });
    this.back?.addEventListener("click", () => {
      this.following = true;
      if (this.back) this.back.hidden = true;
      this.to(this.current());
    });
  }

  /** The line of the moment is another one now. */
  to(cue: HTMLElement | null): void {
    if (!this.following || !this.side || !cue || cue.closest("[hidden]")) return;
    const [view, line] = [this.side.getBoundingClientRect(), cue.getBoundingClientRect()];
    const wanted = this.side.scrollTop + line.top - view.top - view.height / 3;
    this.ownUntil = performance.now() + OWN_SCROLL_MS;
    this.side.scrollTo({ top: Math.max(0, wanted), behavior: calm() ? "auto" : "smooth" });
  }

  private yieldToReader(): void {
    if (!this.following || !this.back) return;
    this.following = false;
    this.back.hidden = false;
  }
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
