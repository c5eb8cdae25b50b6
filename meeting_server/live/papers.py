"""Connects the meeting and the ballot box: the box does what the meeting records, and the meeting is told what the box did.

The journal is the authority. Each step of a secret vote follows from a recorded fact and is idempotent. After a restart ``resume`` looks
at every motion and completes what was left undone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from meeting_server.ballots.blind_signature import BadBlindedMessage
from meeting_server.ballots.port import Box, BoxRefused, paper_id
from meeting_server.domain import events
from meeting_server.domain.commands import SERVER, Actor, IssuePaper, RegisterHallVoters, ReportSealed
from meeting_server.domain.decision import holds
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.ids import CommandId, MotionId, ParticipantId
from meeting_server.domain.roles import Right
from meeting_server.domain.state import MeetingState, Motion, Participant
from meeting_server.domain.vote_terms import MotionPhase, VoteMethod
from meeting_server.domain.votes.papers import may_collect
from meeting_server.journal.port import StorageUnavailable
from meeting_server.live.assembly import Assembly
from meeting_server.live.clock import Clock
from meeting_server.live.connection import Connection
from meeting_server.live.handing_out import HandingOut
from meeting_server.live.host import Fact, Reply
from meeting_server.live.outcome import Acked, Unavailable
from meeting_server.wire.codes import WireCode
from meeting_server.wire.server_messages import Collected, PaperProgress, RejectedFrame

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
PROGRESS_SECONDS = 0.25
"""Shortest time between two progress messages (ballots handed out and returned)."""
STEPS = events.PaperRequested | events.CollectingClosed | events.PaperClosing | events.MotionWithdrawn


class Papers:
    """The secret votes of all meetings of this server."""

    def __init__(self, box: Box | None, clock: Clock) -> None:
        self._box = box
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._telling: dict[str, asyncio.TimerHandle] = {}
        self._handing: dict[str, HandingOut] = {}

    async def stop(self) -> None:
        """Cancel the work under way. The next start resumes it."""
        for timer in self._telling.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- following the meeting ------------------------------------------------------------------------------

    def follow(self, assembly: Assembly, facts: Sequence[Fact]) -> None:
        """Have the box do what the facts require."""
        for fact in facts:
            if isinstance(fact.event, STEPS):
                self._agree(assembly, fact.event.motion_id)
            elif isinstance(fact.event, events.ConnectionOpened):  # a newcomer is told the progress so far
                for motion in fact.after.motions.values():
                    if motion.method == VoteMethod.SECRET and motion.phase in (MotionPhase.COLLECTING, MotionPhase.VOTING):
                        self.progressed(assembly, motion.motion_id)

    def resume(self, assembly: Assembly) -> None:
        """Complete what was left undone when the server stopped."""
        state = assembly.state
        for motion in state.motions.values() if state is not None else ():
            if motion.method == VoteMethod.SECRET and motion.phase in (MotionPhase.PREPARING, MotionPhase.VOTING, MotionPhase.SEALING):
                self._agree(assembly, motion.motion_id)

    def _agree(self, assembly: Assembly, motion_id: MotionId) -> None:
        self._spawn(self._until_done(assembly, motion_id), f"paper-{motion_id}")

    async def _until_done(self, assembly: Assembly, motion_id: MotionId) -> None:
        """Bring the box to the motion's phase. Retry while storage is unavailable."""
        while True:
            state = assembly.state
            motion = state.motions.get(motion_id) if state is not None else None
            if state is None or motion is None or self._box is None:
                return
            try:
                await self._step(assembly, self._box, state, motion)
            except StorageUnavailable as failure:
                log.error("paper %s of meeting %s waits for the storage: %s", motion_id, assembly.meeting_id, failure)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            return

    async def _step(self, assembly: Assembly, box: Box, state: MeetingState, motion: Motion) -> None:
        name = paper_id(state.meeting_id, motion.motion_id)
        if motion.phase == MotionPhase.PREPARING:
            await self._tell(assembly, IssuePaper(motion.motion_id, await box.open(name)))
        elif motion.phase == MotionPhase.VOTING and motion.method == VoteMethod.SECRET:
            await box.advance(name, "voting")
        elif motion.phase == MotionPhase.SEALING:
            sealed = await box.seal(name)
            self._handing.pop(name, None)
            ballots = tuple(ballot.choices for ballot in sealed.ballots)
            collectors = tuple(ParticipantId(member) for member in await box.issued_to(name))
            await self._tell(
                assembly,
                ReportSealed(motion.motion_id, sealed.issued, sealed.root.hex(), ballots, sealed.issuances.hex(), collectors),
            )
        elif motion.phase == MotionPhase.WITHDRAWN and motion.paper is not None:
            await box.seal(name)

    async def _tell(self, assembly: Assembly, command: IssuePaper | ReportSealed) -> None:
        outcome = await assembly.host.ask(SERVER, command)
        if not isinstance(outcome, Acked):
            raise StorageUnavailable(outcome.code)

    # --- collecting -----------------------------------------------------------------------------------------

    def collect(self, assembly: Assembly, connection: Connection, id: str, motion_id: MotionId, blinded: str) -> None:
        """Hand a member their ballot after checking their right to it. Never blocks."""
        try:
            message = bytes.fromhex(blinded)
        except ValueError:
            connection.send(RejectedFrame(id, WireCode.BAD_MESSAGE, "blinded"))
            return
        self._spawn(self._collect(assembly, connection, id, motion_id, message), f"collect-{motion_id}")

    async def _collect(self, assembly: Assembly, connection: Connection, id: str, motion_id: MotionId, message: bytes) -> None:
        name = paper_id(assembly.meeting_id, motion_id)
        async with self._handing_out(name).online():
            state = assembly.state
            motion = state.motions.get(motion_id) if state is not None else None
            if state is None or motion is None or not motion.is_public or self._box is None:
                connection.send(RejectedFrame(id, Code.UNKNOWN_MOTION, "motion_id"))
                return
            refused = may_collect(state, connection.participant_id, motion, self._clock())
            # A phone whose answer was lost may ask again after collecting has closed. It gets the stored answer, and nothing is signed.
            # The box may lag behind the meeting and still be collecting, so only this check protects its key.
            again = refused is not None and refused.code is Code.NOT_COLLECTING and motion.phase == MotionPhase.VOTING
            if refused is not None and not again:
                connection.send(RejectedFrame(id, refused.code, refused.field))
                return
            handed = self._box.collected if again else self._box.collect
            try:
                signature = await handed(name, connection.participant_id, message)
            except BoxRefused as unwilling:
                connection.send(RejectedFrame(id, unwilling.code, "motion_id"))
            except BadBlindedMessage:
                connection.send(RejectedFrame(id, WireCode.BAD_MESSAGE, "blinded"))
            except StorageUnavailable:
                connection.send(RejectedFrame(id, WireCode.STORAGE_UNAVAILABLE, retry_after_ms=int(RETRY_SECONDS * 1000)))
            else:
                connection.send(Collected(id, motion_id, signature.hex()))
                self.progressed(assembly, motion_id)

    def register(self, assembly: Assembly, actor: Actor, command: RegisterHallVoters, command_id: CommandId, reply: Reply) -> None:
        """Ask the meeting to record who votes in the hall. In a secret vote, first make sure that the box has given none of them a
        ballot."""
        self._spawn(self._register(assembly, actor, command, command_id, reply), f"hall-{command.motion_id}")

    async def _register(self, assembly: Assembly, actor: Actor, command: RegisterHallVoters, command_id: CommandId, reply: Reply) -> None:
        name = paper_id(assembly.meeting_id, command.motion_id)
        async with self._handing_out(name).in_hall():
            try:
                taken = await self._holder_among(assembly, actor, command)
            except StorageUnavailable:
                reply(Unavailable())
                return
            if taken is not None:
                reply(Rejected(Code.HALL_VOTED_ONLINE, "participants", (("name", taken.name),)))
                return
            reply(await assembly.host.ask(actor, command, command_id))

    async def _holder_among(self, assembly: Assembly, actor: Actor, command: RegisterHallVoters) -> Participant | None:
        """Return the first person to be registered who already holds a ballot of the box. Only those who run votes are told."""
        state = assembly.state
        motion = state.motions.get(command.motion_id) if state is not None else None
        if state is None or motion is None or motion.paper is None or self._box is None:
            return None
        if actor.participant_id is None or not holds(state, actor.participant_id, Right.RUN_VOTES):
            return None
        handed = await self._box.issued_to(paper_id(assembly.meeting_id, command.motion_id))
        return next((state.participants[who] for who in command.participants if who in handed), None)

    def _handing_out(self, name: str) -> HandingOut:
        return self._handing.setdefault(name, HandingOut())

    # --- telling how far it is --------------------------------------------------------------------------------

    def progressed(self, assembly: Assembly, motion_id: MotionId) -> None:
        """Tell everyone soon that one more ballot was handed out or returned, but never whose."""
        name = paper_id(assembly.meeting_id, motion_id)
        if name in self._telling:
            return

        def tell() -> None:
            self._telling.pop(name, None)
            self._spawn(self._progress(assembly, motion_id), f"progress-{motion_id}")

        self._telling[name] = asyncio.get_running_loop().call_later(PROGRESS_SECONDS, tell)

    async def _progress(self, assembly: Assembly, motion_id: MotionId) -> None:
        if self._box is None:
            return
        try:
            issued, returned = await self._box.progress(paper_id(assembly.meeting_id, motion_id))
        except StorageUnavailable:
            return  # the next message includes it
        assembly.tell_all(PaperProgress(motion_id, issued, returned))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(_logged(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(work: Coroutine[Any, Any, None], name: str) -> None:
    try:
        await work
    except Exception:
        log.exception("%s failed", name)
