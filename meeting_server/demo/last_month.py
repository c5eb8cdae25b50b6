"""The demo's meeting of last month: heard, voted, adjourned and published, with the sound of ``dialogue`` as its recording.

The journal gets what the meeting's own machinery would have told it, at the moments at which the words fall.
"""

from __future__ import annotations

import shutil
from itertools import groupby

from meeting_server.demo.dialogue import DIALOGUE, sound_of, times
from meeting_server.demo.kept_record import keep_record
from meeting_server.demo.program import DAY, Program
from meeting_server.demo.scripted_meeting import MINUTE, ScriptedMeeting
from meeting_server.demo.slides import volunteering
from meeting_server.domain.commands import (
    AcknowledgeRecording,
    AdjournMeeting,
    CastBallot,
    CloseMotion,
    DraftMotion,
    GrantFloor,
    OpenMeeting,
    OpenMotion,
    OpenRollCall,
    PostChat,
    PublishMotion,
    RaiseHand,
    ReportSpeakerTurn,
    ReportTrackRecorded,
    ShowPage,
    StartRecording,
    StepAgenda,
    StopRecording,
    StopShowing,
    TakeNote,
)
from meeting_server.domain.ids import HALL, ItemId, MotionId
from meeting_server.domain.terms import ItemPlan
from meeting_server.domain.vote_terms import Stance
from meeting_server.web.site.dates import local

IN_HALL = ("吴海燕", "徐磊", "朱明", "胡雪梅", "郭振宇")
SECOND = 1 / 60
"""In the script's minutes."""
SOUND_FROM = 12 * SECOND
"""The minute of the first word."""


async def last_month(program: Program) -> None:
    """A meeting with its record: study, report, a vote that was carried and one that was not; published for the branch to study."""
    start = program.evening(-28)
    agenda = (
        ItemPlan("宣布开会，核实到会人数", 5, "周建华"),
        ItemPlan("学习：党员教育管理工作条例", 20, "刘海涛"),
        ItemPlan("讨论志愿服务安排", 20, "李敏"),
        ItemPlan("表决：党费使用、主题党日时间", 10),
        ItemPlan("会议小结", 5, "周建华"),
    )
    title = f"{local(start).year}年{local(start).month}月支部党员大会"
    plan = program.plan("general", title, "general_meeting", start, 90, agenda, recorded=True)
    chair = program.id("周建华")
    scheduled = await program.site.schedule.add(plan, chair, start - 5 * DAY)
    slide = await program.site.documents.add(scheduled.meeting_id, *volunteering(), chair, start - 2 * DAY)
    await program.leave(scheduled, start - 2 * DAY)
    play = program.play(scheduled, start)
    came = await program.gather(play, IN_HALL)
    await play.say(0, chair, OpenMeeting())
    items = tuple(item.item_id for item in (await play.state()).agenda)
    await _Recorded(program, play, start, came, items).play(slide.document_id)
    await keep_record(program, scheduled, f"志愿服务怎么安排：{title}", start + round(SOUND_FROM * MINUTE))


