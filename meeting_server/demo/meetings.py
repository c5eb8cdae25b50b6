"""The meetings of the demo: one going on now, two to come, one whose record can be read."""

from __future__ import annotations

from meeting_server.demo.branch import People
from meeting_server.demo.scripted_meeting import MINUTE, ScriptClock, ScriptedMeeting
from meeting_server.demo.slides import slides, volunteering
from meeting_server.domain.commands import (
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
    ShowPage,
    StepAgenda,
    StopShowing,
    TakeNote,
)
from meeting_server.domain.ids import ItemId, Millis, MotionId, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import ItemPlan, MeetingKind
from meeting_server.domain.vote_terms import Stance
from meeting_server.store.record.publications import Publication
from meeting_server.store.schedule.schedule import Listed, Plan, Scheduled
from meeting_server.web.site.dates import local, millis
from meeting_server.web.site.site import Site

DAY: Millis = 24 * 60 * MINUTE
IN_HALL = ("孙国栋", "马丽娟", "吴海燕", "徐磊", "朱明", "胡雪梅", "郭振宇")
ALSO_IN_HALL = ("刘海涛", "赵雅琴", "刘敏", "高远", "黄蓉", "罗志强", "梁晨", "宋佳", "唐立")
ON_LEAVE = {"王志远": "外出调研", "郑凯": "病假", "冯晓": "出国访问"}


def _evening(now: Millis, days: int, hour: int = 19) -> Millis:
    """``hour`` o'clock on the wall of the house, ``days`` from now."""
    return millis(local(now + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0))


def _plan(people: People, kind: MeetingKind, title: str, preset: str, start: Millis, minutes: int, agenda: tuple[ItemPlan, ...]) -> Plan:
    roles = {"周建华": Role.CHAIR, "何雨桐": Role.SECRETARY}
    listed = tuple(
        Listed(ParticipantId(member.member_id), roles.get(member.name, Role.MEMBER))
        for member in people.by_name.values()
        if member.number.startswith("D2") and member.standing in (Standing.FULL, Standing.PROBATIONARY, Standing.APPLICANT)
    )
    return Plan(people.branch_id, kind, title, "教学楼 A305，线上同时进行", start, start + minutes * MINUTE, preset, False, agenda, listed)


