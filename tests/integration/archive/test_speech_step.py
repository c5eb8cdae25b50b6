"""The step ``speech`` of a record: every voice under its name, resumed where it was killed, and never in the way of a meeting."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import pytest

from meeting_server.archive.record import cues
from meeting_server.archive.record.artefacts import HEARD
from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.glossary import Glossary
from meeting_server.archive.record.manifest import Manifest, StepStatus, load
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.sound import Samples
from meeting_server.archive.record.steps import LONG, QUICK
from meeting_server.archive.record.timeline import Track
from meeting_server.archive.record.worker import Worker
from meeting_server.archive.speech.apart import EngineApart
from meeting_server.archive.speech.engines import SpeechSettings, resolved
from meeting_server.archive.speech.hearing import Hearing, cues_of
from meeting_server.archive.speech.installed import MODEL, place_of
from meeting_server.archive.speech.packs import packs
from meeting_server.archive.speech.transcriber import Transcriber, Word
from meeting_server.archive.speech.voice_activity import Utterance
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import HALL
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.record_orders import Order, RecordOrders
from meeting_server.store.record.search import Search
from tests.kit.meetings.recordings import RATE
from tests.kit.meetings.speech_material import SPEECH, english, mandarin, spoken_track, syllable_error, whisper
from tests.kit.meetings.whole_meeting import CHAIR, LI, MEETING, whole_meeting
from tests.kit.work.tiny_sherpa import paraformer, sense_voice

PACKS = 4
"""Packs in the sound of ``voices``: two tracks with two each, further apart than what is heard at once."""


@dataclass
class Parrot:
    """An engine that says how long it listened; what it does at the n-th hearing can be set."""

    heard: list[float] = field(default_factory=list)
    breaks_at: int = -1
    at_each: threading.Event | None = None
    says: str = ""

    @property
    def name(self) -> str:
        return "parrot"

    def hear(self, samples: Samples, prompt: str) -> list[Word]:
        if len(self.heard) == self.breaks_at:
            raise RuntimeError("the parrot is asleep")
        self.heard.append(len(samples) / 16_000)
        if self.at_each is not None:
            self.at_each.set()
        if self.says:
            return [Word(0.2, 1.0, self.says)]
        return [Word(0.2, 0.6, "听到"), Word(0.6, 1.0, f"{len(samples)}。")]

    def close(self) -> None:
        pass


@dataclass
class Heard:
    """A meeting with two voices in its folder, and what is needed to hear them."""

    journal: SqlJournal
    search: Search
    recordings: Path

    @property
    def folder(self) -> Path:
        return self.recordings / MEETING

    @property
    def manifest(self) -> Manifest:
        return load(self.folder, MEETING)

    def hearing(self, engine: Transcriber, giving_way: GivingWay | None = None) -> Hearing:
        return Hearing(SpeechSettings("faster-whisper"), giving_way, lambda _: engine)

    async def make(self, hearing: Hearing | None, orders: RecordOrders | None = None) -> StepStatus:
        """A worker of its own looks once; the step afterwards."""
        pipeline = Pipeline(self.journal, self.search, self.recordings, hearing, orders=orders)
        await Worker(self.journal, pipeline).look(steps=LONG)
        return self.manifest.steps["speech"]


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two voices: somebody reads, 80 s later again; the other one joins 20 s late. Encoded once, and copied for each test."""
    folder = tmp_path_factory.mktemp("voices")
    voice = english()
    spoken_track(folder / "zhou-audio-1.webm", [(0.0, voice[: 9 * RATE]), (90.0, voice[9 * RATE : 17 * RATE])])
    spoken_track(folder / "li-audio-1.webm", [(20.0, voice[17 * RATE : 24 * RATE]), (100.0, voice[: 5 * RATE])])
    return folder


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'speech.sqlite3'}")
    await database.create_all()
    yield database
    await database.close()


@pytest.fixture
async def heard(tmp_path: Path, voices: Path, database: Database) -> AsyncIterator[Heard]:
    """A whole meeting with its two voices."""
    journal = SqlJournal(database)
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in whole_meeting().records if r.event is not None]
    await journal.append(MEETING, EMPTY, drafts)
    heard = Heard(journal, Search(database), tmp_path / "recordings")
    shutil.copytree(voices, heard.folder)
    try:
        yield heard
    finally:
        await journal.close()


async def until(happened: Callable[[], bool]) -> None:
    """What another thread writes into a file is looked for again and again."""
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)


def bytes_of(heard: Heard) -> bytes:
    return (heard.folder / "cues.json").read_bytes()


