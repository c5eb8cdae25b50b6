/** What the secretary can have open above the console: one act at a time, in the one place for sheets. */
import type { ItemId, MotionId, ParticipantId } from "../../wire/messages";

export type ConsoleAct =
  | { readonly kind: "item"; readonly item: ItemId | null }
  | { readonly kind: "draft"; readonly item: ItemId | null }
  | { readonly kind: "open_vote"; readonly motion: MotionId }
  | { readonly kind: "close_vote"; readonly motion: MotionId }
  | { readonly kind: "publish"; readonly motion: MotionId }
  | { readonly kind: "withdraw"; readonly motion: MotionId }
  | { readonly kind: "motion_acts" | "amend" | "opinion" | "paper_count" | "revote"; readonly motion: MotionId }
  | { readonly kind: "batch" | "close_batch" }
  | { readonly kind: "officers" }
  | { readonly kind: "roll_call" }
  | { readonly kind: "person"; readonly participant: ParticipantId }
  | { readonly kind: "note"; readonly participant: ParticipantId | null }
  | { readonly kind: "rooms" }
  | { readonly kind: "recording" }
  | { readonly kind: "adjourn" }
  | { readonly kind: "more" };
