/** The icons of the visual language: one stroke weight, 24 × 24, always beside a word or hidden from readers. */
import type { ComponentChildren, JSX } from "preact";

const p = (d: string): JSX.Element => <path d={d} />;
const dot = (cx: number, cy: number, r: number): JSX.Element => <circle class="solid" cx={cx} cy={cy} r={r} />;
const MIC_STAND = "M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3";
const DISC = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z";

const SHAPES = {
  person: () => (
    <>
      <circle cx="12" cy="8" r="4" />
      {p("M4.5 20.5c.4-4 3.4-6.5 7.5-6.5s7.1 2.5 7.5 6.5")}
    </>
  ),
  people: () => (
    <>
      <circle cx="9" cy="8" r="3.4" />
      {p("M2.8 20c.3-3.7 2.8-6 6.2-6s5.9 2.3 6.2 6M15.6 4.9a3.3 3.3 0 0 1 0 6.3M18 14.6c1.9.8 3 2.7 3.2 5.4")}
    </>
  ),
  rollcall: () => (
    <>
      <circle cx="9.5" cy="8" r="3.6" />
      {p("M3 20c.3-3.7 3-6 6.5-6 1.5 0 2.9.4 4 1.2M15 18l2.3 2.3L21.5 16")}
    </>
  ),
  calendar: () => (
    <>
      <rect x="3.5" y="5" width="17" height="15.5" rx="1.5" />
      {p("M3.5 10h17M8 3v4M16 3v4")}
    </>
  ),
  mic: () => (
    <>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      {p(MIC_STAND)}
    </>
  ),
  micOff: () =>
    p(
      "M9 9.2V11a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.7-1.3M5.5 11.5a6.5 6.5 0 0 0 9.9 5.5M18.5 11.5a6.4 6.4 0 0 1-.6 2.7M12 18v3M4 4l16 16",
    ),
  camera: () => (
    <>
      <rect x="3" y="6" width="12.5" height="12" rx="2" />
      {p("m15.5 10.5 5.5-3v9l-5.5-3")}
    </>
  ),
  cameraOff: () =>
    p("M9.5 6h4a2 2 0 0 1 2 2v4M15.5 15.5V16a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8c0-.7.4-1.4 1-1.7M15.5 10.5l5.5-3v9l-3.2-1.8M4 4l16 16"),
  headphones: () =>
    p(
      "M4 14v-2a8 8 0 0 1 16 0v2M4 14.5A1.5 1.5 0 0 1 5.5 13H7v6.5H5.5A1.5 1.5 0 0 1 4 18ZM20 14.5a1.5 1.5 0 0 0-1.5-1.5H17v6.5h1.5A1.5 1.5 0 0 0 20 18Z",
    ),
  speaker: () => p("M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11"),
  check: () => p("m5 12.5 4.5 4.5L19.5 7"),
  counted: () => (
    <>
      {p(DISC)}
      {p("m8 12.3 2.8 2.8L16.2 9.5")}
    </>
  ),
  pending: () => (
    <>
      <circle cx="12" cy="12" r="9" stroke-dasharray="3.5 3.57" />
      {p("M12 7.5V12l3 1.8")}
    </>
  ),
  clock: () => (
    <>
      {p(DISC)}
      {p("M12 7.5V12l3 1.8")}
    </>
  ),
  info: () => (
    <>
      {p(DISC)}
      {p("M12 11v5.5")}
      {dot(12, 7.8, 1.2)}
    </>
  ),
  warning: () => (
    <>
      {p("M12 4 2.8 20h18.4ZM12 10v4.5")}
      {dot(12, 17.2, 1.1)}
    </>
  ),
  screen: () => (
    <>
      <rect x="3" y="4.5" width="18" height="12.5" rx="1.5" />
      {p("M9 20.5h6M12 13.5V8M9.5 10.3 12 7.8l2.5 2.5")}
    </>
  ),
  chat: () => p("M20 5.5H4a1 1 0 0 0-1 1V16a1 1 0 0 0 1 1h3.5v3.5L12 17h8a1 1 0 0 0 1-1V6.5a1 1 0 0 0-1-1ZM7.5 10h9M7.5 13h6"),
  hand: () =>
    p(
      "M7.5 12V6.2a1.4 1.4 0 0 1 2.8 0V11M10.3 10.5V4.4a1.4 1.4 0 0 1 2.8 0v6.1M13.1 10.7V5.6a1.4 1.4 0 0 1 2.8 0v6.2M15.9 11.5V8.4a1.4 1.4 0 0 1 2.8 0v5.8c0 4-2.6 6.8-6.2 6.8-2.7 0-4.2-1.1-5.5-3.3l-2.6-4.4c-.9-1.6 1-2.8 2.1-1.5l1 1.2",
    ),
  more: () => (
    <>
      {dot(5.5, 12, 1.7)}
      {dot(12, 12, 1.7)}
      {dot(18.5, 12, 1.7)}
    </>
  ),
  weak: () => (
    <>
      {p("M4 19v-3M9 19v-6")}
      <path d="M14 19v-9M19 19V6" opacity=".3" />
    </>
  ),
  offline: () => (
    <>
      {p(
        "M3 9.5a13 13 0 0 1 4.6-2.8M21 9.5A13 13 0 0 0 11 6M6.3 13a8.3 8.3 0 0 1 3.4-2M17.7 13a8.3 8.3 0 0 0-2.5-1.7M9.3 16.3a4 4 0 0 1 5.4 0M4 4l16 16",
      )}
      {dot(12, 19.5, 1.3)}
    </>
  ),
  captions: () => (
    <>
      <rect x="3" y="5" width="18" height="14" rx="2" />
      {p("M10.5 10.3a2.3 2.3 0 1 0 0 3.4M17 10.3a2.3 2.3 0 1 0 0 3.4")}
    </>
  ),
  send: () => p("M20.5 3.5 3.5 10.5l6.5 3 3 6.5ZM10 13.5l4-4"),
  back: () => p("m15 5-7 7 7 7"),
  forward: () => p("m9 5 7 7-7 7"),
  up: () => p("m5 15 7-7 7 7"),
  down: () => p("m5 9 7 7 7-7"),
  close: () => p("M5.5 5.5l13 13M18.5 5.5l-13 13"),
  lock: () => (
    <>
      <rect x="5" y="10.5" width="14" height="10" rx="1.5" />
      {p("M8 10.5V8a4 4 0 0 1 8 0v2.5")}
    </>
  ),
  circle: () => <circle cx="12" cy="12" r="7.5" />,
  cross: () => p("M5.5 5.5l13 13M18.5 5.5l-13 13"),
  triangle: () => p("M12 4.5 20.5 19h-17Z"),
  search: () => (
    <>
      <circle cx="10.5" cy="10.5" r="6.5" />
      {p("m15.5 15.5 5 5")}
    </>
  ),
  download: () => p("M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 20h15"),
  list: () => (
    <>
      {p("M8.5 6H20M8.5 12H20M8.5 18H20")}
      {dot(4.5, 6, 1.3)}
      {dot(4.5, 12, 1.3)}
      {dot(4.5, 18, 1.3)}
    </>
  ),
  ballot: () => p("M4 12.5h16V20H4ZM8 15.5h8M8.5 12.5V4h7v8.5M10.5 8l1.3 1.3 2-2.3"),
  plus: () => p("M12 5v14M5 12h14"),
  bigType: () => p("M3 19 8.5 5 14 19M5 14.5h7M15.5 19l3-8 3 8M16.6 16.5h3.8"),
  home: () => p("M4 11 12 4l8 7v9h-5.5v-5.5h-5V20H4Z"),
  book: () => p("M12 6.5C10 5 7 4.5 3.5 4.7v13.6c3.5-.2 6.5.3 8.5 1.8 2-1.5 5-2 8.5-1.8V4.7C17 4.5 14 5 12 6.5Zm0 0v13.6"),
  edit: () => p("M4 20h4.5L20 8.5 15.5 4 4 15.5ZM13 6.5 17.5 11"),
  link: () => p("M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.3 6M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.3-1.3"),
  language: () => (
    <>
      {p(DISC)}
      {p("M3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18")}
    </>
  ),
  moon: () => p("M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2Z"),
  door: () => p("M13.5 4H6v16h7.5M10.5 12H21M17 8l4 4-4 4"),
  text: () => p("M5 6.5h14M5 12h14M5 17.5h9"),
  rooms: () => (
    <>
      <rect x="3.5" y="4" width="7.5" height="7" rx="1.5" />
      <rect x="13" y="4" width="7.5" height="7" rx="1.5" />
      <rect x="8.3" y="13.5" width="7.5" height="7" rx="1.5" />
    </>
  ),
  remove: () => p("M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5"),
  reload: () => p("M19.5 5v4.5H15M19.1 9.5A8 8 0 1 0 20 13"),
} satisfies Record<string, () => ComponentChildren>;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, size, inline }: { name: IconName; size?: "s" | "l"; inline?: boolean }): JSX.Element {
  const names = `ic${size === undefined ? "" : ` ic--${size}`}${inline === true ? " inline" : ""}`;
  return (
    <svg class={names} viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[name]()}
    </svg>
  );
}
