/**
 * The viewer's state after one event: the same steps by the same names as the server's `domain.meeting.evolve`, over the
 * redacted copies this viewer receives. (The server's counters of ids are not kept: no phone makes ids.)
 */
import type { EventData, EventKind, MeetingState } from "../wire/messages";
import { agenda } from "./evolve/agenda";
import { attendance } from "./evolve/attendance";
import { chat } from "./evolve/chat";
import { floor } from "./evolve/floor";
import type { Step, Steps } from "./evolve/fold";
import { motions } from "./evolve/motions";
import { pages } from "./evolve/pages";
import { record } from "./evolve/record";
import { recusal } from "./evolve/recusal";
import { rollCall } from "./evolve/roll_call";
import { rooms } from "./evolve/rooms";
import { sitting } from "./evolve/sitting";

const STEPS: Steps<EventKind> = {
  ...sitting,
  ...attendance,
  ...rollCall,
  ...agenda,
  ...pages,
  ...floor,
  ...rooms,
  ...recusal,
  ...chat,
  ...motions,
  ...record,
};

/** `at`: when the server recorded the event (Unix ms). A kind this client does not know yet changes nothing. */
export function evolve<K extends EventKind>(state: MeetingState, kind: K, data: EventData[K], at: number): MeetingState {
  const step = STEPS[kind] as Step<K> | undefined;
  return step ? step(state, data, at) : state;
}
