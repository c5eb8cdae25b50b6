"""The owner of one running meeting: takes commands in order, decides, records, acknowledges, then informs everyone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from meeting_server.domain.commands import SERVER, Actor, Command, PassDeadline, ResetConnections
from meeting_server.domain.errors import Rejected
from meeting_server.domain.events import Event
from meeting_server.domain.ids import CommandId, MeetingId, MessageId, Millis
from meeting_server.domain.meeting import contradicts, decide, evolve, next_deadline
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Preset
from meeting_server.domain.visibility import CIRCLES_CHANGE, circles
from meeting_server.journal.fold import after
from meeting_server.journal.port import Draft, Head, Journal, JournalConflict, Record, StorageUnavailable
from meeting_server.live.clock import Clock
from meeting_server.live.history import Entry, entry_of
from meeting_server.live.outcome import Acked, Outcome, Unavailable
from meeting_server.live.replay import CommandKey, Replayed, replay
from meeting_server.store.act import acting
from meeting_server.wire.codes import WireCode

log = logging.getLogger(__name__)

PresetsOf = Callable[[MeetingState | None], Mapping[str, Preset]]
"""The rules a meeting may use: the shipped ones and those of its branch."""
Reply = Callable[[Outcome], None]
PACE = 0.008
"""Pause in seconds per command of the previous batch. A lone command is never delayed; under load more commands share one commit and one
broadcast."""
LONGEST_REST = 0.025
CONFLICTS_BORNE = 3
"""How often a batch is decided anew because another host wrote first, before its senders are told to retry."""
EMPTY = Head(0, bytes(32))
IDLE_DEADLINE_MS = 1_000
"""Pause after a deadline that led to nothing, so that a rule that keeps naming a past moment cannot spin the server."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One recorded event with the meeting as it was right after it."""

    record: Record
    event: Event | None
    after: MeetingState
    entry: Entry


@dataclass(slots=True)
class _Asked:
    actor: Actor
    command: Command
    command_id: CommandId | None
    reply: Reply


@dataclass(slots=True)
class _Decided:
    """``answers``: a refusal, or the seq that a command leads to (0: it changes nothing). ``states`` has one state after each draft."""

    answers: list[Rejected | Unavailable | int] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    states: list[MeetingState] = field(default_factory=list)


