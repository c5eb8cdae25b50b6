"""The vectors of the regulation (``tests/vectors/regulation.json``), and a meeting that goes through one as it says.

A case is a vote: ``entitled`` members ``m1`` … (``m1`` runs the meeting, ``m2`` is 监票人 and ``m3`` 计票人 where the vote needs
them), ``there`` of them when papers go out, the last ``in_hall`` of these without a phone. ``arrive`` come once papers are out and
collect; then ``ballots`` are cast (each ``[how many, [marks]]``), the hall's count is signed, and ``left`` of the voters go before
the closing. ``then`` are votes that follow by a new ballot on the same question (再次投票, 另行选举). ``expected`` names the code
of the refusal that stops it, or what the result must say; a field that is not there is not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from meeting_server.domain.commands import (
    SERVER,
    Actor,
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    Command,
    ConveneMeeting,
    DraftMotion,
    EnterPaperCount,
    IssuePaper,
    LeaveMeeting,
    MarkPresent,
    OpenConnection,
    OpenMeeting,
    OpenMotion,
    PublishMotion,
    ReportSealed,
    Revote,
    SignPaperCount,
)
from meeting_server.domain.errors import Rejected
from meeting_server.domain.ids import ConnectionId, MeetingId, MotionId, ParticipantId
from meeting_server.domain.meeting import decide, evolve
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Candidate, Convening, Invited, Paper, Preset, Terms
from meeting_server.domain.vote_terms import AppraisalSheet, Base, Grade, MotionForce, Office, VoteMethod
from meeting_server.domain.votes.appraisals import grades
from meeting_server.domain.votes.officers import acting
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY, head_of, seal
from meeting_server.store.schedule.presets import load_presets
from tests.kit.paths import VECTORS

MEETING = MeetingId("regulation")
STARTS = 1_795_690_800_000
KEY = Paper("ab", "fingerprint", "04")
PRESETS = load_presets()


class Hall(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The sheet counted in the hall."""

    issued: int
    returned: int
    counts: dict[str, int]
    void: int = 0


