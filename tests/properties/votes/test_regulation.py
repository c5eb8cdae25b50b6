"""What the regulation promises at every size: leaving changes nothing, half stays half, and nobody has two ballots."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meeting_server.domain.commands import (
    SERVER,
    Actor,
    AppointOfficer,
    CastBallot,
    CloseCollecting,
    CloseMotion,
    DraftMotion,
    EnterPaperCount,
    IssuePaper,
    LeaveMeeting,
    OpenConnection,
    OpenMotion,
    PublishMotion,
    RegisterHallVoters,
    ReportSealed,
    Revote,
    SignPaperCount,
)
from meeting_server.domain.errors import Rejected
from meeting_server.domain.events import MotionClosed
from meeting_server.domain.ids import ConnectionId, MotionId, ParticipantId
from meeting_server.domain.meeting import decide, evolve
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Candidate, Paper, Preset, QuorumCheck, Tally, Terms, Verdict
from meeting_server.domain.vote_terms import Base, MotionForce, Office, VerdictReason, VoteMethod
from meeting_server.domain.votes.elections import votes_for
from tests.kit.meetings.sitting import ELECTION, GENERAL, PRESETS, Sitting

LARGEST = 60
M1 = MotionId("m1")
KEY = Paper("ab", "fingerprint", "04")
OF_PRESENT = replace(GENERAL, preset_id="of_present", passing=replace(ELECTION.passing, base=Base.PRESENT))  # type: ignore[type-var]
SECRET_OF_PRESENT = replace(OF_PRESENT, preset_id="secret_of_present", method=ELECTION.method)
RULES = {**PRESETS, **{preset.preset_id: preset for preset in (OF_PRESENT, SECRET_OF_PRESENT)}}


def told(state: MeetingState, who: ParticipantId | None, command: CloseMotion | LeaveMeeting | ReportSealed, at: int) -> MeetingState:
    decision = decide(state, command, Actor(who) if who is not None else SERVER, at, RULES)
    assert not isinstance(decision, Rejected), decision
    for event in decision:
        state = evolve(state, event, at)
    return state


def figures(state: MeetingState, sealed: ReportSealed | None, at: int) -> tuple[Verdict | None, Tally | None, QuorumCheck | None]:
    """What the vote comes to, closed now."""
    state = told(state, ParticipantId("secretary"), CloseMotion(M1), at)
    if sealed is not None:
        state = told(state, None, sealed, at)
    motion = state.motions[M1]
    assert motion.present_at_close == sum(p.present for p in state.participants.values())
    return motion.verdict, motion.tally, motion.quorum_at_close


@pytest.mark.parametrize("rule", [OF_PRESENT, SECRET_OF_PRESENT], ids=["named", "secret"])
def test_leaving_after_the_ballot_changes_no_verdict_up_to_sixty(rule: Preset) -> None:
    for members in range(1, LARGEST):
        sitting = Sitting(members, presets=RULES)
        sitting.connect_members(members)
        secret = rule is SECRET_OF_PRESENT
        sitting.did("secretary", DraftMotion("通过", method=VoteMethod.NAMED, preset_id=rule.preset_id))
        sitting.did("secretary", OpenMotion(M1))
        voters = sitting.state.participants if not secret else ()
        half = (members + 1) // 2 + (members % 3 - 1)  # of those there: just too few, just enough, one more
        marks = [("for",) if n < half else ("against",) for n in range(members + 1)]
        sealed = None
        if secret:
            sitting.told(IssuePaper(M1, KEY))
            sitting.did("secretary", CloseCollecting(M1))
            sealed = ReportSealed(M1, members + 1, "root", tuple(marks), collectors=tuple(sitting.state.participants))
        for who, choices in zip(voters, marks, strict=False):
            sitting.did(who, CastBallot(M1, choices))
        state, expected = sitting.state, None
        for n in range(members + 1):
            found = figures(state, sealed, sitting.now)
            expected = expected or found
            assert found == expected, (members, n)
            if n < members:
                state = told(state, ParticipantId(f"m{n + 1}"), LeaveMeeting(), sitting.now)


# --- elections ------------------------------------------------------------------------------------------------


@st.composite
def ballots_of(draw: st.DrawFn, candidates: int, most: int) -> list[tuple[str, ...]]:
    """Ballots of a paper, void ones and those with another person written in among them."""
    one = st.lists(st.sampled_from(("for", "against", "abstain", "")), min_size=candidates, max_size=candidates)
    inside = []
    for stances in draw(st.lists(one, max_size=most)):
        marks = [f"c{n}:{stance}" for n, stance in enumerate(stances, 1) if stance]
        if "against" in stances and draw(st.booleans()):
            marks.append("w:钱卫")
        inside.append(tuple(marks) or ("c1:abstain",))
    return inside


def branch(members: int) -> Sitting:
    """All there; ``m1`` scrutineer, ``m2`` teller."""
    sitting = Sitting(members)
    sitting.connect_members(members)
    sitting.did("secretary", DraftMotion("监票人"))
    sitting.did("secretary", OpenMotion(M1))
    for who in list(sitting.state.participants):
        sitting.did(who, CastBallot(M1, ("for",)))
    sitting.did("secretary", CloseMotion(M1))
    sitting.did("secretary", PublishMotion(M1))
    sitting.did("secretary", AppointOfficer(ParticipantId("m1"), Office.SCRUTINEER, M1))
    sitting.did("secretary", AppointOfficer(ParticipantId("m2"), Office.TELLER, M1))
    return sitting


def elected_by(sitting: Sitting, ballots: list[tuple[str, ...]], gone: int) -> MotionClosed:
    """The last motion, held with these ballots while some leave."""
    motion_id = list(sitting.state.motions)[-1]
    sitting.did("secretary", OpenMotion(motion_id))
    sitting.told(IssuePaper(motion_id, KEY))
    sitting.did("secretary", CloseCollecting(motion_id))
    here = [who for who, p in sitting.state.participants.items() if p.present and who.startswith("m")]
    for who in here[2 : 2 + gone]:
        sitting.did(who, LeaveMeeting())
    sitting.did("secretary", CloseMotion(motion_id))
    (closed,) = sitting.told(ReportSealed(motion_id, len(here), "root", tuple(ballots), collectors=tuple(here)))
    assert isinstance(closed, MotionClosed)
    return closed


@settings(max_examples=60, deadline=None)
@given(data=st.data(), members=st.integers(3, 14), seats=st.integers(1, 3))
def test_nobody_is_elected_with_half_of_the_ballots_or_fewer_but_in_a_run_off(data: st.DataObject, members: int, seats: int) -> None:
    people = seats + 1
    sitting = branch(members)
    candidates = tuple(Candidate("", f"候选{n}", n, reason="上级党组织提名") for n in range(1, people + 1))
    terms = Terms(seats, "1号", Base.PRESENT)
    sitting.did("secretary", DraftMotion("选举", force=MotionForce.ELECTION, candidates=candidates, terms=terms))
    closed = elected_by(sitting, data.draw(ballots_of(people, members)), data.draw(st.integers(0, members - 2)))
    assert closed.tally is not None
    assert closed.verdict is not None
    votes = votes_for(closed.tally)
    assert all(2 * votes[who] > closed.tally.cast for who in closed.verdict.elected)
    assert len(closed.verdict.elected) + closed.verdict.short == seats
    if closed.verdict.reason is VerdictReason.ELECTED:
        return
    for who in [who for who, p in sitting.state.participants.items() if not p.present]:
        sitting.told(OpenConnection(who, ConnectionId(f"{who}-again"), "phone"))
    sitting.did("secretary", PublishMotion(closed.motion_id))
    if isinstance(sitting.ask("secretary", Revote(closed.motion_id)), Rejected):
        return
    again = elected_by(sitting, data.draw(ballots_of(len(list(sitting.state.motions.values())[-1].candidates), members)), 0)
    assert again.tally is not None
    assert again.verdict is not None
    more = votes_for(again.tally)
    if closed.verdict.tied:  # the most votes win
        standing = {candidate.candidate_id for candidate in sitting.state.motions[again.motion_id].candidates}
        least = min((more[who] for who in again.verdict.elected), default=0)
        assert all(more.get(who, 0) <= least for who in standing - set(again.verdict.elected)) or not again.verdict.elected
    else:  # another election of missing seats keeps the half
        assert all(2 * more[who] > again.tally.cast for who in again.verdict.elected)


# --- the hall -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(data=st.data(), members=st.integers(3, 12), method=st.sampled_from((VoteMethod.OPEN, VoteMethod.NAMED)))
def test_papers_in_the_hall_and_online_are_never_more_than_the_entitled(data: st.DataObject, members: int, method: VoteMethod) -> None:
    sitting = branch(members)
    sitting.did("secretary", DraftMotion("通过", method=method))
    motion_id = list(sitting.state.motions)[-1]
    sitting.did("secretary", OpenMotion(motion_id))
    names = [f"m{n}" for n in range(1, members + 1)]
    who, some, number = st.sampled_from(names), st.lists(st.sampled_from(names), max_size=members), st.integers(0, members + 2)
    for step in data.draw(st.lists(st.sampled_from(("cast", "register", "enter", "sign")), max_size=12)):
        if step == "cast":
            sitting.ask(data.draw(who), CastBallot(motion_id, ("for",)))
        elif step == "register":
            sitting.ask("secretary", RegisterHallVoters(motion_id, tuple(map(ParticipantId, data.draw(some)))))
        elif step == "enter":
            hands = data.draw(number)
            count = EnterPaperCount(motion_id, hands, hands, 0, (("for", hands),), ParticipantId("m1"), ParticipantId("m2"))
            sitting.ask("secretary", count)
        else:
            for officer in ("m1", "m2"):
                sitting.ask(officer, SignPaperCount(motion_id))
        motion = sitting.state.motions[motion_id]
        assert set(motion.hall_voters).isdisjoint(motion.ballots)
        handed = motion.paper_count.issued if motion.paper_count is not None else 0
        assert handed + len(motion.ballots) <= len(motion.electorate)
    decision = sitting.ask("secretary", CloseMotion(motion_id))
    if isinstance(decision, Rejected):
        return
    closed = next(event for event in decision if isinstance(event, MotionClosed))
    assert closed.tally is not None
    assert closed.tally.cast <= closed.tally.present <= closed.tally.entitled
