/** The recording, shown while on and acknowledged by those who stay; notes for the minutes. */
import { withParticipant, type Steps } from "./fold";

export const record: Steps<
  "RecordingStarted" | "RecordingStopped" | "RecordingAcknowledged" | "TrackRecorded" | "NoteTaken" | "NoteRemoved"
> = {
  // each recording asks for consent anew
  RecordingStarted: (state, { started_by }, at) => ({
    ...state,
    recording: { started_at: at, started_by },
    participants: Object.fromEntries(
      Object.entries(state.participants).map(([id, p]) => [id, { ...p, recording_acknowledged: false, recording_declined: false }]),
    ),
  }),
  RecordingStopped: (state) => ({ ...state, recording: null }),
  RecordingAcknowledged: (state, { participant_id, consents }) =>
    withParticipant(state, participant_id, () => ({ recording_acknowledged: true, recording_declined: !consents })),
  TrackRecorded: (state) => state, // of interest to the archive only
  NoteTaken: (state, { note_id, item_id, participant_id, kind, text }, at) => ({
    ...state,
    notes: [...state.notes, { note_id, taken_at: at, item_id, participant_id, kind, text }],
  }),
  NoteRemoved: (state, { note_id }) => ({ ...state, notes: state.notes.filter((n) => n.note_id !== note_id) }),
};
