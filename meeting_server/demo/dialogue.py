"""What is said in the demo's meeting of last month. The voices are a machine's: ``.ci/tools/demo_voices.py`` made ``sound/``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from meeting_server.domain.ids import Millis

SOUND = Path(__file__).with_name("sound")


@dataclass(frozen=True, slots=True)
class Line:
    """What one person says in one breath; ``key`` is unique. ``rest``: seconds in which nobody says anything after it."""

    key: str
    speaker: str
    words: str
    rest: float = 0.8


@dataclass(frozen=True, slots=True)
class Said:
    """When a line was said, from the first sound of the meeting."""

    since: Millis
    until: Millis


DIALOGUE = (
    Line("opening", "周建华", "同志们，现在开会。今天的党员大会先学习条例，再讨论志愿服务，然后表决两项议案。会议全程录音。"),
    Line("quorum", "周建华", "本支部应到党员三十二人，其中有表决权的二十九人。请假三人，有表决权的实到二十六人，超过半数，可以开会。", 1.2),
    Line("study_call", "周建华", "下面请刘海涛同志领学党员教育管理工作条例。"),
    Line("study_chapters", "刘海涛", "同志们，我领学条例的第一章到第三章。党员教育管理，是党的建设基础性、经常性的工作。"),
    Line("study_branch", "刘海涛", "支部是教育管理党员的主体。党员要按时参加党员大会、党小组会，按时上党课，这就是我们常说的三会一课。"),
    Line("study_help", "刘海涛", "管理不是管住，而是帮助。谁换了导师、去外地实习，党小组长要第一时间知道，组织关系要跟得上。"),
    Line("study_months", "刘海涛", "条例还要求，支部每个月要相对固定一天，开展主题党日。请大家会后把原文再读一遍。", 1.2),
    Line("discuss_call", "周建华", "谢谢。第三项，讨论志愿服务安排，请李敏同志先说。"),
    Line(
        "report_year", "李敏", "今年我们一共服务了一千二百四十个小时，比上年多四分之一。社区的数字课堂，教老人用手机挂号和缴费，很受欢迎。"
    ),
    Line("report_guests", "李敏", "挂号这一课最受欢迎。一位七十多岁的阿姨学会以后，第二个星期就带了三位邻居来。"),
    Line("report_gap", "李敏", "不足也很明显。时间过于集中，一到考试周，志愿服务就中断了。"),
    Line("report_signup", "李敏", "数字课堂每周六上午还差两位同志。想报名的，请打我的电话，", 0.15),
    Line("report_number", "李敏", "一三八，零零零零，零零零零。"),
    Line("remedy", "孙国栋", "我来说说考试周怎么办。在职的同志白天有空，可以补上考试周的空缺，我愿意带头。"),
    Line("remedy_shifts", "孙国栋", "具体办法是，考试前两个星期排好班，每次两个人，一个讲课，一个在旁边帮忙。愿意来的，会后找我登记。"),
    Line("dissent", "马丽娟", "我有不同意见。服务对象不能只有老人，留学生也需要帮助。我建议列入明年计划，再讨论一次。"),
    Line(
        "dissent_students",
        "马丽娟",
        "今年新来的留学生有四十多位，他们办电话卡、看病、坐校车，都要找人问。我们懂外语的同志不少，可以试一试。",
    ),
    Line("summing_up", "周建华", "两位的意见都记下来。考试周由在职和在校的老党员补位，服务留学生的建议，明年再议。", 1.2),
    Line("funds_budget", "周建华", "党费使用要公开。预算会前发给了大家，两千元慰问八位老党员，一千二百元买学习用书。"),
    Line("funds_call", "周建华", "现在表决。第一项，四季度党费使用计划，用来慰问老党员、购买学习用书，一共三千二百元。请大家投票。", 4.5),
    Line("funds_result", "周建华", "赞成二十四票，反对一票，弃权一票。同意的超过半数，通过。", 1.2),
    Line("saturday_doubt", "孙国栋", "表决第二项之前，我提醒一句，周六上午和数字课堂冲突，不少同志两头跑不开。"),
    Line("saturday_call", "周建华", "第二项，主题党日改到周六上午。自下个月起，定在每个月的第二个周六。请大家投票。", 4.5),
    Line("saturday_result", "周建华", "赞成十一票，反对十二票，弃权三票。没有超过半数，不通过。主题党日的时间不变。", 1.2),
    Line("closing", "周建华", "小结一下。今天学习了条例，明确了考试周的志愿服务由谁补位，通过了党费使用计划。"),
    Line("closing_tasks", "周建华", "请李敏同志会后把报名表发到群里。各党小组本月底前，把学习情况报给支部。散会。"),
)


def times() -> Mapping[str, Said]:
    """When each line of ``DIALOGUE`` was said, by its key."""
    found = json.loads((SOUND / "times.json").read_text("utf-8"))
    return {key: Said(since, until) for key, (since, until) in found.items()}


def sound_of(speaker: str) -> Path:
    """The recorded sound of a speaker: Opus packets in WebM, with nothing where the speaker said nothing."""
    first = next(number for number, line in enumerate(DIALOGUE) if line.speaker == speaker)
    return SOUND / f"{DIALOGUE[first].key}.webm"
