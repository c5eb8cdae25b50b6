"""Every reason for refusing a command, as a stable code sent over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Stable wire codes. Each has a sentence in both catalogues under ``errors.<code>``."""

    # the meeting's life
    NOT_OPEN = "not_open"
    ALREADY_OPEN = "already_open"
    BALLOT_OPEN = "ballot_open"
    ADJOURNED = "adjourned"
    CANCELLED = "meeting_cancelled"
    VOTE_IN_PROGRESS = "vote_in_progress"
    # who may do what
    FORBIDDEN = "forbidden"
    NOT_A_PARTICIPANT = "not_a_participant"
    UNKNOWN_PARTICIPANT = "unknown_participant"
    REMOVED = "removed"
    OUTSIDE = "outside"
    RUNS_THE_MEETING = "runs_the_meeting"
    NO_ITEM = "no_item"
    # things that are named
    UNKNOWN_ROOM = "unknown_room"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_DOCUMENT = "unknown_document"
    UNKNOWN_MOTION = "unknown_motion"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_NOTE = "unknown_note"
    UNKNOWN_CONNECTION = "unknown_connection"
    UNKNOWN_PRESET = "unknown_preset"
    # chat and floor
    CHAT_PAUSED = "chat_paused"
    NOT_IN_ROOM = "not_in_room"
    FLOOR_REQUIRED = "floor_required"
    FLOOR_TAKEN = "floor_taken"
    NO_FLOOR = "no_floor"
    ALREADY_RAISED = "already_raised"
    NOT_RAISED = "not_raised"
    SCREEN_TAKEN = "screen_taken"
    NO_MEDIA_HERE = "no_media_here"
    # shared pages
    NO_PAGES = "no_pages"
    NOT_SHOWING = "not_showing"
    # roll call
    ROLL_CALL_OPEN = "roll_call_open"
    NO_ROLL_CALL = "no_roll_call"
    # votes
    NO_QUORUM = "no_quorum"
    NOT_COLLECTING = "not_collecting"
    ALREADY_COLLECTED = "already_collected"
    BALLOT_CONFLICT = "ballot_conflict"
    BAD_TOKEN = "bad_token"
    SEALING = "sealing"
    SECRET_ONLY = "secret_only"
    SECRET_ALONE = "secret_alone"
    APPROVAL_MISSING = "approval_missing"
    BASE_UNCONFIRMED = "base_unconfirmed"
    BASE_FIXED = "base_fixed"
    TOO_FEW_CANDIDATES = "too_few_candidates"
    TOO_MANY_CANDIDATES = "too_many_candidates"
    NO_SEATS = "no_seats"
    MAY_NOT_STAND = "may_not_stand"
    PERSON_TWICE = "person_twice"
    ON_THE_ROSTER = "on_the_roster"
    REASON_MISSING = "reason_missing"
    STROKES_UNKNOWN = "strokes_unknown"
    REDUCTION_MISSING = "reduction_missing"
    NO_OFFICERS = "no_officers"
    IS_A_CANDIDATE = "is_a_candidate"
    TOO_MANY_EXCELLENT = "too_many_excellent"
    GRADE_MISSING = "grade_missing"
    NOT_AN_OFFICER = "not_an_officer"
    OFFICER_UNAPPROVED = "officer_unapproved"
    OFFICER_NO_VOTE = "officer_no_vote"
    OFFICER_NO_MEMBER = "officer_no_member"
    OFFICER_HOLDS_OTHER = "officer_holds_other"
    OFFICER_ABSENT = "officer_absent"
    # the hall's count
    VOTES_IN_HALL = "votes_in_hall"
    NO_HALL_COUNT = "no_hall_count"
    HALL_NOT_ENTITLED = "hall_not_entitled"
    HALL_OUTSIDE = "hall_outside"
    HALL_NOT_PRESENT = "hall_not_present"
    HALL_VOTED_ONLINE = "hall_voted_online"
    HALL_NOT_REGISTERED = "hall_not_registered"
    HALL_OVER_ENTITLED = "hall_over_entitled"
    COUNT_UNSIGNED = "count_unsigned"
    COUNT_MISSING = "count_missing"
    COUNT_SIGNED = "count_signed"
    COUNT_IMPOSSIBLE = "count_impossible"
    COUNT_VOID_OVER = "count_void_over"
    COUNT_OVER_HALL = "count_over_hall"
    COUNT_OUT_OF_RANGE = "count_out_of_range"
    NO_WRITTEN_OPINIONS = "no_written_opinions"
    ALREADY_FILED = "already_filed"
    VOTES_HERE = "votes_here"
    NOT_VOID = "not_void"
    NO_VOTING_RIGHT = "no_voting_right"
    NOT_PRESENT = "not_present"
    NOT_MARKED = "not_marked"
    CODE_EXPIRED = "code_expired"
    CODE_USED = "code_used"
    UNKNOWN_CONTEST = "unknown_contest"
    ALREADY_ANSWERED = "already_answered"
    TOO_MANY_CONTESTS = "too_many_contests"
    ALREADY_CAST = "already_cast"
    POLL_CLOSED = "poll_closed"
    NOT_VOTING = "not_voting"
    NOT_CLOSED = "not_closed"
    ALREADY_PUBLISHED = "already_published"
    BAD_CHOICE = "bad_choice"
    NOT_EXCLUDABLE = "not_excludable"
    # recording
    ALREADY_RECORDING = "already_recording"
    NOT_RECORDING = "not_recording"
    CONSENT_NEEDED = "consent_needed"
    # input
    EMPTY = "empty"
    TOO_LONG = "too_long"
    OUT_OF_RANGE = "out_of_range"
    NOTHING_CHANGED = "nothing_changed"


RESERVED = frozenset({Code.UNKNOWN_CONNECTION, Code.NOT_IN_ROOM})
"""Part of the wire protocol since its first version; not sent today."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Returned by ``decide`` instead of events: the command had no effect, for this final reason.

    ``field`` names the offending field of the command, if there is one. ``detail`` holds figures for the sentence (for example
    ``{"needed": 15, "present": 12}``).
    """

    code: Code
    field: str = ""
    detail: tuple[tuple[str, int | str], ...] = ()
