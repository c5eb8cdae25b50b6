"""All meetings running on this server: each is loaded when first needed and unloaded when nobody needs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from meeting_server.ballots.port import Box
from meeting_server.domain.commands import Actor, Command
from meeting_server.domain.errors import Rejected
from meeting_server.domain.events import MeetingAdjourned, MeetingConvened, MeetingOpened, ParticipantRemoved, RoleAssigned
from meeting_server.domain.ids import CommandId, MeetingId, Millis, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Convening, Preset
from meeting_server.domain.visibility import runners
from meeting_server.journal.port import Head, Journal, Record, StorageUnavailable
from meeting_server.journal.record import EMPTY
from meeting_server.live import convening, presence
from meeting_server.live.again import Again
from meeting_server.live.assembly import Assembly
from meeting_server.live.captions import Captions
from meeting_server.live.clock import Clock, steady_clock
from meeting_server.live.erasing import Erasing
from meeting_server.live.host import Fact, Host
from meeting_server.live.outcome import Acked, UnknownMeeting
from meeting_server.live.papers import Papers
from meeting_server.live.replay import replay
from meeting_server.live.signalling import Resumes, Signalling
from meeting_server.media.api import MediaPlane
from meeting_server.store.act import acting
from meeting_server.wire.close_codes import Close
from meeting_server.wire.server_messages import Knocked

log = logging.getLogger(__name__)

Schedule = Callable[[MeetingId], Awaitable[Convening | None]]
OnPhase = Callable[[MeetingId, MeetingPhase, Millis], Awaitable[None]]
OnRights = Callable[[MeetingId, ParticipantId | None], Awaitable[None]]
IDLE_MS: Millis = 10 * 60_000
"""A meeting in which nobody is connected and nothing is due is unloaded after this long."""


class Registry:
    """``on_schedule`` gives what the schedule says about a meeting (``None``: there is none). ``on_phase`` is told when
    a meeting opens or adjourns; ``on_rights`` when who may do what changed in a meeting, and by whom, and of every meeting that is
    loaded before it is over; ``resumes`` of each device of the hall that media served while this process was away.
    ``media`` must be started by its owner before ``start``; ``None``: text only.
    ``presets``: rules for every meeting; ``branch_presets``: those of the meetings of one branch, in their place.
    ``captions``: the sockets of the process that writes them, ``captions_ready``: whether it has an engine; ``None``: none are offered.
    ``box`` holds the papers of secret votes; ``None``: none can be opened."""

    def __init__(
        self,
        journal: Journal,
        presets: Mapping[str, Preset],
        on_schedule: Schedule,
        *,
        on_phase: OnPhase | None = None,
        on_rights: OnRights | None = None,
        resumes: Resumes | None = None,
        media: MediaPlane | None = None,
        box: Box | None = None,
        branch_presets: Callable[[str], Mapping[str, Preset]] | None = None,
        recordings_dir: Path = Path("recordings"),
        captions: tuple[Path, Path] | None = None,
        captions_ready: Callable[[], bool] = lambda: True,
        clock: Clock | None = None,
    ) -> None:
        self.clock: Final = clock if clock is not None else steady_clock()
        self.signalling: Final = Signalling(media, recordings_dir, self.assembly, resumes)
        self.captions: Final = Captions(media, captions, self.assembly, captions_ready)
        self.papers: Final = Papers(box, self.clock)
        self.erasing: Final = Erasing(journal)
        self.draining = False
        self._journal = journal
        self._presets = presets
        self._branch_presets = branch_presets
        self._on_schedule = on_schedule
        self._on_phase = on_phase
        self._on_rights = on_rights
        self._assemblies: dict[MeetingId, Assembly] = {}
        self._loading: dict[MeetingId, asyncio.Task[Assembly | None]] = {}
        self._used: dict[MeetingId, Millis] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._again = Again()
        self._sweeper: asyncio.Task[None] | None = None

    # --- life -------------------------------------------------------------------------------------------------

    async def start(self, running: Iterable[MeetingId] = ()) -> None:
        """Start. ``running``: meetings that were open when the server last stopped, whose deadlines run even if nobody connects."""
        await self.signalling.start()
        await self.captions.start()
        self._sweeper = asyncio.create_task(self._sweep(), name="presence")
        for meeting_id in running:
            await self.assembly(meeting_id)

    async def stop(self) -> None:
        """Close every socket, settle pending commands and end. ``restarting``: phones reconnect on their own."""
        self.draining = True
        await asyncio.gather(*self._loading.values(), return_exceptions=True)  # the caller may have been cancelled
        for assembly in list(self._assemblies.values()):
            assembly.close(assembly.connections.values(), Close.RESTARTING)
        await asyncio.gather(*(assembly.host.stop() for assembly in self._assemblies.values()))
        await self.captions.stop()
        await self.signalling.stop()
        await self.papers.stop()
        await self.erasing.stop()
        await self._again.stop()
        if self._sweeper is not None:
            self._sweeper.cancel()
        await asyncio.gather(*self._tasks, *([self._sweeper] if self._sweeper else []), return_exceptions=True)

    # --- what the web pages ask -------------------------------------------------------------------------------

    async def submit(self, meeting_id: MeetingId, actor: Actor, command: Command, command_id: CommandId | None = None) -> Acked | Rejected:
        """Submit a command and wait until it is committed or refused.

        Raises UnknownMeeting, StorageUnavailable (try again later).
        """
        outcome = await (await self._need(meeting_id)).host.ask(actor, command, command_id)
        if isinstance(outcome, Acked | Rejected):
            return outcome
        raise StorageUnavailable(outcome.code)

    async def state(self, meeting_id: MeetingId) -> MeetingState | None:
        """Return the full current state of a meeting; ``None``: there is no such meeting."""
        assembly = await self.assembly(meeting_id)
        return assembly.state if assembly is not None else None

    def known_state(self, meeting_id: MeetingId) -> MeetingState | None:
        """Return the current state of a meeting if it is in memory, without loading it."""
        assembly = self._assemblies.get(meeting_id)
        return assembly.state if assembly is not None else None

    async def look(self, meeting_id: MeetingId) -> MeetingState | None:
        """Return the same for a page, without the records that loading a meeting may add or withdraw.

        Raises StorageUnavailable.
        """
        if meeting_id in self._assemblies or await self._journal.read(meeting_id, kinds=(MeetingAdjourned.__name__,)):
            return await self.state(meeting_id)
        return replay(await self._journal.read(meeting_id), EMPTY).state

    async def reconvene(self, meeting_id: MeetingId) -> None:
        """Tell a meeting what changed in the schedule. If storage is unavailable now, it is told later."""

        async def tell() -> None:
            assembly = await self.assembly(meeting_id)
            if assembly is not None:
                await self._settle(meeting_id, assembly.host)

        try:
            await tell()
        except StorageUnavailable:
            self._again.start(f"meeting {meeting_id} hears of its schedule", tell)

    async def head(self, meeting_id: MeetingId) -> Head:
        """Return the last record. Raises UnknownMeeting."""
        return (await self._need(meeting_id)).host.head

    async def records(self, meeting_id: MeetingId, after: int = 0, kinds: Collection[str] = ()) -> list[Record]:
        """Return the stored journal after ``after``, limited to these ``kinds`` if any are named."""
        return await self._journal.read(meeting_id, after, kinds=kinds)

    async def erase(self, meeting_id: MeetingId, *seqs: int) -> int:
        """Erase contents permanently from the journal (``journal.port``), inside the current act if there is one. Return how many there
        were.

        Call ``reread`` once that is committed. Raises ValueError for what cannot be erased, StorageUnavailable.
        """
        return await self._journal.erase(meeting_id, *seqs)

    async def reread(self, meeting_id: MeetingId) -> None:
        """Reload a meeting, so that nothing that was erased stays in memory."""
        assembly = self._assemblies.get(meeting_id)
        if assembly is not None:
            await assembly.reread()

    def quiet_for(self) -> Millis:
        """Return for how long (ms) no loaded meeting has recorded anything."""
        last = max((assembly.host.last_at for assembly in self._assemblies.values()), default=0)
        return self.clock() - last

    def nudge(self, meeting_id: MeetingId, participant_id: str | None) -> None:
        """Tell a participant and those who run the meeting that somebody knocked or was answered."""
        assembly = self._assemblies.get(meeting_id)
        if assembly is None or assembly.state is None:
            return
        told = runners(assembly.state) | ({ParticipantId(participant_id)} if participant_id else set())
        for connection in list(assembly.connections.values()):
            if connection.participant_id in told:
                connection.send(Knocked())

    def connected(self, meeting_id: MeetingId) -> int:
        """Return the number of open sockets of a meeting."""
        assembly = self._assemblies.get(meeting_id)
        return len(assembly.connections) if assembly is not None else 0

    def open_meetings(self) -> frozenset[MeetingId]:
        """Return the open meetings in memory."""
        return frozenset(
            i for i, assembly in self._assemblies.items() if assembly.state is not None and assembly.state.phase == MeetingPhase.OPEN
        )

    def attended_meetings(self) -> frozenset[MeetingId]:
        """Return the meetings that are not over and have an open socket."""
        return frozenset(
            i
            for i, assembly in self._assemblies.items()
            if assembly.connections and assembly.state is not None and assembly.state.phase != MeetingPhase.ADJOURNED
        )

    def sign_out(self, participant_id: ParticipantId) -> None:
        """Close the sockets of a person who signed out everywhere or lost their account."""
        for assembly in list(self._assemblies.values()):
            assembly.close(assembly.of(participant_id), Close.SIGNED_OUT)

    # --- meetings ---------------------------------------------------------------------------------------------

    async def assembly(self, meeting_id: MeetingId) -> Assembly | None:
        """Return the meeting, loaded and convened if necessary; ``None``: it is neither in the journal nor in the schedule.

        Raises StorageUnavailable.
        """
        self._used[meeting_id] = self.clock()
        assembly = self._assemblies.get(meeting_id)
        if assembly is not None:
            return assembly
        if acting():
            raise RuntimeError("a meeting is loaded before the act or when it is committed, not inside it")
        if self.draining:
            raise StorageUnavailable("the server is stopping")
        loading = self._loading.get(meeting_id)
        if loading is None:
            loading = asyncio.create_task(self._load(meeting_id), name=f"load-{meeting_id}")
            self._loading[meeting_id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(meeting_id, None))
        return await asyncio.shield(loading)

    def _presets_of(self, state: MeetingState | None) -> Mapping[str, Preset]:
        if state is None or self._branch_presets is None:
            return self._presets
        return self._branch_presets(state.branch_id)

    async def _load(self, meeting_id: MeetingId) -> Assembly | None:
        def make_host(told: Callable[[Host, Sequence[Fact]], None]) -> Host:
            return Host(meeting_id, self._journal, self._presets_of, self.clock, told)

        assembly = Assembly(make_host, self.clock)
        await assembly.host.start()
        state = assembly.state
        if state is None or state.phase != MeetingPhase.ADJOURNED:
            try:
                await self._settle(meeting_id, assembly.host)
            except StorageUnavailable:
                await assembly.host.stop()
                raise
        if assembly.state is None:
            await assembly.host.stop()
            self._used.pop(meeting_id, None)
            return None
        assembly.followed_by(
            (self.signalling.follow, self.papers.follow, self.captions.follow, self.erasing.follow, self._phases, self._rights),
            leavers=(self.signalling.hang_up,),
        )
        self._assemblies[meeting_id] = assembly
        self.signalling.record(assembly)
        self.papers.resume(assembly)
        self.captions.resume(assembly)
        self.erasing.resume(assembly)
        if assembly.state.phase != MeetingPhase.ADJOURNED:
            self._rights_changed(meeting_id, None)
        return assembly

    async def _settle(self, meeting_id: MeetingId, host: Host) -> None:
        """Apply the schedule to a meeting. Raises StorageUnavailable."""
        try:
            planned = await self._on_schedule(meeting_id)
        except Exception as error:
            log.exception("the schedule of meeting %s cannot be read", meeting_id)
            raise StorageUnavailable("the schedule cannot be read") from error
        if planned is not None:
            await convening.settle(host, planned)

    async def _need(self, meeting_id: MeetingId) -> Assembly:
        assembly = await self.assembly(meeting_id)
        if assembly is None:
            raise UnknownMeeting(meeting_id)
        return assembly

    def _phases(self, assembly: Assembly, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if isinstance(fact.event, MeetingOpened | MeetingAdjourned) and self._on_phase is not None:
                told = partial(self._on_phase, assembly.meeting_id, fact.after.phase, fact.record.recorded_at)
                self._again.start(f"the schedule hears that {assembly.meeting_id} is {fact.after.phase}", told)

    def _rights(self, assembly: Assembly, facts: Sequence[Fact]) -> None:
        changed = [fact for fact in facts if isinstance(fact.event, MeetingConvened | RoleAssigned | ParticipantRemoved)]
        if changed:
            self._rights_changed(assembly.meeting_id, changed[-1].record.actor)

    def _rights_changed(self, meeting_id: MeetingId, by: ParticipantId | None) -> None:
        if self._on_rights is not None:
            self._follow_up(self._on_rights(meeting_id, by))

    def _follow_up(self, work: Awaitable[None]) -> None:
        """Have the rest of the server catch up with a meeting, in the background."""
        task = asyncio.ensure_future(_awaited(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(presence.SWEEP_SECONDS)
            try:
                now = self.clock()
                presence.sweep(list(self._assemblies.values()), now)
                await self._put_away(now)
            except Exception:
                log.exception("sweeping failed")

    async def _put_away(self, now: Millis) -> None:
        for meeting_id, assembly in list(self._assemblies.items()):
            idle = not assembly.connections and not self.signalling.serves(assembly) and not assembly.host.busy
            idle = idle and now - self._used.get(meeting_id, 0) > IDLE_MS
            if idle and assembly.state is not None and assembly.state.phase != MeetingPhase.OPEN:
                del self._assemblies[meeting_id]
                self._used.pop(meeting_id, None)
                await assembly.host.stop()


async def _awaited(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:
        log.exception("the rest of the house did not catch up with a meeting")
