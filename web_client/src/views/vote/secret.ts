/** Which sheet a secret vote calls for on this phone. */
import { ownPapers, papersKnown, papersUnsupported } from "../../core/ballot/kept";
import { isElector } from "../../core/selectors";
import { self } from "../../core/store";
import { type Motion, MotionPhase } from "../../wire/messages";
import { draftOf } from "./paper";

export type SecretStage =
  | "fetching" // asked for a paper
  | "early" // the paper is here, voting not open
  | "choose"
  | "confirm"
  | "casting"
  | "counted"
  | "not_collected"
  | "not_counted"
  | "unsupported"
  | "sealing" // mine is in; the box is being sealed
  | "missed"
  | "watch";

/** Motions whose paper this page had before it closed. */
const had: Record<string, true> = {};

/** Null: nothing to show. */
export function secretStageOf(motion: Motion): SecretStage | null {
  const { motion_id: id, phase } = motion;
  const own = ownPapers.value[id];
  const out = phase === MotionPhase.COLLECTING || phase === MotionPhase.VOTING;
  if (!out && phase !== MotionPhase.SEALING && phase !== MotionPhase.CLOSED) return null;
  if (!isElector(motion)) return out ? "watch" : null;
  if (out && (papersUnsupported.value || own?.state === "unsupported")) return "unsupported";
  if (own?.state === "counted") return out ? "counted" : phase === MotionPhase.SEALING ? "sealing" : null;
  if (own?.state === "casting") return "casting";
  if (own?.state === "not_counted") return "not_counted";
  if (!out) return own?.state === "held" && id in had ? "missed" : null;
  if (own?.state === "not_collected") return "not_collected";
  if (own === undefined ? !papersKnown.value : own.state === "collecting") return "fetching";
  if (own === undefined) return phase === MotionPhase.COLLECTING && self.value?.present !== false ? "fetching" : "not_collected";
  had[id] = true;
  return phase === MotionPhase.COLLECTING ? "early" : draftOf(id).step;
}
