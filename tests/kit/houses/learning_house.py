"""The archive house with words in its record, and what a secretary made of it: a lesson, questions, a course."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import delete

from meeting_server.archive.record import transcript
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.timeline import Timeline
from meeting_server.archive.record.transcript import Spoken
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.books import Learning
from meeting_server.store.learning.courses import course_parts, courses
from meeting_server.store.learning.lesson_lines import lesson_lines
from meeting_server.store.learning.lessons import lessons
from meeting_server.store.learning.progress import study_months, study_pace, study_progress
from meeting_server.store.learning.quizzes import quiz_attempts, quiz_items
from meeting_server.store.learning.study_notes import study_notes
from meeting_server.store.record.publications import Publication, publications
from meeting_server.store.record.record_edits import redactions, transcript_corrections
from meeting_server.web.learning.lesson_form import tenths
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.archive_house import ArchiveHouse, archive_house
from tests.kit.houses.houses import Browser
from tests.kit.meetings.speeches import Said

SAID: tuple[Said, ...] = (
    ("zhou-audio-1.webm", 0.5, 3.0, "同志们，现在开会。"),
    ("zhou-audio-1.webm", 3.5, 7.5, "今天的主题党日学习志愿服务条例，支部大会讨论志愿服务的安排。"),
    ("li-audio-1.webm", 0.5, 6.0, "志愿服务是支部建设的重要内容，去年志愿服务时长超过八百小时。"),
    ("li-audio-1.webm", 6.5, 11.5, "每名党员每年参加志愿服务不少于二十小时，由组织委员登记。"),
    ("li-audio-1.webm", 17.0, 25.0, "预备党员转正需要支部大会讨论通过，再报上级党委审批。"),
    ("zhou-audio-1.webm", 21.0, 30.0, "欢迎大家提意见。"),
)


@dataclass
class LearningHouse:
    archive: ArchiveHouse
    timeline: Timeline

    @property
    def learning(self) -> Learning:
        return self.archive.there.site.learning

    async def signed_in(self, who: str) -> Browser:
        return await self.archive.there.signed_in(who)

    def member_id(self, who: str) -> str:
        return self.archive.there.people[who].member_id

    def moment(self, words: str) -> tuple[Millis, Millis]:
        """Playing time of the sentence with these words."""
        said = transcript.load(self.archive.folder)
        assert said is not None
        line = next(line for line in said.spoken if words in line.text)
        return line.since - self.timeline.zero, line.until - self.timeline.zero

    async def lesson(self, browser: Browser, *, published: bool = True, title: str = "志愿服务怎么记", audience: str = "branch") -> str:
        """The address of a new lesson, cut by sentences."""
        start, end = self.moment("志愿服务是支部建设")[0], self.moment("组织委员登记")[1]
        fields: dict[str, str | list[str]] = {"title": title, "summary": "志愿服务的时长由组织委员登记。", "audience": audience}
        answer = await browser.submit(f"{self.archive.address}/lessons", {**fields, "start": tenths(start), "end": tenths(end, up=True)})
        address = answer.headers["location"].partition("?")[0]
        if published:
            await browser.submit(f"{address}/publish")
        return address

    def line(self, words: str) -> Spoken:
        """The sentence with these words."""
        said = transcript.load(self.archive.folder)
        assert said is not None
        return next(line for line in said.spoken if words in line.text)

    async def found_right(self, browser: Browser, *words: str) -> None:
        """Somebody read the sentences with these words and found nothing wrong with them."""
        for said in words:
            line = self.line(said)
            await browser.submit(f"{self.archive.address}/record/cues/{line.cue_id}", {"text": line.text, "do": "right"})

    async def forget(self) -> None:
        """Nobody learned anything and nothing was published."""
        learned = (quiz_attempts, study_notes, study_progress, study_pace, study_months)
        tables = (*learned, lessons, lesson_lines, quiz_items, courses, course_parts, publications, transcript_corrections, redactions)
        async with self.archive.there.site.database.write() as conn:
            for table in tables:
                await conn.execute(delete(table))

    async def publish_meeting(self, audience: str = "branch") -> str:
        """The meeting as a resource, described and approved; its address."""
        meeting_id, branch = self.archive.meeting_id, self.archive.there.branch.branch_id
        await self.archive.there.site.publications.save(
            Publication(
                meeting_id,
                branch,
                "志愿服务专题会",
                "支部讨论了志愿服务。",
                ("志愿服务",),
                audience,  # type: ignore[arg-type]  # a literal
                "published",
                False,
                "he",
                "何雨桐",
                now_millis(),
                now_millis(),
            )
        )
        return f"/learn/meetings/{meeting_id}"


async def report(
    browser: Browser, address: str, played: list[list[int]], position: int = 0, *, token: str = "", origin: str = ""
) -> httpx.Response:
    """What a player would tell."""
    headers = {"x-csrf-token": token or await browser.token("/me")} | ({"origin": origin} if origin else {})
    return await browser.post(f"{address}/progress", json={"played": played, "position": position}, headers=headers)


@asynccontextmanager
async def learning_house(folder: Path) -> AsyncIterator[LearningHouse]:
    async with archive_house(folder, said=SAID) as archive:
        await archive.worker.look()  # what was heard is digested
        record_files = archive.there.site.archive
        assert isinstance(record_files, RecordFiles)
        timeline = record_files.timeline(archive.meeting_id)
        assert timeline is not None
        yield LearningHouse(archive, timeline)