class _Recorded:
    """The meeting between opening and adjourning, as the lines of the dialogue fall."""

    def __init__(self, program: Program, play: ScriptedMeeting, start: int, came: list[str], items: tuple[ItemId, ...]) -> None:
        self._program, self._play, self._start, self._came, self._items = program, play, start, came, items
        self._times = times()
        self._chair, self._clerk = program.id("周建华"), program.id("何雨桐")

    def _as(self, key: str) -> float:
        """The minute at which a line begins."""
        return SOUND_FROM + self._times[key].since / MINUTE

    def _after(self, key: str) -> float:
        """The minute at which a line has been said."""
        return SOUND_FROM + self._times[key].until / MINUTE

    async def play(self, slide: str) -> None:
        """``slide``: the document of two pages that was shown meanwhile."""
        play, chair, items = self._play, self._chair, self._items
        phones = [name for name in self._came if name not in IN_HALL]
        await play.say(0.5 * SECOND, chair, StepAgenda(items[0]))
        await play.say(2 * SECOND, chair, StartRecording())
        for name in phones:
            await play.say(4 * SECOND, self._program.id(name), AcknowledgeRecording())
        await play.say(self._after("opening"), chair, OpenRollCall(120))
        await self._study()
        await self._discuss(slide)
        await play.say(self._as("funds_budget"), chair, StepAgenda(items[3]))
        await self._vote("funds", "四季度党费使用计划", "用于慰问老党员、购买学习用书，共 3,200 元。", 24, 1)
        await self._vote("saturday", "主题党日改到周六上午", "自下月起，每月第二个周六上午。", 11, 12)
        await play.say(self._as("closing"), chair, StepAgenda(items[4]))
        agreed = "同意四季度党费使用计划；志愿服务考试周由在职和在校的老党员补位。"
        await play.say(self._after("closing"), self._clerk, TakeNote("resolution", agreed, items[3], None))
        end = self._after("closing_tasks")
        await self._sound(end + 2 * SECOND)
        for name in phones:
            await play.go(end + 4 * SECOND, self._program.id(name))
        await play.say(end + 5 * SECOND, chair, AdjournMeeting())

    async def _study(self) -> None:
        play, item = self._play, self._items[1]
        await play.say(self._as("study_call"), self._chair, StepAgenda(item))
        studied = "领学《中国共产党党员教育管理工作条例》第一至三章，强调支部是教育管理党员的主体。"
        await play.say(self._after("study_branch"), self._clerk, TakeNote("point", studied, item, self._program.id("刘海涛")))
        await play.say(self._after("study_help"), self._program.id("丁文静"), PostChat("条例原文在资料里，会后可以再读。"))

    async def _discuss(self, slide: str) -> None:
        program, play, item = self._program, self._play, self._items[2]
        await play.say(self._as("discuss_call"), self._chair, StepAgenda(item))
        speeches = (
            ("report_year", "report_number", "李敏", "全年志愿服务 1,240 小时，比上年多四分之一；时间过于集中，考试周中断。"),
            ("remedy", "remedy_shifts", "孙国栋", "在职同志白天有空，可以补上考试周。"),
            ("dissent", "dissent_students", "马丽娟", "服务对象应扩大到留学生，建议列入明年计划再议。"),
        )
        for page, (first, last, name, words) in enumerate(speeches, 1):
            await play.say(self._as(first) - 0.6 * SECOND, program.id(name), RaiseHand())
            await play.say(self._as(first) - 0.3 * SECOND, self._chair, GrantFloor(program.id(name), 180))
            if name != "马丽娟":
                await play.say(self._as(first), self._chair, ShowPage(slide, page))
            note = TakeNote("dissent" if name == "马丽娟" else "point", words, item, program.id(name))
            await play.say(self._after(last), self._clerk, note)
        await play.say(self._as("summing_up"), self._chair, StopShowing())
        await play.say(self._as("summing_up"), program.id("陈思源"), PostChat("志愿服务的报名表，会后发到群里吗？"))
        await play.say(self._after("summing_up"), program.id("李敏"), PostChat("会后就发，每周六上午的数字课堂还差两位同志。"))

    async def _vote(self, key: str, title: str, words: str, in_favour: int, against: int) -> None:
        """The vote that the lines ``key``_call and ``key``_result speak of."""
        program, play, minute = self._program, self._play, self._after(f"{key}_call")
        await play.say(self._as(f"{key}_call"), self._chair, DraftMotion(title, words, self._items[3]))
        motion = MotionId(max((await play.state()).motions, key=lambda known: int(known.strip("abcdefghijklmnopqrstuvwxyz-"))))
        await play.say(minute, self._chair, OpenMotion(motion, 180))
        voters = [name for name in self._came if program.people[name].may_vote]
        for position, name in enumerate(voters):
            choice = Stance.FOR if position < in_favour else Stance.AGAINST if position < in_favour + against else Stance.ABSTAIN
            await play.say(minute + (0.5 + position * 0.12) * SECOND, program.id(name), CastBallot(motion, (choice,)))
        await play.say(minute + 4 * SECOND, self._chair, CloseMotion(motion))
        await play.say(minute + 4.3 * SECOND, self._chair, PublishMotion(motion))

    async def _sound(self, minute: float) -> None:
        """Stop the recording; who was heard when, and the files, as the media plane reports them."""
        zero = self._start + round(SOUND_FROM * MINUTE)
        for speaker, lines in groupby(DIALOGUE, lambda line: line.speaker):
            spoken = [self._times[line.key] for line in lines]
            turn = ReportSpeakerTurn(self._program.id(speaker), HALL, zero + spoken[0].since, zero + spoken[-1].until)
            await self._play.say(minute, None, turn)
        await self._play.say(minute, self._chair, StopRecording())
        folder = self._program.site.settings.recordings_dir / self._play.meeting_id / HALL
        folder.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(dict.fromkeys(line.speaker for line in DIALOGUE)):
            mine = [self._times[line.key] for line in DIALOGUE if line.speaker == name]
            since, until = zero + mine[0].since, zero + mine[-1].until
            path = folder / f"audio-{self._program.id(name)}-{since}-{number}.webm"
            shutil.copyfile(sound_of(name), path)
            track = ReportTrackRecorded(self._program.id(name), HALL, "audio", f"{HALL}/{path.name}", since, until, synthetic=True)
            await self._play.say(minute, None, track)
