"""The archive worker makes the record of an adjourned meeting, and makes again only what changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from meeting_server.archive.minutes.minutes import Minutes
from meeting_server.archive.record.manifest import Manifest, StepStatus, load, save
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.steps import STEPS
from meeting_server.archive.record.steps.speech import NOT_INSTALLED, HearSpeech
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.worker import DAY_MS, Worker
from meeting_server.archive.speech.engines import SpeechSettings
from meeting_server.archive.speech.hearing import Hearing
from meeting_server.domain.ids import MeetingId
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY, head_of
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database
from meeting_server.store.record.holds import Hold, Holds
from meeting_server.store.record.search import Search
from tests.kit.meetings.recordings import voice
from tests.kit.meetings.whole_meeting import BRANCH, MEETING, whole_meeting


@dataclass
class Archive:
    journal: SqlJournal
    search: Search
    pipeline: Pipeline
    worker: Worker
    folder: Path

    @property
    def manifest(self) -> Manifest:
        return load(self.folder, MEETING)

    def made_at(self, name: str) -> int:
        return (self.folder / name).stat().st_mtime_ns

    async def found(self, query: str) -> list[str]:
        return [hit.excerpt for hit in await self.search.find(query, branches=[BRANCH])]


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'archive.sqlite3'}")
    await database.create_all()
    journal, search = SqlJournal(database), Search(database)
    pipeline = Pipeline(journal, search, tmp_path / "recordings")
    folder = tmp_path / "recordings" / MEETING
    folder.mkdir(parents=True)
    yield Archive(journal, search, pipeline, Worker(journal, pipeline), folder)
    await journal.close()
    await database.close()


async def tell(archive: Archive, *, upto: str = "") -> None:
    """The whole meeting, or what comes before the first record of kind ``upto``."""
    records = whole_meeting().records
    end = next((n for n, record in enumerate(records) if record.kind == upto), len(records))
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in records[:end] if r.event is not None]
    await archive.journal.append(MEETING, await archive.journal.head(MEETING), drafts)


def record_tracks(archive: Archive) -> None:
    voice(archive.folder / "zhou-audio-1.webm", [(0.0, 1.0), (2.0, 3.0)])
    voice(archive.folder / "li-audio-1.webm", [(0.0, 1.0)])


async def test_an_adjourned_meeting_gets_minutes_timeline_sound_and_search(archive: Archive) -> None:
    record_tracks(archive)
    await tell(archive)
    assert await archive.worker.look() == 1
    assert {name: step.state for name, step in archive.manifest.steps.items()} == dict.fromkeys([step.name for step in STEPS], "done")
    assert archive.manifest.complete
    minutes = msgspec.json.decode((archive.folder / "minutes.json").read_bytes(), type=Minutes)
    assert (minutes.quorum.entitled, minutes.quorum.present) == (7, 6)
    timeline = msgspec.json.decode((archive.folder / "timeline.json").read_bytes(), type=Timeline)
    assert [chapter.title for chapter in timeline.chapters][1:3] == ["宣布开会，核实人数", "学习：教育管理工作条例"]
    assert [lane.name for lane in timeline.lanes] == ["周建华", "李敏"]
    assert (archive.folder / "mix.m4a").stat().st_size > 1_000
    assert await archive.found("退休") == ["退休同志白天有空，可以补上考试周。", "考试周可以请退休同志补上"][::-1]


async def test_nobody_is_warned_of_a_speech_engine_that_is_on_its_way(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    logger = SimpleNamespace(info=lambda *_, **__: told.append("info"), warning=lambda *_, **__: told.append("warning"))
    monkeypatch.setattr("meeting_server.archive.record.pipeline.log", logger)
    record_tracks(archive)
    await tell(archive)
    on_its_way = Hearing(SpeechSettings("auto", home=tmp_path / "speech"), None)
    await Worker(archive.journal, Pipeline(archive.journal, archive.search, tmp_path / "recordings", on_its_way)).look(steps=[HearSpeech])
    assert archive.manifest.status("speech").code == NOT_INSTALLED
    assert told == ["info"]


async def test_talk_of_a_group_room_is_not_searchable_but_kept_for_its_people(archive: Archive) -> None:
    await tell(archive)
    await archive.worker.look()
    assert await archive.found("小组里") == []
    timeline = msgspec.json.decode((archive.folder / "timeline.json").read_bytes(), type=Timeline)
    assert [(line.text, line.audience) for line in timeline.chat if line.audience] == [("小组里说的一句", ("ding",))]


async def test_a_removed_message_is_neither_shown_nor_searchable(archive: Archive) -> None:
    await tell(archive)
    await archive.worker.look()
    assert await archive.found("广告") == []
    assert "广告" not in (archive.folder / "timeline.json").read_text()


async def test_a_meeting_that_still_runs_is_left_alone(archive: Archive) -> None:
    await tell(archive, upto="MeetingAdjourned")
    assert await archive.worker.look() == 0
    assert list(archive.folder.iterdir()) == []


async def test_what_is_done_is_not_done_again_even_by_a_new_worker(archive: Archive) -> None:
    record_tracks(archive)
    await tell(archive)
    await archive.worker.look()
    before = {name: archive.made_at(name) for name in ("minutes.json", "timeline.json", "mix.m4a")}
    assert await archive.worker.look() == 0
    assert await Worker(archive.journal, archive.pipeline).look() == 1
    assert {name: archive.made_at(name) for name in before} == before


async def test_only_the_missing_file_is_made_again(archive: Archive) -> None:
    record_tracks(archive)
    await tell(archive)
    await archive.worker.look()
    mixed = archive.made_at("mix.m4a")
    (archive.folder / "timeline.json").unlink()
    await Worker(archive.journal, archive.pipeline).look()
    assert (archive.folder / "timeline.json").exists()
    assert archive.made_at("mix.m4a") == mixed


async def test_a_step_that_was_killed_is_done_again(archive: Archive) -> None:
    record_tracks(archive)
    await tell(archive)
    await archive.worker.look()
    manifest = archive.manifest
    save(archive.folder, manifest.with_step("mix", StepStatus("running", manifest.steps["mix"].made_from)))
    (archive.folder / "mix.m4a").unlink()
    (archive.folder / "mix.m4a.part").write_bytes(b"half")
    await Worker(archive.journal, archive.pipeline).look()
    assert archive.manifest.steps["mix"].state == "done"
    assert not (archive.folder / "mix.m4a.part").exists()


async def test_tracks_that_are_reported_after_adjourning_are_mixed_too(archive: Archive) -> None:
    record_tracks(archive)
    await tell(archive, upto="TrackRecorded")
    await archive.worker.look()
    assert archive.manifest.steps["mix"] == StepStatus("done", "1:", (), archive.manifest.steps["mix"].seconds)
    late = [r for r in whole_meeting().records if r.kind == "TrackRecorded"]
    head = await archive.journal.head(MEETING)
    await archive.journal.append(MEETING, head, [Draft(r.event, None, None, r.recorded_at) for r in late if r.event])
    await archive.worker.look()
    assert [file.name for file in archive.manifest.steps["mix"].files] == ["mix.m4a"]


async def test_an_erased_message_disappears_from_record_and_search(archive: Archive) -> None:
    await tell(archive)
    await archive.worker.look()
    assert await archive.found("核对") == ["工作总结第三部分的数字要核对"]
    seq = next(r.seq for r in whole_meeting().records if r.kind == "ChatPosted" and "核对" in (r.payload or b"").decode())
    await archive.journal.erase(MEETING, seq)
    await archive.worker.look()
    assert await archive.found("核对") == []
    assert "核对" not in (archive.folder / "timeline.json").read_text()


async def test_unreadable_tracks_fail_the_sound_and_nothing_else(archive: Archive) -> None:
    for name in ("zhou-audio-1.webm", "li-audio-1.webm"):
        (archive.folder / name).write_bytes(b"no sound in here")
    await tell(archive)
    await archive.worker.look()
    states = {name: step.state for name, step in archive.manifest.steps.items()}
    assert states == dict.fromkeys([step.name for step in STEPS], "done") | {"mix": "failed"}
    assert archive.manifest.steps["mix"].code == "nothing_readable"
    assert archive.manifest.complete


async def test_recordings_are_deleted_when_their_time_is_over_and_the_minutes_stay(archive: Archive) -> None:
    record_tracks(archive)
    await tell(archive)
    worker = Worker(archive.journal, archive.pipeline, retention_days=30)
    adjourned_at = (await archive.journal.adjourned())[MEETING][1]
    await worker.look(now_ms=adjourned_at + 29 * DAY_MS)
    assert (archive.folder / "mix.m4a").exists()
    await worker.look(now_ms=adjourned_at + 31 * DAY_MS)
    assert sorted(path.name for path in archive.folder.iterdir()) == [
        "digest.json",
        "manifest.json",
        "minutes.json",
        "timeline.json",
        "transcript.json",
    ]
    await Worker(archive.journal, archive.pipeline, retention_days=30).look(now_ms=adjourned_at + 32 * DAY_MS)
    assert archive.manifest.steps["mix"].state == "removed"


async def test_of_a_meeting_on_hold_nothing_is_deleted_until_the_hold_is_lifted(archive: Archive, tmp_path: Path) -> None:
    record_tracks(archive)
    await tell(archive)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'archive.sqlite3'}")
    holds = Holds(database)
    worker = Worker(archive.journal, archive.pipeline, retention_days=30, holds=holds)
    late = (await archive.journal.adjourned())[MEETING][1] + 31 * DAY_MS
    assert await holds.set(Hold(MEETING, "在核查", "zhao", "赵立新", 1))
    await worker.look(now_ms=late)
    assert (archive.folder / "mix.m4a").exists()
    assert (archive.folder / "zhou-audio-1.webm").exists()
    assert await holds.lift(MEETING, "赵立新", "核查完毕", 2)
    await worker.look(now_ms=late)
    assert not (archive.folder / "mix.m4a").exists()
    assert not (archive.folder / "zhou-audio-1.webm").exists()
    await database.close()


async def test_a_worker_works_until_it_is_stopped(archive: Archive) -> None:
    await tell(archive)
    stop = asyncio.Event()
    running = asyncio.create_task(archive.worker.run(stop))
    async with asyncio.timeout(20):
        while not await archive.found("退休"):
            pass
        stop.set()
        await running
    assert archive.manifest.complete


@pytest.mark.parametrize("name", ["..", "../elsewhere", "a/b", "", "."])
def test_a_meeting_id_never_leads_out_of_the_recordings(archive: Archive, name: str) -> None:
    with pytest.raises(ValueError, match="no folder"):
        archive.pipeline.folder(MeetingId(name))


async def test_a_journal_nobody_can_fold_does_not_stop_the_others(archive: Archive) -> None:
    story = whole_meeting().records
    adjourned = next(r for r in story if r.kind == "MeetingAdjourned")
    assert adjourned.event is not None
    await archive.journal.append(MeetingId("broken"), EMPTY, [Draft(adjourned.event, None, None, 1)])
    await tell(archive)
    await archive.worker.look()
    assert archive.manifest.complete
    assert head_of(story[-1]).seq == int(archive.manifest.position.split(".")[0])