async def test_every_line_has_its_speaker_its_room_and_its_moment(heard: Heard) -> None:
    parrot = Parrot()
    step = await heard.make(heard.hearing(parrot))
    assert (step.state, [file.name for file in step.files]) == ("done", ["cues.json"])
    made = cues.load(heard.folder)
    assert made is not None
    assert (made.engine, made.language, len(made.cues), len(parrot.heard)) == ("parrot", "zh-CN", PACKS, PACKS)
    assert {(cue.participant_id, cue.who, cue.room_id) for cue in made.cues} == {(CHAIR, "周建华", HALL), (LI, "李敏", HALL)}
    began = {event.participant_id: event.started_at for r in whole_meeting().records if isinstance(event := r.event, TrackRecorded)}
    since = {who: [cue.since - began[who] for cue in made.cues if cue.participant_id == who] for who in (CHAIR, LI)}
    assert since[CHAIR] == pytest.approx([200 + 800, 90_200], abs=900)
    assert since[LI] == pytest.approx([20_200, 100_200 + 800], abs=900)
    assert [cue.since for cue in made.cues] == sorted(cue.since for cue in made.cues)
    assert len({cue.cue_id for cue in made.cues}) == PACKS


def test_a_microphone_of_the_hall_is_nobody_in_particular() -> None:
    (pack,) = packs([Utterance(0, np.ones(16_000, np.float32))])
    for shared, who in ((True, ""), (False, "李敏")):
        track = Track(LI, "李敏", HALL, "audio", "a.webm", 0, 0, shared)
        assert [cue.who for cue in cues_of(track, pack, Parrot(), Glossary(()))] == [who]


async def test_what_was_put_right_is_marked_on_its_line_and_a_voter_who_said_nothing_is_spelt_right(heard: Heard) -> None:
    """丁文静 was called and came, and is none of those who spoke."""
    await heard.make(heard.hearing(Parrot(says="请丁文境同志计票。")))
    made = cues.load(heard.folder)
    assert made is not None
    assert {(cue.text, cue.changes) for cue in made.cues} == {("请丁文静同志计票。", (cues.Change(1, "丁文境", "丁文静"),))}
    assert {"".join(word.text for word in cue.words) for cue in made.cues} == {"请丁文静同志计票。"}


async def test_without_an_engine_there_is_no_transcript_and_nothing_failed(heard: Heard) -> None:
    step = await heard.make(None)
    assert (step.state, step.files, step.code) == ("done", (), "")
    assert cues.load(heard.folder) is None


async def test_captions_kept_while_it_ran_become_its_transcript_when_no_engine_hears_it(heard: Heard) -> None:
    said = [cues.Cue(f"caption.li.{at}", at, at + 900, LI, "", HALL, f"第{at}句。", (), "caption") for at in (1_000, 3_000)]
    lines = b"\n".join(msgspec.json.encode(cue) for cue in said)
    (heard.folder / "captions.jsonl").write_bytes(lines + b'\n{"cut off')
    nobody = Hearing(SpeechSettings("none"))
    assert (await heard.make(nobody)).state == "done"
    made = cues.load(heard.folder)
    assert made is not None
    assert [(cue.text, cue.who, cue.source) for cue in made.cues] == [("第1000句。", "李敏", "caption"), ("第3000句。", "李敏", "caption")]
    (heard.folder / "captions.jsonl").unlink()  # as when a passage is taken out
    await heard.make(nobody)
    assert cues.load(heard.folder) == made
    await heard.make(heard.hearing(Parrot()))
    again = cues.load(heard.folder)
    assert again is not None
    assert {cue.source for cue in again.cues} == {"speech"}


async def test_meetings_of_before_are_heard_once_an_engine_is_set_up(heard: Heard) -> None:
    await heard.make(None)
    assert (await heard.make(heard.hearing(Parrot()))).files != ()


async def test_an_engine_that_is_installed_while_the_worker_runs_hears_the_meetings_of_before(heard: Heard, tmp_path: Path) -> None:
    """The same worker, pipeline and settings: nothing starts anew."""
    settings = SpeechSettings("auto", home=tmp_path / "speech")
    opened: list[SpeechSettings] = []

    def opens(wanted: SpeechSettings) -> Parrot:
        opened.append(wanted)
        return Parrot()

    pipeline = Pipeline(heard.journal, heard.search, heard.recordings, Hearing(settings, None, opens))
    worker = Worker(heard.journal, pipeline, listener=lambda: resolved(settings).engine)
    await worker.look(steps=LONG)
    assert (heard.manifest.steps["speech"].state, heard.manifest.steps["speech"].code) == ("failed", "speech_not_installed")
    assert opened == []
    assert await worker.look(steps=LONG) == 0
    model = place_of(tmp_path / "speech") / MODEL / "model.bin"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"")
    await worker.look(steps=LONG)
    assert heard.manifest.steps["speech"].state == "done"
    assert [(one.engine, one.model) for one in opened] == [("faster-whisper", model.parent)]


