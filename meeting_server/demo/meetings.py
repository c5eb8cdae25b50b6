"""The meetings of the demo: one going on now, two to come, one whose record can be heard and read."""

from __future__ import annotations

from meeting_server.demo.branch import People
from meeting_server.demo.last_month import last_month
from meeting_server.demo.program import DAY, Program
from meeting_server.demo.scripted_meeting import MINUTE, ScriptClock
from meeting_server.demo.slides import slides
from meeting_server.domain.commands import DraftMotion, OpenMeeting, PostChat, RaiseHand, StepAgenda
from meeting_server.domain.ids import Millis
from meeting_server.domain.terms import ItemPlan
from meeting_server.web.site.dates import local
from meeting_server.web.site.site import Site

IN_HALL = ("孙国栋", "马丽娟", "吴海燕", "徐磊", "朱明", "胡雪梅", "郭振宇")
ALSO_IN_HALL = ("刘海涛", "赵雅琴", "刘敏", "高远", "黄蓉", "罗志强", "梁晨", "宋佳", "唐立")


async def today(program: Program) -> None:
    """A general meeting that began a quarter of an hour ago; those in the hall are there, phones come from outside."""
    start = program.now - 15 * MINUTE
    agenda = (
        ItemPlan("宣布开会，核实到会人数", 6, "周建华"),
        ItemPlan("审议年度工作总结", 20, "李敏"),
        ItemPlan("表决：2027 年度支部工作计划", 15),
        ItemPlan("其他事项，会议小结", 10, "周建华"),
    )
    title = f"{local(start).year}年{local(start).month}月支部党员大会"
    plan = program.plan("general", title, "general_meeting", start, 90, agenda)
    chair = program.id("周建华")
    scheduled = await program.site.schedule.add(plan, chair, start - 5 * DAY)
    for name, content in slides():
        await program.site.documents.add(scheduled.meeting_id, name, content, chair, start - 2 * DAY)
    await program.leave(scheduled, start - 2 * DAY)
    play = program.play(scheduled, start)
    for position, name in enumerate((*IN_HALL, *ALSO_IN_HALL)):
        await play.seen_in_hall(-4 + position * 0.2, program.id(name), program.id("何雨桐"))
    await play.say(0, chair, OpenMeeting())
    items = [item.item_id for item in (await play.state()).agenda]
    await play.say(1, chair, StepAgenda(items[0]))
    await play.say(7, chair, StepAgenda(items[1]))
    await play.say(8, program.id("何雨桐"), PostChat("工作总结在资料里，会场大屏同步翻页。"))
    await play.say(12, program.id("马丽娟"), PostChat("志愿服务那页能再放一下吗？"))
    await play.say(13, program.id("孙国栋"), RaiseHand())
    await play.say(14, chair, DraftMotion("2027 年度支部工作计划", "按会前发放的计划草案执行，每季度检查一次。", items[2]))


async def to_come(program: Program) -> None:
    """A lesson next week, and the organisation-life meeting after it."""
    chair = program.id("周建华")
    lesson = (
        ItemPlan("签到", 5),
        ItemPlan("党课：数字时代的群众工作", 60, "丁文静"),
        ItemPlan("交流讨论", 20),
        ItemPlan("小结", 5, "周建华"),
    )
    start = program.evening(7)
    plan = program.plan("lesson", "党课：数字时代的群众工作", "group_meeting", start, 90, lesson)
    await program.site.schedule.add(plan, chair, program.now - DAY)
    life = (
        ItemPlan("通报会前准备情况", 10, "周建华"),
        ItemPlan("对照检查", 45),
        ItemPlan("批评与自我批评", 40),
        ItemPlan("整改措施", 15, "周建华"),
    )
    start = program.evening(21)
    plan = program.plan("organisation_life", "组织生活会", "organisation_life", start, 120, life)
    later = await program.site.schedule.add(plan, chair, program.now - DAY)
    await program.site.leaves.ask(later.meeting_id, program.id("李敏"), "参加学术会议", program.now - DAY // 2)


async def seed_meetings(site: Site, clock: ScriptClock, people: People, now: Millis) -> None:
    """Last month's meeting with its record, today's, and two to come."""
    program = Program(site, clock, people, now)
    await last_month(program)
    await to_come(program)
    await today(program)
    clock.at = now
