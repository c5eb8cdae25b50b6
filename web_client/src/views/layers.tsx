/** The top layer: at most one sheet at a time. A vote comes before a roll call, that before consent, then what was just published or opened. */
import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { iRun } from "../core/permissions";
import { motions } from "../core/selectors";
import { meeting } from "../core/store";
import type { ConsoleAct } from "./console/act";
import { composing } from "./chat";
import { back, layout, type OpenSheet } from "./layout";
import { deferredSheets } from "./deferred_sheets";
import { LeaveSheet } from "./leave_sheet";
import { AdviceSheet, adviceDue } from "./media_advice";
import { consentDue, RecordingSheet } from "./recording_sheet";
import { rollCallInFront, RollCallSheet } from "./roll_call_sheet";
import { deferredVotes } from "./vote/deferred_views";
import { motionInFront } from "./vote/stages";
import { VoteSheet } from "./vote/vote_sheet";
import { MotionPhase } from "../wire/messages";

/** Results already seen on this phone; those published before it came are not pushed in front. */
const seenResults = signal<ReadonlySet<string> | null>(null);

export function markResultsSeen(): void {
  seenResults.value = new Set(motions.value.filter((motion) => motion.phase === MotionPhase.PUBLISHED).map((motion) => motion.motion_id));
}

/** Results of a batch come one after another, in the order they were published. */
function freshResult(): JSX.Element | null {
  const seen = seenResults.value;
  const votes = deferredVotes.value;
  if (seen === null || votes === null || composing.value) return null;
  const fresh = motions.value
    .filter((motion) => motion.phase === MotionPhase.PUBLISHED && !seen.has(motion.motion_id))
    .sort((a, b) => (a.published_at ?? 0) - (b.published_at ?? 0));
  const [motion] = fresh;
  if (motion === undefined) return null;
  return (
    <votes.ResultSheet
      key={motion.motion_id}
      motion={motion}
      more={fresh.length - 1}
      onClose={() => {
        seenResults.value = new Set([...seen, motion.motion_id]);
      }}
    />
  );
}

/** The sheets of those who run the meeting, once they are loaded. */
export type ConsoleSheets = ComponentType<{ act: ConsoleAct }>;

function opened(sheet: OpenSheet, Console: ConsoleSheets | undefined): JSX.Element | null {
  const deferred = deferredSheets.value;
  const votes = deferredVotes.value;
  switch (sheet.name) {
    case "console":
      return Console === undefined || !iRun.value ? null : <Console act={sheet.act} />;
    case "more":
      return deferred && <deferred.MoreSheet />;
    case "leave":
      return <LeaveSheet />;
    case "devices":
      return deferred && <deferred.DeviceCheck />;
    case "settings":
      return deferred && <deferred.SettingsSheet />;
    case "network":
      return deferred && <deferred.NetworkSheet />;
    case "documents":
      return deferred && <deferred.DocumentsSheet />;
    case "attendance":
      return deferred && <deferred.AttendanceSheet />;
    case "captions":
      return deferred && <deferred.CaptionsSheet />;
    case "results":
      return votes && <votes.ResultsSheet />;
    case "agenda":
      return deferred && <deferred.AgendaSheet />;
    case "person":
      if (Console !== undefined && iRun.value) return <Console act={{ kind: "person", participant: sheet.participant }} />;
      return deferred && <deferred.PersonSheet participantId={sheet.participant} />;
    case "message":
      return deferred && <deferred.MessageSheet messageId={sheet.message} />;
    case "officer": {
      const motion = meeting.value?.motions[sheet.motion];
      return motion === undefined || votes === null ? null : <votes.OfficerSheet motion={motion} />;
    }
    case "result": {
      const motion = meeting.value?.motions[sheet.motion];
      return motion === undefined || votes === null ? null : <votes.ResultSheet motion={motion} onClose={back} />;
    }
  }
}

export function Layers({ console }: { console: ConsoleSheets | undefined }): JSX.Element | null {
  const vote = motionInFront();
  if (vote !== null) return <VoteSheet key={`vote-${vote.motion.motion_id}`} motion={vote.motion} stage={vote.stage} />;
  const call = rollCallInFront();
  if (call !== null) return <RollCallSheet key={`roll-${call.roll_call_id}`} call={call} />;
  const { sheet } = layout.value;
  if (consentDue() && sheet?.name !== "leave") return <RecordingSheet />;
  if (adviceDue()) return <AdviceSheet />;
  if (sheet !== null) return opened(sheet, console);
  return freshResult();
}
