/** Dock: the bottom third; what is done often or in a hurry, the microphone in the middle. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

export function Dock({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <nav class="dock" aria-label={label}>
      {children}
    </nav>
  );
}

export function DockButton({
  icon,
  word,
  pressed,
  current,
  badge,
  badgeWord,
  centre,
  busy,
  onPress,
  id,
}: {
  icon: IconName;
  /** States a fact (话筒关), not what a tap would do. */
  word: string;
  pressed?: boolean;
  current?: boolean;
  badge?: number;
  /** What the badge counts, for readers: 未读 3. */
  badgeWord?: string;
  centre?: boolean;
  busy?: boolean;
  onPress: () => void;
  id?: string;
}): JSX.Element {
  return (
    <button
      class={centre === true ? "dock__btn dock__btn--mic" : "dock__btn"}
      type="button"
      id={id}
      aria-pressed={pressed}
      aria-current={current === true ? "page" : undefined}
      aria-busy={busy === true ? "true" : undefined}
      onClick={onPress}
    >
      {centre === true ? (
        <span class="dock__disc">
          <Icon name={icon} />
        </span>
      ) : (
        <Icon name={icon} />
      )}
      {badge !== undefined && badge > 0 && (
        <span class="dock__badge">
          <span class="sr">{badgeWord} </span>
          {badge > 99 ? "99+" : badge}
        </span>
      )}
      <span>{word}</span>
    </button>
  );
}
