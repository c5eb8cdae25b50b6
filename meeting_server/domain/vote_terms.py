"""The closed sets of terms of votes and their rules. On the wire and in the journal each term is its value."""

from __future__ import annotations

from enum import StrEnum


class MotionForce(StrEnum):
    """The kind of a motion: one of ``votes/kinds``."""

    MOTION = "motion"  # decided under a rule
    POLL = "poll"  # 投票调查: no force, no quorum, no verdict
    ELECTION = "election"  # 选举
    APPRAISAL = "appraisal"  # 民主评议, on one of three sheets
    SURVEY = "survey"  # 问卷: anonymous, shown only above a minimum group size


class AppraisalSheet(StrEnum):
    """The sheets of a democratic appraisal (民主评议). 党员互评 is spoken and has none."""

    SELF = "self"  # 自评: each of those appraised about themselves, named
    MUTUAL = "mutual"  # 民主测评: everyone about everyone on the sheet, secret, only the sums
    COMMITTEE = "committee"  # 民主测评 of the committee (班子) as a whole, secret, only the sums
    ORGANISATION = "organisation"  # 组织评定: the grades proposed on the basis of the others, adopted by vote


class ItemPurpose(StrEnum):
    """The purpose of an agenda item, if a template sets it. The chair's console offers the acts one after the other."""

    NONE = ""  # only spoken about
    ROLL_CALL = "roll_call"  # 清点到会人数
    EXCLUSIONS = "exclusions"  # 不计入应到的, confirmed by a show of hands
    ELECTION_RULES = "election_rules"  # 选举办法, adopted by a show of hands
    SCRUTINEERS = "scrutineers"  # 监票人 adopted by vote; 计票人 named and announced
    BALLOT = "ballot"  # 投票: the election itself
    COUNT = "count"  # 计票: the count in the hall, the report sheet signed
    ANNOUNCE = "announce"  # 宣布: the result read out
    DECISION = "decision"  # any other vote
    APPRAISAL = "appraisal"  # 民主评议: a sheet
    TURNS = "turns"  # 个人自评, 党员互评: every member speaks in turn


class PollShape(StrEnum):
    """What a poll or survey asks for."""

    CHOICES = "choices"  # one or several of a list
    SCALE = "scale"  # 1 to 5
    WORD = "word"  # a few words of one's own


class VoteMethod(StrEnum):
    """Who learns who chose what."""

    OPEN = "open"  # nobody: only counts are published
    NAMED = "named"  # 记名: published with the result
    SECRET = "secret"  # 无记名: nothing stored, logged or sent links a member to a choice (RFC 9474, see ``ballots/box``)


class RuleMethod(StrEnum):
    """The method a rule asks for."""

    OPEN = "open"
    NAMED = "named"
    SECRET = "secret"
    FREE = "free"  # whoever drafts the motion chooses


class MotionPhase(StrEnum):
    """The phase of a motion's life (``votes/motions``)."""

    DRAFTED = "drafted"  # 草拟: seen by those who run votes
    MOVED = "moved"  # 提出: before the meeting
    DISCUSSED = "discussed"  # 讨论完
    PREPARING = "preparing"  # the key of a secret paper is being made
    COLLECTING = "collecting"  # 领票
    VOTING = "voting"  # 投票
    SEALING = "sealing"  # 封箱
    CLOSED = "closed"  # 计票完
    PUBLISHED = "published"  # 公布
    WITHDRAWN = "withdrawn"  # 撤回


class Stance(StrEnum):
    """The three ways to vote on a motion, or on one candidate."""

    FOR = "for"  # 赞成
    AGAINST = "against"  # 不赞成
    ABSTAIN = "abstain"  # 弃权


class Grade(StrEnum):
    """The grades of an appraisal, best first: of a member, then of a committee."""

    EXCELLENT = "excellent"  # 优秀
    GOOD = "good"  # 合格
    PASS = "pass"  # 基本合格
    FAIL = "fail"  # 不合格
    WELL = "well"  # 好
    FAIRLY_WELL = "fairly_well"  # 较好
    AVERAGE = "average"  # 一般
    POOR = "poor"  # 差
    NONE = ""  # none is given or proposed


class VerdictReason(StrEnum):
    """Why a verdict is what it is."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NO_QUORUM_AT_CLOSE = "no_quorum_at_close"
    NO_FORCE = "no_force"
    ELECTED = "elected"
    TIED = "tied"
    SHORT = "short"
    MORE_THAN_ISSUED = "more_than_issued"


class Office(StrEnum):
    """An office of a vote in the hall."""

    SCRUTINEER = "scrutineer"  # 监票人
    TELLER = "teller"  # 计票人


class Comparison(StrEnum):
    """Whether a threshold must be reached or exceeded."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


class Base(StrEnum):
    """The base of a majority."""

    ENTITLED = "entitled"  # 应到
    PRESENT = "present"  # 实到
    CAST = "cast"  # 投出的票, abstentions counted
    YES_NO = "yes_no"  # 赞成与不赞成之和


class Electorate(StrEnum):
    """Who is entitled to vote."""

    VOTING = "voting"  # those with voting rights
    COMMITTEE = "committee"  # those of them on the committee
    MEMBERS = "members"  # 正式党员 and 预备党员
    EVERYONE = "everyone"  # whoever is on the list


class Compared(StrEnum):
    """What a rule was compared with before it shipped."""

    TEXT = "text"  # 条文原文
    NOTICES = "notices"  # 组织部门的通知
    SAMPLES = "samples"  # 例文


class WriteIns(StrEnum):
    """Whom a ballot of an election may name instead of a candidate (另选他人)."""

    FREE = "free"  # any name, which stands like a candidate: the rule of journals from before December 2026
    ROSTER = "roster"  # people on the meeting's list; others are counted but cannot be elected
    NONE = "none"


class BulletinReaders(StrEnum):
    """Who gets the sealed ballots of a secret vote in an exported bundle."""

    SCRUTINEERS = "scrutineers"
    MEMBERS = "members"  # whoever may export it
