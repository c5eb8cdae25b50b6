/** Sheets that come after the room: of secret votes, and the results of elections and appraisals; null until they are here. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Motion } from "../../wire/messages";
import type { SecretStage } from "./secret";

export interface LatePapers {
  readonly SecretSheet: ComponentType<{ motion: Motion; stage: SecretStage }>;
  readonly PeopleResult: ComponentType<{ motion: Motion }>;
  readonly OfficerSheet: ComponentType<{ motion: Motion }>;
  readonly OwnReceipt: ComponentType<{ motion: Motion }>;
}
export const latePapers = signal<LatePapers | null>(null);
