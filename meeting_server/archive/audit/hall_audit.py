"""The audit of hall counts: who signed, whether the figures add up, and whether so many ballots could be handed out."""

from __future__ import annotations

from meeting_server.archive.audit.findings import Report
from meeting_server.domain.events import MotionClosed, PaperCountEntered
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import PaperCount
from meeting_server.domain.vote_terms import Office, VoteMethod
from meeting_server.domain.votes.kinds import kind_of
from meeting_server.domain.votes.officers import acting


def entered_by_officers(event: PaperCountEntered, seq: int, before: MeetingState, report: Report) -> None:
    """Check that those who are to sign as scrutineer and teller could act as such when the count was entered."""
    motion, count = before.motions[event.motion_id], event.count
    able = count.scrutineer in acting(before, motion, Office.SCRUTINEER) and count.teller in acting(before, motion, Office.TELLER)
    report.look("hall_counts", able and count.scrutineer != count.teller, seq, motion.title)


def audit_hall_count(motion: Motion, closed: MotionClosed, seq: int, report: Report) -> None:
    """Check the hall's count of a vote that closes: signed by both, adding up, and together with the ballots handed out online no more
    than people entitled. In a vote under the older rule, which had no such limit, an excess is only reported."""
    count = motion.paper_count
    if count is None:
        if motion.hall_voters:
            report.look("hall_counts", False, seq, motion.title)
        return
    report.look("hall_counts", count.is_signed and _adds_up(motion, count), seq, motion.title)
    online = closed.issued if motion.method == VoteMethod.SECRET else closed.returned
    handed, entitled = count.issued + online, len(motion.electorate)
    if motion.attending is not None:
        report.look("hall_counts", handed <= entitled, seq, f"{motion.title}: {count.issued} + {online} / {entitled}")
        people = set(motion.hall_voters)
        theirs = len(people) == len(motion.hall_voters) == count.issued and people <= set(motion.electorate).difference(motion.ballots)
        report.look("hall_counts", theirs, seq, f"{motion.title}: {count.issued} / {len(people)}")
    elif handed > entitled:
        report.told.setdefault("hall_counts", []).append(f"{motion.title}: {count.issued} + {online} / {entitled}")


def _adds_up(motion: Motion, count: PaperCount) -> bool:
    counts, valid = dict(count.counts), count.returned - count.void
    whole = len(counts) == len(count.counts) and min(count.issued, count.returned, count.void, valid, *counts.values()) >= 0
    return whole and kind_of(motion).adds_up(motion, counts, valid)
