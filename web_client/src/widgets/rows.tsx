/** Rows: a list of things to open or to read, one a line, 60 px high or more. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

export function Row({
  icon,
  title,
  sub,
  end,
  now,
  href,
  download,
  onPress,
  current,
}: {
  icon?: IconName;
  title: ComponentChildren;
  sub?: ComponentChildren;
  end?: ComponentChildren;
  now?: boolean;
  href?: string;
  download?: boolean;
  onPress?: () => void;
  current?: boolean;
}): JSX.Element {
  const inside = (
    <>
      {icon !== undefined && <Icon name={icon} />}
      <span class="row__main">
        <span class="row__title">{title}</span>
        {sub !== undefined && <span class="row__sub">{sub}</span>}
      </span>
      {end !== undefined && <span class="row__end">{end}</span>}
    </>
  );
  const names = now === true ? "row row--now" : "row";
  if (href !== undefined) {
    return (
      <a
        class={names}
        href={href}
        {...(download === true ? { download: "" } : {})}
        {...(download === true ? {} : { target: "_blank", rel: "noopener" })}
      >
        {inside}
      </a>
    );
  }
  if (onPress !== undefined)
    return (
      <button class={names} type="button" onClick={onPress} aria-current={current === true ? "true" : undefined}>
        {inside}
      </button>
    );
  return <div class={names}>{inside}</div>;
}

/** A switch said in words: the line says what is so now, the chip says on or off. */
export function SwitchRow({
  icon,
  title,
  sub,
  on,
  onWord,
  offWord,
  onChange,
}: {
  icon: IconName;
  title: string;
  sub?: string;
  on: boolean;
  onWord: string;
  offWord: string;
  onChange: (on: boolean) => void;
}): JSX.Element {
  return (
    <button class="row" type="button" role="switch" aria-checked={on} onClick={() => onChange(!on)}>
      <Icon name={icon} />
      <span class="row__main">
        <span class="row__title">{title}</span>
        {sub !== undefined && <span class="row__sub">{sub}</span>}
      </span>
      <span class="row__end">
        <span class="switch" aria-hidden="true">
          <svg viewBox="0 0 44 26">
            <rect class="switch__ground" x="1" y="1" width="42" height="24" rx="12" />
            <circle class="switch__knob" cx={on ? 31 : 13} cy="13" r="9" />
          </svg>
        </span>
        <span class="small" aria-hidden="true">
          {on ? onWord : offWord}
        </span>
      </span>
    </button>
  );
}
