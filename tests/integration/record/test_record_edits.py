"""What people change in a record: corrections that search follows, and passages of which nothing is left anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from meeting_server.archive.record import cues, redaction, transcript
from meeting_server.archive.record.composite import RATE
from meeting_server.archive.record.manifest import Manifest, load
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.sound import runs
from meeting_server.archive.record.steps import LONG, QUICK
from meeting_server.archive.record.worker import Worker
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import HALL, ParticipantId
from meeting_server.journal.port import Draft
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.record_edits import Correction, RecordEdits, Redaction
from meeting_server.store.record.record_orders import Order, RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings.recordings import picture, voice
from tests.kit.meetings.speeches import ToldSpeech
from tests.kit.meetings.whole_meeting import BRANCH, LI, MEETING, whole_meeting

ZHOU, LI_SOUND, LI_PICTURE = "zhou-audio-1.webm", "li-audio-1.webm", "li-video-1.webm"
SECRET = "家庭住址绝密zanzibar"
SAID = [
    (ZHOU, 0.5, 2.0, "现在开会"),
    (ZHOU, 24.0, 25.0, SECRET),
    (ZHOU, 27.0, 28.0, "继续讨论"),
    (LI_SOUND, 1.0, 2.5, "我来汇抱工作"),
]


@dataclass
class Kept:
    database: Database
    journal: SqlJournal
    search: Search
    edits: RecordEdits
    orders: RecordOrders
    pipeline: Pipeline
    worker: Worker
    speech: ToldSpeech
    folder: Path
    zero: int

    @property
    def manifest(self) -> Manifest:
        return load(self.folder, MEETING)

    @property
    def transcript(self) -> transcript.Transcript:
        said = transcript.load(self.folder)
        assert said is not None
        return said

    async def found(self, query: str) -> list[tuple[str, str]]:
        return [(hit.kind, hit.excerpt) for hit in await self.search.find(query, branches=[BRANCH])]

    async def take_out(self, since: float, until: float) -> None:
        """Seconds of 周建华's track."""
        stretch = transcript.Stretch(self.zero + round(since * 1000), self.zero + round(until * 1000))
        covered = [cue.cue_id for cue in self.heard.cues if stretch.covers(cue.since, cue.until)]
        await self.edits.redact(Redaction(MEETING, stretch.since, stretch.until, "个人信息", "he", "何雨桐", 1), covered)

    @property
    def length(self) -> float:
        """Seconds on the player's axis."""
        timeline = RecordFiles(self.folder.parent).timeline(MEETING)
        assert timeline is not None
        return (timeline.end - timeline.zero) / 1000

    @property
    def heard(self) -> cues.Cues:
        heard = cues.load(self.folder)
        assert heard is not None
        return heard


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    """A meeting with two voices and a camera, heard by an engine that was told what to hear."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'house.sqlite3'}")
    await database.create_all()
    journal, search, edits, orders = SqlJournal(database), Search(database), RecordEdits(database), RecordOrders(database)
    speech = ToldSpeech(SAID)
    pipeline = Pipeline(journal, search, tmp_path / "recordings", speech, edits, orders)
    folder = tmp_path / "recordings" / MEETING
    folder.mkdir(parents=True)
    voice(folder / ZHOU, [(0.0, 30.0)], 220.0, glide=7.0)
    voice(folder / LI_SOUND, [(0.0, 9.0)], 330.0, glide=11.0)  # twenty seconds later
    picture(folder / LI_PICTURE, 9.0, keys=20)
    records = whole_meeting().records
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in records if r.event is not None]
    zero = next(r.event.started_at for r in records if isinstance(r.event, TrackRecorded) and r.event.path == ZHOU)
    filmed = TrackRecorded(ParticipantId(LI), HALL, "video", LI_PICTURE, zero + 20_000, zero + 29_000)
    await journal.append(MEETING, await journal.head(MEETING), [*drafts, Draft(filmed, None, None, records[-1].recorded_at + 1)])
    made = Kept(database, journal, search, edits, orders, pipeline, Worker(journal, pipeline), speech, folder, zero)
    await made.worker.look()
    yield made
    await journal.close()
    await database.close()


def everywhere(folder: Path) -> dict[Path, bytes]:
    """Every file of the house: recordings, database and its log."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def packets(path: Path, since: float, until: float) -> list[bytes]:
    """What a track holds from ``since`` to ``until`` seconds, as it stands in the file."""
    with av.open(str(path)) as container:
        stream = container.streams[0]
        return [bytes(p) for p in container.demux(stream) if p.pts is not None and since <= float(p.pts * (stream.time_base or 0)) < until]


