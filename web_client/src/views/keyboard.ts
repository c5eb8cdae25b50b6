/** Whether a phone's keyboard covers part of the page, and how much of the page is left. */
import { signal } from "@preact/signals";

export const keyboardOpen = signal(false);

/** Follow the visible part of the page; returns how to stop. */
export function followKeyboard(): () => void {
  const view = window.visualViewport;
  if (!view) return () => undefined;
  let tallest = view.height;
  const onResize = (): void => {
    if (view.scale > 1.05) return; // pinched, not covered
    tallest = Math.max(tallest, view.height);
    keyboardOpen.value = view.height < tallest * 0.75;
    document.documentElement.style.setProperty("--page", keyboardOpen.value ? `${Math.round(view.height)}px` : "100dvh");
  };
  const onTurn = (): void => {
    tallest = 0;
    onResize();
  };
  view.addEventListener("resize", onResize);
  addEventListener("orientationchange", onTurn);
  return () => {
    view.removeEventListener("resize", onResize);
    removeEventListener("orientationchange", onTurn);
  };
}