async def test_what_was_heard_is_not_heard_again_by_another_engine(heard: Heard) -> None:
    await heard.make(heard.hearing(Parrot()))
    again = Parrot()
    await heard.make(heard.hearing(again))
    assert again.heard == []


async def test_what_was_heard_is_heard_again_by_another_engine_when_somebody_orders_it(heard: Heard, database: Database) -> None:
    orders = RecordOrders(database)
    await heard.make(heard.hearing(Parrot()), orders)
    before = bytes_of(heard)
    await orders.renew(Order(MEETING, "speech", CHAIR, "周建华", 1))
    assert (await heard.make(heard.hearing(Parrot(breaks_at=1)), orders)).code == "speech_broke"
    assert bytes_of(heard) == before
    again = Parrot()
    await orders.renew(Order(MEETING, "speech", CHAIR, "周建华", 2))
    assert (await heard.make(heard.hearing(again), orders)).state == "done"
    assert len(again.heard) == PACKS - 1  # the pack that the broken one had heard was of the same name
    assert (await heard.make(heard.hearing(Parrot()), orders)).state == "done"


@pytest.mark.parametrize("killed_after", range(PACKS))
async def test_killed_anywhere_it_hears_the_rest_only_and_the_result_is_the_same(heard: Heard, tmp_path: Path, killed_after: int) -> None:
    giving_way = GivingWay()
    parrot = Parrot()

    class Killed(Parrot):
        def hear(self, samples: Samples, prompt: str) -> list[Word]:
            words = parrot.hear(samples, prompt)
            if len(parrot.heard) > killed_after:
                giving_way.stop()
            return words

    step = await heard.make(heard.hearing(Killed(), giving_way))
    if killed_after < PACKS - 1:
        assert step.state == "waiting"
        assert not (heard.folder / "cues.json").exists()
    resumed = Parrot()
    assert (await heard.make(heard.hearing(resumed))).state == "done"
    assert len(resumed.heard) == PACKS - 1 - killed_after
    resumed_bytes = bytes_of(heard)
    (heard.folder / "cues.json").unlink()
    await heard.make(heard.hearing(Parrot()))
    assert bytes_of(heard) == resumed_bytes
    assert not HEARD.path(heard.folder).exists()


async def test_an_engine_that_breaks_fails_its_step_alone_and_keeps_what_it_heard(heard: Heard) -> None:
    step = await heard.make(heard.hearing(Parrot(breaks_at=2)))
    assert (step.state, step.code) == ("failed", "speech_broke")
    assert [path.name for path in HEARD.path(heard.folder).iterdir()] == ["zhou-audio-1.json"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (SpeechSettings("faster-whisper", None), "no_speech_model"),
        (SpeechSettings("faster-whisper", Path("/nowhere")), "no_speech_model"),
        (SpeechSettings("faster-whisper", SPEECH / "whisper-base", "00" * 32), "wrong_speech_model"),
        (SpeechSettings("sense-voice", SPEECH / "whisper-base"), "no_speech_model"),
        (SpeechSettings("remote"), "no_speech_service"),
    ],
)
async def test_an_engine_that_can_not_work_is_said_in_the_record_and_the_rest_is_made(
    heard: Heard, settings: SpeechSettings, code: str
) -> None:
    await Worker(heard.journal, Pipeline(heard.journal, heard.search, heard.recordings, Hearing(settings))).look()
    steps = heard.manifest.steps
    assert (steps["speech"].state, steps["speech"].code) == ("failed", code)
    assert {steps[step.name].state for step in QUICK} == {"done"}


@pytest.mark.parametrize(("engine", "model"), [("sense-voice", sense_voice), ("paraformer", paraformer)])
async def test_sherpa_makes_cues_with_a_model_of_its_kind(
    heard: Heard, tmp_path: Path, engine: Literal["sense-voice", "paraformer"], model: Callable[[Path], Path]
) -> None:
    """The real library with a model that always says the same: what it understands of speech is not shown here."""
    step = await heard.make(Hearing(SpeechSettings(engine, model(tmp_path / "model"))))
    assert step.state == "done"
    made = cues.load(heard.folder)
    assert made is not None
    assert made.engine == f"{engine} model"
    assert [cue.text for cue in made.cues] == ["同志们，开会。"] * PACKS
    assert [word.text for word in made.cues[0].words] == ["同", "志", "们", "，", "开", "会", "。"]


