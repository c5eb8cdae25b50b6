"""A meeting driven by hand: the pure domain with a clock that only moves when told to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from meeting_server.domain.commands import SERVER, Actor, Command, ConveneMeeting, OpenConnection, OpenMeeting, PassDeadline
from meeting_server.domain.decision import Decision
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import Event
from meeting_server.domain.ids import ConnectionId, MeetingId, ParticipantId
from meeting_server.domain.meeting import decide, evolve, next_deadline
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Convening, DocumentRef, Invited, ItemPlan, Preset, Threshold
from meeting_server.domain.vote_terms import Base, Comparison, Electorate, RuleMethod

START = 1_795_000_000_000
HALF_PRESENT = Threshold(1, 2, Comparison.AT_LEAST, Base.ENTITLED)
HALF_OF_ENTITLED = Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED)

GENERAL = Preset(
    "general", "支部党员大会", "Branch general meeting", HALF_PRESENT, HALF_OF_ENTITLED, RuleMethod.FREE, Electorate.VOTING, "test"
)
OF_CAST = Preset(
    "of_cast",
    "过半数票",
    "Majority of votes cast",
    None,
    Threshold(1, 2, Comparison.MORE_THAN, Base.YES_NO),
    RuleMethod.FREE,
    Electorate.VOTING,
    "test",
)
SECRET = Preset("secret", "无记名", "Secret", HALF_PRESENT, HALF_OF_ENTITLED, RuleMethod.SECRET, Electorate.VOTING, "test")
ADMISSION = Preset(
    "admission",
    "接收预备党员",
    "Admission",
    HALF_OF_ENTITLED,
    HALF_OF_ENTITLED,
    RuleMethod.SECRET,
    Electorate.VOTING,
    "test",
    written_opinions=True,
)
ELECTION = Preset(
    "election",
    "支部选举",
    "Branch election",
    Threshold(4, 5, Comparison.AT_LEAST, Base.ENTITLED),
    Threshold(1, 2, Comparison.MORE_THAN, Base.PRESENT),
    RuleMethod.SECRET,
    Electorate.VOTING,
    "test",
    surplus_percent=20,
)
PRESETS = {p.preset_id: p for p in (GENERAL, OF_CAST, SECRET, ADMISSION, ELECTION)}


def member(name: str, *, role: Role = Role.MEMBER, voting: bool = True, standing: Standing = Standing.FULL) -> Invited:
    return Invited(ParticipantId(name), name, standing, role, voting)


def convening(members: Sequence[Invited], preset: Preset = GENERAL) -> Convening:
    return Convening(
        meeting_id=MeetingId("meeting"),
        title="2026年11月支部党员大会",
        kind="general",
        branch_id="branch",
        branch_name="第二党支部",
        starts_at=START,
        ends_at=START + 3_600_000,
        place="教一楼 301",
        participants=tuple(members),
        agenda=(ItemPlan("通报", 10), ItemPlan("审议年度工作总结", 30, "周建华")),
        preset=preset,
        documents=(DocumentRef("d1", "工作总结", "application/pdf", 48_213, 3), DocumentRef("d2", "旧材料", "application/pdf", 1_000)),
    )


class Sitting:
    """``secretary`` runs it; the others are ``m1`` … ``mN``. ``facts`` is its journal."""

    def __init__(
        self,
        members: int = 4,
        *,
        opened: bool = True,
        preset: Preset = GENERAL,
        presets: Mapping[str, Preset] = PRESETS,
        extra: Sequence[Invited] = (),
        full_members: int = 0,
    ) -> None:
        self.now = START
        self._presets = presets
        self.facts: list[tuple[Event, int]] = []
        self._state: MeetingState | None = None
        listed = [member("secretary", role=Role.SECRETARY), *(member(f"m{n}") for n in range(1, members + 1)), *extra]
        self.told(ConveneMeeting(replace(convening(listed, preset), full_members=full_members)))
        if opened:
            self.connect("secretary")
            self.did("secretary", OpenMeeting())

    @property
    def state(self) -> MeetingState:
        assert self._state is not None
        return self._state

    def ask(self, who: str | None, command: Command) -> Decision:
        """What the rules say, and the facts recorded if they agree."""
        actor = SERVER if who is None else Actor(ParticipantId(who))
        decision = decide(self._state, command, actor, self.now, self._presets)
        if not isinstance(decision, Rejected):
            for event in decision:
                self.facts.append((event, self.now))
                self._state = evolve(self._state, event, self.now)
        return decision

    def did(self, who: str, command: Command) -> tuple[Event, ...]:
        decision = self.ask(who, command)
        assert not isinstance(decision, Rejected), decision
        return decision

    def told(self, command: Command) -> tuple[Event, ...]:
        decision = self.ask(None, command)
        assert not isinstance(decision, Rejected), decision
        return decision

    def refused(self, who: str | None, command: Command) -> Code:
        decision = self.ask(who, command)
        assert isinstance(decision, Rejected), decision
        return decision.code

    def connect(self, *names: str) -> None:
        for name in names:
            self.told(OpenConnection(ParticipantId(name), ConnectionId(f"{name}-phone"), "phone"))

    def connect_members(self, count: int) -> None:
        self.connect(*(f"m{n}" for n in range(1, count + 1)))

    def wait(self, seconds: float) -> None:
        """Let time pass, waking up at each deadline as the host does."""
        until = self.now + int(seconds * 1000)
        while (due := next_deadline(self.state)) is not None and due <= until:
            self.now = max(self.now, due)
            self.told(PassDeadline())
        self.now = until