class Expected(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    refused: str | None = None
    """The code of the refusal that stops the vote."""
    quorum: int | None = None
    """How many had to be there."""
    present: int | None = None
    """实到会: how many were there for this vote."""
    base: Base | None = None
    base_count: int | None = None
    needed: int | None = None
    votes_for: int | None = None
    carried: bool | None = None
    reason: str | None = None
    elected: tuple[str, ...] | None = None
    tied: tuple[str, ...] | None = None
    short: int | None = None
    ineligible: tuple[str, ...] | None = None
    """Those written in who can't be elected."""
    excellent: int | None = None
    """Of an appraisal: how many are proposed as 优秀."""


class Vote(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One time that papers go out."""

    ballots: tuple[tuple[int, tuple[str, ...]], ...] = ()
    hall: Hall | None = None
    arrive: int = 0
    left: int = 0
    seats: int = 0
    """Of an election; in ``then``: fewer than are missing."""
    expected: Expected


class Case(Vote, forbid_unknown_fields=True, frozen=True, kw_only=True):
    case: str
    article: str
    preset: str
    entitled: int
    there: int
    in_hall: int = 0
    probationary: int = 0
    """预备党员 on the list and there, beside the entitled: ``p1`` …"""
    force: MotionForce = MotionForce.MOTION
    method: VoteMethod = VoteMethod.NAMED
    sheet: AppraisalSheet = AppraisalSheet.MUTUAL
    candidates: tuple[str, ...] = ()
    """Names in the order of the paper; ``m4`` is the member of that name."""
    grades: tuple[Grade, ...] = ()
    """Of an organisation sheet: the grade proposed for each candidate."""
    base: Base | None = None
    """Of an election: the base its terms name, if not its rule's."""
    then: tuple[Vote, ...] = ()


def cases() -> list[Case]:
    return msgspec.json.decode((VECTORS / "regulation.json").read_bytes(), type=list[Case])


class Refused(Exception):
    """The vote was stopped, with the code of a refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Meeting:
    """Goes through a case; ``records`` is its sealed journal, ``votes`` the motions voted on, in order."""

    case: Case
    presets: Mapping[str, Preset] = field(default_factory=lambda: PRESETS)
    records: list[Record] = field(default_factory=list)
    votes: list[MotionId] = field(default_factory=list)
    now: int = STARTS
    _state: MeetingState | None = None
    _commands: int = 0

    @property
    def state(self) -> MeetingState:
        assert self._state is not None
        return self._state

    def ask(self, who: str | None, command: Command) -> None:
        """Raises Refused."""
        self.now += 1_000
        actor = SERVER if who is None else Actor(ParticipantId(who))
        decision = decide(self._state, command, actor, self.now, self.presets)
        if isinstance(decision, Rejected):
            raise Refused(decision.code)
        for event in decision:
            head = head_of(self.records[-1]) if self.records else EMPTY
            salt = hashlib.sha256(b"regulation %d" % head.seq).digest()[:16]
            self.records.append(seal(MEETING, head, Draft(event, actor.participant_id if who else None, None, self.now), salt))
            self._state = evolve(self._state, event, self.now)

    # --- the meeting ----------------------------------------------------------------------------------------

    def convene(self) -> None:
        """Everyone listed, those who are there come, officers are appointed where the vote needs them."""
        case = self.case
        listed = [
            Invited(ParticipantId(f"m{n}"), f"m{n}", Standing.FULL, Role.CHAIR if n == 1 else Role.MEMBER, True, committee=True)
            for n in range(1, case.entitled + 1)
        ]
        listed += [
            Invited(ParticipantId(f"p{n}"), f"p{n}", Standing.PROBATIONARY, Role.MEMBER, False) for n in range(1, case.probationary + 1)
        ]
        general = self.presets["general_meeting"]
        self.ask(
            None,
            ConveneMeeting(
                Convening(MEETING, "支部党员大会", "general", "b", "支部", STARTS, STARTS + 3_600_000, "", tuple(listed), (), general)
            ),
        )
        self.connect(*[f"m{n}" for n in range(1, case.there - case.in_hall + 1)], *[f"p{n}" for n in range(1, case.probationary + 1)])
        self.ask("m1", OpenMeeting())
        for n in range(case.there - case.in_hall + 1, case.there + 1):
            self.ask("m1", MarkPresent(ParticipantId(f"m{n}")))
        if case.force == MotionForce.ELECTION or any(vote.hall is not None for vote in (case, *case.then)):
            self.appoint()

    def connect(self, *names: str) -> None:
        for name in names:
            self.ask(None, OpenConnection(ParticipantId(name), ConnectionId(f"{name}-phone"), "phone"))

    def appoint(self) -> None:
        """``m3`` teller, and for what is secret ``m2`` scrutineer, approved by the meeting; a show of hands ``m1`` oversees."""
        self.ask("m1", AppointOfficer(ParticipantId("m3"), Office.TELLER))
        if self.case.method != VoteMethod.SECRET and self.case.force != MotionForce.ELECTION:
            return
        self.ask("m1", DraftMotion("监票人"))
        (approval,) = self.state.motions
        self.ask("m1", OpenMotion(approval))
        for who in self.state.motions[approval].electorate:
            if self.state.participants[who].connections:
                self.ask(who, CastBallot(approval, ("for",)))
        self.ask("m1", CloseMotion(approval))
        self.ask("m1", PublishMotion(approval))
        self.ask("m1", AppointOfficer(ParticipantId("m2"), Office.SCRUTINEER, approval))

    # --- its votes ------------------------------------------------------------------------------------------

    def draft(self) -> None:
        case = self.case
        people: Sequence[Grade] = case.grades or (Grade.NONE,) * len(case.candidates)
        candidates = tuple(
            Candidate("", name, n, ParticipantId(name) if name in self.state.participants else None, grade)
            for n, (name, grade) in enumerate(zip(case.candidates, people, strict=True), 1)
        )
        terms = None
        if case.force == MotionForce.ELECTION:
            passing = self.presets[case.preset].passing
            assert passing is not None
            terms = Terms(case.seats, "组〔2026〕12号", case.base or passing.base)
        self.ask(
            "m1",
            DraftMotion(
                case.case,
                force=case.force,
                method=case.method,
                preset_id=case.preset,
                candidates=candidates,
                terms=terms,
                sheet=case.sheet,
            ),
        )
        self.votes.append(list(self.state.motions)[-1])

    def hold(self, vote: Vote) -> None:
        """Papers go out, are cast and counted, and the result is there."""
        motion_id = self.votes[-1]
        first = self.state.motions[motion_id]
        hall = [p.participant_id for p in self.state.participants.values() if p.marked_present and not p.connections]
        self.ask("m1", OpenMotion(motion_id, hall_voters=tuple(hall) if vote.hall is not None else ()))
        secret = first.method == VoteMethod.SECRET
        if secret:
            self.ask(None, IssuePaper(motion_id, self.paper()))
            if self.motion.phase != "collecting":
                raise Refused("no_quorum")
        there = sum(p.present for p in self.state.participants.values() if p.voting)
        self.connect(*[f"m{n}" for n in range(there + 1, there + vote.arrive + 1)])
        voters = [who for who in self.motion.electorate if self.state.participants[who].connections]
        marks = [marks for times, marks in vote.ballots for _ in range(times)]
        assert len(marks) <= len(voters), "more ballots than phones there"
        if secret:
            self.ask("m1", CloseCollecting(motion_id))
        else:
            for who, choices in zip(voters, marks, strict=False):
                self.ask(who, CastBallot(motion_id, choices))
        if vote.hall is not None:
            self._count_in_the_hall(motion_id, vote.hall)
        for who in [who for who in reversed(voters) if who != "m1"][: vote.left]:
            self.ask(who, LeaveMeeting())
        self.ask("m1", CloseMotion(motion_id))
        if secret:
            self.ask(None, self.sealed(motion_id, voters, marks))

    def _count_in_the_hall(self, motion_id: MotionId, hall: Hall) -> None:
        lines = tuple(hall.counts.items())
        overseers = sorted(acting(self.state, self.state.motions[motion_id], Office.SCRUTINEER))
        officers = overseers[0], ParticipantId("m3")
        self.ask("m1", EnterPaperCount(motion_id, hall.issued, hall.returned, hall.void, lines, *officers))
        for officer in officers:
            self.ask(officer, SignPaperCount(motion_id))

    def paper(self) -> Paper:
        """The keys of a secret paper; overridden where there is a real box."""
        return KEY

    def sealed(self, motion_id: MotionId, collectors: Sequence[ParticipantId], ballots: Sequence[tuple[str, ...]]) -> ReportSealed:
        """What the box says, as of ``paper``."""
        return ReportSealed(motion_id, len(collectors), "root", tuple(ballots), collectors=tuple(collectors))

    def again(self, vote: Vote) -> None:
        """The result is published and the question put once more."""
        self.ask("m1", PublishMotion(self.votes[-1]))
        self.ask("m1", Revote(self.votes[-1], vote.seats))
        self.votes.append(list(self.state.motions)[-1])

    @property
    def motion(self) -> Motion:
        return self.state.motions[self.votes[-1]]


def differences(motion: Motion | None, refused: str | None, expected: Expected) -> list[str]:
    """What a vote came to that its vector says otherwise; ``refused``: the code it was stopped with."""
    if refused is not None or motion is None or motion.verdict is None or motion.tally is None:
        return [] if refused == expected.refused else [f"refused: {refused}, expected {expected.refused}"]
    verdict, quorum = motion.verdict, motion.quorum_at_close
    found = Expected(
        None,
        quorum.needed if quorum is not None else None,
        motion.tally.present,
        verdict.base,
        verdict.base_count,
        verdict.needed,
        verdict.votes_for,
        verdict.carried,
        verdict.reason.value,
        verdict.elected,
        verdict.tied,
        verdict.short,
        verdict.ineligible,
        sum(grade == Grade.EXCELLENT for _, grade in grades(motion, motion.tally)) if motion.force == MotionForce.APPRAISAL else None,
    )
    if expected.refused is not None:
        return [f"not refused, expected {expected.refused}"]
    wanted = {name: value for name in Expected.__struct_fields__ if (value := getattr(expected, name)) is not None}
    return [f"{name}: {getattr(found, name)}, expected {value}" for name, value in wanted.items() if getattr(found, name) != value]


def go_through(case: Case, meeting: Meeting | None = None) -> list[str]:
    """Hold every vote of ``case``; what came out otherwise than its vector says."""
    meeting = meeting or Meeting(case)
    wrong: list[str] = []
    for number, vote in enumerate((case, *case.then)):
        refused = None
        try:
            if number == 0:
                meeting.convene()
                meeting.draft()
            else:
                meeting.again(vote)
            meeting.hold(vote)
        except Refused as stopped:
            refused = stopped.code
        wrong += [f"vote {number + 1}: {text}" for text in differences(meeting.motion if meeting.votes else None, refused, vote.expected)]
        if refused is not None:
            break
    return wrong
