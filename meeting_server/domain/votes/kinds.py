"""The kinds of motion, in one table."""

from __future__ import annotations

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce
from meeting_server.domain.votes.appraisals import SHEETS
from meeting_server.domain.votes.decisions import Decision
from meeting_server.domain.votes.elections import Election
from meeting_server.domain.votes.kind import Kind, Paper
from meeting_server.domain.votes.polls import Poll
from meeting_server.domain.votes.surveys import Survey


def _whatever_sheet(kind: Kind) -> dict[AppraisalSheet, Kind]:
    return dict.fromkeys(AppraisalSheet, kind)


KINDS: dict[MotionForce, dict[AppraisalSheet, Kind]] = {
    MotionForce.MOTION: _whatever_sheet(Decision()),
    MotionForce.POLL: _whatever_sheet(Poll()),
    MotionForce.ELECTION: _whatever_sheet(Election()),
    MotionForce.APPRAISAL: SHEETS,
    MotionForce.SURVEY: _whatever_sheet(Survey()),
}
"""Return the kind. The sheet matters only for appraisals."""


def kind_of(paper: Paper | DraftMotion) -> Kind:
    """Return the kind of a motion, its opening or its draft."""
    return KINDS[paper.force][paper.sheet]
