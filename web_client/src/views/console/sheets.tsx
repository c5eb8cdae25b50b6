/** Which of the secretary's acts stands open above the console. */
import type { JSX } from "preact";
import { motions } from "../../core/selectors";
import { type MotionId, MotionPhase } from "../../wire/messages";
import { useEffect } from "preact/hooks";
import { back } from "../layout";
import type { ConsoleAct } from "./act";
import { BatchSheet, CloseBatchSheet, votingTogether } from "./batch_sheet";
import { DraftSheet } from "./draft_sheet";
import { ItemSheet } from "./item_sheet";
import { ConsoleMore } from "./more_sheet";
import { NoteSheet } from "./notes";
import { AmendSheet, MotionActs, OpinionSheet } from "./motion_acts";
import { OfficersSheet } from "./officers_sheet";
import { HallSheet } from "./hall_sheet";
import { PersonActs } from "./person_sheet";
import { RevoteSheet } from "./revote_sheet";
import { RoomsSheet } from "./rooms_sheet";
import { AdjournSheet, RecordingSheet, RollCallStart } from "./sitting_sheets";
import { CloseVoteSheet, OpenVoteSheet, PublishSheet, WithdrawSheet } from "./vote_sheets";

/** Leaves by itself when what it was opened for has moved on (by its own act, or by another who runs the meeting). */
function MovedOn(): null {
  useEffect(() => back(), []);
  return null;
}

function withMotion(
  id: MotionId,
  phases: readonly MotionPhase[],
  show: (motion: NonNullable<ReturnType<typeof motionOf>>) => JSX.Element,
): JSX.Element {
  const motion = motionOf(id);
  return motion && phases.includes(motion.phase) ? show(motion) : <MovedOn />;
}

function motionOf(id: MotionId) {
  return motions.value.find((one) => one.motion_id === id);
}

const BEFORE: readonly MotionPhase[] = [MotionPhase.DRAFTED, MotionPhase.MOVED, MotionPhase.DISCUSSED];

export function ConsoleSheet({ act }: { act: ConsoleAct }): JSX.Element {
  switch (act.kind) {
    case "item":
      return <ItemSheet key={act.item} itemId={act.item} />;
    case "draft":
      return <DraftSheet itemId={act.item} />;
    case "open_vote":
      return withMotion(act.motion, BEFORE, (motion) => <OpenVoteSheet motion={motion} />);
    case "close_vote":
      return withMotion(act.motion, [MotionPhase.VOTING], (motion) => <CloseVoteSheet motion={motion} />);
    case "publish":
      return withMotion(act.motion, ["closed"], (motion) => <PublishSheet motion={motion} />);
    case "withdraw":
      return withMotion(act.motion, [...BEFORE, MotionPhase.COLLECTING, MotionPhase.VOTING, MotionPhase.CLOSED], (motion) => (
        <WithdrawSheet motion={motion} />
      ));
    case "motion_acts":
      return withMotion(act.motion, BEFORE, (motion) => <MotionActs motion={motion} />);
    case "amend":
      return withMotion(act.motion, BEFORE, (motion) => <AmendSheet motion={motion} />);
    case "opinion":
      return withMotion(act.motion, BEFORE, (motion) => <OpinionSheet motion={motion} />);
    case "paper_count":
      return withMotion(act.motion, [MotionPhase.COLLECTING, MotionPhase.VOTING], (motion) => <HallSheet motion={motion} />);
    case "revote":
      return withMotion(act.motion, ["closed", "published"], (motion) => <RevoteSheet motion={motion} />);
    case "batch":
      return <BatchSheet />;
    case "close_batch":
      return votingTogether().length > 0 ? <CloseBatchSheet /> : <MovedOn />;
    case "officers":
      return <OfficersSheet />;
    case "roll_call":
      return <RollCallStart />;
    case "person":
      return <PersonActs key={act.participant} participantId={act.participant} />;
    case "note":
      return <NoteSheet about={act.participant} />;
    case "rooms":
      return <RoomsSheet />;
    case "recording":
      return <RecordingSheet />;
    case "adjourn":
      return <AdjournSheet />;
    case "more":
      return <ConsoleMore />;
  }
}