def loudness(path: Path, since: float, until: float) -> float:
    """The loudest sample between two moments of a file, 0 to 1."""
    loudest = 0.0
    for at, samples in runs(path, 48_000):
        first, last = max(0, int(since * 48_000) - at), max(0, int(until * 48_000) - at)
        part = samples[first:last]
        loudest = max(loudest, float(np.abs(part).max()) if len(part) else 0.0)
    return loudest


async def test_a_correction_is_read_and_found_and_its_history_stays(kept: Kept) -> None:
    cue = next(cue for cue in kept.heard.cues if cue.text == "我来汇抱工作")
    assert await kept.found("汇报工作") == [("speech", "我来汇抱工作")]  # by its sound
    await kept.edits.correct(Correction(MEETING, cue.cue_id, cue.text, "我来汇报工作", "he", "何雨桐", 5))
    assert await kept.worker.look() == 1
    spoken = next(line for line in kept.transcript.spoken if line.cue_id == cue.cue_id)
    assert (spoken.text, spoken.state) == ("我来汇报工作", "corrected")
    assert await kept.found("汇报") == [("speech", "我来汇报工作")]
    assert await kept.found("汇抱工作") == [("speech", "我来汇报工作")]
    await kept.edits.correct(Correction(MEETING, cue.cue_id, "我来汇报工作", cue.text, "he", "何雨桐", 6))
    await kept.worker.look()
    spoken = next(line for line in kept.transcript.spoken if line.cue_id == cue.cue_id)
    assert (spoken.text, spoken.state) == (cue.text, "heard")
    history = (await kept.edits.of(MEETING)).corrections
    assert [(c.before, c.after, c.by_name, c.at) for c in history] == [
        ("我来汇抱工作", "我来汇报工作", "何雨桐", 5),
        ("我来汇报工作", "我来汇抱工作", "何雨桐", 6),
    ]
    assert kept.speech.heard == 1


async def test_of_a_passage_that_was_taken_out_nothing_is_left_in_any_file_or_in_the_database(kept: Kept, tmp_path: Path) -> None:
    cue = next(cue for cue in kept.heard.cues if cue.text == SECRET)
    await kept.edits.correct(Correction(MEETING, cue.cue_id, SECRET, SECRET + "二", "he", "何雨桐", 5))
    await kept.orders.place(Order(MEETING, "composite", "he", "何雨桐", 5))
    await kept.worker.look()
    assert await kept.found("zanzibar") == [("speech", SECRET + "二")]
    gone = packets(kept.folder / ZHOU, 24.1, 24.9) + packets(kept.folder / LI_PICTURE, 4.1, 4.9)
    gone += packets(kept.folder / LI_SOUND, 4.1, 4.9)
    sounds = packets(kept.folder / "mix.m4a", 24.2, 24.8)
    before = everywhere(tmp_path)
    assert all(any(piece in content for content in before.values()) for piece in gone[:3] + sounds[:3])
    await kept.take_out(23.9, 25.1)
    await kept.worker.look()
    for path, content in everywhere(tmp_path).items():
        for piece in (SECRET.encode(), "绝密".encode(), b"zanzibar", *[piece for piece in gone + sounds if len(piece) > 8]):
            assert piece not in content, path.name
    assert await kept.found("zanzibar") == []
    assert {name for name, step in kept.manifest.steps.items() if step.state != "done"} == set()
    assert kept.speech.heard == 1  # nobody listened to it again


async def test_what_was_taken_out_is_silent_and_said_and_everything_around_it_stays(kept: Kept) -> None:
    await kept.take_out(23.9, 25.1)
    await kept.worker.look()
    for name, later in ((ZHOU, 0), (LI_SOUND, 20), ("mix.m4a", 0)):
        assert loudness(kept.folder / name, 24.0 - later, 25.0 - later) < 0.01, name
        assert loudness(kept.folder / name, 23.5 - later, 23.8 - later) > 0.2, name
        assert loudness(kept.folder / name, 25.3 - later, 25.6 - later) > 0.2, name
    with av.open(str(kept.folder / LI_PICTURE)) as container:
        shown = [float(frame.time or 0) for frame in container.decode(video=0)]
    assert not [at for at in shown if 3.8 < at < 5.9]
    assert next(at for at in shown if at > 5.1) == pytest.approx(6.0, abs=0.05)  # the next key frame
    states = {line.cue_id: (line.state, line.text) for line in kept.transcript.spoken}
    assert states["zhou-audio-1.24000"] == ("redacted", "")
    assert states["zhou-audio-1.27000"] == ("heard", "继续讨论")
    assert [(r.since - kept.zero, r.until - kept.zero) for r in kept.transcript.redactions] == [(23_900, 25_100)]


