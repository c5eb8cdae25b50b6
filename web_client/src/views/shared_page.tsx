/** The shared page, for whoever shows one: it comes with the first page, most meetings show none. */
import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { meeting } from "../core/store";

const late = signal<ComponentType | null>(null);
let asked = false;

export function SharedPage(): JSX.Element | null {
  if (meeting.value?.shown == null) return null;
  const Page = late.value;
  if (Page !== null) return <Page />;
  if (!asked) {
    asked = true;
    import("./page/page").then(
      ({ Page: come }) => {
        late.value = come;
      },
      () => {
        asked = false;
      },
    ); // again with the next page
  }
  return null;
}
