"""Records on their way to everyone: whose copy is whose, what is built once, what is kept for those who come back."""

from __future__ import annotations

from meeting_server.domain.events import BallotCast, ChatPosted, MeetingConvened, MotionDrafted
from meeting_server.domain.ids import HALL, CommandId, MessageId, MotionId, ParticipantId
from meeting_server.domain.meeting import evolve
from meeting_server.domain.state import MeetingState
from meeting_server.domain.vote_terms import MotionForce, VoteMethod
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY, head_of, seal
from meeting_server.live.fan_out import fan_out
from meeting_server.live.history import Entry, History, entry_of
from meeting_server.live.replay import replay
from meeting_server.wire.frames import Frames
from tests.kit.houses.live_house import MEETING, PRESET, convening


class Receiver:
    def __init__(self, who: str) -> None:
        self.participant_id = ParticipantId(who)
        self.got: list[Frames] = []

    def deliver(self, frames: Frames) -> None:
        self.got.append(frames)


def entry(seq: int, *named: tuple[str, bytes], rest: bytes) -> Entry:
    copies = tuple((frozenset({ParticipantId(who)}), text) for who, text in named)
    return Entry(seq, f"{seq:08x}", (*copies, (None, rest)), frozenset())


def test_everyone_shares_one_piece_when_there_is_one_copy() -> None:
    receivers = [Receiver(f"m{n}") for n in range(5)]
    fan_out([entry(1, rest=b"a"), entry(2, rest=b"b")], receivers)
    assert all(r.got == [receivers[0].got[0]] for r in receivers)
    assert receivers[0].got[0].payloads == (b"a", b"b")


def test_each_gets_the_first_copy_that_names_them() -> None:
    one, two, other = Receiver("one"), Receiver("two"), Receiver("other")
    entries = [entry(1, ("one", b"1"), ("one", b"wrong"), rest=b"-"), entry(2, ("two", b"2"), rest=b"-")]
    fan_out(entries, [one, two, other])
    assert one.got[0].payloads == (b"1", b"-")
    assert two.got[0].payloads == (b"-", b"2")
    assert other.got[0].payloads == (b"-", b"-")


def test_two_devices_of_one_person_share_their_piece() -> None:
    phone, desktop = Receiver("one"), Receiver("one")
    fan_out([entry(1, ("one", b"1"), rest=b"-")], [phone, desktop])
    assert phone.got[0] is desktop.got[0]


def test_history_gives_what_came_after_a_known_record_and_nothing_after_a_strange_one() -> None:
    history = History(kept=3)
    history.extend(entry(seq, rest=b"") for seq in range(1, 6))
    assert [e.seq for e in history.since(3, "00000003") or []] == [4, 5]
    assert history.since(5, "00000005") == []
    assert history.since(2, "00000002") is None, "no longer kept"
    assert history.since(4, "ffffffff") is None, "another history"
    assert history.since(6, "00000006") is None, "from the future"
    assert History().since(0, "00000000") is None


def meeting() -> MeetingState:
    return evolve(None, MeetingConvened(convening(3)), 0)


def test_a_draft_motion_is_a_bare_number_for_those_who_may_not_see_it() -> None:
    fact = MotionDrafted(MotionId("m1"), "密", "", None, MotionForce.MOTION, VoteMethod.OPEN, (), 1, PRESET, ParticipantId("chair"))
    record = seal(MEETING, EMPTY, Draft(fact, ParticipantId("chair"), None, 5))
    made = entry_of(record, evolve(meeting(), fact, 5))
    assert "密".encode() in made.payload_for(ParticipantId("chair"))
    assert made.payload_for(ParticipantId("m1")) == f'{{"type":"skip","seq":1,"hash8":"{record.hash8}"}}'.encode()


def test_a_ballot_is_told_in_full_only_to_its_voter() -> None:
    drafted = MotionDrafted(MotionId("m1"), "议", "", None, MotionForce.MOTION, VoteMethod.OPEN, (), 1, PRESET, ParticipantId("chair"))
    state = evolve(meeting(), drafted, 0)
    fact = BallotCast(MotionId("m1"), ParticipantId("m1"), ("against",))
    made = entry_of(seal(MEETING, EMPTY, Draft(fact, ParticipantId("m1"), None, 5)), evolve(state, fact, 5))
    assert b"against" in made.payload_for(ParticipantId("m1"))
    for other in ("chair", "m2", "stranger"):
        assert b"against" not in made.payload_for(ParticipantId(other))
        assert b'"voter":null' in made.payload_for(ParticipantId(other))


def test_a_journal_is_replayed_to_state_history_and_obeyed_commands() -> None:
    first = seal(MEETING, EMPTY, Draft(MeetingConvened(convening(3)), None, None, 5))
    chat = ChatPosted(MessageId("c1"), HALL, ParticipantId("m1"), "好")
    second = seal(MEETING, head_of(first), Draft(chat, ParticipantId("m1"), CommandId("cmd-1"), 6))
    replayed = replay([first, second], head_of(second))
    assert replayed.state is not None
    assert [m.text for m in replayed.state.chat] == ["好"]
    assert replayed.commands == {(ParticipantId("m1"), CommandId("cmd-1")): 2}
    assert replayed.last_at == 6
    assert [e.seq for e in replayed.history.since(1, first.hash8) or []] == [2]
