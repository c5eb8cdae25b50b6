"""Everything stored about one member, as data to keep: from meetings, and from the server's tables."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec
from starlette.requests import Request

from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.ballots.port import paper_id
from meeting_server.domain.events import (
    AbsenceExplained,
    BallotCast,
    ChatPosted,
    ChatRemoved,
    Event,
    NoteTaken,
    SpeakerTurnEnded,
    WrittenOpinionFiled,
)
from meeting_server.domain.ids import Millis, MotionId, ParticipantId
from meeting_server.domain.state import MeetingState
from meeting_server.journal.port import Record
from meeting_server.store.people.access_log import Entry
from meeting_server.store.schedule.invitations import Invitation
from meeting_server.store.schedule.schedule import Scheduled
from meeting_server.web.record.reader import record_files_of, records_at
from meeting_server.web.schedule.meetings import state_of
from meeting_server.web.site.auth import Viewer
from meeting_server.web.site.site import Site, site_of

SECRET = "paper collected; nothing is held of what was chosen"
"""All that is known about a secret vote."""


async def held_in_meetings(request: Request, viewer: Viewer) -> list[dict[str, object]]:
    """Return, by meeting: presence, leave, what they contested, wrote, voted and said, and what was noted about them."""
    held: list[dict[str, object]] = []
    who = ParticipantId(viewer.participant_id)
    leaves = await site_of(request).leaves.of_person(who)
    for scheduled in await site_of(request).schedule.concerning(who):
        entry: dict[str, object] = {"meeting": scheduled.plan.title, "starts_at": scheduled.plan.starts_at, "status": scheduled.status}
        leave = leaves.get(scheduled.meeting_id)
        if leave is not None:
            entry["leave_request"] = {
                "reason": leave.reason,
                "status": leave.status,
                "asked_at": leave.asked_at,
                "decided_at": leave.decided_at,
                "answer": leave.answer,
            }
        state = await state_of(request, scheduled) if scheduled.status in ("open", "adjourned") else None
        if state is not None and who in state.participants:
            entry |= _of_state(state, who)
            records = await records_at(request, scheduled.meeting_id)
            entry |= await asyncio.to_thread(_of_records, records, who)
            entry["votes"] = [*_votes(records, state, who), *await _secret(site_of(request), scheduled, state, who)]
            entry["spoken"] = await asyncio.to_thread(_spoken, record_files_of(request), scheduled, who)
        held.append(entry)
    return held


async def held_by_the_house(site: Site, member_id: str) -> dict[str, object]:
    """Return links, devices, and log lines about the member or by them."""
    return {
        "links": [msgspec.to_builtins(link) for link in await site.accounts.links_of(member_id)],
        "invitations": [_invitation(invitation) for invitation in await site.invitations.of_member(member_id)],
        "acts": _acts(await site.access_log.about(member_id, limit=10_000)),
        "acts_of_mine": _acts(await site.access_log.by(member_id, limit=10_000)),
    }


def _invitation(invitation: Invitation) -> dict[str, object]:
    return {
        "meeting": invitation.meeting_id,
        "issued_at": invitation.issued_at,
        "expires_at": invitation.expires_at,
        "revoked_at": invitation.revoked_at,
        "uses": invitation.uses,
        "device": invitation.bound_device,
    }


def _acts(entries: Iterable[Entry]) -> list[dict[str, object]]:
    return [{"at": act.at, "act": act.act, "by": act.actor_name, "about": act.subject_name, "detail": act.detail} for act in entries]


def _of_state(state: MeetingState, who: ParticipantId) -> dict[str, object]:
    mine = state.participants[who]
    return {
        "first_arrived_at": mine.first_arrived_at,
        "left_at": mine.left_at,
        "leave": mine.leave_reason,
        "exclusion": mine.excluded_reason,
        "presence": [msgspec.to_builtins(interval) for interval in mine.intervals],
        "rooms": [msgspec.to_builtins(move) for move in mine.moves],
        "contests": [msgspec.to_builtins(contest) for contest in state.contests if contest.participant_id == who],
    }


def _of_records(records: list[Record], who: ParticipantId) -> dict[str, object]:
    told = [(record.event, record.recorded_at) for record in records if record.event is not None]
    gone = {event.message_id for event, _ in told if isinstance(event, ChatRemoved)}
    return {
        "chat": [
            {"at": at, "text": event.text, "in_a_group": bool(event.audience)}
            for event, at in told
            if isinstance(event, ChatPosted) and event.author_id == who and event.message_id not in gone
        ],
        "reasons": [_said(event, at) for event, at in told if isinstance(event, AbsenceExplained) and event.participant_id == who],
        "notes": [_said(event, at) for event, at in told if isinstance(event, NoteTaken) and who in (event.participant_id, event.taken_by)],
        "written_opinions": [
            _said(event, at) for event, at in told if isinstance(event, WrittenOpinionFiled) and event.opinion.participant_id == who
        ],
        "turns": [
            {"since": event.started_at, "until": event.ended_at}
            for event, _ in told
            if isinstance(event, SpeakerTurnEnded) and event.participant_id == who
        ],
    }


def _said(event: Event, at: Millis) -> dict[str, object]:
    return {"at": at, **msgspec.to_builtins(event)}


def _votes(records: list[Record], state: MeetingState, who: ParticipantId) -> list[dict[str, object]]:
    """Return what this member chose in open and named votes, from the journal."""
    return [
        {
            "at": record.recorded_at,
            "motion": state.motions[record.event.motion_id].title,
            "choices": [_label(state, record.event.motion_id, choice) for choice in record.event.choices or ()],
        }
        for record in records
        if isinstance(record.event, BallotCast) and record.event.voter == who and record.event.motion_id in state.motions
    ]


def _label(state: MeetingState, motion_id: MotionId, choice_id: str) -> str:
    named = next((choice.label for choice in state.motions[motion_id].choices if choice.choice_id == choice_id), "")
    return named or choice_id


async def _secret(site: Site, scheduled: Scheduled, state: MeetingState, who: ParticipantId) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for motion in state.motions.values():
        if motion.paper is not None:
            handed = await site.box.issued_to(paper_id(scheduled.meeting_id, motion.motion_id))
            if who in handed:
                found.append({"motion": motion.title, "choices": SECRET})
    return found


def _spoken(record_files: RecordFiles, scheduled: Scheduled, who: ParticipantId) -> list[dict[str, object]]:
    transcript = record_files.transcript(scheduled.meeting_id)
    lines = () if transcript is None else transcript.spoken
    return [{"since": line.since, "text": line.text} for line in lines if line.participant_id == who and line.text]
