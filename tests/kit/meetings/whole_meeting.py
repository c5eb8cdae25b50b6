"""A whole meeting of a branch as a sealed journal: the story that archive, audit and golden tests read.

The same every time it is built: times, ids and salts follow from the story alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from meeting_server.archive.audit.bulletin import read as read_bulletin
from meeting_server.ballots.ballot import fingerprint, root
from meeting_server.domain.commands import (
    SERVER,
    AcknowledgeRecording,
    Actor,
    AddAgendaItem,
    AdjournMeeting,
    AdmitParticipant,
    AmendMotion,
    AnswerContest,
    AnswerRollCall,
    AppointOfficer,
    AssignRole,
    CaptionRoom,
    CastBallot,
    ChangeResponsiveness,
    CloseCollecting,
    CloseConnection,
    CloseDiscussion,
    CloseMedia,
    CloseMotion,
    CloseRollCall,
    CloseRoom,
    Command,
    ContestAttendance,
    ConveneMeeting,
    DraftMotion,
    EditAgendaItem,
    EndFloor,
    EnterPaperCount,
    ExtendFloor,
    FileWrittenOpinion,
    GrantFloor,
    IssuePaper,
    LeaveMeeting,
    LowerHand,
    MarkPresent,
    ModerateRoom,
    MoveAgendaItem,
    MoveMotion,
    MoveParticipant,
    OpenConnection,
    OpenMedia,
    OpenMeeting,
    OpenMotion,
    OpenRollCall,
    OpenRoom,
    PassDeadline,
    PauseChat,
    PostChat,
    PublishMotion,
    RaiseHand,
    ReadmitParticipant,
    RecordLeave,
    RegisterHallVoters,
    RemoveAgendaItem,
    RemoveChat,
    RemoveNote,
    RemoveParticipant,
    ReportCaptionsEnded,
    ReportSealed,
    ReportSpeakerTurn,
    ReportTrackRecorded,
    ScanHallCode,
    ShowPage,
    SignPaperCount,
    StartRecording,
    StepAgenda,
    StopRecording,
    StopShowing,
    TakeNote,
    WithdrawMark,
    WithdrawMotion,
)
from meeting_server.domain.errors import Rejected
from meeting_server.domain.ids import (
    HALL,
    CommandId,
    ConnectionId,
    ItemId,
    MeetingId,
    MessageId,
    MotionId,
    NoteId,
    ParticipantId,
    RoomId,
)
from meeting_server.domain.meeting import decide, evolve
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Choice, Convening, DocumentRef, Invited, ItemPlan, Paper, Preset, Threshold
from meeting_server.domain.vote_terms import Base, Comparison, Electorate, MotionForce, RuleMethod, VoteMethod
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY, head_of, seal
from meeting_server.store.schedule.presets import load_presets
from tests.kit.paths import GOLDEN

BULLETIN = GOLDEN / "bulletin_v1.json"
"""The secret vote of the story: its keys and ballots cannot be made again, so they are kept."""
MEETING = MeetingId("meeting-1")
BRANCH = "branch-1"
STARTS = 1_795_690_800_000
"""2026-11-26 19:00 in Shanghai."""

GENERAL = Preset(
    "general_meeting",
    "支部党员大会",
    "Branch general meeting",
    Threshold(1, 2, Comparison.AT_LEAST, Base.ENTITLED),
    Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED),
    RuleMethod.FREE,
    Electorate.VOTING,
    "《中国共产党支部工作条例（试行）》第十一条",
)

ADMISSION = Preset(
    "admission",
    "接收预备党员",
    "Admitting a probationary member",
    Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED),
    Threshold(1, 2, Comparison.MORE_THAN, Base.ENTITLED),
    RuleMethod.SECRET,
    Electorate.VOTING,
    "《中国共产党发展党员工作细则》第二十、二十一条",
    written_opinions=True,
)

PRESETS = {**load_presets(), **{preset.preset_id: preset for preset in (GENERAL, ADMISSION)}}
"""The story's own rules stand in for the shipped ones of their ids, so that these may change."""

CHAIR, SECRETARY, LI, SUN, MA, WANG, DING = (ParticipantId(name) for name in ("zhou", "he", "li", "sun", "ma", "wang", "ding"))
LIN, GUEST, STRANGER, ABROAD, CAMERA = (ParticipantId(name) for name in ("lin", "gao", "stranger", "qian", "camera"))

