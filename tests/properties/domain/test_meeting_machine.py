"""A meeting under any order of commands: replay equals state, views fold, ballots count once, nothing overdue."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from meeting_server.domain import commands as c
from meeting_server.domain.errors import Rejected
from meeting_server.domain.events import KINDS
from meeting_server.domain.ids import HALL, ConnectionId, ItemId, MessageId, MotionId, ParticipantId, RoomId
from meeting_server.domain.meeting import evolve, next_deadline, replay
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import Counters, MeetingState, Motion
from meeting_server.domain.terms import Choice, Paper
from meeting_server.domain.visibility import CIRCLES_CHANGE, circles, copies, fresh_view_for, view
from meeting_server.domain.vote_terms import MotionPhase, Office, VoteMethod
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.domain.votes.motions import RUNNING
from tests.kit.meetings.sitting import Sitting, member

PEOPLE = ["secretary", "m1", "m2", "m3", "probationary", "guest", "applicant", "stranger"]
people = st.sampled_from(PEOPLE)
someone = people.map(ParticipantId)
rooms = st.sampled_from([HALL, RoomId("r1"), RoomId("r2"), RoomId("nowhere")])
items = st.sampled_from([None, ItemId("i1"), ItemId("i2"), ItemId("i9")])
motions = st.sampled_from([MotionId("m1"), MotionId("m2"), MotionId("m3")])
connections = st.sampled_from([ConnectionId("phone"), ConnectionId("laptop")])
media: st.SearchStrategy[Any] = st.sampled_from(["audio", "video", "screen"])
marks = st.lists(st.sampled_from(["for", "against", "abstain", "1", "2"]), max_size=2).map(tuple)
paper = st.sampled_from([(), (Choice("", "甲"), Choice("", "乙"))])

COMMANDS: list[st.SearchStrategy[c.Command]] = [
    st.builds(c.OpenMeeting),
    st.builds(c.RaiseHand),
    st.builds(c.LowerHand, st.none() | someone),
    st.builds(c.GrantFloor, someone, st.sampled_from([0, 30, 9999])),
    st.builds(c.ExtendFloor, st.just(30)),
    st.builds(c.EndFloor),
    st.builds(c.OpenRoom, st.just("小组"), st.sampled_from(["text", "voice", "video"])),
    st.builds(c.CloseRoom, rooms),
    st.builds(c.ModerateRoom, rooms, st.booleans()),
    st.builds(c.CaptionRoom, rooms, st.booleans()),
    st.builds(c.MoveParticipant, someone, rooms),
    st.builds(c.OpenMedia, media),
    st.builds(c.CloseMedia, media, st.none() | someone),
    st.builds(c.MuteAll),
    st.builds(c.PostChat, st.sampled_from(["大家好", " ", "支部"])),
    st.builds(c.RemoveChat, st.sampled_from([MessageId("c1"), MessageId("c2")])),
    st.builds(c.PauseChat, st.booleans()),
    st.builds(c.StepAgenda, items),
    st.builds(c.RecuseParticipant, someone),
    st.builds(c.RecallParticipant, someone),
    st.builds(c.ShowPage, st.sampled_from(["d1", "d2", "d9"]), st.integers(0, 4)),
    st.builds(c.StopShowing),
    st.builds(c.AddAgendaItem, st.just("临时议题")),
    st.builds(c.MoveAgendaItem, st.just(ItemId("i2")), st.integers(-1, 2)),
    st.builds(c.RemoveAgendaItem, st.just(ItemId("i2"))),
    st.builds(c.OpenRollCall, st.just(30)),
    st.builds(c.AnswerRollCall),
    st.builds(c.CloseRollCall),
    st.builds(c.MarkPresent, someone),
    st.builds(c.WithdrawMark, someone),
    st.builds(c.AssignRole, someone, st.sampled_from(list(Role))),
    st.builds(c.RemoveParticipant, someone),
    st.builds(c.ReleaseOfficer, someone, st.sampled_from(list(Office))),
    st.builds(c.ReadmitParticipant, someone),
    st.builds(c.LeaveMeeting),
    st.builds(c.ReleaseOfficer, someone, st.sampled_from(list(Office))),
    st.builds(c.StartRecording),
    st.builds(c.AcknowledgeRecording, st.booleans()),
    st.builds(c.StopRecording),
    st.builds(c.TakeNote, st.just("point"), st.just("要点"), items, st.none() | someone),
]
VOTING: list[st.SearchStrategy[c.Command]] = [
    st.builds(c.OpenMotion, motions, st.sampled_from([0, 30])),
    st.builds(c.CloseMotion, motions),
    st.builds(c.PublishMotion, motions),
    st.builds(c.WithdrawMotion, motions),
    st.builds(c.MoveMotion, motions),
    st.builds(c.AmendMotion, motions, st.sampled_from(["改后的标题", "议题"]), st.just("改后的正文")),
    st.builds(c.CloseDiscussion, motions),
    st.builds(c.CloseCollecting, motions),
    st.builds(c.Revote, motions),
    st.builds(c.RegisterHallVoters, motions, st.lists(someone, max_size=2).map(tuple)),
    st.builds(c.FileWrittenOpinion, motions, st.just(ParticipantId("m3")), st.just(("for",)), st.just("信函")),
    st.builds(
        c.EnterPaperCount,
        motions,
        st.sampled_from([1, 2]),
        st.sampled_from([3, 4]),
        st.just(1),
        st.sampled_from([(("for", 2),), (("for", 3),)]),
        st.just(ParticipantId("m1")),
        st.just(ParticipantId("m2")),
    ),
]


def without_counters(state: MeetingState) -> MeetingState:
    return dataclasses.replace(state, counters=Counters())


def voting_now(state: MeetingState) -> Motion | None:
    """The first motion that takes ballots now."""
    return next((m for m in state.motions.values() if m.phase == MotionPhase.VOTING), None)


class Meeting(RuleBasedStateMachine):
    """The secretary, members, a probationary member, a guest and a stranger ask anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        extra = [
            member("probationary", voting=False, standing=Standing.PROBATIONARY),
            member("guest", role=Role.GUEST, voting=False, standing=Standing.GUEST),
            dataclasses.replace(member("applicant", voting=False, standing=Standing.APPLICANT), items=(ItemId("i2"),)),
        ]
        self.sitting = Sitting(3, opened=False, extra=extra)
        self.sitting.connect("secretary", "m1", "m2", "guest", "applicant")
        self.views = {who: view(self.sitting.state, ParticipantId(who)) for who in PEOPLE}
        self.told = len(self.sitting.facts)
        self.folded = replay(self.sitting.facts)
        self.looked_at: MeetingState | None = None
        self.circles = circles(self.sitting.state)
        self.ballots: dict[tuple[str, str], tuple[str, ...]] = {}

    @property
    def secretary_is_here(self) -> bool:
        """Beside another chair a secretary may leave the list; then nothing is run by them any more."""
        return not self.sitting.state.participants[ParticipantId("secretary")].removed

    def follow(self) -> None:
        """Give every viewer the copies of the new facts, as the server does."""
        state = self.folded
        for event, at in self.sitting.facts[self.told :]:
            state = evolve(state, event, at)
            fresh = fresh_view_for(state, event)
            if isinstance(event, CIRCLES_CHANGE):
                self.circles = circles(state)
            assert self.circles == circles(state)  # nothing else may change them
            told = copies(state, event, self.circles)
            for who in PEOPLE:
                if who in fresh:
                    self.views[who] = view(state, ParticipantId(who))
                    continue
                copy = next(x for x in told if x.to is None or who in x.to)
                if copy.event is not None:
                    self.views[who] = without_counters(evolve(self.views[who], copy.event, at))
        self.told, self.folded = len(self.sitting.facts), state

    def teardown(self) -> None:
        """Each fact was folded once on the way; all of them anew make the same meeting."""
        assert self.sitting.state == self.folded == replay(self.sitting.facts)

    @rule(who=people, command=st.one_of(COMMANDS))
    def asks(self, who: str, command: c.Command) -> None:
        self.sitting.ask(who, command)
        self.follow()

    @rule(command=st.one_of(COMMANDS))
    def secretary_asks(self, command: c.Command) -> None:
        self.sitting.ask("secretary", command)
        self.follow()

    @precondition(lambda self: self.sitting.state.phase == "convened" and self.secretary_is_here)
    @rule()
    def opens(self) -> None:
        self.sitting.did("secretary", c.OpenMeeting())
        self.follow()

    @precondition(lambda self: self.sitting.state.motions)
    @rule(command=st.one_of(VOTING), data=st.data())
    def votes_are_run(self, command: Any, data: st.DataObject) -> None:
        motion_id = data.draw(st.sampled_from(list(self.sitting.state.motions)))
        self.sitting.ask("secretary", dataclasses.replace(command, motion_id=motion_id))
        self.follow()

    @precondition(lambda self: self.sitting.state.phase == "open" and self.secretary_is_here and voting_now(self.sitting.state) is None)
    @rule(method=st.sampled_from(["open", "named"]), seconds=st.sampled_from([0, 30]))
    def a_vote_begins(self, method: Any, seconds: int) -> None:
        self.sitting.ask("secretary", c.DraftMotion("议题", method=method))
        self.sitting.ask("secretary", c.OpenMotion(list(self.sitting.state.motions)[-1], seconds))
        self.follow()

    @precondition(lambda self: voting_now(self.sitting.state) is not None)
    @rule(who=st.sampled_from(["secretary", "m1", "m2", "m3"]), data=st.data())
    def casts_well(self, who: str, data: st.DataObject) -> None:
        motion = voting_now(self.sitting.state)
        assert motion is not None
        choices = (data.draw(st.sampled_from(motion.choices)).choice_id,)
        self.cast(who, motion.motion_id, choices)

    @precondition(lambda self: self.sitting.state.phase == "open" and self.secretary_is_here and voting_now(self.sitting.state) is None)
    @rule(
        force=st.sampled_from(["motion", "poll"]),
        ballots=st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 2)), min_size=2, max_size=8),
        published=st.booleans(),
    )
    def a_whole_vote_is_held(self, force: Any, ballots: list[tuple[str, int]], published: bool) -> None:
        choices = (Choice("", "甲"), Choice("", "乙"), Choice("", "丙")) if force == "poll" else ()
        self.sitting.ask("secretary", c.DraftMotion("议题", force=force, method=VoteMethod.NAMED, choices=choices))
        motion_id = list(self.sitting.state.motions)[-1]
        self.sitting.ask("secretary", c.OpenMotion(motion_id))
        paper = self.sitting.state.motions[motion_id].choices
        for who, choice in ballots:
            self.cast(who, motion_id, (paper[choice].choice_id,))
        self.sitting.ask("secretary", c.CloseMotion(motion_id))
        self.follow()
        if published:
            self.sitting.ask("secretary", c.PublishMotion(motion_id))
        self.follow()

    @precondition(lambda self: self.sitting.state.phase == "open" and self.secretary_is_here)
    @rule(ballots=st.lists(st.sampled_from(["for", "against", "nonsense"]), max_size=4), hall=st.booleans())
    def a_secret_vote_goes_on(self, ballots: list[str], hall: bool) -> None:
        """One step further with the secret paper that is out, or a new one."""
        out = next((m for m in self.sitting.state.motions.values() if m.phase in RUNNING and m.method == "secret"), None)
        if out is None:
            self.sitting.ask("secretary", c.DraftMotion("无记名", preset_id="admission"))
            self.follow()
            self.sitting.ask("secretary", c.OpenMotion(list(self.sitting.state.motions)[-1], 0, 30))
        elif out.phase == "preparing":
            self.sitting.told(c.IssuePaper(out.motion_id, Paper("ab", "print", "04")))
        elif out.phase == "collecting":
            self.sitting.did("secretary", c.CloseCollecting(out.motion_id))
        elif out.phase == "voting":
            if hall:
                self.sitting.ask("m1", c.SignPaperCount(out.motion_id))
                self.sitting.ask("m2", c.SignPaperCount(out.motion_id))
                self.sitting.ask("m1", c.SignReport(out.motion_id))
            self.sitting.ask("secretary", c.CloseMotion(out.motion_id))
        else:
            boxed = tuple((ballot,) for ballot in ballots)
            collectors = out.electorate[:4]
            self.sitting.told(c.ReportSealed(out.motion_id, 4, "root", boxed, collectors=collectors))
        self.follow()

    @precondition(lambda self: any(m.phase == "published" for m in self.sitting.state.motions.values()))
    @rule(who=st.sampled_from(["m1", "m2"]))
    def an_officer_is_appointed(self, who: str) -> None:
        approval = next(m for m in self.sitting.state.motions.values() if m.phase == "published")
        office: Any = "scrutineer" if who == "m1" else "teller"
        self.sitting.ask("secretary", c.AppointOfficer(ParticipantId(who), office, approval.motion_id))
        self.follow()

    @rule(who=someone, window=st.integers(1, 3))
    def scans(self, who: ParticipantId, window: int) -> None:
        self.sitting.ask(None, c.ScanHallCode(who, window))
        self.follow()

    @rule(who=people, accepted=st.booleans())
    def contests(self, who: str, accepted: bool) -> None:
        self.sitting.ask(who, c.ContestAttendance("我在场"))
        if self.sitting.state.contests:
            self.sitting.ask("secretary", c.AnswerContest(self.sitting.state.contests[0].contest_id, accepted, "已核对"))
        self.follow()

    @rule(who=st.sampled_from(["m1", "m2"]), role=st.sampled_from([Role.CHAIR, Role.MEMBER]))
    def the_chair_changes(self, who: str, role: Role) -> None:
        self.sitting.ask("secretary", c.AssignRole(ParticipantId(who), role))
        self.follow()

    @rule(force=st.sampled_from(["motion", "poll"]), method=st.sampled_from(["open", "named"]), choices=paper)
    def a_motion_is_drafted(self, force: Any, method: Any, choices: tuple[Choice, ...]) -> None:
        self.sitting.ask("secretary", c.DraftMotion("议题", force=force, method=method, choices=choices))
        self.follow()

    @rule(who=people, motion=motions, choices=marks)
    def casts(self, who: str, motion: MotionId, choices: tuple[str, ...]) -> None:
        self.cast(who, motion, choices)

    def cast(self, who: str, motion: MotionId, choices: tuple[str, ...]) -> None:
        decision = self.sitting.ask(who, c.CastBallot(motion, choices))
        if not isinstance(decision, Rejected):
            assert (motion, who) not in self.ballots
            self.ballots[motion, who] = choices
        self.follow()

    @rule(who=someone, connection=connections)
    def connects(self, who: ParticipantId, connection: ConnectionId) -> None:
        self.sitting.ask(None, c.OpenConnection(who, connection, "phone"))
        self.follow()

    @rule(who=someone, connection=connections, ago=st.integers(-5_000, 30_000))
    def disconnects(self, who: ParticipantId, connection: ConnectionId, ago: int) -> None:
        self.sitting.ask(None, c.CloseConnection(who, connection, self.sitting.now - ago))
        self.follow()

    @rule(who=someone, connection=connections, responsive=st.booleans())
    def changes_responsiveness(self, who: ParticipantId, connection: ConnectionId, responsive: bool) -> None:
        self.sitting.ask(None, c.ChangeResponsiveness(who, connection, responsive))
        self.follow()

    @rule(who=someone)
    def speaks(self, who: ParticipantId) -> None:
        self.sitting.ask(None, c.ReportSpeakerTurn(who, HALL, self.sitting.now - 1000, self.sitting.now))
        self.follow()

    @rule(seconds=st.sampled_from([1, 20, 46, 700]))
    def time_passes(self, seconds: int) -> None:
        self.sitting.wait(seconds)
        self.follow()

    @rule()
    def the_host_is_killed_and_reads_the_journal_again(self) -> None:
        """What is stored is JSON: every fact must survive the round trip, and fold to the same state."""
        read = [(msgspec.json.decode(msgspec.json.encode(event), type=KINDS[type(event).__name__]), at) for event, at in self.sitting.facts]
        assert read == self.sitting.facts
        last = self.sitting.facts[-1][1]
        assert replay(read) == self.sitting.state
        self.sitting.ask(None, c.ResetConnections(last))
        self.follow()

    @precondition(lambda self: len(self.sitting.facts) > 20)
    @rule()
    def adjourns(self) -> None:
        self.sitting.ask("secretary", c.AdjournMeeting())
        self.follow()

    @invariant()
    def every_viewer_sees_what_a_fresh_snapshot_shows(self) -> None:
        if self.looked_at is self.sitting.state:  # what was asked was refused: neither the meeting nor a view is another
            return
        self.looked_at = self.sitting.state
        for who in PEOPLE:
            seen, fresh = self.views[who], view(self.sitting.state, ParticipantId(who))
            assert seen.participants == fresh.participants, who
            assert seen == fresh, who

    @invariant()
    def the_tally_is_the_ballots(self) -> None:
        for motion in self.sitting.state.motions.values():
            if motion.method == "secret":
                assert motion.ballots == {}
                continue
            mine = {who: choices for (m, who), choices in self.ballots.items() if m == motion.motion_id}
            assert motion.ballots == mine
            assert motion.returned == len(mine)
            if motion.tally is not None:
                assert motion.tally.cast == len(mine)
                assert sum(n for _, n in motion.tally.counts) == sum(len(x) for x in mine.values())

    @invariant()
    def nobody_is_shown_a_foreign_ballot(self) -> None:
        for who in PEOPLE:
            for motion in self.views[who].motions.values():
                assert set(motion.ballots) <= {who}
                if motion.phase in RUNNING:
                    assert motion.tally is None
                    assert motion.named == ()

    @invariant()
    def intervals_follow_one_another(self) -> None:
        for p in self.sitting.state.participants.values():
            for earlier, later in zip(p.intervals, p.intervals[1:], strict=False):
                assert earlier.until is not None
                assert earlier.since < earlier.until <= later.since
            if p.intervals and p.intervals[-1].until is None:
                assert p.present or p.connections

    @invariant()
    def present_never_exceeds_expected(self) -> None:
        now = quorum_now(self.sitting.state)
        assert 0 <= now.present <= now.entitled

    @invariant()
    def nothing_is_overdue_after_waking(self) -> None:
        due = next_deadline(self.sitting.state)
        if due is not None and due <= self.sitting.now:
            self.sitting.told(c.PassDeadline())
            self.follow()
            due = next_deadline(self.sitting.state)
        assert due is None or due > self.sitting.now


TestMeeting = Meeting.TestCase
TestMeeting.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