class Host:
    """One meeting. ``told`` is called with every batch of facts, right after it is committed and acknowledged.

    Everything here belongs to one event loop and changes only between two awaits of ``_settle``. So ``state``, ``head`` and ``history``
    are consistent for a reader that does not await.
    """

    def __init__(
        self,
        meeting_id: MeetingId,
        journal: Journal,
        presets_of: PresetsOf,
        clock: Clock,
        told: Callable[[Host, Sequence[Fact]], None],
    ) -> None:
        self.meeting_id = meeting_id
        self.fence = 0
        self._journal = journal
        self._presets_of = presets_of
        self._clock = clock
        self._told = told
        self._replayed: Replayed | None = None
        self._stale = False
        self._inbox: list[_Asked] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # --- what others read ---------------------------------------------------------------------------------

    @property
    def state(self) -> MeetingState | None:
        """The meeting after the last committed record."""
        return self._replayed.state if self._replayed else None

    @property
    def head(self) -> Head:
        return self._need().head

    @property
    def last_at(self) -> Millis:
        """When the last record was made; 0 before the first."""
        return self._need().last_at

    def since(self, seq: int, hash8: str) -> list[Entry] | None:
        """Return what came after a record, if it is recent and has the same hash; see ``History.since``."""
        return self._need().history.since(seq, hash8)

    def forget_messages(self, messages: Collection[MessageId]) -> None:
        """Leave out the text of removed chat messages for phones that missed them."""
        self._need().history.forget(messages)

    async def reread(self) -> None:
        """Reload the meeting from its journal, because something of it was erased."""
        self._stale = True
        await self.ask(SERVER, PassDeadline(), None)

    @property
    def busy(self) -> bool:
        """Return whether something is requested or due. An idle host may be unloaded."""
        return bool(self._inbox) or self._timer is not None

    # --- life ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Read the journal and start. Raises StorageUnavailable.

        No socket survives a restart, so all are closed, dated to the last record, and the grace period starts.
        """
        await self._load()
        self._task = asyncio.create_task(self._run(), name=f"host-{self.meeting_id}")
        replayed = self._need()
        if replayed.state is not None and any(p.connections for p in replayed.state.participants.values()):
            self.submit(SERVER, ResetConnections(replayed.last_at), None, lambda outcome: None)
        self._set_timer()

    async def stop(self) -> None:
        """Settle pending commands, then end. Later commands are answered ``storage_unavailable``."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def submit(self, actor: Actor, command: Command, command_id: CommandId | None, reply: Reply) -> None:
        """Submit a command. ``reply`` is called once, synchronously, when it is committed or refused.

        ``command_id``: the sender's own id of the command. A repeated command gets the first answer.
        """
        if self._stopping:
            reply(Unavailable())
            return
        self._inbox.append(_Asked(actor, command, command_id, reply))
        self._wake.set()

    async def ask(self, actor: Actor, command: Command, command_id: CommandId | None = None) -> Outcome:
        """Submit a command and wait for its answer.

        Raises RuntimeError inside an act, because the answer needs another task's write, which would wait for the act.
        """
        if acting():
            raise RuntimeError("a meeting is asked when the act is committed, not inside it")
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def reply(outcome: Outcome) -> None:
            if not answer.done():
                answer.set_result(outcome)

        self.submit(actor, command, command_id, reply)
        return await answer

    # --- the mailbox ----------------------------------------------------------------------------------------

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        next_at = 0.0
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._inbox:
                wait = next_at - loop.time()
                if wait > 0 and not self._stopping:
                    await asyncio.sleep(wait)
                batch, self._inbox = self._inbox, []
                next_at = loop.time() + min(PACE * len(batch), LONGEST_REST)
                try:
                    await self._settle(batch)
                except Exception:
                    # The mailbox must survive every failure; the senders are told, and the state is read anew.
                    log.exception("a batch of %d commands of meeting %s failed", len(batch), self.meeting_id)
                    self._stale = True
                    for asked in batch:
                        _answer(asked, Unavailable(WireCode.INTERNAL))
            if self._stopping:
                return

    async def _settle(self, batch: list[_Asked]) -> None:
        """Decide all of ``batch`` on a tentative state, record it in one append, answer, tell."""
        for _ in range(CONFLICTS_BORNE):
            try:
                if self._stale:
                    await self._reload()
                before = self._need()
                now = max(self._clock(), before.last_at)
                made = self._decide(batch, before, now)
                records = await self._journal.append(self.meeting_id, before.head, made.drafts, self.fence) if made.drafts else []
            except JournalConflict as conflict:
                log.warning("meeting %s: %s; reading it anew", self.meeting_id, conflict)
                self._stale = True
                continue
            except StorageUnavailable as failure:
                log.error("meeting %s: nothing was recorded: %s", self.meeting_id, failure)
                self._stale = True  # only the journal knows whether the last commit arrived
                break
            facts = self._commit(before, records, made.states)
            for asked, answer in zip(batch, made.answers, strict=True):
                _answer(asked, Acked(answer or before.head.seq) if isinstance(answer, int) else answer)
            if facts:
                self._tell(facts)
            self._set_timer(idle=not facts and any(isinstance(asked.command, PassDeadline) for asked in batch))
            return
        for asked in batch:
            _answer(asked, Unavailable())
        self._set_timer(idle=True)

    def _decide(self, batch: list[_Asked], before: Replayed, now: Millis) -> _Decided:
        """Decide the commands one after another, each on the state that the previous one leads to."""
        made = _Decided()
        state, seq = before.state, before.head.seq
        obeyed: dict[CommandKey, int] = {}
        for asked in batch:
            who = asked.actor.participant_id
            key = (who, asked.command_id) if asked.command_id is not None else None
            earlier = (before.commands.get(key) or obeyed.get(key)) if key is not None else None
            if earlier:
                made.answers.append(contradicts(state, asked.command, asked.actor) or earlier)
                continue
            try:
                decision = decide(state, asked.command, asked.actor, now, self._presets_of(state))
                if isinstance(decision, Rejected):
                    made.answers.append(decision)
                    continue
                then, states = state, []
                for event in decision:
                    then = evolve(then, event, now)
                    states.append(then)
            except Exception:
                # One command that fails unexpectedly must not take others' commands with it.
                log.exception("meeting %s: deciding %s failed", self.meeting_id, type(asked.command).__name__)
                made.answers.append(Unavailable(WireCode.INTERNAL))
                continue
            state = then
            seq += len(decision)
            made.answers.append(seq if decision else 0)
            made.drafts.extend(Draft(event, who, asked.command_id, now) for event in decision)
            made.states.extend(states)
            if decision and key is not None:
                obeyed[key] = seq
        return made

    def _commit(self, before: Replayed, records: Sequence[Record], states: Sequence[MeetingState]) -> list[Fact]:
        """Make what was recorded the current state."""
        facts: list[Fact] = []
        known = before.known
        for record, state in zip(records, states, strict=True):
            if known is None or isinstance(record.event, CIRCLES_CHANGE):
                known = circles(state)
            facts.append(Fact(record, record.event, state, entry_of(record, state, known)))
            if record.command_id is not None:
                before.commands[record.actor, record.command_id] = record.seq
        if facts:
            last = facts[-1].record
            before.history.extend(fact.entry for fact in facts)
            before.state, before.head, before.last_at = facts[-1].after, Head(last.seq, last.hash), last.recorded_at
            before.known = known
        return facts

    def _tell(self, facts: Sequence[Fact]) -> None:
        try:
            self._told(self, facts)
        except Exception:
            # The record is committed, so a failing listener must not make the sender believe otherwise.
            log.exception("meeting %s: telling of %d facts failed", self.meeting_id, len(facts))

    # --- time -----------------------------------------------------------------------------------------------

    def _set_timer(self, idle: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = next_deadline(self.state) if self.state is not None else None
        if deadline is None or self._stopping:
            return
        wait = max(deadline - self._clock(), IDLE_DEADLINE_MS if idle else 0) / 1000
        self._timer = asyncio.get_running_loop().call_later(wait, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        self.submit(SERVER, PassDeadline(), None, lambda outcome: None)

    # --- the journal ----------------------------------------------------------------------------------------

    async def _load(self) -> None:
        self._replayed = _replay(await self._journal.read(self.meeting_id))
        self._stale = False

    async def _reload(self) -> None:
        """Reload after a failure, because the journal is the authority, and send everyone connected what they missed."""
        before = self._need()
        records = await self._journal.read(self.meeting_id)
        facts: list[Fact] = []
        state = before.state
        for record in records[before.head.seq :]:
            state = after(state, record)
            if state is not None:
                facts.append(Fact(record, record.event, state, entry_of(record, state)))
        self._replayed = _replay(records)
        self._stale = False
        if facts:
            log.warning("meeting %s: %d records of another writer or a doubtful commit", self.meeting_id, len(facts))
            self._tell(facts)

    def _need(self) -> Replayed:
        if self._replayed is None:
            raise StorageUnavailable(f"meeting {self.meeting_id} could not be read yet")
        return self._replayed


def _replay(records: Sequence[Record]) -> Replayed:
    return replay(records, Head(records[-1].seq, records[-1].hash) if records else EMPTY)


def _answer(asked: _Asked, outcome: Outcome) -> None:
    try:
        asked.reply(outcome)
    except Exception:
        log.exception("answering %s failed", type(asked.command).__name__)
