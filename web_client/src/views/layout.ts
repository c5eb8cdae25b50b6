/** Where the member is: room or console, which panel, which sheet. The phone's back button undoes one step. */
import { signal } from "@preact/signals";
import type { MotionId, ParticipantId } from "../wire/messages";
import type { ConsoleAct } from "./console/act";

export type Place = "room" | "console";
export type Panel = "stage" | "chat" | "people";
export type OpenSheet =
  | {
      readonly name: "more" | "leave" | "devices" | "settings" | "network" | "documents" | "attendance" | "results" | "agenda" | "captions";
    }
  | { readonly name: "result" | "officer"; readonly motion: MotionId }
  | { readonly name: "person"; readonly participant: ParticipantId }
  | { readonly name: "message"; readonly message: string }
  | { readonly name: "console"; readonly act: ConsoleAct };

interface Layout {
  readonly place: Place;
  readonly panel: Panel;
  readonly sheet: OpenSheet | null;
}

const START: Layout = { place: "room", panel: "stage", sheet: null };
export const layout = signal<Layout>(START);

function isLayout(value: unknown): value is Layout {
  return typeof value === "object" && value !== null && "panel" in value && "sheet" in value;
}

/** Begin to follow the browser's history; returns how to stop. */
export function followHistory(): () => void {
  const onPop = (event: PopStateEvent): void => {
    goingBack = false;
    layout.value = isLayout(event.state) ? event.state : START;
  };
  // a page loaded anew begins in the room, whatever sheet was open before: else a step back would open that one again
  if (layout.value === START && isLayout(history.state)) history.replaceState(null, "");
  addEventListener("popstate", onPop);
  return () => removeEventListener("popstate", onPop);
}

/** Go somewhere; `back` comes back from there. Moving between panels replaces, so that one step back is the room. */
export function go(to: Partial<Layout>): void {
  const from = layout.value;
  const next: Layout = { ...from, ...to };
  layout.value = next;
  const sideways = to.sheet === undefined && to.place === undefined && from.panel !== "stage";
  if (sideways || (from.sheet !== null && next.sheet !== null)) history.replaceState(next, "");
  else history.pushState(next, "");
}

/** The browser goes back a moment after it was asked; until then another reason for the same step is no second step. */
let goingBack = false;

/** One step back; to the room itself when this is where the page began. */
export function back(): void {
  if (goingBack) return;
  if (isLayout(history.state)) {
    goingBack = true;
    history.back();
  } else layout.value = START;
}

export function openSheet(sheet: OpenSheet): void {
  go({ sheet });
}
