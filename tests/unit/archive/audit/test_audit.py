"""A tampered bundle is found out, and the kind of tampering is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as replace_struct

from meeting_server.archive.audit.audit import audit, outside_head
from meeting_server.archive.audit.bulletin import BallotLine, Bulletin, read, withheld
from meeting_server.archive.audit.findings import NAMES, Audit
from meeting_server.archive.audit.printing import audit_file, grouped, report_lines
from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.domain.events import (
    BallotCast,
    Event,
    MeetingAdjourned,
    MotionClosed,
    MotionOpened,
    MotionPublished,
    ParticipantMoved,
)
from meeting_server.domain.ids import MotionId, ParticipantId, RoomId
from meeting_server.domain.meeting import replay
from meeting_server.domain.terms import NamedBallot, QuorumCheck
from meeting_server.journal.bundle import BadBundle, read_bundle, write_bundle
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY, erased, head_of, seal
from meeting_server.rehearsal.voter import Voter
from meeting_server.web.site.catalogue import LANGUAGES, text
from tests.kit.meetings.whole_meeting import BULLETIN, MEETING, whole_meeting

Change = Callable[[Event], Iterable[Event]]
PAPERS = "papers/m5.json"
SEALED = {PAPERS: BULLETIN.read_bytes().strip()}
"""The story's secret vote."""


@cache
def records() -> tuple[Record, ...]:
    return tuple(whole_meeting().records)


def bundled(of: Iterable[Record], minutes: bool = True) -> bytes:
    told = list(of)
    files = {"minutes.json": msgspec.json.encode(minutes_of(told))} if minutes else {}
    return write_bundle(MEETING, told, {**files, **SEALED})


def forged(change: Change, minutes: bool = True) -> Audit:
    """The audit of a journal in which someone with the database changed events and sealed everything again."""
    return audit(read_bundle(bundled(resealed(change), minutes)))


def resealed(change: Change) -> Iterable[Record]:
    last = EMPTY
    for record in records():
        assert record.event is not None
        for event in change(record.event):
            made = seal(MEETING, last, Draft(event, record.actor, record.command_id, record.recorded_at))
            last = head_of(made)
            yield made


def every(kind: type[Event], motion: str, **changes: Any) -> Change:
    def change(event: Event) -> Iterable[Event]:
        matches = isinstance(event, kind) and getattr(event, "motion_id", None) == motion
        return [replace(event, **changes) if matches else event]

    return change