async def test_killed_while_taking_out_the_next_run_finishes_it(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept.take_out(23.9, 25.1)
    taken: list[str] = []

    class Killed(BaseException):
        """The process ends here."""

    def once(path: Path, *rest: object) -> None:
        if taken:
            path.with_name(path.name + ".part").write_bytes(b"half")
            raise Killed
        taken.append(path.name)
        real(path, *rest)  # type: ignore[arg-type]  # as they came

    real = redaction.take_out
    monkeypatch.setattr(redaction, "take_out", once)
    with pytest.raises(Killed):
        await kept.worker.look()
    assert len(taken) == 1
    monkeypatch.undo()
    await Worker(kept.journal, kept.pipeline).look()
    for name, later in ((ZHOU, 0), (LI_SOUND, 20), ("mix.m4a", 0)):
        assert loudness(kept.folder / name, 24.0 - later, 25.0 - later) < 0.01, name
    assert not list(kept.folder.glob("*.part"))
    assert SECRET not in (kept.folder / "cues.json").read_text()
    assert kept.manifest.complete


async def test_words_that_were_still_being_heard_when_a_passage_was_taken_out_do_not_stay(kept: Kept) -> None:
    await kept.take_out(23.9, 25.1)
    await kept.worker.look(steps=QUICK)
    (kept.folder / "cues.json").unlink()
    await kept.worker.look(steps=LONG)  # as if the engine had been in the middle of it: it tells what it heard before
    assert kept.speech.heard == 2
    assert SECRET in (kept.folder / "cues.json").read_text()
    await kept.worker.look(steps=QUICK)
    assert "绝密" not in (kept.folder / "cues.json").read_text()
    assert "绝密" not in (kept.folder / "transcript.json").read_text()
    assert await kept.found("zanzibar") == []


async def test_a_composite_is_made_when_asked_for_and_goes_when_called_off(kept: Kept) -> None:
    assert not (kept.folder / "composite.mp4").exists()
    await kept.orders.place(Order(MEETING, "composite", "he", "何雨桐", 5))
    assert await kept.worker.look() == 1
    with av.open(str(kept.folder / "composite.mp4")) as container:
        assert (container.streams.video[0].codec_context.name, container.streams.audio[0].codec_context.name) == ("h264", "aac")
        pictures = list(container.decode(video=0))
        assert pictures[-1].time == pytest.approx(kept.length, abs=0.5)
        assert len(pictures) < kept.length * RATE / 2  # where nothing moves nothing is written
        shown = max((one for one in pictures if one.time <= 25), key=lambda one: one.time)
        assert shown.to_ndarray(format="rgb24").std() > 20  # somebody is to be seen
    content = (kept.folder / "composite.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    await kept.orders.cancel(MEETING, "composite")
    await kept.worker.look()
    assert not (kept.folder / "composite.mp4").exists()
    assert kept.manifest.complete


async def test_a_composite_that_is_called_off_while_it_is_made_leaves_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.archive.record.composite.ASK_EVERY_S", 0.0)
    await kept.orders.place(Order(MEETING, "composite", "he", "何雨桐", 5))
    asked = 0
    real = kept.orders.of

    async def of(meeting_id: str) -> dict[str, Order]:
        nonlocal asked
        asked += 1
        if asked == 5:
            await kept.orders.cancel(MEETING, "composite")
        return await real(MEETING)

    monkeypatch.setattr(kept.orders, "of", of)
    await kept.worker.look()
    assert asked >= 5
    assert not list(kept.folder.glob("composite*"))
    assert not kept.manifest.complete
    await kept.worker.look()
    assert kept.manifest.complete


async def test_a_meeting_without_pictures_says_that_there_is_no_video_to_make(kept: Kept) -> None:
    (kept.folder / LI_PICTURE).unlink()
    await kept.orders.place(Order(MEETING, "composite", "he", "何雨桐", 5))
    await kept.worker.look()
    step = kept.manifest.steps["composite"]
    assert (step.state, step.code) == ("failed", "no_pictures")
    assert kept.manifest.complete
