"""From a live meeting to a resource elsewhere: held, heard by a real engine, published, cut, packed, taken in.

The meeting is held once (``tests/kit/meetings/scripted_meeting.py`` is its script and keeps the truth); every test reads what came of
it. ``tests/long`` holds it with all its silences.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import multiprocessing
import re
import shutil
import signal
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypinyin import lazy_pinyin

from meeting_server.archive.record import transcript
from meeting_server.archive.record.cues import Cue, Cues, load
from meeting_server.archive.record.manifest import load as manifest_in
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.sound import runs
from meeting_server.archive.record.steps import STEPS
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.speech.engines import loaded
from meeting_server.archive.speech.transcriber import RATE
from meeting_server.domain.roles import Role
from meeting_server.web.learning.lesson_form import tenths
from tests.kit.browsers.scorm_platform import launch, learner, leave, scorm_platform, value
from tests.kit.houses.houses import read_numbers
from tests.kit.meetings import scripted_meeting_killed as killed
from tests.kit.meetings.scripted_institution import Institution, institution
from tests.kit.meetings.scripted_meeting import (
    AGENDA,
    CAST,
    CHAIR,
    LATE,
    LISTENER,
    MOTION,
    SECRETARY,
    SHORT,
    Pace,
    Sentence,
    Truth,
    hold_meeting,
    passages_in,
    prints_of,
)
from tests.kit.meetings.speech_material import MODEL_SHA256, SPEECH, syllable_error, whisper
from tests.kit.servers.running import wait_for

pytestmark = [pytest.mark.longest, pytest.mark.browser, pytest.mark.night]

NEAR_S = 0.5
"""How far a sentence may be from where it was said."""
STRANGER = "孙国栋"
"""Of another branch of the same faculty."""


@dataclass(frozen=True)
class Held:
    """The meeting and what was made of it. ``adjourned``: the disk as it was before anything was. ``prints``: of every file,
    ``passages``: what is searched, both before anybody edited anything."""

    there: Institution
    pace: Pace
    truth: Truth
    adjourned: Path
    prints: dict[str, str]
    passages: list[Any]
    cues: Cues
    timeline: Timeline
    playable_s: float

    @property
    def address(self) -> str:
        return f"/archive/{self.there.meeting_id}"

    def moment(self, sentence: Sentence) -> float:
        """Seconds of playing time."""
        return sentence.since - self.timeline.zero / 1000

    def lines_of(self, sentence: Sentence) -> list[Cue]:
        """What stands in the transcript where it was said, by whomever."""
        since, until = (sentence.since - NEAR_S) * 1000, (sentence.until + NEAR_S) * 1000
        return [cue for cue in self.cues.cues if since <= cue.since and cue.until <= until]


@pytest.fixture(scope="module")
def pace() -> Pace:
    return SHORT


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, pace: Pace) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("scripted")
    environment = {
        "MEETING_SPEECH_ENGINE": "faster-whisper",
        "MEETING_SPEECH_MODEL": str(SPEECH / "whisper-base"),
        "MEETING_SPEECH_MODEL_SHA256": MODEL_SHA256,
    }
    whisper("zh")  # fails now when it is not set up, and not after the meeting
    with institution(folder / "giver", CAST, AGENDA, environment) as there:
        try:
            truth = hold_meeting(there, folder / "adjourned", pace)
            mix = there.recording / "mix.m4a"
            wait_for(mix.exists, 120)
            playable_s = time.time() - truth.adjourned_at
            wait_for(lambda: manifest_in(there.recording, there.meeting_id).complete and _speech_is_found(there), 400)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{there.server.output}") from error
        cues, timeline = load(there.recording), RecordFiles(there.folder / "recordings").timeline(there.meeting_id)
        assert cues is not None
        assert timeline is not None
        prints, passages = prints_of(there.recording), passages_in(there.folder / "var" / "meetings.sqlite3")
        yield Held(there, pace, truth, folder / "adjourned", prints, passages, cues, timeline, playable_s)
        assert "Traceback" not in there.server.output


def _speech_is_found(there: Institution) -> bool:
    return any(kind == "speech" for kind, *_ in passages_in(there.folder / "var" / "meetings.sqlite3"))


@pytest.fixture(scope="module")
def published(held: Held) -> Held:
    """The secretary has put one sentence right, signed the minutes and published the meeting."""
    asyncio.run(_publish(held))
    wait_for(lambda: any("塞车" in passage[3] for passage in passages_in(held.there.folder / "var" / "meetings.sqlite3")), 120)
    return held


async def _publish(held: Held) -> None:
    wrong = held.lines_of(held.truth.sentence("sorry"))[0]
    async with held.there.browser(SECRETARY) as secretary:
        await secretary.submit(f"{held.address}/record/cues/{wrong.cue_id}", {"text": "对不起，路上塞车，我来晚了。"})
        page = (await secretary.get(f"{held.address}/record")).text
        await secretary.submit(f"{held.address}/record/approve", dict(re.findall(r'name="(head|edits)" value="([^"]+)"', page)))
        await read_numbers(secretary, f"{held.address}/record")
        fields: dict[str, str | list[str]] = {"do": "publish", "title": "志愿服务写进年度计划", "summary": "支部讨论了志愿服务。"}
        await secretary.submit(f"{held.address}/record/publish", {**fields, "keywords": "志愿服务", "audience": "faculty"})


# --- live -------------------------------------------------------------------------------------------------------------


def test_it_had_silences_and_two_voices_and_one_of_them_came_late(held: Held) -> None:
    assert held.truth.adjourned_at - held.truth.opened_at >= held.pace.lasts_s
    tracks = held.timeline.tracks
    assert [(track.name, track.media) for track in tracks] == [(CHAIR, "audio"), (LATE, "audio")]
    assert tracks[1].since / 1000 - held.truth.opened_at >= held.pace.late_s
    pauses = [after.since - before.until for before, after in itertools.pairwise(held.truth.sentences)]
    assert sum(pause > held.pace.long_s for pause in pauses) >= 3


def test_everybody_agreed_to_be_recorded(held: Held) -> None:
    assert set(held.timeline.agreed) == {held.there.people[name] for name in CAST}


# --- heard ------------------------------------------------------------------------------------------------------------


def test_every_sentence_is_where_it_was_said_across_the_gaps(held: Held) -> None:
    far = {}
    for sentence in held.truth.sentences:
        lines = held.lines_of(sentence)
        assert lines, f"nothing was heard where {sentence.text} was said"
        far[sentence.text] = lines[0].since / 1000 - sentence.since
        assert syllable_error(sentence.text, "".join(line.text for line in lines)) <= 0.5, "another sentence"  # of eleven syllables
    assert len(far) == 20
    assert {text: apart for text, apart in far.items() if abs(apart) > NEAR_S} == {}


def test_what_was_said_is_understood(held: Held) -> None:
    lines = [line for sentence in held.truth.sentences for line in held.lines_of(sentence)]
    said = "".join(sentence.text for sentence in held.truth.sentences)
    assert syllable_error(said, "".join(line.text for line in lines)) <= 0.10


def test_every_line_names_who_said_it(held: Held) -> None:
    for sentence in held.truth.sentences:
        assert {line.who for line in held.lines_of(sentence)} == {sentence.who}


def test_nothing_is_heard_where_nobody_spoke(held: Held) -> None:
    heard = [line.cue_id for sentence in held.truth.sentences for line in held.lines_of(sentence)]
    assert [cue.text for cue in held.cues.cues if cue.cue_id not in heard] == []


# --- made -------------------------------------------------------------------------------------------------------------


def test_the_chapters_are_the_agenda_as_it_went(held: Held) -> None:
    chapters = {chapter.title: chapter.since / 1000 for chapter in held.timeline.chapters if chapter.title}
    assert list(chapters) == list(AGENDA)
    for title, since in chapters.items():
        assert held.truth.steps[title].holds(since)


def test_the_vote_stands_in_the_record_with_its_result_and_moment(held: Held) -> None:
    (mark,) = (mark for mark in held.timeline.marks if mark.kind == "motion")
    assert (mark.title, mark.outcome, mark.figures) == (MOTION, "carried", (4, 0, 0))
    assert held.truth.vote_opened.holds(mark.since / 1000)
    assert held.truth.vote_closed.holds(mark.until / 1000)


def test_the_pages_that_were_shown_are_kept_with_their_times(held: Held) -> None:
    kept = held.timeline.pages
    assert [(shown.title, shown.page) for shown in kept] == [("学习材料", 1), ("学习材料", 2), ("学习材料", 3)]
    for shown, (_, act) in zip(kept, held.truth.pages, strict=True):
        assert act.holds(shown.since / 1000)
    assert [shown.until for shown in kept[:2]] == [shown.since for shown in kept[1:]]
    assert held.truth.steps[AGENDA[1]].holds(kept[2].until / 1000)


async def test_who_came_late_is_in_the_attendance_from_then_on(held: Held) -> None:
    async with held.there.browser(LATE) as browser:
        (mine,) = (await browser.get("/me/my-record.json")).json()["attendance"]
    assert held.truth.late_at <= mine["first_arrived_at"] / 1000 <= held.truth.sentence("sorry").since
    assert "spoke" in {interval["reason"] for interval in mine["presence"]}


def test_it_could_be_played_within_seconds(held: Held) -> None:
    """Five on an idle machine (``bench_archive`` measures them)."""
    assert held.playable_s < 60


# --- published --------------------------------------------------------------------------------------------------------


async def test_a_sentence_put_right_is_found_in_its_new_words_alone(published: Held) -> None:
    async with published.there.browser(LISTENER) as member:
        found = (await member.get("/search?q=塞车")).text
        assert "<mark>塞车</mark>" in found
        assert f"{published.address}?at={published.lines_of(published.truth.sentence('sorry'))[0].since}" in found
        assert published.address not in (await member.get("/search?q=堵车")).text


async def test_the_record_shows_each_page_at_its_time(published: Held) -> None:
    async with published.there.browser(LISTENER) as member:
        plain = (await member.get(f"{published.address}/transcript")).text
        player = (await member.get(published.address)).text
        for shown in published.timeline.pages:
            minutes, seconds = divmod((shown.since - published.timeline.zero) // 1000, 60)
            picture = f"/meetings/{published.there.meeting_id}/documents/{shown.document_id}/pages/{shown.page}"
            listed = next(line for line in plain.split("<p ") if f"{picture}/large" in line)
            assert f"{published.address}?t={minutes}:{seconds:02}" in listed
            assert picture in player
            drawn = await member.get(picture)
            assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/webp")


async def test_the_minutes_hold_the_vote_and_the_name_of_who_signed_them(published: Held) -> None:
    async with published.there.browser(LISTENER) as member:
        minutes = (await member.get(f"{published.address}/minutes")).text
    assert re.search(rf"审定</th><td>{SECRETARY}于 \d{{4}}年", minutes)
    for written in (*AGENDA, MOTION, CHAIR):
        assert written in minutes, written


async def test_who_studies_it_finds_the_sentence_and_plays_from_it(published: Held) -> None:
    sentence = published.truth.sentence("visit")
    async with published.there.browser(STRANGER) as stranger:
        found = (await stranger.get("/search?q=主题党日到社区")).text
        moments = [int(at) / 1000 for at in re.findall(rf"{published.address}\?at=(\d+)", found)]
        assert min(abs(moment - sentence.since) for moment in moments) <= NEAR_S
        page = (await stranger.get(published.address)).text
        assert page.count('class="chapter-break"') >= 3
        assert 'class="motion-mark"' in page
        part = await stranger.get(f"{published.address}/files/mix.m4a", headers={"range": "bytes=0-999"})
        assert (part.status_code, len(part.content)) == (206, 1000)


async def test_a_clip_plays_from_its_first_word(published: Held, tmp_path: Path) -> None:
    first, last = published.truth.sentence("half"), published.truth.sentence("took part")
    start, end = published.lines_of(first)[0].since, published.lines_of(last)[-1].until
    zero = published.timeline.zero
    fields: dict[str, str | list[str]] = {"title": "上半年的志愿服务", "summary": "", "audience": "branch"}
    async with published.there.browser(SECRETARY) as secretary, published.there.browser(LISTENER) as member:
        made = await secretary.submit(
            f"{published.address}/lessons", {**fields, "start": tenths(start - zero), "end": tenths(end - zero, up=True)}
        )
        lesson = made.headers["location"].partition("?")[0]
        await secretary.submit(f"{lesson}/publish")
        clip = await member.get(f"{lesson}/clip.m4a")
        assert clip.headers["content-type"] == "audio/mp4"
    (tmp_path / "clip.m4a").write_bytes(clip.content)
    samples = np.concatenate([part for _, part in runs(tmp_path / "clip.m4a", RATE)])
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    assert loud[0] / RATE <= 0.3  # nothing before the word
    heard = "".join(word.text for word in loaded(whisper("zh")).hear(samples, ""))
    said = first.text + last.text
    assert lazy_pinyin(heard)[:2] == lazy_pinyin(said)[:2]  # and nothing of the word is gone
    assert syllable_error(said, heard) <= 0.35  # without the prompt and the glossary


async def test_its_package_reports_completion_to_a_learning_platform(published: Held, tmp_path: Path) -> None:
    length = (published.timeline.end - published.timeline.zero) / 1000
    async with published.there.browser(SECRETARY) as secretary:
        package = (await secretary.get(f"{published.address}/take/scorm.zip")).content
    with scorm_platform(tmp_path, {"meeting": package}) as address:
        async with learner() as page:
            frame = await launch(page, address, "meeting")
            assert await value(page, "core.lesson_status") == "incomplete"
            assert "塞车" in await frame.inner_text("#lines")
            await frame.wait_for_function("document.getElementById('sound').readyState >= 1")
            assert await frame.evaluate("document.getElementById('sound').duration") == pytest.approx(length, abs=2)
            # from end to end; and once more, should a busy browser have been too late to count some of it
            await frame.evaluate("const s = document.getElementById('sound'); s.loop = true; s.playbackRate = 16; s.play()")
            await page.wait_for_function("window.API.cmi.core.lesson_status === 'completed'", timeout=300_000)
            await leave(page)
            kept = json.loads(await value(page, "suspend_data"))
    assert sum(until - since for since, until in kept["w"]) >= 0.9 * length


@pytest.fixture
def taker(tmp_path: Path) -> Iterator[Institution]:
    """Another institution's server, over a database of its own."""
    with institution(tmp_path / "taker", {SECRETARY: Role.SECRETARY}, environment={"MEETING_MEDIA": "0"}) as there:
        yield there