def rewritten(bundle: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return file.getvalue()


def named(result: Audit) -> set[str]:
    return {finding.check for finding in result.findings}


def test_an_honest_bundle_is_sound_and_every_check_looked_at_something() -> None:
    head = head_of(records()[-1])
    result = audit(read_bundle(bundled(records())), outside_head(head.evidence))
    assert result.sound
    assert result.findings == ()
    assert {check.name for check in result.checks if check.passed and check.looked_at > 0} == set(NAMES)


def test_an_erased_chat_message_leaves_the_bundle_sound() -> None:
    told = [erased(record) if record.kind == "ChatPosted" else record for record in records()]
    assert audit(read_bundle(bundled(told))).sound


def test_an_erased_motion_is_named() -> None:
    told = [replace(record, payload=None, salt=b"", event=None) if record.kind == "MotionDrafted" else record for record in records()]
    result = audit(read_bundle(bundled(told, minutes=False)))
    assert "erasures" in named(result)
    assert {finding.seq for finding in result["erasures"].findings} == {
        record.seq for record in records() if record.kind == "MotionDrafted"
    }


@pytest.mark.parametrize("at", [1, 40, 119])
def test_a_changed_payload_is_named(at: int) -> None:
    told = list(records())
    told[at - 1] = replace(told[at - 1], payload=(told[at - 1].payload or b"").replace(b":", b": ", 1))
    result = audit(read_bundle(bundled(told)))
    assert [(finding.check, finding.seq) for finding in result.findings] == [("payloads", at)]


def test_a_changed_field_breaks_the_chain() -> None:
    told = list(records())
    told[50] = replace(told[50], recorded_at=told[50].recorded_at + 1)
    result = audit(read_bundle(bundled(told)))
    assert [(finding.check, finding.seq) for finding in result.findings] == [("chain", 51)]


def test_a_removed_record_is_named() -> None:
    told = [record for record in records() if record.kind != "ChatRemoved"]
    assert {"order", "chain"} <= named(audit(read_bundle(bundled(told, minutes=False))))


def test_a_shortened_journal_does_not_reach_the_named_head() -> None:
    whole = bundled(records())
    lines = b"".join(zipfile.ZipFile(io.BytesIO(whole)).read("journal.jsonl").splitlines(keepends=True)[:-1])
    assert {"head", "files"} <= named(audit(read_bundle(rewritten(whole, "journal.jsonl", lines))))


def test_a_changed_file_is_named() -> None:
    result = audit(read_bundle(rewritten(bundled(records()), "minutes.json", b"{}")))
    assert [finding.detail for finding in result["files"].findings] == ["minutes.json"]


def test_a_second_ballot_of_one_voter_is_named() -> None:
    def twice(event: Event) -> Iterable[Event]:
        return [event, event] if isinstance(event, BallotCast) and event.voter == "li" else [event]

    assert named(forged(twice)) >= {"ballots_once"}


def test_a_ballot_after_the_closing_is_named() -> None:
    def late(event: Event) -> Iterable[Event]:
        ballot = BallotCast(MotionId("m1"), ParticipantId("ma"), ("for",))
        return [event, ballot] if isinstance(event, MotionClosed) and event.motion_id == "m1" else [event]

    assert "ballots_in_time" in named(forged(late))


def test_a_ballot_of_someone_not_entitled_is_named() -> None:
    def stuffed(event: Event) -> Iterable[Event]:
        ballot = BallotCast(MotionId("m2"), ParticipantId("lin"), ("for",))
        return [ballot, event] if isinstance(event, MotionClosed) and event.motion_id == "m2" else [event]

    assert {"ballots_entitled", "tally"} <= named(forged(stuffed))


def test_a_ballot_of_someone_absent_is_named() -> None:
    def absent(event: Event) -> Iterable[Event]:
        ballot = BallotCast(MotionId("m2"), ParticipantId("wang"), ("for",))
        return [ballot, event] if isinstance(event, MotionClosed) and event.motion_id == "m2" else [event]

    assert "ballots_entitled" in named(forged(absent))


def test_a_ballot_for_what_is_not_on_the_paper_is_named() -> None:
    assert "ballots_valid" in named(forged(every(BallotCast, "m1", choices=("for", "against"))))


def test_a_ballot_turned_around_shows_in_the_tally() -> None:
    assert "tally" in named(forged(every(BallotCast, "m1", choices=("against",))))


def test_a_changed_tally_is_named() -> None:
    def more(event: Event) -> Iterable[Event]:
        if isinstance(event, MotionClosed) and event.motion_id == "m2" and event.tally is not None:
            counts = tuple((choice, number + 3 * (choice == "for")) for choice, number in event.tally.counts)
            return [replace(event, tally=replace(event.tally, counts=counts))]
        return [event]

    result = forged(more)
    assert {"tally", "publication"} <= named(result)
    assert "志愿服务对象扩大到留学生: for 5" in result["tally"].findings[0].detail


def test_a_turned_verdict_is_named() -> None:
    def carried(event: Event) -> Iterable[Event]:
        if isinstance(event, MotionClosed | MotionPublished) and event.motion_id == "m2" and event.verdict is not None:
            return [replace(event, verdict=replace(event.verdict, carried=True))]
        return [event]

    assert named(forged(carried)) == {"verdict"}


def test_a_publication_that_differs_from_the_count_is_named() -> None:
    someone = (NamedBallot(ParticipantId("li"), ("against",)),)
    assert named(forged(every(MotionPublished, "m2", named=someone))) == {"publication"}


def test_a_shrunken_electorate_is_named() -> None:
    fewer = (ParticipantId("zhou"), ParticipantId("he"))
    assert {"electorate", "quorum"} <= named(forged(every(MotionOpened, "m1", electorate=fewer)))


def test_a_quorum_that_was_not_there_is_named() -> None:
    assert named(forged(every(MotionOpened, "m1", quorum=QuorumCheck(7, 7, 4, True)))) == {"quorum"}


def boxed(change: Callable[[Bulletin], Bulletin]) -> set[str]:
    """What is found in a bundle whose bulletin someone changed, the manifest with it."""
    bulletin = msgspec.json.encode(change(read(SEALED[PAPERS])))
    files = {"minutes.json": msgspec.json.encode(minutes_of(list(records()))), PAPERS: bulletin}
    return named(audit(read_bundle(write_bundle(MEETING, list(records()), files))))


def test_a_changed_secret_choice_is_named() -> None:
    def changed(b: Bulletin) -> Bulletin:
        first = b.ballots[0]
        other = ("against",) if first.choices == ("for",) else ("for",)
        return replace_struct(b, ballots=(replace_struct(first, choices=other), *b.ballots[1:]))

    assert boxed(changed) == {"ballot_signatures", "root", "tally", "verdict"}


def test_an_added_secret_ballot_is_named() -> None:
    def added(b: Bulletin) -> Bulletin:
        forger = Voter(b.paper_id, int(b.modulus, 16))
        forger.token = bytes.fromhex(b.ballots[0].token)
        stuffed = forger.ballot("for")
        line = BallotLine(stuffed.key.hex(), stuffed.prefix.hex(), stuffed.token.hex(), ("for",), stuffed.signature.hex())
        lines = sorted((*b.ballots, line), key=lambda one: one.ballot().key_hash)
        return replace_struct(b, ballots=tuple(lines))

    assert {"tokens", "root", "tally"} <= boxed(added)


def test_a_secret_ballot_counted_twice_is_named() -> None:
    assert {"tokens", "root", "tally"} <= boxed(lambda b: replace_struct(b, ballots=(*b.ballots, b.ballots[-1])))


def test_a_removed_secret_ballot_is_named() -> None:
    assert {"root", "tally"} <= boxed(lambda b: replace_struct(b, ballots=b.ballots[1:]))


def test_a_second_key_is_named() -> None:
    other = SigningKey.generate()
    modulus = other.n.to_bytes(other.length, "big").hex()
    assert {"paper_key", "tokens"} <= boxed(lambda b: replace_struct(b, modulus=modulus))


def test_a_paper_handed_to_someone_without_the_right_is_named() -> None:
    assert "issuance" in boxed(lambda b: replace_struct(b, issued_to=(*b.issued_to[:-1], "lin")))


def test_a_paper_handed_to_the_author_of_a_written_opinion_is_named() -> None:
    assert "issuance" in boxed(lambda b: replace_struct(b, issued_to=(*b.issued_to[:-1], "wang")))


def test_two_papers_for_one_member_are_named() -> None:
    assert "issuance" in boxed(lambda b: replace_struct(b, issued_to=(*b.issued_to[:-1], b.issued_to[0])))


def test_a_missing_bulletin_is_named() -> None:
    told = list(records())
    assert "root" in named(audit(read_bundle(write_bundle(MEETING, told, {}))))


def without_ballots(change: Change | None = None) -> Audit:
    """The audit of what somebody gets whom the rule does not give the ballots."""
    told = list(records())
    bulletin = read(SEALED[PAPERS])
    motion = replay((record.event, record.recorded_at) for record in told if record.event is not None)
    assert motion is not None
    paper = motion.motions[MotionId("m5")].paper
    assert paper is not None
    content = withheld(bulletin.paper_id, paper, dict.fromkeys(bulletin.issued_to, bytes(32)))
    if change is not None:
        told = list(resealed(change))
    minutes = msgspec.json.encode(minutes_of(told))
    return audit(read_bundle(write_bundle(MEETING, told, {"minutes.json": minutes, PAPERS: content})))


def test_ballots_that_stay_with_the_scrutineers_are_no_doubt_and_are_told() -> None:
    result = without_ballots()
    assert (result.sound, result.exit_code) == (True, 3)
    assert len(result["bulletins"].told) == 1
    assert not result["root"].looked_at
    for language in LANGUAGES:
        lines = report_lines(result, lambda key, **holes: text(language, key, **holes))  # noqa: B023  # called at once
        assert sum(text(language, "audit.told.bulletins") in line for line in lines) == 1
        assert lines[-2] == text(language, "audit.not_recounted", count=1)


def test_ballots_kept_back_against_the_rule_are_named() -> None:
    def open_to_members(event: Event) -> Iterable[Event]:
        if getattr(event, "preset", None) is not None and getattr(event, "motion_id", "") == "m5":
            return [replace(event, preset=replace(event.preset, bulletin="members"))]  # type: ignore[attr-defined, call-arg]
        return [event]

    assert "bulletins" in named(without_ballots(open_to_members))


def test_a_verdict_that_does_not_follow_from_its_figures_is_named_without_the_ballots_too() -> None:
    def turned(event: Event) -> Iterable[Event]:
        if isinstance(event, MotionClosed) and event.motion_id == "m5" and event.verdict is not None:
            return [replace(event, verdict=replace(event.verdict, carried=not event.verdict.carried))]
        return [event]

    assert "verdict" in named(without_ballots(turned))


def test_a_changed_tally_of_a_secret_vote_is_named() -> None:
    def more(event: Event) -> Iterable[Event]:
        if isinstance(event, MotionClosed) and event.motion_id == "m5" and event.tally is not None:
            return [replace(event, tally=replace(event.tally, cast=9))]
        return [event]

    assert {"tally", "publication"} <= named(forged(more))


def test_wrong_attendance_totals_are_named() -> None:
    def more(event: Event) -> Iterable[Event]:
        return [replace(event, attended=7) if isinstance(event, MeetingAdjourned) else event]

    assert named(forged(more)) == {"attendance"}


def test_minutes_that_say_something_else_are_named() -> None:
    told = list(records())
    minutes = minutes_of(told)
    assert minutes is not None
    other = replace(minutes, place="别处", quorum=replace(minutes.quorum, present=7))
    bundle = write_bundle(MEETING, told, {"minutes.json": msgspec.json.encode(other), **SEALED})
    result = audit(read_bundle(bundle))
    assert [finding.detail for finding in result.findings] == ["place", "quorum"]


def test_minutes_with_a_foreign_head_are_named() -> None:
    told = list(records())
    minutes = minutes_of(told)
    assert minutes is not None
    foreign = msgspec.json.encode(replace(minutes, head_hash="00" * 32))
    bundle = write_bundle(MEETING, told, {"minutes.json": foreign, **SEALED})
    assert [finding.detail for finding in audit(read_bundle(bundle)).findings] == ["head", "head_hash"]


def test_what_can_not_be_replayed_is_named_and_the_rest_is_left_unchecked() -> None:
    def nowhere(event: Event) -> Iterable[Event]:
        if isinstance(event, ParticipantMoved):
            return [BallotCast(MotionId("m99"), ParticipantId("li"), ("for",)), event]
        return [event]

    result = forged(nowhere, minutes=False)
    assert {"replay", "ballots_in_time"} <= named(result)
    assert result["tally"].skipped
    assert not result.sound


def test_a_kind_from_a_newer_program_leaves_the_audit_unsure() -> None:
    strange = replace(records()[30], kind="CometSighted", event=None)
    bundle = write_bundle(MEETING, [*records()[:30], strange], {})
    assert "replay" in named(audit(read_bundle(bundle)))


def test_missing_minutes_are_named() -> None:
    result = audit(read_bundle(bundled(records(), minutes=False)))
    assert [(finding.check, finding.detail) for finding in result.findings] == [("contents", "minutes.json")]
    assert result["minutes"].skipped


def test_the_room_someone_was_moved_to_does_not_matter_to_the_votes() -> None:
    def elsewhere(event: Event) -> Iterable[Event]:
        return [replace(event, room_id=RoomId("hall")) if isinstance(event, ParticipantMoved) else event]

    assert forged(elsewhere).sound


@pytest.mark.parametrize("content", [b"", b"no zip at all", write_bundle(MEETING, [], {})[:40]])
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(BadBundle, match="not_a_bundle"):
        read_bundle(content)


def test_a_zip_of_something_else_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("holiday.txt", "sun")
    with pytest.raises(BadBundle, match="not_a_bundle"):
        read_bundle(file.getvalue())


def test_a_newer_bundle_format_is_refused_by_name() -> None:
    manifest = zipfile.ZipFile(io.BytesIO(bundled(records()))).read("manifest.json")
    newer = rewritten(bundled(records()), "manifest.json", manifest.replace(b"meeting-bundle-1", b"meeting-bundle-9"))
    with pytest.raises(BadBundle, match="unknown_format"):
        read_bundle(newer)


def test_a_broken_line_is_refused_by_name() -> None:
    with pytest.raises(BadBundle, match="unreadable_line"):
        read_bundle(rewritten(bundled(records()), "journal.jsonl", b'{"seq": 1}\n'))


def test_the_same_journal_makes_the_same_bundle() -> None:
    assert bundled(records()) == bundled(records())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_written_in_both_languages(language: Any) -> None:
    def say(key: str, **holes: object) -> str:
        return text(language, key, **holes)

    sound = report_lines(audit(read_bundle(bundled(records()))), say)
    assert sum(line.startswith("✓") for line in sound) == len(NAMES) - 2  # no head was given, and the journal holds no issuances
    doubtful = "\n".join(report_lines(forged(every(BallotCast, "m1", choices=("against",))), say))
    assert "✗" in doubtful
    assert "通过支部 2026 年度工作总结" in doubtful


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_its_texts(language: Any) -> None:
    for name in NAMES:
        assert text(language, f"audit.check.{name}")
        assert text(language, f"audit.finding.{name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_auditing_a_file_says_whether_it_is_sound(language: Any, tmp_path: Path) -> None:
    def say(key: str, **holes: object) -> str:
        return text(language, key, **holes)

    (tmp_path / "good.zip").write_bytes(bundled(records()))
    (tmp_path / "bad.zip").write_bytes(b"PK")
    assert audit_file(tmp_path / "good.zip", say)[1] == 0
    assert audit_file(tmp_path / "bad.zip", say) == ([say("audit.bad.not_a_bundle"), "File is not a zip file"], 1)
    assert audit_file(tmp_path / "none.zip", say)[0][0] == say("audit.bad.no_file")


def test_a_hash_is_grouped_by_four() -> None:
    assert grouped("9c417be053d2") == "9c41 7be0 53d2"
