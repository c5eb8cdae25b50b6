/** Keeps the sentence of the moment in sight, until the reader scrolls; then a button brings them back. */

export class Follow {
  private readonly side: HTMLElement | null;
  private readonly back: HTMLElement | null;
  private following = true;
  /** Where its own scroll goes, and how far that still is: an event that comes nearer is not the reader's, however late it is. */
  private target = 0;
  private distance = 0;

  constructor(
    document: Document,
    private readonly current: () => HTMLElement | null,
  ) {
    this.side = document.getElementById("side");
    this.back = document.getElementById("follow");
    for (const gesture of ["wheel", "touchmove"]) this.side?.addEventListener(gesture, () => this.yieldToReader(), { passive: true });
    this.side?.addEventListener("scroll", () => this.scrolled());
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
    this.target = Math.min(Math.max(0, wanted), this.side.scrollHeight - this.side.clientHeight);
    this.distance = Math.abs(this.side.scrollTop - this.target);
    this.side.scrollTo({ top: this.target, behavior: calm() ? "auto" : "smooth" });
  }

  private scrolled(): void {
    if (!this.side) return;
    const distance = Math.abs(this.side.scrollTop - this.target);
    if (distance > this.distance + 1) this.yieldToReader();
    else this.distance = distance;
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
