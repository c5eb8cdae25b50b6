"""What is not declared is seen by nobody: planted events and fields without a word about who sees them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from meeting_server.archive.record.parts import check_bundled
from meeting_server.domain import events
from meeting_server.domain.audience import Audience, Public, Undeclared, check_declared, private_fields, public_part
from meeting_server.domain.events import KINDS, BallotCast, MotionClosed, ParticipantAdmitted
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.state import MeetingState, Motion, Participant
from meeting_server.domain.terms import PaperCount
from meeting_server.domain.visibility import copies, view
from tests.kit.meetings.sitting import Sitting

M1 = ParticipantId("m1")
VIEWERS = ("secretary", "m1", "m2", "stranger", None)


# classes of their own, no events: a subclass of Event would be known to the whole test process
@dataclass(frozen=True, slots=True)
class Silent:
    """Names no audience; ``Event`` has this one for whatever slips through."""

    participant_id: ParticipantId = M1


class SlippedThrough(Silent):
    seen_by: ClassVar[Audience] = events.Event.seen_by


def test_every_event_declares_its_audience() -> None:
    check_declared(KINDS.values())
    assert all("seen_by" in vars(kind) for kind in KINDS.values())


def test_an_event_without_an_audience_is_refused() -> None:
    with pytest.raises(Undeclared, match="Silent declares no audience"):
        check_declared([Silent])


@pytest.mark.parametrize("said", [None, "everyone", True])
def test_an_audience_is_one_of_those_that_visibility_knows(said: object) -> None:
    with pytest.raises(Undeclared):
        check_declared([type("Vague", (), {"seen_by": said})])


def test_an_audience_that_rests_on_a_field_is_refused_without_it() -> None:
    with pytest.raises(Undeclared, match="no participant_id"):
        check_declared([type("AboutNobody", (), {"seen_by": Audience.CONCERNED})])


def test_an_event_inherits_no_audience() -> None:
    with pytest.raises(Undeclared):
        check_declared([type("Heir", (BallotCast,), {})])


def test_a_process_does_not_start_with_an_event_without_an_audience(tmp_path: Path) -> None:
    source = Path(events.__file__).read_text()
    planted = "from dataclasses import dataclass\n\n\n@dataclass(frozen=True, slots=True)\nclass Planted(Event):\n    text: str\n\n\n"
    assert "\nKINDS: " in source
    (tmp_path / "planted_events.py").write_text(source.replace("\nKINDS: ", f"\n{planted}KINDS: "))
    done = subprocess.run([sys.executable, "-c", "import planted_events"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Undeclared: Planted declares no audience" in done.stderr


def test_an_event_that_slipped_through_reaches_nobody() -> None:
    told = copies(Sitting(3).state, SlippedThrough())  # type: ignore[arg-type]
    assert [(copy.to, copy.event) for copy in told] == [(None, None)]


def test_a_private_event_says_what_becomes_of_it_in_a_bundle() -> None:
    check_bundled(KINDS.values())
    for audience in set(Audience) - {Audience.EVERYONE}:
        planted = type("Planted", (), {"seen_by": audience, "erasable": False, "withholdable": False})
        with pytest.raises(Undeclared, match="Planted is private"):
            check_bundled([planted])


# --- fields -----------------------------------------------------------------------------------------------------------


def with_new_field(state: MeetingState) -> MeetingState:
    """The meeting of a version in which participants have one more field, which nobody gave a thought."""
    fields = [("illness", str, field(default=""))]
    kind: Callable[..., Participant] = make_dataclass("Participant", fields, bases=(Participant,), frozen=True, slots=True)
    people = {i: kind(**{f: getattr(p, f) for f in Participant.__slots__}, illness=f"of {i}") for i, p in state.participants.items()}
    return replace(state, participants=people)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_new_field_of_a_participant_is_private(viewer: str | None) -> None:
    state = with_new_field(Sitting(3).state)
    seen = view(state, ParticipantId(viewer) if viewer is not None else None)
    told = {i for i, p in seen.participants.items() if getattr(p, "illness") != ""}  # noqa: B009
    assert told == (set(state.participants) if viewer == "secretary" else {viewer} & set(state.participants))


@pytest.mark.parametrize("whole", [Sitting(3).state, Motion(**dict.fromkeys(Motion.__slots__))])  # type: ignore[arg-type]  # nothing in it
def test_a_new_field_of_a_meeting_or_a_motion_is_private(whole: MeetingState | Motion) -> None:
    fields = [("plans", str, field(default=""))]
    kind: Callable[..., object] = make_dataclass("Planted", fields, bases=(type(whole),), frozen=True, slots=True)
    planted = kind(**{f: getattr(whole, f) for f in type(whole).__slots__}, plans="to be announced")
    assert getattr(public_part(planted), "plans") == ""  # noqa: B009


def test_a_private_field_that_can_not_be_left_out_is_refused() -> None:
    @dataclass(frozen=True)
    class Planted:
        seen_by: ClassVar[Audience] = Audience.RUNNERS
        shown: Public[int]
        grade: int

    with pytest.raises(Undeclared, match="grade is private"):
        public_part(Planted(1, 2))
    with pytest.raises(Undeclared, match="grade is private"):
        check_declared([Planted])


def test_what_is_private_stays_so() -> None:
    """Marking one of these public is a change of what is promised, not of code alone (docs/SECURITY.md)."""
    assert set(private_fields(Participant)) == {
        "leave_reason",
        "leave_approved",
        "recording_acknowledged",
        "recording_declined",
        "marked_present",
        "last_hall_code",
        "connections",
        "intervals",
        "gone_since",
        "grace_until",
    }
    assert set(private_fields(MeetingState)) == {"participants", "chat", "motions", "notes", "contests", "counters"}
    assert private_fields(Motion) == ("ballots", "tally", "verdict", "opinions", "joined", "paper_count", "roster", "running")
    assert private_fields(PaperCount) == ("counts", "named")
    assert private_fields(BallotCast) == ("voter", "choices")
    assert private_fields(MotionClosed) == ("tally", "verdict", "joined")
    assert private_fields(ParticipantAdmitted) == ()
