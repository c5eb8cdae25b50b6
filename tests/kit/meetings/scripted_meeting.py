"""A meeting by script, held live through the server's own processes: who says what when, what is decided, and the truth about it.

Two members speak through real WebRTC with speech made for it, one of them comes late; between their words are minutes in which
nobody speaks; or, for the gate, seconds (``Pace``). It needs hardly any of the machine. What was true is written down as it happens.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from fpdf import FPDF

from meeting_server.archive.record.sound import Samples
from meeting_server.domain.roles import Role
from tests.kit.meetings.recordings import RATE
from tests.kit.meetings.scripted_institution import Institution
from tests.kit.meetings.scripted_meeting_phone import MeetingPhone, meeting_phone
from tests.kit.meetings.speech_material import mandarin
from tests.kit.servers.caption_runner import opus_of
from tests.kit.servers.running import wait_for

SECRETARY, CHAIR, LATE, LISTENER = "何雨桐", "周建华", "李敏", "丁文静"
CAST = {SECRETARY: Role.SECRETARY, CHAIR: Role.CHAIR, LATE: Role.MEMBER, LISTENER: Role.MEMBER}
AGENDA = ("学习党员教育管理工作条例", "汇报志愿服务情况", "安排下个月主题党日")
MOTION = "把志愿服务写进年度计划"
LASTS_S = 605


@dataclass(frozen=True)
class Pace:
    """How much is left of the silences. ``share``: of the script's moments; ``silence_s``: every one lasts at least so long;
    ``long_s``: three of them last longer."""

    share: float
    silence_s: float
    long_s: float

    @property
    def lasts_s(self) -> float:
        return LASTS_S * self.share

    @property
    def late_s(self) -> float:
        """Nobody has come late before."""
        return 150 * self.share


TEN_MINUTES = Pace(1.0, 0.0, 100.0)
SHORT = Pace(0.13, 3.0, 3.0)
"""What is said takes a minute and a half of it."""
SAID = {
    "begin": "各位同志，现在请大家安静，支部大会马上开始。",
    "signed": "今天应到会的同志都已经签到。",
    "first": "首先进行第一项，学习党员教育管理工作条例。",
    "material": "请大家打开学习材料，翻到第二页。",
    "page": "这一页讲的是组织生活的基本要求。",
    "sorry": "对不起，路上堵车，我来晚了。",
    "second": "学习就到这里，下面进行第二项。",
    "report": "请李敏同志汇报志愿服务的情况。",
    "service": "我来汇报志愿服务的情况。",
    "half": "上半年支部组织了六次志愿服务活动。",
    "took part": "参加活动的党员都很积极。",
    "go on": "下半年我们准备继续帮助社区的老年人。",
    "proposal": "我建议把志愿服务写进年度计划。",
    "opinions": "感谢李敏同志，大家还有没有意见。",
    "vote": "没有意见，我们就进行表决。",
    "carried": "表决结果公布，这项决议通过。",
    "third": "最后一项，安排下个月的主题党日。",
    "visit": "下个月的主题党日到社区去参观学习。",
    "list": "参观学习的名单由我来登记。",
    "over": "今天的会议到此结束，谢谢大家。",
}


@dataclass(frozen=True)
class Sentence:
    """What somebody said. ``since``: when its first sound was sent (Unix s); ``lasts``: seconds."""

    who: str
    text: str
    since: float
    lasts: float

    @property
    def until(self) -> float:
        return self.since + self.lasts


@dataclass(frozen=True)
class Act:
    """Something that was asked for and done. It happened between the two (Unix s)."""

    asked: float
    done: float

    def holds(self, moment: float) -> bool:
        return self.asked - 0.1 <= moment <= self.done + 0.1


NEVER = Act(0.0, 0.0)


@dataclass
class Truth:
    """What happened, in the order in which it did; moments in Unix seconds. ``steps``: when each agenda item began.
    ``pages``: which page of the material everyone was shown from when on, until the second item began.
    """

    sentences: list[Sentence] = field(default_factory=list)
    steps: dict[str, Act] = field(default_factory=dict)
    pages: list[tuple[int, Act]] = field(default_factory=list)
    opened_at: float = 0.0
    late_at: float = 0.0
    vote_opened: Act = NEVER
    vote_closed: Act = NEVER
    adjourned_at: float = 0.0

    def sentence(self, key: str) -> Sentence:
        return next(sentence for sentence in self.sentences if sentence.text == SAID[key])


def three_pages() -> bytes:
    paper = FPDF(format="A4")
    paper.set_font("helvetica", size=60)
    for number in (1, 2, 3):
        paper.add_page()
        paper.cell(text=f"{number} / 3")
    return bytes(paper.output())


@dataclass(frozen=True)
class _Spoken:
    packets: list[bytes]
    lasts: float


def spoken() -> dict[str, _Spoken]:
    """Every sentence from its first sound to its last, as packets."""
    samples = [_from_first_to_last_sound(whole) for whole in mandarin(*SAID.values())]
    return {key: _Spoken(opus_of(said), len(said) / RATE) for key, said in zip(SAID, samples, strict=True)}


def _from_first_to_last_sound(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    cut = samples[max(0, int(loud[0]) - RATE // 100) : int(loud[-1]) + RATE // 20]
    return np.pad(cut, (0, -len(cut) % (RATE // 50)))


class Script:
    """The meeting as it goes."""

    def __init__(self, there: Institution, said: dict[str, _Spoken], pace: Pace) -> None:
        self.there, self.truth = there, Truth()
        self._said, self._pace = said, pace
        self._ended = AsyncExitStack()

    async def hold(self, before_adjourning: Callable[[], None]) -> None:
        await self._brings_material()
        async with self._ended:
            secretary, chair, listener = [await self._enters(who) for who in (SECRETARY, CHAIR, LISTENER)]
            self.truth.opened_at = time.time()
            await secretary.asks("OpenMeeting")
            await secretary.asks("StartRecording")
            for member in (secretary, chair, listener):
                await member.bot.event("RecordingStarted")
                await member.asks("AcknowledgeRecording")
            await chair.connects_sound()
            await chair.opens_microphone()
            await self._learning(secretary, chair, listener)
            late = await self._comes_late()
            await self._reporting(secretary, chair, late)
            await self._voting(secretary, chair, late, listener)
            await self._planning(secretary, chair, late)
            await self._until(LASTS_S)
            before_adjourning()
            self.truth.adjourned_at = time.time()
            await secretary.asks("AdjournMeeting")

    async def _learning(self, secretary: MeetingPhone, chair: MeetingPhone, listener: MeetingPhone) -> None:
        await self._until(5)
        await self._says(chair, CHAIR, "begin", "signed")
        await self._steps(secretary, 0)
        await self._shows(secretary, listener, 1)
        await self._says(chair, CHAIR, "first", "material")
        await self._shows(secretary, listener, 2)
        await self._says(chair, CHAIR, "page")
        await self._until(90)
        await self._shows(secretary, listener, 3)

    async def _comes_late(self) -> MeetingPhone:
        """After two minutes in which everybody reads."""
        await self._until(150)
        self.truth.late_at = time.time()
        late = await self._enters(LATE)
        await late.asks("AcknowledgeRecording")
        await late.connects_sound()
        await late.opens_microphone()
        await self._says(late, LATE, "sorry")
        return late

    async def _reporting(self, secretary: MeetingPhone, chair: MeetingPhone, late: MeetingPhone) -> None:
        """The chair's microphone is closed for four minutes; the other is open, and silent for two of them."""
        await self._until(172)
        await self._says(chair, CHAIR, "second")
        await self._steps(secretary, 1)
        await self._says(chair, CHAIR, "report")
        await chair.closes_microphone()
        await self._says(late, LATE, "service", "half", "took part")
        await self._until(330)
        await self._says(late, LATE, "go on", "proposal")

    async def _voting(self, secretary: MeetingPhone, chair: MeetingPhone, *others: MeetingPhone) -> None:
        await self._until(400)
        await chair.opens_microphone()
        await self._says(chair, CHAIR, "opinions", "vote")
        motion_id = (await secretary.asks("DraftMotion", title=MOTION))["data"]["motion_id"]
        self.truth.vote_opened = await self._act(secretary, "OpenMotion", motion_id=motion_id)
        for member in (secretary, chair, *others):
            await member.bot.event("MotionOpened", motion_id=motion_id)
            await member.asks("CastBallot", motion_id=motion_id, choices=["for"])
        await self._until(440)
        self.truth.vote_closed = await self._act(secretary, "CloseMotion", motion_id=motion_id)
        await secretary.asks("PublishMotion", motion_id=motion_id)
        await self._says(chair, CHAIR, "carried")

    async def _planning(self, secretary: MeetingPhone, chair: MeetingPhone, late: MeetingPhone) -> None:
        await self._until(480)
        await self._steps(secretary, 2)
        await self._says(chair, CHAIR, "third", "visit")
        await self._says(late, LATE, "list")
        await self._until(598)
        await self._says(chair, CHAIR, "over")

    # --- how it goes ------------------------------------------------------------------------------------------

    async def _until(self, seconds: float) -> None:
        """Nobody says anything until then (seconds of the meeting)."""
        left = self.truth.opened_at + seconds * self._pace.share - time.time()
        await asyncio.sleep(max(self._pace.silence_s, left))  # on purpose: a silence of the script

    async def _enters(self, who: str) -> MeetingPhone:
        return await self._ended.enter_async_context(meeting_phone(self.there.socket, f"signin={self.there.cookies[who]}"))

    async def _says(self, phone: MeetingPhone, who: str, *keys: str) -> None:
        """One sentence after another, with a breath between them."""
        for key in keys:
            said = self._said[key]
            since = await phone.says(said.packets)
            self.truth.sentences.append(Sentence(who, SAID[key], since, said.lasts))
            await asyncio.sleep(1.5)  # on purpose: a breath between two sentences

    async def _steps(self, secretary: MeetingPhone, number: int) -> None:
        assert secretary.bot.snapshot is not None
        item: dict[str, Any] = secretary.bot.snapshot["state"]["agenda"][number]
        assert item["title"] == AGENDA[number]
        self.truth.steps[AGENDA[number]] = await self._act(secretary, "StepAgenda", item_id=item["item_id"])

    async def _shows(self, secretary: MeetingPhone, listener: MeetingPhone, page: int) -> None:
        assert secretary.bot.snapshot is not None
        (document,) = secretary.bot.snapshot["state"]["documents"]
        act = await self._act(secretary, "ShowPage", document_id=document["document_id"], page=page)
        self.truth.pages.append((page, act))
        await listener.bot.event("PageShown", document_id=document["document_id"], page=page)

    async def _brings_material(self) -> None:
        """The secretary puts a document of three pages beside the agenda."""
        page = f"/meetings/{self.there.meeting_id}"
        async with self.there.browser(SECRETARY) as secretary:
            await secretary.submit(f"{page}/documents", files={"file": ("学习材料.pdf", three_pages(), "application/pdf")}, page=page)

    async def _act(self, phone: MeetingPhone, kind: str, **data: Any) -> Act:
        asked = time.time()
        await phone.asks(kind, **data)
        return Act(asked, time.time())


