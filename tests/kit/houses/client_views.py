"""Meetings walked at random, as each viewer receives them and as each should see them: what the client's reducer is
held against (``web_client/tests/reducer.test.ts``). ``python -m tests.kit.houses.client_views`` writes one JSON document to stdout:

``[{viewer, start, steps: [{frames: [{kind, data, at} | {snapshot} | null], view, quorum}]}]``
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from meeting_server.domain import commands as c
from meeting_server.domain.events import Event
from meeting_server.domain.ids import ConnectionId, ItemId, MessageId, MotionId, NoteId, ParticipantId, RoomId
from meeting_server.domain.meeting import evolve
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.state import MeetingState
from meeting_server.domain.terms import Candidate, Choice, Invited, Paper
from meeting_server.domain.visibility import copies, fresh_view_for, view
from meeting_server.domain.vote_terms import AppraisalSheet, Grade, MotionForce, Office, VoteMethod
from meeting_server.domain.votes.electorate import quorum_now
from meeting_server.domain.votes.motions import RUNNING
from meeting_server.journal.bundle import record_of
from meeting_server.journal.upcast import event_of
from tests.kit.meetings.sitting import Sitting, member
from tests.kit.paths import GOLDEN

VIEWERS = ("secretary", "m1", "m4", "visitor")
WALKS, STEPS, LOOK_EVERY = 16, 320, 16


def people_of(state: MeetingState, grade: Grade = Grade.NONE) -> tuple[Candidate, ...]:
    """A sheet of an appraisal with two members on it."""
    return tuple(Candidate("", who, 0, ParticipantId(who), grade) for who in ("m1", "m2") if who in state.participants)


def some_command(dice: random.Random, state: MeetingState, who: str) -> c.Command:
    """One command a person might send now, sensible more often than not."""
    people = list(state.participants)
    someone = ParticipantId(dice.choice(people))
    other = ParticipantId(dice.choice([i for i in people if i != "secretary"]))
    item = ItemId(dice.choice([i.item_id for i in state.agenda] or ["i1"]))
    undone = [m.motion_id for m in state.motions.values() if m.phase not in ("published", "withdrawn")]
    undone += [m.motion_id for m in state.motions.values() if m.phase == "published"][:1]
    motion = MotionId(dice.choice(undone or list(state.motions) or ["m1"]))
    voting = next((m for m in state.motions.values() if m.phase == "voting"), None)
    paper = [choice.choice_id for choice in voting.choices] if voting and voting.choices else ["for"]
    room = RoomId(dice.choice(list(state.rooms)))
    message = MessageId(dice.choice([m.message_id for m in state.chat] or ["c1"]))
    note = NoteId(dice.choice([n.note_id for n in state.notes] or ["n1"]))
    lines = (Choice("", "甲"), Choice("", "乙"), Choice("", "丙"))
    kinds: list[Callable[[], c.Command]] = [
        lambda: c.PostChat(dice.choice(["好", "同意", "请看第 4 页"])),
        lambda: c.RemoveChat(message, "离题"),
        lambda: c.PauseChat(dice.random() < 0.3),
        lambda: c.RaiseHand(),
        lambda: c.RecuseParticipant(someone),
        lambda: c.RecallParticipant(someone),
        lambda: c.LowerHand(dice.choice([None, someone])),
        lambda: c.GrantFloor(someone, dice.choice([0, 60, 180])),
        lambda: c.ExtendFloor(60),
        lambda: c.EndFloor(),
        lambda: c.OpenMedia(dice.choice(["audio", "video", "screen"])),
        lambda: c.CloseMedia(dice.choice(["audio", "video", "screen"]), dice.choice([None, someone])),
        lambda: c.MuteAll(),
        lambda: c.OpenRoom("第一组", dice.choice(["text", "voice", "video"])),
        lambda: c.CloseRoom(room),
        lambda: c.ModerateRoom(room, dice.random() < 0.5),
        lambda: c.CaptionRoom(room, dice.random() < 0.5),
        lambda: c.MoveParticipant(someone, room),
        lambda: c.AddAgendaItem("临时议题", 5),
        lambda: c.EditAgendaItem(item, "改名", 12, "李敏"),
        lambda: c.MoveAgendaItem(item, dice.randrange(len(state.agenda) or 1)),
        lambda: c.RemoveAgendaItem(item),
        lambda: c.StepAgenda(dice.choice([item, item, None])),
        lambda: c.ShowPage("d1", dice.randrange(1, 5)),
        lambda: c.StopShowing(),
        lambda: c.OpenRollCall(60),
        lambda: c.AnswerRollCall(),
        lambda: c.CloseRollCall(),
        lambda: c.MarkPresent(someone, "手机没电"),
        lambda: c.WithdrawMark(someone),
        lambda: c.DraftMotion("通过工作总结", "", None, MotionForce.MOTION, dice.choice([VoteMethod.OPEN, VoteMethod.NAMED])),
        lambda: c.DraftMotion("下次学什么", "", None, MotionForce.POLL, VoteMethod.OPEN, lines, 2),
        lambda: c.DraftMotion("自评", "", None, MotionForce.APPRAISAL, sheet=AppraisalSheet.SELF, candidates=people_of(state)),
        lambda: c.DraftMotion(
            "评定", "", None, MotionForce.APPRAISAL, sheet=AppraisalSheet.ORGANISATION, candidates=people_of(state, Grade.GOOD)
        ),
        lambda: c.CastBallot(voting.motion_id if voting else motion, ("c1:good", "t:自评")),
        lambda: c.OpenMotion(motion, dice.choice([0, 30])),
        lambda: c.CastBallot(voting.motion_id if voting else motion, (dice.choice(paper),)),
        lambda: c.CastBallot(voting.motion_id if voting else motion, (dice.choice(paper),)),
        *[lambda: c.CastBallot(voting.motion_id if voting else motion, ("for",))] * 4,
        lambda: c.DraftMotion("接收预备党员", "", None, preset_id="admission"),
        lambda: c.MoveMotion(motion),
        lambda: c.AmendMotion(motion, "改过的标题", "改过的正文"),
        lambda: c.CloseDiscussion(motion),
        lambda: c.FileWrittenOpinion(motion, ParticipantId("m5"), ("for",), "信函"),
        lambda: c.CloseCollecting(motion),
        lambda: c.AppointOfficer(ParticipantId("m1"), Office.SCRUTINEER, motion),
        lambda: c.AppointOfficer(ParticipantId("m4"), Office.TELLER, motion),
        lambda: c.ReleaseOfficer(ParticipantId("m1"), Office.SCRUTINEER),
        lambda: c.RegisterHallVoters(motion, (ParticipantId("m2"), someone)),
        lambda: c.EnterPaperCount(motion, 2, 2, 0, (("for", 2),), ParticipantId("m1"), ParticipantId("m4")),
        lambda: c.SignPaperCount(motion),
        lambda: c.SignReport(motion),
        lambda: c.Revote(motion),
        lambda: c.ContestAttendance("我一直在"),
        lambda: c.AnswerContest(dice.choice([x.contest_id for x in state.contests] or ["x1"]), True, "已改"),
        lambda: c.CloseMotion(motion),
        lambda: c.PublishMotion(motion),
        lambda: c.WithdrawMotion(motion, "改期"),
        lambda: c.StartRecording(),
        lambda: c.StopRecording(),
        lambda: c.AcknowledgeRecording(dice.random() < 0.7),
        lambda: c.TakeNote(dice.choice(["point", "dissent", "resolution"]), "记一笔"),
        lambda: c.RemoveNote(note),
        lambda: c.AssignRole(other, dice.choice([Role.CHAIR, Role.MEMBER, Role.SECRETARY])),
        lambda: c.LeaveMeeting() if dice.random() < 0.2 else c.AnswerRollCall(),
        lambda: c.RemoveParticipant(other, "扰乱会场") if dice.random() < 0.1 else c.RaiseHand(),
        lambda: c.ReadmitParticipant(other),
    ]
    return dice.choice(kinds)()


def server_command(dice: random.Random, state: MeetingState, now: int) -> c.Command:
    """One thing the server itself might report."""
    someone = dice.choice(list(state.participants.values()))
    open_ones = [(p.participant_id, i) for p in state.participants.values() for i in p.connections]
    who, connection = dice.choice(open_ones) if open_ones else (someone.participant_id, ConnectionId("none"))
    papers = [m.motion_id for m in state.motions.values() if m.phase in ("preparing", "sealing")]
    paper = MotionId(papers[0] if papers else "m1")
    fresh = ConnectionId(f"x{dice.randrange(10**9)}")
    kinds: list[Callable[[], c.Command]] = [
        lambda: c.OpenConnection(someone.participant_id, fresh, dice.choice(["phone", "desktop", "hall"])),
        lambda: c.OpenConnection(someone.participant_id, fresh, "phone"),
        lambda: c.CloseConnection(who, connection, now - dice.randrange(20_000)),
        lambda: c.ChangeResponsiveness(who, connection, dice.random() < 0.5),
        lambda: c.ReportSpeakerTurn(someone.participant_id, someone.room_id, now - 5000, now),
        lambda: c.ReportTrackRecorded(someone.participant_id, someone.room_id, "audio", "a.webm", now - 5000, now),
        lambda: c.ReportCaptionsEnded(someone.room_id, dice.choice(["busy", "unavailable"])),
        lambda: c.PassDeadline(),
        lambda: c.PassDeadline(),
        lambda: c.RecordLeave(someone.participant_id, dice.choice(["", "外出"]), dice.random() < 0.5),
        lambda: c.ScanHallCode(someone.participant_id, dice.randrange(1, 9)),
        lambda: c.IssuePaper(paper, Paper("ab", "print", "04")),
        lambda: c.IssuePaper(paper, Paper("ab", "print", "04")),
        lambda: c.ReportSealed(paper, 4, "root", (("for",), ("against",))),
        lambda: c.ReportSealed(paper, 4, "root", (("for",), ("for",), ("for",), ("for",)), collectors=(someone.participant_id,)),
        lambda: c.AdmitParticipant(
            Invited(
                ParticipantId(f"late{dice.randrange(99)}"),
                "后到",
                Standing.GUEST,
                Role.GUEST,
                False,
                leave_reason="x",
                kind=dice.choice(("person", "hall_camera")),
            ),
            ParticipantId("secretary"),
        ),
    ]
    return dice.choice(kinds)()


def frames_for(viewer: ParticipantId, state: MeetingState, event: Event, at: int) -> list[dict[str, Any] | None]:
    """What ``viewer`` receives of one fact; ``state`` is the one after it."""
    told = next((copy.event for copy in copies(state, event) if copy.to is None or viewer in copy.to), None)
    frames: list[dict[str, Any] | None] = [
        None if told is None else {"kind": type(told).__name__, "data": msgspec.to_builtins(told), "at": at}
    ]
    if viewer in fresh_view_for(state, event):
        frames.append({"snapshot": view(state, viewer)})
    return frames


@dataclass
class Story:
    """One meeting as one viewer lives it."""

    viewer: ParticipantId
    start: MeetingState
    steps: list[dict[str, Any]] = field(default_factory=list)
    untold: list[dict[str, Any] | None] = field(default_factory=list)

    def look(self, state: MeetingState) -> None:
        """Note what the viewer should see now, after all that was told since the last look."""
        self.steps.append({"frames": self.untold, "view": view(state, self.viewer), "quorum": quorum_now(state)})
        self.untold = []


def walk(seed: int) -> list[Story]:
    """One meeting, once for each of its viewers."""
    dice = random.Random(seed)
    visitor = member("visitor", role=Role.GUEST, voting=False, standing=Standing.GUEST)
    away = replace(member("away"), excluded_reason="出国（组〔2026〕3 号）")
    sitting = Sitting(6, extra=[visitor, away])
    sitting.connect_members(dice.randrange(2, 7))
    stories = [Story(ParticipantId(v), view(sitting.state, ParticipantId(v))) for v in VIEWERS]
    for step in range(1, STEPS + 1):
        sitting.now += dice.choice([50, 900, 7_000, 20_000])
        before = len(sitting.facts)
        state = sitting.state
        if dice.random() < 0.25:
            sitting.ask(None, server_command(dice, sitting.state, sitting.now))
        else:
            who = "secretary" if dice.random() < 0.5 else dice.choice(list(sitting.state.participants))
            sitting.ask(who, some_command(dice, sitting.state, who))
        if step == STEPS:
            for motion in [m for m in sitting.state.motions.values() if m.phase in RUNNING]:
                sitting.ask("secretary", c.CloseMotion(motion.motion_id))
                sitting.ask("secretary", c.WithdrawMotion(motion.motion_id))
            sitting.ask("secretary", c.AdjournMeeting())
        for event, at in sitting.facts[before:]:
            state = evolve(state, event, at)
            for story in stories:
                story.untold += frames_for(story.viewer, state, event, at)
        if step % LOOK_EVERY == 0 or step == STEPS:
            for story in stories:
                story.look(state)
    return stories


def golden(path: Path) -> list[Story]:
    """A golden journal, once for each role on its list."""
    records = [record_of(line) for line in path.read_bytes().splitlines()]
    stories: list[Story] = []
    state: MeetingState | None = None
    for record in records:
        event = None if record.payload is None else event_of(record.kind, record.version, record.payload)
        if event is None:
            continue  # erased
        state = evolve(state, event, record.recorded_at)
        if not stories:
            by_role = {p.role: p.participant_id for p in state.participants.values()}
            stories = [Story(who, view(state, who)) for who in by_role.values()]
        for story in stories:
            story.untold += frames_for(story.viewer, state, event, record.recorded_at)
            if record.seq % LOOK_EVERY == 0 or record is records[-1]:
                story.look(state)
    return stories


def main() -> None:
    stories = [story for path in sorted(GOLDEN.glob("journal_v*.jsonl")) for story in golden(path)]
    stories += [story for seed in range(WALKS) for story in walk(seed)]
    sys.stdout.buffer.write(msgspec.json.encode(stories))


if __name__ == "__main__":
    main()