@pytest.mark.parametrize("engine", ["sense-voice", "paraformer"])
async def test_a_model_of_another_kind_is_said_in_the_record(heard: Heard, engine: Literal["sense-voice", "paraformer"]) -> None:
    """Given the other's model the library ends its process: it must not be ours."""
    other = (paraformer if engine == "sense-voice" else sense_voice)(heard.recordings.parent / "other")
    step = await heard.make(Hearing(SpeechSettings(engine, other)))
    assert step.state == "failed"
    assert step.code in ("no_speech_model", "speech_broke")


async def test_an_engine_whose_process_is_killed_breaks_nothing_else(heard: Heard) -> None:
    engine = EngineApart(whisper("zh"))
    try:
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError):
            engine.hear(np.zeros(16_000, np.float32), "")
    finally:
        engine.close()


async def test_a_missing_package_is_said_in_the_record(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meeting_server.archive.speech.engines.PACKAGES", {"faster-whisper": ("there_is_no_such_package",)})
    step = await heard.make(Hearing(SpeechSettings("faster-whisper", SPEECH / "whisper-base")))
    assert (step.state, step.code) == ("failed", "no_speech_engine")


async def test_once_the_cause_is_gone_it_is_tried_again(heard: Heard) -> None:
    await heard.make(Hearing(SpeechSettings("faster-whisper", Path("/nowhere"))))
    assert (await heard.make(heard.hearing(Parrot()))).state == "done"


async def test_while_it_hears_the_manifest_says_how_far_it_is(heard: Heard) -> None:
    seen: list[int] = []
    go_on = threading.Semaphore(0)

    class Slow(Parrot):
        def hear(self, samples: Samples, prompt: str) -> list[Word]:
            go_on.acquire()
            return super().hear(samples, prompt)

    making = asyncio.create_task(heard.make(heard.hearing(Slow())))
    for pack in range(PACKS):
        go_on.release()
        if pack < PACKS - 1:
            await until(lambda: heard.manifest.status("speech").percent not in (0, *seen))
            seen.append(heard.manifest.steps["speech"].percent)
    await making
    assert seen == sorted(set(seen))
    assert all(0 < percent < 100 for percent in seen)
    assert heard.manifest.steps["speech"].state == "done"


async def test_it_waits_while_a_meeting_runs_on_a_busy_machine(heard: Heard) -> None:
    busy = threading.Event()
    busy.set()
    looks = threading.Semaphore(0)

    def others() -> float:
        looks.release()
        return 0.9 if busy.is_set() else 0.0

    giving_way = GivingWay(others, look_every_s=0.01)
    giving_way.live = True
    parrot = Parrot(at_each=threading.Event())
    making = asyncio.create_task(heard.make(heard.hearing(parrot, giving_way)))
    for _ in range(20):  # it looks again and again, and hears nothing
        assert await asyncio.to_thread(looks.acquire, timeout=20)
    assert parrot.heard == []
    assert heard.manifest.steps["speech"].state == "running"
    busy.clear()
    assert (await making).state == "done"
    assert len(parrot.heard) == PACKS


async def test_quick_steps_of_another_meeting_do_not_wait_for_it(heard: Heard) -> None:
    """Two lanes: while one voice is heard for an hour, what else adjourned becomes readable."""
    hears, go_on, stop = threading.Event(), threading.Event(), asyncio.Event()

    class Slow(Parrot):
        def hear(self, samples: Samples, prompt: str) -> list[Word]:
            hears.set()
            go_on.wait(30)
            return super().hear(samples, prompt)

    pipeline = Pipeline(heard.journal, heard.search, heard.recordings, heard.hearing(Slow()))
    working = asyncio.create_task(Worker(heard.journal, pipeline).run(stop))
    try:
        await asyncio.to_thread(hears.wait, 20)
        await until(lambda: {heard.manifest.steps[step.name].state for step in QUICK} == {"done"})
        assert not heard.manifest.complete
    finally:
        stop.set()
        go_on.set()
        await working
    assert heard.manifest.steps["speech"].state == "done"


async def test_the_real_engine_makes_the_cues_of_a_meeting(heard: Heard) -> None:
    words = "第二项，讨论林晓雨同志预备党员转正。"
    (said,) = mandarin(words)
    spoken_track(heard.folder / "zhou-audio-1.webm", [(5.0, said)])
    (heard.folder / "li-audio-1.webm").unlink()
    step = await heard.make(Hearing(whisper("zh")))
    assert step.state == "done"
    made = cues.load(heard.folder)
    assert made is not None
    assert made.engine == "faster-whisper whisper-base"
    # one sentence of a voice made anew each time: a syllable or two may differ; how well it hears is test_speech_engine's
    assert syllable_error(words, "".join(cue.text for cue in made.cues)) <= 0.25
    assert {cue.who for cue in made.cues} == {"周建华"}
