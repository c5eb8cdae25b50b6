"""Members' objections to their attendance, and the answers. Both stay in the record."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import AnswerContest, ContestAttendance
from meeting_server.domain.decision import Asked, Decide, Decision, Evolve, checked_text
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.events import AttendanceContested, ContestAnswered
from meeting_server.domain.ids import Millis
from meeting_server.domain.state import Contest, MeetingState

LONGEST_TEXT = 500
MOST_UNANSWERED = 3
"""Per participant, because those who run the meeting have to read each of them."""
MOST_OF_A_PERSON = 10
"""Per participant and meeting, answered ones included."""


def _contest(state: MeetingState, command: ContestAttendance, asked: Asked) -> Decision:
    text = checked_text(command.text, "text", LONGEST_TEXT)
    if isinstance(text, Rejected):
        return text
    mine = [contest for contest in state.contests if contest.participant_id == asked.who]
    unanswered = sum(contest.answered_at is None for contest in mine)
    if len(mine) >= MOST_OF_A_PERSON or unanswered >= MOST_UNANSWERED:
        return Rejected(Code.TOO_MANY_CONTESTS, detail=(("most", MOST_OF_A_PERSON), ("unanswered", MOST_UNANSWERED)))
    return (AttendanceContested(f"x{state.counters.contests + 1}", asked.who, text),)


def _answer(state: MeetingState, command: AnswerContest, asked: Asked) -> Decision:
    contest = next((c for c in state.contests if c.contest_id == command.contest_id), None)
    if contest is None:
        return Rejected(Code.UNKNOWN_CONTEST, "contest_id")
    if contest.answered_at is not None:
        return Rejected(Code.ALREADY_ANSWERED, "contest_id")
    text = checked_text(command.text, "text", LONGEST_TEXT)
    if isinstance(text, Rejected):
        return text
    return (ContestAnswered(contest.contest_id, contest.participant_id, command.accepted, text, asked.who),)


DECIDE: dict[type, Decide] = {ContestAttendance: _contest, AnswerContest: _answer}


def _contested(state: MeetingState, event: AttendanceContested, at: Millis) -> MeetingState:
    contest = Contest(event.contest_id, event.participant_id, at, event.text)
    counters = replace(state.counters, contests=state.counters.contests + 1)
    return replace(state, contests=(*state.contests, contest), counters=counters)


def _answered(state: MeetingState, event: ContestAnswered, at: Millis) -> MeetingState:
    return replace(
        state,
        contests=tuple(
            replace(c, accepted=event.accepted, answer=event.text, answered_by=event.answered_by, answered_at=at)
            if c.contest_id == event.contest_id
            else c
            for c in state.contests
        ),
    )


EVOLVE: dict[type, Evolve] = {AttendanceContested: _contested, ContestAnswered: _answered}
