/** The secretary's console: agenda and motions, floor, attendance and people, on a phone and on a wide screen. */
import type { JSX } from "preact";

export function Console(): JSX.Element {
  return <main />;
}
