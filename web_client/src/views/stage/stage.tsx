/** The hall's screen: what all in the room may see from their seats, and nothing that leans. */
import type { JSX } from "preact";

export function Stage(): JSX.Element {
  return <main />;
}
