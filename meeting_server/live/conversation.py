"""What one phone sends after its hello, and who handles each kind of message."""

from __future__ import annotations

from meeting_server.domain.commands import Actor, CastBallot, OpenMedia, RegisterHallVoters
from meeting_server.domain.errors import Rejected
from meeting_server.domain.ids import CommandId, Millis, MotionId
from meeting_server.domain.recusal import place_of
from meeting_server.live import presence
from meeting_server.live.assembly import Assembly
from meeting_server.live.clock import Clock
from meeting_server.live.connection import Connection
from meeting_server.live.outcome import Acked, Outcome
from meeting_server.live.papers import Papers
from meeting_server.live.signalling import Signalling
from meeting_server.wire.client_messages import (
    ClientMessage,
    Collect,
    CommandFrame,
    Hangup,
    Hello,
    Inspect,
    Offer,
    Ping,
    Signal,
    Want,
)
from meeting_server.wire.codec import BadMessage, decode_command
from meeting_server.wire.codes import WireCode
from meeting_server.wire.server_messages import Ack, Pong, RejectedFrame, Typing

TYPING_EVERY: Millis = 1_000
"""Shortest time between two forwarded typing signals."""


VOTES = (CastBallot,)
"""Commands by which a member votes. Only the member's own device may send them. A secret ballot is collected by a message of its own."""


class Conversation:
    """One phone in one meeting."""

    def __init__(self, assembly: Assembly, connection: Connection, signalling: Signalling, papers: Papers, clock: Clock) -> None:
        self.assembly = assembly
        self.connection = connection
        self._signalling = signalling
        self._papers = papers
        self._clock = clock

    def hear(self, message: ClientMessage) -> None:
        """Dispatch one message without waiting. Raises BadMessage."""
        now = self._clock()
        presence.heard(self.assembly, self.connection, now)
        match message:
            case Ping(sent):
                self.connection.send(Pong(sent, now))
            case CommandFrame():
                self._command(message)
            case Signal("visible", on):
                presence.seen(self.assembly, self.connection, on)
            case Signal("typing", on):
                self._typing(on, now)
            case Offer(id, sdp, video_slots):
                self._signalling.offer(self.assembly, self.connection, id, sdp, video_slots)
            case Want():
                self._signalling.want(self.connection, message)
            case Collect(id, _, _) if not self.connection.bound:
                self.connection.send(RejectedFrame(id, WireCode.DEVICE_UNCONFIRMED))
            case Collect(id, motion_id, blinded):
                self._papers.collect(self.assembly, self.connection, id, MotionId(motion_id), blinded)
            case Inspect():
                self._signalling.inspect(self.connection)
            case Hangup():
                self._signalling.hang_up(self.connection)
            case Hello():
                raise BadMessage("type", "hello was already said", "hello")

    def _command(self, frame: CommandFrame) -> None:
        command = decode_command(frame)
        connection = self.connection

        def reply(outcome: Outcome) -> None:
            if isinstance(command, OpenMedia) and command.media == "audio" and isinstance(outcome, Acked):
                self._signalling.speaks(self.assembly, connection)
            connection.send(answer(frame.id, outcome))

        if isinstance(command, VOTES) and not connection.bound:
            connection.send(RejectedFrame(frame.id, WireCode.DEVICE_UNCONFIRMED))
            return
        actor = Actor(connection.participant_id)
        if isinstance(command, RegisterHallVoters):  # the ballot box has to agree
            self._papers.register(self.assembly, actor, command, CommandId(frame.id), reply)
        else:
            self.assembly.host.submit(actor, command, CommandId(frame.id), reply)

    def _typing(self, on: bool, now: Millis) -> None:
        if on and now < self.connection.typing_until:
            return
        self.connection.typing_until = now + TYPING_EVERY if on else 0
        state = self.assembly.state
        me = state.participants.get(self.connection.participant_id) if state is not None else None
        if state is not None and me is not None:
            self.assembly.broadcast(Typing(me.participant_id, on), place_of(state, me), but=me.participant_id)


def answer(command_id: str, outcome: Outcome) -> Ack | RejectedFrame:
    """Return the answer to a phone's command."""
    if isinstance(outcome, Acked):
        return Ack(command_id, outcome.seq)
    if isinstance(outcome, Rejected):
        return RejectedFrame(command_id, outcome.code, outcome.field, dict(outcome.detail))
    return RejectedFrame(command_id, outcome.code, retry_after_ms=outcome.retry_after_ms)
