/** Sheet: the top layer. Its foot is pinned and its body scrolls; focus goes to its title, and what is behind it is inert. */
import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** How many sheets stand now; the frame behind them reads it to become inert. */
export const sheetsOpen = signal(0);

export interface SheetProps {
  title: string;
  /** Chips and countdown. */
  head?: ComponentChildren;
  foot?: ComponentChildren;
  children: ComponentChildren;
  bodyClass?: string;
  /** Given: Escape and a tap on the ground behind close it. Votes and roll calls are not closed by a slip of the thumb. */
  onClose?: () => void;
  /** A new value moves the focus to the title again: the next step of the same sheet. */
  step?: string;
}

export function Sheet({ title, head, foot, children, bodyClass, onClose, step }: SheetProps): JSX.Element {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    sheetsOpen.value += 1;
    return () => {
      sheetsOpen.value -= 1;
      // the ground behind is inert until the next frame
      requestAnimationFrame(() => {
        if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus();
      });
    };
  }, []);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [step]);
  return (
    <>
      <div class="scrim" onClick={onClose} />
      <div
        class="sheet"
        role="dialog"
        aria-modal="true"
        aria-labelledby={id}
        ref={frame}
        onKeyDown={(event) => {
          if (event.key === "Escape" && onClose !== undefined) onClose();
          if (event.key === "Tab") keepInside(event, frame.current);
        }}
      >
        {head !== undefined && <div class="sheet__head">{head}</div>}
        <div class={bodyClass === undefined ? "sheet__body" : `sheet__body ${bodyClass}`} tabIndex={0} role="group" aria-labelledby={id}>
          <h2 class="sheet__title" id={id} tabIndex={-1} ref={heading}>
            {title}
          </h2>
          {children}
        </div>
        {foot !== undefined && <div class="sheet__foot">{foot}</div>}
      </div>
    </>
  );
}

/** The room behind is inert already; this keeps Tab from wandering into the browser's own bars half-way through a vote. */
function keepInside(event: KeyboardEvent, frame: HTMLElement | null): void {
  if (frame === null) return;
  const stops = Array.from(frame.querySelectorAll<HTMLElement>("button, input, a[href], textarea, [tabindex='0']")).filter(
    (el) => el.offsetParent !== null || el === document.activeElement,
  );
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (first === undefined || last === undefined) return;
  const at = document.activeElement;
  if (event.shiftKey && (at === first || at instanceof HTMLHeadingElement)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && at === last) {
    event.preventDefault();
    first.focus();
  }
}