class _Program:
    """Puts the meetings on the schedule and plays those that have begun."""

    def __init__(self, site: Site, clock: ScriptClock, people: People, now: Millis) -> None:
        self._site, self._clock, self._people, self._now = site, clock, people, now

    def _id(self, name: str) -> str:
        return self._people[name].member_id

    def _play(self, scheduled: Scheduled, start: Millis) -> ScriptedMeeting:
        return ScriptedMeeting(self._site.registry, self._clock, scheduled.meeting_id, start)

    async def _leave(self, scheduled: Scheduled, at: Millis) -> None:
        for name, reason in ON_LEAVE.items():
            who = ParticipantId(self._id(name))
            await self._site.leaves.ask(scheduled.meeting_id, who, reason, at)
            await self._site.leaves.decide(scheduled.meeting_id, who, "approved", self._id("周建华"), "", at + 60 * MINUTE)

    async def _gather(self, play: ScriptedMeeting, *, phones: bool) -> list[str]:
        """Everyone who is not on leave comes; the names."""
        came = [name for name, member in self._people.by_name.items() if member.number.startswith("D2") and name not in ON_LEAVE]
        for position, name in enumerate(came):
            minute = -6 + position * 0.25
            if not phones or name in IN_HALL:
                await play.seen_in_hall(minute, self._id(name), self._id("何雨桐"))
            else:
                await play.arrive(minute, self._id(name))
        return came

    async def last_month(self) -> None:
        """A meeting with its record: study, report, a vote that was carried and one that was not; published for the branch to study."""
        start = _evening(self._now, -28)
        agenda = (
            ItemPlan("宣布开会，核实到会人数", 5, "周建华"),
            ItemPlan("学习：党员教育管理工作条例", 20, "刘海涛"),
            ItemPlan("讨论志愿服务安排", 20, "李敏"),
            ItemPlan("表决：四季度党费使用计划", 10),
            ItemPlan("会议小结", 5, "周建华"),
        )
        title = f"{local(start).year}年{local(start).month}月支部党员大会"
        plan = _plan(self._people, "general", title, "general_meeting", start, 90, agenda)
        chair, clerk = self._id("周建华"), self._id("何雨桐")
        scheduled = await self._site.schedule.add(plan, chair, start - 5 * DAY)
        slide = await self._site.documents.add(scheduled.meeting_id, *volunteering(), chair, start - 2 * DAY)
        await self._leave(scheduled, start - 2 * DAY)
        play = self._play(scheduled, start)
        came = await self._gather(play, phones=True)
        await play.say(0, chair, OpenMeeting())
        items = [item.item_id for item in (await play.state()).agenda]
        await play.say(1, chair, StepAgenda(items[0]))
        await play.say(1.2, chair, OpenRollCall(120))
        await play.say(5, chair, StepAgenda(items[1]))
        studied = "领学《中国共产党党员教育管理工作条例》第一至三章，强调支部是教育管理党员的主体。"
        await play.say(9, clerk, TakeNote("point", studied, items[1], ParticipantId(self._id("刘海涛"))))
        await play.say(18, self._id("丁文静"), PostChat("条例原文在资料里，第 3 页有学习要点。"))
        await play.say(25, chair, StepAgenda(items[2]))
        await self._discuss(play, items[2], slide.document_id)
        await play.say(46, chair, StepAgenda(items[3]))
        await self._vote(play, came, 47, items[3], "四季度党费使用计划", "用于慰问老党员、购买学习用书，共 3,200 元。", 24, 1)
        await self._vote(play, came, 53, items[3], "主题党日改到周六上午", "自下月起，每月第二个周六上午。", 11, 12)
        await play.say(58, chair, StepAgenda(items[4]))
        await play.say(60, clerk, TakeNote("resolution", "同意四季度党费使用计划；志愿服务考试周由在校老党员补位。", items[3], None))
        await play.say(62, chair, StepAgenda(None))
        for name in came:
            if name not in IN_HALL:
                await play.go(63, self._id(name))
        await play.say(63.5, chair, AdjournMeeting())
        await self._publish(scheduled, f"志愿服务怎么安排：{title}", start + DAY)

    async def _publish(self, scheduled: Scheduled, title: str, at: Millis) -> None:
        summary = "全年志愿服务 1,240 小时，但考试周中断。大家商定由在职、在校的老党员补上，服务留学生的建议留到明年再议。"
        keywords = ("志愿服务", "考试周", "数字课堂")
        by = self._people["周建华"]
        await self._site.publications.save(
            Publication(
                scheduled.meeting_id,
                self._people.branch_id,
                title,
                summary,
                keywords,
                state="published",
                approved_by=by.member_id,
                approved_name=by.name,
                approved_at=at,
                published_at=at,
            )
        )

    async def _discuss(self, play: ScriptedMeeting, item: ItemId, slide: str) -> None:
        """``slide``: the document of two pages that was shown meanwhile."""
        chair, clerk = self._id("周建华"), self._id("何雨桐")
        speeches = (
            (26, "李敏", "point", "全年志愿服务 1,240 小时，比上年多四分之一；时间过于集中，考试周中断。"),
            (31, "孙国栋", "point", "在职同志白天有空，可以补上考试周。"),
            (36, "马丽娟", "dissent", "服务对象应扩大到留学生，建议列入明年计划再议。"),
        )
        for minute, name, kind, words in speeches:
            await play.say(minute, self._id(name), RaiseHand())
            await play.say(minute + 0.5, chair, GrantFloor(ParticipantId(self._id(name)), 180))
            note = TakeNote("dissent" if kind == "dissent" else "point", words, item, ParticipantId(self._id(name)))
            if name != "马丽娟":
                await play.say(minute + 1, chair, ShowPage(slide, 1 if name == "李敏" else 2))
            await play.say(minute + 3, clerk, note)
        await play.say(39.5, chair, StopShowing())
        await play.say(40, self._id("陈思源"), PostChat("志愿服务的报名表，会后发到群里吗？"))
        await play.say(41, self._id("李敏"), PostChat("会后就发，每周六上午的数字课堂还差两位同志。"))

    async def _vote(
        self, play: ScriptedMeeting, came: list[str], minute: float, item: ItemId, title: str, words: str, in_favour: int, against: int
    ) -> None:
        chair = self._id("周建华")
        await play.say(minute, chair, DraftMotion(title, words, item))
        motion = MotionId(max((await play.state()).motions, key=lambda known: int(known.strip("abcdefghijklmnopqrstuvwxyz-"))))
        await play.say(minute + 0.5, chair, OpenMotion(motion, 180))
        voters = [name for name in came if self._people[name].may_vote]
        for position, name in enumerate(voters):
            choice = Stance.FOR if position < in_favour else Stance.AGAINST if position < in_favour + against else Stance.ABSTAIN
            await play.say(minute + 0.6 + position * 0.05, self._id(name), CastBallot(motion, (choice,)))
        await play.say(minute + 3, chair, CloseMotion(motion))
        await play.say(minute + 3.3, chair, PublishMotion(motion))

    async def now(self) -> None:
        """A general meeting that began a quarter of an hour ago; those in the hall are there, phones come from outside."""
        start = self._now - 15 * MINUTE
        agenda = (
            ItemPlan("宣布开会，核实到会人数", 6, "周建华"),
            ItemPlan("审议年度工作总结", 20, "李敏"),
            ItemPlan("表决：2027 年度支部工作计划", 15),
            ItemPlan("其他事项，会议小结", 10, "周建华"),
        )
        title = f"{local(start).year}年{local(start).month}月支部党员大会"
        plan = _plan(self._people, "general", title, "general_meeting", start, 90, agenda)
        chair = self._id("周建华")
        scheduled = await self._site.schedule.add(plan, chair, start - 5 * DAY)
        for name, content in slides():
            await self._site.documents.add(scheduled.meeting_id, name, content, chair, start - 2 * DAY)
        await self._leave(scheduled, start - 2 * DAY)
        play = self._play(scheduled, start)
        for position, name in enumerate((*IN_HALL, *ALSO_IN_HALL)):
            await play.seen_in_hall(-4 + position * 0.2, self._id(name), self._id("何雨桐"))
        await play.say(0, chair, OpenMeeting())
        items = [item.item_id for item in (await play.state()).agenda]
        await play.say(1, chair, StepAgenda(items[0]))
        await play.say(7, chair, StepAgenda(items[1]))
        await play.say(8, self._id("何雨桐"), PostChat("工作总结在资料里，会场大屏同步翻页。"))
        await play.say(12, self._id("马丽娟"), PostChat("志愿服务那页能再放一下吗？"))
        await play.say(13, self._id("孙国栋"), RaiseHand())
        await play.say(14, chair, DraftMotion("2027 年度支部工作计划", "按会前发放的计划草案执行，每季度检查一次。", items[2]))

    async def to_come(self) -> None:
        """A lesson next week, and the organisation-life meeting after it."""
        chair = self._id("周建华")
        lesson = (
            ItemPlan("签到", 5),
            ItemPlan("党课：数字时代的群众工作", 60, "丁文静"),
            ItemPlan("交流讨论", 20),
            ItemPlan("小结", 5, "周建华"),
        )
        start = _evening(self._now, 7)
        plan = _plan(self._people, "lesson", "党课：数字时代的群众工作", "group_meeting", start, 90, lesson)
        await self._site.schedule.add(plan, chair, self._now - DAY)
        life = (
            ItemPlan("通报会前准备情况", 10, "周建华"),
            ItemPlan("对照检查", 45),
            ItemPlan("批评与自我批评", 40),
            ItemPlan("整改措施", 15, "周建华"),
        )
        start = _evening(self._now, 21)
        plan = _plan(self._people, "organisation_life", "组织生活会", "organisation_life", start, 120, life)
        later = await self._site.schedule.add(plan, chair, self._now - DAY)
        await self._site.leaves.ask(later.meeting_id, ParticipantId(self._id("李敏")), "参加学术会议", self._now - DAY // 2)


async def seed_meetings(site: Site, clock: ScriptClock, people: People, now: Millis) -> None:
    """Last month's meeting with its record, today's, and two to come."""
    program = _Program(site, clock, people, now)
    await program.last_month()
    await program.to_come()
    await program.now()
    clock.at = now
