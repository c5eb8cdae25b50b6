/** The hall and the group rooms, who is in which, and what media is open in them. */
import { withParticipant, without, type Steps } from "./fold";

export const rooms: Steps<
  "RoomOpened" | "RoomClosed" | "RoomModerated" | "RoomCaptioned" | "ParticipantMoved" | "MediaOpened" | "MediaClosed"
> = {
  RoomOpened(state, { room_id, title, kind }) {
    return {
      ...state,
      rooms: { ...state.rooms, [room_id]: { room_id, title, kind, moderated: false, captioned: false } },
    };
  },
  RoomClosed: (state, { room_id }) => ({ ...state, rooms: without(state.rooms, room_id) }),
  RoomModerated(state, { room_id, moderated }) {
    const room = state.rooms[room_id];
    return room ? { ...state, rooms: { ...state.rooms, [room_id]: { ...room, moderated } } } : state;
  },
  RoomCaptioned(state, { room_id, captioned }) {
    const room = state.rooms[room_id];
    return room ? { ...state, rooms: { ...state.rooms, [room_id]: { ...room, captioned } } } : state;
  },
  ParticipantMoved: (state, { participant_id, room_id }, at) =>
    withParticipant(state, participant_id, (p) => ({
      room_id,
      moves: [...p.moves, { room_id, title: state.rooms[room_id]?.title ?? "", at }],
    })),
  MediaOpened: (state, { participant_id, media }) =>
    withParticipant(state, participant_id, (p) => (p.media.includes(media) ? {} : { media: [...p.media, media] })),
  MediaClosed: (state, { participant_id, media }) =>
    withParticipant(state, participant_id, (p) => ({ media: p.media.filter((open) => open !== media) })),
};
