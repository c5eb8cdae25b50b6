/** Opens what the secretary does above the console. */
import { go } from "../layout";
import type { ConsoleAct } from "./act";

export function openAct(act: ConsoleAct): void {
  go({ sheet: { name: "console", act } });
}
