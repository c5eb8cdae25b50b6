/** Who may do what, from the server's own table; the server decides, this only hides what would be refused. */
import { computed } from "@preact/signals";
import { RIGHTS, type Participant, type Right } from "../wire/messages";
import { self } from "./store";

/** Whether a participant holds a right. */
export function may(participant: Participant | null, right: Right): boolean {
  return participant !== null && !participant.removed && RIGHTS[participant.role].includes(right);
}

/** Whether the viewer holds a right (reads a signal). */
export function iMay(right: Right): boolean {
  return may(self.value, right);
}

/** Whether the viewer runs the meeting: shows the way to the console. */
export const iRun = computed(() => may(self.value, "run_meeting"));