async def test_a_second_institution_takes_it_in_and_reads_it(published: Held, taker: Institution) -> None:
    async with published.there.browser(SECRETARY) as secretary:
        share = f"{published.address}/share"
        await secretary.submit(share, {"share": "on", "looked": "yes"}, page=share)
        bundle = (await secretary.get(f"{share}/bundle.zip")).content
    inside = "\n".join(_contents(bundle))
    assert "塞车" in inside
    for name in CAST:
        assert name not in inside
    async with taker.browser(SECRETARY) as importer, taker.browser(LISTENER) as member:
        arrived = await importer.submit("/sharing", files={"file": ("resource.zip", bundle, "application/zip")}, page="/sharing")
        address = arrived.headers["location"]
        assert (await member.get(address)).status_code == 404
        await importer.submit(f"{address}/accept", {"audience": "branch"}, page=address)
        studied = await member.get(address)
        assert studied.status_code == 200
        assert "上半年支部组织了六次志愿服务活动" in studied.text


def _contents(bundle: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as package:
        return [package.read(name).decode(errors="replace") for name in package.namelist()]


# --- killed -----------------------------------------------------------------------------------------------------------


def test_killed_at_every_step_the_record_comes_out_the_same(held: Held, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(held.adjourned, tmp_path / "killed"))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([killed.__name__])
    ended: int | None = -signal.SIGKILL
    while ended == -signal.SIGKILL:  # a little further in every life
        life = context.Process(target=killed.main, args=(folder,))
        life.start()
        life.join(300)
        life.kill()  # only of one that hangs is anything left
        life.join()
        ended = life.exitcode
    assert ended == 0
    deaths = (folder / killed.DEATHS).read_text().splitlines()
    assert {f"{step.name} {moment}" for step in STEPS for moment in ("running", killed.NOT_NOTED, "done")} <= set(deaths)
    assert {"mix in the middle", "speech in the middle"} <= set(deaths)
    assert prints_of(folder / "recordings" / held.there.meeting_id) == held.prints
    assert passages_in(folder / "meetings.sqlite3") == held.passages
    assert transcript.load(folder / "recordings" / held.there.meeting_id) is not None
