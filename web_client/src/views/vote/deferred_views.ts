/** Sheets that come after the room: of secret votes, elections and appraisals, with their results, and the plots of polls; null until they are here. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Counts } from "../../core/poll_counts";
import type { Motion } from "../../wire/messages";
import type { SecretStage } from "./secret";

export interface DeferredVotes {
  readonly SecretSheet: ComponentType<{ motion: Motion; stage: SecretStage }>;
  readonly WholePaper: ComponentType<{ motion: Motion }>;
  readonly Chosen: ComponentType<{ motion: Motion; choices: readonly string[] }>;
  readonly ProposedGrades: ComponentType<{ motion: Motion }>;
  readonly PeopleResult: ComponentType<{ motion: Motion }>;
  readonly PollPlot: ComponentType<{ motion: Motion; counts: Counts; cast: number }>;
  readonly RunningPlot: ComponentType<{ motion: Motion }>;
  readonly OfficerSheet: ComponentType<{ motion: Motion }>;
  readonly OwnReceipt: ComponentType<{ motion: Motion }>;
  readonly ResultSheet: ComponentType<{ motion: Motion; more?: number; onClose: () => void }>;
  readonly ResultsSheet: ComponentType;
  readonly OfficerStrip: ComponentType;
}
export const deferredVotes = signal<DeferredVotes | null>(null);
