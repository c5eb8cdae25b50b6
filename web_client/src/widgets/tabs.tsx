/** Tabs: groups of one list; arrow keys move between them. */
import type { JSX, TargetedKeyboardEvent } from "preact";

export interface Tab<T extends string> {
  value: T;
  label: string;
}

export function Tabs<T extends string>({
  label,
  value,
  tabs,
  controls,
  onChoose,
}: {
  label: string;
  value: T;
  tabs: readonly Tab<T>[];
  /** The id of the panel they switch. */
  controls: string;
  onChoose: (value: T) => void;
}): JSX.Element {
  const step = (event: TargetedKeyboardEvent<HTMLElement>, by: number): void => {
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.value);
    const button = event.currentTarget.children[tabs.indexOf(next)];
    if (button instanceof HTMLElement) button.focus();
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") step(event, 1);
        if (event.key === "ArrowLeft") step(event, -1);
      }}
    >
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          aria-controls={controls}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChoose(tab.value)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
