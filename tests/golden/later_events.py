"""What the golden journal of this version tells beside the whole meeting: one function for each new kind of event or new field.

Each is called once, with the meeting open and no vote running, after the item ``i2`` was closed; add yours to ``PARTS`` and run
``python -m tests.golden.make_journal``. The ids of motions, notes and rooms go on from what the parts before made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from meeting_server.domain.commands import (
    AdmitParticipant,
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    DraftMotion,
    EnterPaperCount,
    IssuePaper,
    LeaveMeeting,
    MoveMotion,
    OpenConnection,
    OpenMotion,
    PostChat,
    PublishMotion,
    RecallParticipant,
    RecuseParticipant,
    ReduceSeats,
    RegisterHallVoters,
    ReleaseOfficer,
    ReportSealed,
    Revote,
    SignPaperCount,
    SignReport,
    StepAgenda,
    WithdrawMotion,
)
from meeting_server.domain.ids import ConnectionId, ItemId, MotionId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import Candidate, Invited, NamedBallot, Paper, Terms
from meeting_server.domain.vote_terms import AppraisalSheet, Base, Grade, MotionForce, Office, VoteMethod
from tests.kit.meetings.whole_meeting import CHAIR, DING, LI, MA, SECRETARY, SUN, Story


def an_election_reported(story: Story) -> None:
    """监票人 by vote, an election counted in the hall alone, and the report sheet signed before the result is read out."""
    assert story.state is not None
    scrutineers = MotionId(f"m{story.state.counters.motions + 1}")
    election = MotionId(f"m{story.state.counters.motions + 2}")
    story.do(CHAIR, DraftMotion("通过监票人", nominees=(SUN,)))
    story.do(CHAIR, OpenMotion(scrutineers, 60))
    for who in (CHAIR, SECRETARY, LI, SUN, DING):
        story.do(who, CastBallot(scrutineers, ("for",)))
    story.do(CHAIR, CloseMotion(scrutineers))
    story.do(CHAIR, PublishMotion(scrutineers))
    people = (Candidate("", "周建华", participant_id=CHAIR), Candidate("", "李敏", participant_id=LI))
    terms = Terms(1, "院党〔2026〕31号", Base.PRESENT)
    story.do(CHAIR, DraftMotion("补选支部委员", force=MotionForce.ELECTION, candidates=people, terms=terms))
    story.do(CHAIR, OpenMotion(election, hall_voters=(CHAIR, SECRETARY, LI, SUN, DING)))
    story.do(None, IssuePaper(election, Paper("ab" * 256, "cd" * 32, "04" + "ef" * 64)))
    counts = (("c1:for", 4), ("c1:against", 1), ("c1:abstain", 0), ("c2:for", 1), ("c2:against", 4), ("c2:abstain", 0))
    story.do(CHAIR, EnterPaperCount(election, 5, 5, 0, counts, SUN, DING))
    for officer in (SUN, DING):
        story.do(officer, SignPaperCount(election))
    story.do(CHAIR, CloseCollecting(election))
    story.do(CHAIR, CloseMotion(election))
    story.do(None, ReportSealed(election, 0, "", ()))
    story.do(SUN, SignReport(election))
    story.do(CHAIR, PublishMotion(election))


def asked_out(story: Story) -> None:
    """Someone is asked out for an item and called back, then asked out until it ends; someone is called to another item only."""
    applicant = Invited(ParticipantId("p-he"), "贺青", Standing.APPLICANT, Role.MEMBER, False, items=(ItemId("i2"),))
    story.do(None, AdmitParticipant(applicant, CHAIR))
    story.do(CHAIR, StepAgenda(ItemId("i1")))
    story.do(CHAIR, RecuseParticipant(DING))
    story.do(LI, PostChat("这一段丁文静不在场"))
    story.do(CHAIR, RecallParticipant(DING))
    story.do(CHAIR, RecuseParticipant(DING))
    story.do(CHAIR, StepAgenda(None))


def excluded_by_vote(story: Story) -> None:
    """A member abroad is not counted in 应到 once the meeting carried it by a show of hands."""
    abroad = ParticipantId("p-tang")
    reason = "出国半年以上（校党〔2026〕31号）"
    tang = Invited(abroad, "唐晓", Standing.FULL, Role.MEMBER, True, excluded_reason=reason, exclusion_needs_vote=True)
    story.do(None, AdmitParticipant(tang, CHAIR))
    state = story.state
    assert state is not None
    motion_id = MotionId(f"m{state.counters.motions + 1}")
    story.do(SECRETARY, DraftMotion("唐晓不计入应到会人数", excludes=(abroad,)))
    story.do(SECRETARY, OpenMotion(motion_id))
    for who in (p.participant_id for p in state.participants.values() if p.present and p.voting):
        story.do(who, CastBallot(motion_id, ("for",)))
    story.do(SECRETARY, CloseMotion(motion_id))
    story.do(SECRETARY, PublishMotion(motion_id))


def the_hall_votes_by_name(story: Story) -> None:
    """Two vote in the hall, one of them registered late; the teller is relieved and another one named."""
    assert story.state is not None
    vote = MotionId(f"m{story.state.counters.motions + 1}")
    story.do(SECRETARY, DraftMotion("会场记名表决", method=VoteMethod.NAMED))
    story.do(CHAIR, OpenMotion(vote, hall_voters=(MA,)))
    story.do(CHAIR, RegisterHallVoters(vote, (MA, SUN)))
    story.do(CHAIR, ReleaseOfficer(DING, Office.TELLER))
    story.do(CHAIR, AppointOfficer(LI, Office.TELLER))
    story.vote(vote, zhou="for", he="for")
    named = (NamedBallot(SUN, ("for",)), NamedBallot(MA, ("against",)))
    story.do(SECRETARY, EnterPaperCount(vote, 2, 2, 0, (("for", 1), ("against", 1)), SUN, LI, named))
    for officer in (SUN, LI):
        story.do(officer, SignPaperCount(vote))
    story.do(CHAIR, CloseMotion(vote))
    story.do(CHAIR, PublishMotion(vote))


def a_seat_left_empty(story: Story) -> None:
    """An election in which somebody written in ties, the run-off among the tied, withdrawn, and a seat given up by vote."""
    assert story.state is not None
    number = story.state.counters.motions
    election, run_off, decision = (MotionId(f"m{number + n}") for n in (1, 2, 3))
    people = (
        Candidate("", "周建华", participant_id=CHAIR),
        Candidate("", "李敏", participant_id=LI),
        Candidate("", "崔调入", reason="组织关系正在转入"),
        Candidate("", "马丽娟", participant_id=MA),
    )
    terms = Terms(3, "院党〔2026〕32号", Base.PRESENT)
    story.do(CHAIR, DraftMotion("选举支部委员", force=MotionForce.ELECTION, candidates=people, terms=terms))
    story.do(CHAIR, OpenMotion(election, hall_voters=(CHAIR, SECRETARY, LI, SUN, MA, DING)))
    story.do(None, IssuePaper(election, Paper("ab" * 256, "cd" * 32, "04" + "ef" * 64)))
    lines = [("c1:for", 5), ("c1:against", 1), ("c2:for", 4), ("c2:against", 2), ("c3:for", 4), ("c3:against", 2), ("c4:against", 6)]
    counts = (*lines, ("w:何 雨桐", 4), ("w:无名氏", 1))
    story.do(CHAIR, EnterPaperCount(election, 6, 6, 0, counts, SUN, DING))
    for officer in (SUN, DING):
        story.do(officer, SignPaperCount(election))
    story.do(CHAIR, CloseCollecting(election))
    story.do(CHAIR, CloseMotion(election))
    story.do(None, ReportSealed(election, 0, "", ()))
    story.do(SUN, SignReport(election))
    story.do(CHAIR, PublishMotion(election))
    story.do(CHAIR, Revote(election))
    story.do(CHAIR, WithdrawMotion(run_off, "改为减少名额"))
    story.do(CHAIR, DraftMotion("支部委员名额减为二名"))
    story.do(CHAIR, OpenMotion(decision, 60))
    for who in (CHAIR, SECRETARY, LI, SUN, DING):
        story.do(who, CastBallot(decision, ("for",)))
    story.do(CHAIR, CloseMotion(decision))
    story.do(CHAIR, PublishMotion(decision))
    story.do(CHAIR, ReduceSeats(election, 2, decision))


def one_joins_and_two_leave(story: Story) -> None:
    """A member leaves, comes back when the vote is open and casts; two who cast are gone by its closing."""
    assert story.state is not None
    vote = MotionId(f"m{story.state.counters.motions + 1}")
    story.do(SECRETARY, DraftMotion("明年第一季度的主题党日"))
    story.do(DING, LeaveMeeting())
    story.do(SECRETARY, OpenMotion(vote))
    story.do(None, OpenConnection(DING, ConnectionId("ding-joins"), "phone"))
    for who in (CHAIR, SECRETARY, LI, SUN, DING):
        story.do(who, CastBallot(vote, ("for",)))
    for who in (SUN, LI):
        story.do(who, LeaveMeeting())
    story.do(CHAIR, CloseMotion(vote))
    story.do(CHAIR, PublishMotion(vote))
    for who in (SUN, LI):
        story.do(None, OpenConnection(who, ConnectionId(f"{who}-joins"), "phone"))


def grades_beyond_the_share(story: Story) -> None:
    """The committee's own sheet, and an organisation sheet that gives 优秀 to more than the third, with the reason."""
    assert story.state is not None
    committee = MotionId(f"m{story.state.counters.motions + 1}")
    grades = MotionId(f"m{story.state.counters.motions + 2}")
    line = (Candidate("", "支部班子"),)
    story.do(CHAIR, DraftMotion("支部班子", force=MotionForce.APPRAISAL, sheet=AppraisalSheet.COMMITTEE, candidates=line))
    story.do(CHAIR, WithdrawMotion(committee, "改期"))
    named = ((LI, "李敏"), (SUN, "孙国栋"), (SECRETARY, "何雨桐"))
    people = tuple(Candidate("", name, participant_id=who, grade=Grade.EXCELLENT) for who, name in named)
    draft = DraftMotion("2026 年度评议", force=MotionForce.APPRAISAL, sheet=AppraisalSheet.ORGANISATION, candidates=people)
    story.do(CHAIR, replace(draft, excellent_reason="上级同意按 40% 评定"))
    story.do(CHAIR, MoveMotion(grades))
    story.do(CHAIR, OpenMotion(grades, 60))
    for who in (CHAIR, SECRETARY, LI, SUN, DING):
        story.do(who, CastBallot(grades, ("for",)))
    story.do(CHAIR, CloseMotion(grades))
    story.do(CHAIR, PublishMotion(grades))


PARTS: tuple[Callable[[Story], None], ...] = (
    an_election_reported,
    asked_out,
    excluded_by_vote,
    a_seat_left_empty,
    the_hall_votes_by_name,
    one_joins_and_two_leave,
    grades_beyond_the_share,
)


def later_events(story: Story) -> None:
    for part in PARTS:
        part(story)
