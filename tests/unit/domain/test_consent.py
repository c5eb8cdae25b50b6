"""Who is sent on and recorded: nobody before the meeting opens, and while a recording runs only who agreed to it."""

from __future__ import annotations

import pytest

from meeting_server.domain.commands import AcknowledgeRecording, OpenMedia, OpenMeeting, StartRecording, StopRecording
from meeting_server.domain.errors import Code
from meeting_server.domain.events import MediaClosed, RecordingAcknowledged, RecordingStarted
from meeting_server.domain.ids import ParticipantId
from meeting_server.domain.terms import MediaKind
from tests.kit.meetings.sitting import Sitting

M1 = ParticipantId("m1")


def open_media(sitting: Sitting, who: str = "m1") -> tuple[MediaKind, ...]:
    return sitting.state.participants[ParticipantId(who)].media


def recorded() -> Sitting:
    """A meeting in which the secretary records; m1 and the secretary had their microphones open."""
    sitting = Sitting()
    sitting.connect_members(2)
    sitting.did("m1", OpenMedia("audio"))
    sitting.did("secretary", OpenMedia("audio"))
    sitting.did("secretary", StartRecording())
    return sitting


@pytest.mark.parametrize("media", ["audio", "video", "screen"])
def test_nothing_is_opened_before_the_meeting_opens(media: MediaKind) -> None:
    sitting = Sitting(opened=False)
    sitting.connect("secretary", "m1")
    assert sitting.refused("m1", OpenMedia(media)) is Code.NOT_OPEN
    sitting.did("secretary", OpenMeeting())
    sitting.did("m1", OpenMedia(media))


def test_a_recording_closes_what_is_open_of_everyone_but_who_starts_it() -> None:
    sitting = recorded()
    facts = [event for event, _ in sitting.facts[-2:]]
    assert facts == [RecordingStarted(ParticipantId("secretary")), MediaClosed(M1, "audio", ParticipantId("secretary"))]
    assert open_media(sitting) == ()
    assert open_media(sitting, "secretary") == ("audio",)


def test_who_has_not_answered_opens_nothing_and_who_agreed_does() -> None:
    sitting = recorded()
    assert sitting.refused("m1", OpenMedia("audio")) is Code.CONSENT_NEEDED
    sitting.did("m1", AcknowledgeRecording())
    sitting.did("m1", OpenMedia("audio"))
    assert open_media(sitting) == ("audio",)


def test_only_listening_keeps_everything_shut_and_one_stays() -> None:
    sitting = recorded()
    sitting.did("m1", AcknowledgeRecording(consents=False))
    for media in ("audio", "video", "screen"):
        assert sitting.refused("m1", OpenMedia(media)) is Code.CONSENT_NEEDED
    assert sitting.state.participants[M1].present


def test_consent_can_be_taken_back_and_shuts_what_is_open() -> None:
    sitting = recorded()
    sitting.did("m1", AcknowledgeRecording())
    sitting.did("m1", OpenMedia("video"))
    facts = sitting.did("m1", AcknowledgeRecording(consents=False))
    assert facts == (MediaClosed(M1, "video", M1), RecordingAcknowledged(M1, False))
    assert sitting.did("m1", AcknowledgeRecording(consents=False)) == (), "answered already"


def test_after_the_recording_whoever_declined_it_speaks_again_and_the_next_one_asks_anew() -> None:
    sitting = recorded()
    sitting.did("m1", AcknowledgeRecording(consents=False))
    sitting.did("secretary", StopRecording())
    sitting.did("m1", OpenMedia("audio"))
    sitting.did("secretary", StartRecording())
    assert open_media(sitting) == ()
    assert not sitting.state.participants[M1].recording_acknowledged
