"""Names for the identifiers and units of time that a meeting speaks in.

Ids of things born inside a meeting (rooms, agenda items, motions, messages, roll calls, notes) are made by
``decide`` from counters in the state, so that replaying a journal makes the same ids again.
"""

from __future__ import annotations

from typing import NewType

MeetingId = NewType("MeetingId", str)
ParticipantId = NewType("ParticipantId", str)
"""Equals the member id of the directory for members; a made id for guests."""
ConnectionId = NewType("ConnectionId", str)
"""One open socket of one device."""
CommandId = NewType("CommandId", str)
"""Made by the phone, unique for ever: sending a command twice is always safe."""
RoomId = NewType("RoomId", str)
ItemId = NewType("ItemId", str)
MotionId = NewType("MotionId", str)
MessageId = NewType("MessageId", str)
NoteId = NewType("NoteId", str)
RollCallId = NewType("RollCallId", str)

Millis = int
"""A moment as Unix milliseconds (UTC), or a duration in milliseconds; the name of the field tells which."""

HALL = RoomId("hall")
"""The room every participant enters first; it cannot be closed."""