def hold_meeting(there: Institution, adjourned: Path, pace: Pace) -> Truth:
    """Hold it. What the server has on its disk when it is over, before anybody makes a record of it, is copied to ``adjourned``."""
    script = Script(there, spoken(), pace)
    archive = there.server.children()["archive"]
    try:
        asyncio.run(script.hold(lambda: os.kill(archive, signal.SIGSTOP)))  # it waits until the copy is made
        wait_for(lambda: _recorded(there) == 2, 60)
        _copy(there, adjourned)
    finally:
        os.kill(archive, signal.SIGCONT)
    return script.truth


def _recorded(there: Institution) -> int:
    """How many tracks are complete."""
    with closing(sqlite3.connect(there.folder / "var" / "meetings.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM journal WHERE kind = 'TrackRecorded'").fetchone()[0])


def _copy(there: Institution, to: Path) -> None:
    to.mkdir()
    with closing(sqlite3.connect(there.folder / "var" / "meetings.sqlite3")) as database:
        with closing(sqlite3.connect(to / "meetings.sqlite3")) as copy:
            database.backup(copy)
    shutil.copytree(there.folder / "recordings", to / "recordings")


def prints_of(recording: Path) -> dict[str, str]:
    """Every file of a meeting with its hash, but for the manifest: it says how long things took."""
    files = [path for path in sorted(recording.rglob("*")) if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(recording)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def passages_in(database: Path) -> list[tuple[Any, ...]]:
    """What is searched: kind, moment, speaker and text of each passage."""
    with closing(sqlite3.connect(database)) as reader:
        return reader.execute("SELECT kind, said_at, who, text FROM passages ORDER BY said_at, kind, text").fetchall()
