"""From a meeting to a resource elsewhere: held, heard by a real engine, published, found, cut, packed, taken in by a second house."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from meeting_server.archive import cues
from meeting_server.archive.clip import cut_sound
from meeting_server.archive.cues import Cue
from meeting_server.archive.sound import Samples, runs
from meeting_server.archive.speech.hearing import Hearing
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.web.routes import routes
from tests.archive_house import archive_house
from tests.houses import people_house
from tests.recordings import RATE, picture
from tests.speech_material import english, spoken_track, whisper
from tests.whole_meeting import LI, MEETING, STARTS

SINCE = STARTS + 63_000
LATE = 150
"""Seconds after which the second speaker comes in."""
ENDS = 660
CHAIR = (5.0, 402.5)
SECOND = (40.0, 301.25)
"""When each begins to speak, in seconds of their own track."""
PAGES = (200, 209)
"""When a page was shared."""


def reading() -> Samples:
    """About ten seconds of a person reading, from the first sound to a pause."""
    whole = english()
    loud = np.abs(whole) > 0.02
    first = int(np.flatnonzero(loud)[0])
    quiet = RATE // 4
    for start in range(first + 9 * RATE, first + 14 * RATE, RATE // 50):
        if not loud[start : start + quiet].any():
            return whole[first : start + quiet // 2]
    return whole[first : first + 12 * RATE]


def sounding(samples: Samples) -> tuple[float, float]:
    """First and last moment of speech, in seconds."""
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    return float(loud[0]) / RATE, float(loud[-1]) / RATE


def at(lines: list[Cue], since: float, until: float) -> list[Cue]:
    """Lines that lie about there, in seconds from the beginning of the recording."""
    return [line for line in lines if line.until > SINCE + (since - 2) * 1000 and line.since < SINCE + (until + 2) * 1000]


async def test_a_meeting_becomes_a_resource_that_another_institution_studies(tmp_path: Path) -> None:
    said = reading()
    begins, ends = sounding(said)
    giver_folder, taker_folder = tmp_path / "giver", tmp_path / "taker"
    folder = giver_folder / "recordings" / MEETING
    folder.mkdir(parents=True)
    taker_folder.mkdir()
    spoken_track(folder / "chair.webm", [(moment, said) for moment in CHAIR])
    spoken_track(folder / "second.webm", [(moment, said) for moment in SECOND])
    picture(folder / "pages.webm", PAGES[1] - PAGES[0])
    tracks = [
        TrackRecorded(ParticipantId("zhou"), HALL, "audio", "chair.webm", SINCE, SINCE + ENDS * 1000),
        TrackRecorded(LI, HALL, "audio", "second.webm", SINCE + LATE * 1000, SINCE + ENDS * 1000),
        TrackRecorded(LI, HALL, "screen", "pages.webm", SINCE + PAGES[0] * 1000, SINCE + PAGES[1] * 1000),
    ]
    engine = Hearing(whisper("en"))
    async with archive_house(giver_folder, speech=engine, tracks=tracks) as giver, people_house(taker_folder, routes) as taker:
        # the words are where they were said, across gaps and for who came late
        kept = cues.load(giver.folder)
        assert kept is not None
        lines = list(kept.cues)
        truth = [("周建华", moment) for moment in CHAIR] + [("李敏", LATE + moment) for moment in SECOND]
        for who, moment in truth:
            here = at(lines, moment + begins, moment + ends)
            assert {line.who for line in here} == {who}
            assert abs(here[0].since - SINCE - (moment + begins) * 1000) <= 500
            assert abs(here[-1].until - SINCE - (moment + ends) * 1000) <= 500
            assert "times" in " ".join(line.text for line in here).lower()
        assert len(lines) == sum(len(at(lines, moment + begins, moment + ends)) for _, moment in truth)  # and nowhere else

        # published, found by a word, and played from the sentence
        secretary = await giver.there.signed_in("secretary")
        await secretary.submit(
            f"{giver.address}/record/publish",
            {"do": "publish", "title": "A Tale", "summary": "It was the best of times.", "keywords": "times", "audience": "faculty"},
        )
        stranger = await giver.there.signed_in("stranger")
        found = (await stranger.get("/search?q=wisdom")).text
        assert "<mark>wisdom</mark>" in found
        assert f"{giver.address}?at=" in found
        page = (await stranger.get(giver.address)).text
        assert page.count('class="chapter-break"') >= 3
        assert "files/pages.webm" in page
        assert 'class="motion-mark"' in page

        # a clip begins with its first word
        moment = truth[3][1] + begins
        cut_sound(giver.folder / "mix.m4a", tmp_path / "clip.m4a", round(moment * 1000), round((moment + 5) * 1000))
        clip = np.concatenate([samples for _, samples in runs(tmp_path / "clip.m4a", RATE)])
        wanted = said[int(begins * RATE) : int(begins * RATE) + RATE]
        start = clip[: RATE + RATE // 10]
        shift = int(np.argmax(np.correlate(start, wanted[: RATE // 2], "valid")))
        assert shift / RATE < 0.06
        assert float(np.abs(clip[: RATE // 2]).max()) > 0.02

        # packed for a learning platform
        packed = await secretary.get(f"{giver.address}/take/scorm.zip")
        with zipfile.ZipFile(io.BytesIO(packed.content)) as package:
            assert "imsmanifest.xml" in package.namelist()
        assert b"wisdom" in b"".join(_all_of(packed.content))

        # and taken in by a second house
        await secretary.submit(f"{giver.address}/share", {"share": "on", "looked": "yes"}, page=f"{giver.address}/share")
        bundle = (await secretary.get(f"{giver.address}/share/bundle.zip")).content
        assert "周建华".encode() not in b"".join(_all_of(bundle))
        importer = await taker.signed_in("secretary")
        arrived = await importer.submit("/sharing", files={"file": ("resource.zip", bundle, "application/zip")}, page="/sharing")
        address = arrived.headers["location"]
        await importer.submit(f"{address}/accept", {"audience": "branch"}, page=address)
        studied = await (await taker.signed_in("member")).get(address)
        assert studied.status_code == 200
        assert "wisdom" in studied.text


def _all_of(bundle: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as package:
        return [package.read(name) for name in package.namelist()]