PEOPLE = (
    Invited(CHAIR, "周建华", Standing.FULL, Role.CHAIR, True, committee=True),
    Invited(SECRETARY, "何雨桐", Standing.FULL, Role.SECRETARY, True, committee=True),
    Invited(LI, "李敏", Standing.FULL, Role.MEMBER, True, committee=True),
    Invited(SUN, "孙国栋", Standing.FULL, Role.MEMBER, True),
    Invited(MA, "马丽娟", Standing.FULL, Role.MEMBER, True),
    Invited(WANG, "王志远", Standing.FULL, Role.MEMBER, True, leave_reason="外出调研", leave_approved=True),
    Invited(DING, "丁文静", Standing.FULL, Role.MEMBER, True),
    Invited(ABROAD, "钱文", Standing.FULL, Role.MEMBER, True, excluded_reason="出国八个月，校党〔2026〕12号"),
    Invited(LIN, "林晓雨", Standing.PROBATIONARY, Role.MEMBER, False),
)


def convening(title: str = "2026年11月支部党员大会") -> Convening:
    return Convening(
        MEETING,
        title,
        "general",
        BRANCH,
        "信息学院研究生第二党支部",
        STARTS,
        STARTS + 5_400_000,
        "教学楼 A305，线上同时进行",
        PEOPLE,
        (ItemPlan("宣布开会，核实人数", 5), ItemPlan("审议支部 2026 年度工作总结", 30, "李敏"), ItemPlan("其他事项", 10)),
        GENERAL,
        (DocumentRef("d1", "年度工作总结.pdf", "application/pdf", 48_213, 12),),
        recording_planned=True,
    )


@dataclass
class Story:
    """Commands go in, records come out; a refused command is a mistake in the story."""

    records: list[Record] = field(default_factory=list)
    state: MeetingState | None = None
    now: int = STARTS - 600_000
    commands: int = 0

    def do(self, who: ParticipantId | None, command: Command, after: float = 1.0) -> None:
        """``who`` (None: the server) asks, ``after`` seconds after what came before."""
        self.now += round(after * 1000)
        self.commands += 1
        actor = SERVER if who is None else Actor(who)
        decision = decide(self.state, command, actor, self.now, PRESETS)
        assert not isinstance(decision, Rejected), (command, decision)
        assert decision or isinstance(command, PassDeadline), command
        command_id = None if who is None else CommandId(f"command-{self.commands:04}")
        for event in decision:
            head = head_of(self.records[-1]) if self.records else EMPTY
            salt = hashlib.sha256(b"story %d" % head.seq).digest()[:16]
            self.records.append(seal(MEETING, head, Draft(event, who, command_id, self.now), salt))
            self.state = evolve(self.state, event, self.now)

    def connect(self, *people: ParticipantId) -> None:
        for person in people:
            self.do(None, OpenConnection(person, ConnectionId(f"{person}-1"), "phone"))

    def vote(self, motion_id: str, **choices: str) -> None:
        for person, choice in choices.items():
            self.do(ParticipantId(person), CastBallot(MotionId(motion_id), (choice,)))

    def speak(self, who: ParticipantId, seconds: float) -> None:
        started = self.now
        self.do(None, ReportSpeakerTurn(who, HALL, started, started + round(seconds * 1000)), after=seconds)


def _nothing_more(story: Story) -> None:
    """The meeting goes on."""


def whole_meeting(also: Callable[[Story], None] = _nothing_more) -> Story:
    """The whole meeting; ``also`` happens before its last item.

    With ``later_events`` every kind of event happens at least once: see ``test_golden_journal``.
    """
    s = Story()
    s.do(None, ConveneMeeting(convening("11月支部党员大会")))
    s.do(None, ConveneMeeting(replace(convening(), cancelled=True)))
    s.do(None, ConveneMeeting(convening()))
    s.connect(CHAIR, SECRETARY, LI)
    s.do(SECRETARY, AddAgendaItem("学习文件", 10))
    s.do(SECRETARY, MoveAgendaItem(ItemId("i4"), 1))
    s.do(SECRETARY, EditAgendaItem(ItemId("i4"), "学习：教育管理工作条例", 15, "周建华"))
    s.do(SECRETARY, AddAgendaItem("多余的一项"))
    s.do(SECRETARY, RemoveAgendaItem(ItemId("i5")))
    s.do(SECRETARY, DraftMotion("通过支部 2026 年度工作总结", "同意按讨论意见修改后上报。", ItemId("i2")))
    s.do(SECRETARY, DraftMotion("志愿服务对象扩大到留学生", "", ItemId("i2"), method=VoteMethod.NAMED))
    s.do(SECRETARY, DraftMotion("明年组织生活放在哪天", "", force=MotionForce.POLL, choices=(Choice("", "周四"), Choice("", "周五"))))
    s.do(SECRETARY, DraftMotion("写错的动议"))

    s.now = STARTS + 30_000
    s.do(CHAIR, OpenMeeting())
    s.connect(SUN, DING, LIN)
    s.do(None, AdmitParticipant(Invited(GUEST, "高原", Standing.GUEST, Role.GUEST, False), CHAIR))
    s.do(None, AdmitParticipant(Invited(STRANGER, "路人", Standing.GUEST, Role.GUEST, False), CHAIR))
    s.do(None, AdmitParticipant(Invited(CAMERA, "会场摄像机", Standing.GUEST, Role.GUEST, False, kind="hall_camera"), SECRETARY))
    s.do(CAMERA, OpenMedia("audio"))
    s.do(CAMERA, OpenMedia("video"))
    s.do(CHAIR, CloseMedia("video", CAMERA))
    s.connect(GUEST, STRANGER)
    s.do(CHAIR, RemoveParticipant(STRANGER, "走错了会场"))
    s.do(CHAIR, RemoveParticipant(DING, "点错了人"), after=0)
    s.do(CHAIR, ReadmitParticipant(DING), after=0)
    s.do(None, OpenConnection(DING, ConnectionId("ding-again"), "phone"), after=0)
    s.do(None, RecordLeave(ABROAD, "在国外", False))
    s.do(CHAIR, StepAgenda(ItemId("i1")))
    s.do(SECRETARY, MarkPresent(MA, "在会场第三排"))
    s.do(SECRETARY, MarkPresent(DING))
    s.do(SECRETARY, WithdrawMark(DING), after=20)
    s.do(CHAIR, StartRecording())
    s.do(LI, AcknowledgeRecording())
    s.do(SUN, AcknowledgeRecording(consents=False), after=0)
    s.do(SECRETARY, OpenRollCall(60))
    for person in (CHAIR, SECRETARY, LI, SUN, DING):
        s.do(person, AnswerRollCall())
    s.do(SECRETARY, CloseRollCall())
    s.do(SECRETARY, ShowPage("d1", 1), after=0)

    s.do(CHAIR, OpenMedia("audio"), after=5)
    s.do(SECRETARY, ShowPage("d1", 2), after=0)
    s.speak(CHAIR, 48)
    s.do(CHAIR, StepAgenda(ItemId("i4")))
    s.do(CHAIR, ModerateRoom(HALL, True))
    s.speak(CHAIR, 300)
    s.do(None, ChangeResponsiveness(SUN, ConnectionId("sun-1"), False))
    s.do(None, ChangeResponsiveness(SUN, ConnectionId("sun-1"), True), after=200)

    s.do(CHAIR, StepAgenda(ItemId("i2")))
    s.do(LI, RaiseHand())
    s.do(SUN, RaiseHand())
    s.do(SUN, LowerHand())
    s.do(CHAIR, GrantFloor(LI, 180))
    s.do(LI, OpenMedia("audio"))
    s.do(CHAIR, ExtendFloor(60))
    s.do(SECRETARY, ShowPage("d1", 2))
    s.do(LI, ShowPage("d1", 3), after=20)
    s.speak(LI, 150)
    s.do(SECRETARY, StopShowing())
    s.do(SECRETARY, ShowPage("d1", 1))
    s.do(LI, EndFloor())
    s.do(SECRETARY, TakeNote("point", "全年志愿服务 1,240 小时，比上年多四分之一；时间过于集中，考试周中断。", ItemId("i2"), LI))
    s.do(SECRETARY, TakeNote("point", "退休同志白天有空，可以补上考试周。", ItemId("i2"), SUN))
    s.do(SECRETARY, TakeNote("point", "记错的一句", ItemId("i2"), SUN))
    s.do(SECRETARY, RemoveNote(NoteId("n3")))
    s.do(SECRETARY, TakeNote("dissent", "马丽娟认为服务对象应扩大到留学生。", ItemId("i2"), MA))
    s.do(SUN, PostChat("考试周可以请退休同志补上"))
    s.do(DING, PostChat("工作总结第三部分的数字要核对"))
    s.do(GUEST, PostChat("广告"))
    s.do(SECRETARY, RemoveChat(MessageId("c3"), "与会议无关"))
    s.do(SECRETARY, PauseChat(True))
    s.do(SECRETARY, PauseChat(False))
    s.do(CHAIR, OpenRoom("第一小组", "voice"))
    s.do(CHAIR, MoveParticipant(DING, RoomId("r1")))
    s.do(DING, PostChat("小组里说的一句"))
    s.do(CHAIR, CloseRoom(RoomId("r1")), after=60)

    s.do(SECRETARY, OpenMotion(MotionId("m1"), 300))
    s.vote("m1", zhou="for", he="for", li="for", sun="for", ding="abstain")
    s.do(SECRETARY, CloseMotion(MotionId("m1")), after=10)
    s.do(CHAIR, PublishMotion(MotionId("m1")))
    s.do(SECRETARY, TakeNote("resolution", "通过支部 2026 年度工作总结，修改后上报学院党委。", ItemId("i2")))
    s.do(SECRETARY, OpenMotion(MotionId("m2")), after=30)
    s.vote("m2", zhou="against", he="for", li="for", sun="against")
    s.do(SECRETARY, CloseMotion(MotionId("m2")), after=10)
    s.do(CHAIR, PublishMotion(MotionId("m2")))
    s.do(SECRETARY, WithdrawMotion(MotionId("m4"), "写错了"))

    s.do(SECRETARY, DraftMotion("接收林晓雨同志为预备党员", "", ItemId("i2"), preset_id=ADMISSION.preset_id))
    s.do(CHAIR, MoveMotion(MotionId("m5")))
    s.do(CHAIR, AmendMotion(MotionId("m5"), "接收林晓雨同志为中共预备党员", "介绍人：李敏、孙国栋。"))
    s.do(CHAIR, CloseDiscussion(MotionId("m5")))
    s.do(SECRETARY, FileWrittenOpinion(MotionId("m5"), WANG, ("for",), "11 月 20 日来信"))
    for officer, office in ((SUN, "scrutineer"), (DING, "teller")):
        s.do(CHAIR, AppointOfficer(officer, office, MotionId("m1")))  # type: ignore[arg-type]  # both are offices
    s.do(CHAIR, OpenMotion(MotionId("m5")))
    s.do(DING, LeaveMeeting())
    s.do(SUN, LeaveMeeting())
    s.do(LI, LeaveMeeting())
    bulletin = read_bulletin(BULLETIN.read_bytes())
    paper = Paper(bulletin.modulus, fingerprint(int(bulletin.modulus, 16), bytes.fromhex(bulletin.receipt_key)), bulletin.receipt_key)
    boxed = [line.ballot() for line in bulletin.ballots]
    s.do(None, IssuePaper(MotionId("m5"), paper))  # the quorum went away meanwhile
    for person in (DING, SUN, LI):
        s.do(None, OpenConnection(person, ConnectionId(f"{person}-2"), "phone"))
    s.do(CHAIR, OpenMotion(MotionId("m5")), after=30)
    s.do(None, IssuePaper(MotionId("m5"), paper))
    s.do(SECRETARY, RegisterHallVoters(MotionId("m5"), (DING,)))
    s.do(SECRETARY, EnterPaperCount(MotionId("m5"), 1, 1, 0, (("for", 1),), SUN, DING))
    for officer in (SUN, DING):
        s.do(officer, SignPaperCount(MotionId("m5")))
    s.do(CHAIR, CloseCollecting(MotionId("m5")))
    s.do(CHAIR, CloseMotion(MotionId("m5")), after=20)
    inside, top = tuple(b.choices for b in boxed), root([b.leaf for b in boxed]).hex()
    collectors = tuple(ParticipantId(who) for who in bulletin.issued_to)
    s.do(None, ReportSealed(MotionId("m5"), len(collectors), top, inside, collectors=collectors))
    s.do(CHAIR, PublishMotion(MotionId("m5")))
    s.do(None, ScanHallCode(MA, 7))
    s.do(MA, ContestAttendance("点名时我在会场"))
    s.do(SECRETARY, AnswerContest("x1", True, "已核对，在会场第三排。"))

    also(s)
    s.do(CHAIR, StepAgenda(ItemId("i3")))
    s.do(SECRETARY, OpenMotion(MotionId("m3"), 60))
    s.vote("m3", zhou="1", he="1", li="2", lin="1")
    s.do(None, PassDeadline(), after=60)
    s.do(SECRETARY, PublishMotion(MotionId("m3")))
    s.do(CHAIR, AssignRole(LI, Role.CHAIR))
    s.do(CHAIR, CloseMedia("audio"))
    s.do(None, CloseConnection(SUN, ConnectionId("sun-1"), s.now - 4_000))
    s.do(None, PassDeadline(), after=50)
    s.do(SECRETARY, CaptionRoom(HALL, True), after=0)
    s.do(None, ReportCaptionsEnded(HALL, "busy"), after=0)
    s.do(CHAIR, StopRecording(), after=30)
    s.do(CHAIR, AdjournMeeting(), after=60)
    start = STARTS + 53_000
    s.do(None, ReportTrackRecorded(CHAIR, HALL, "audio", "zhou-audio-1.webm", start + 10_000, start + 50_000), after=2)
    s.do(None, ReportTrackRecorded(LI, HALL, "audio", "li-audio-1.webm", start + 30_000, start + 70_000))
    return s
