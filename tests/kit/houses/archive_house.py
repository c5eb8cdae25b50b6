"""A house with one whole meeting in its journal, its tracks recorded and its record made: for tests of the archive's pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from meeting_server.archive.audit.bulletin import read
from meeting_server.archive.record.cues import Change
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.worker import Worker
from meeting_server.ballots.ballot import root
from meeting_server.ballots.box import BallotBox
from meeting_server.ballots.port import Sealed
from meeting_server.demo.slides import slides
from meeting_server.domain.characters import is_han
from meeting_server.domain.events import TrackRecorded
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.domain.phases import MeetingPhase
from meeting_server.domain.roles import Role
from meeting_server.domain.terms import ItemPlan
from meeting_server.journal.port import Draft, Record
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.journal.upcast import event_of
from meeting_server.store.database import Database
from meeting_server.store.schedule.schedule import Listed, Plan
from meeting_server.web.routes import routes
from tests.kit.houses.houses import SECRET, TestHouse, people_house
from tests.kit.meetings.recordings import picture, voice
from tests.kit.meetings.speeches import Said, ToldSpeech
from tests.kit.meetings.whole_meeting import BRANCH, BULLETIN, LI, MEETING, STARTS, convening, whole_meeting


@dataclass
class ArchiveHouse:
    """``who`` of the house who were at the meeting: secretary (何雨桐), member (丁文静), probationary (林晓雨)."""

    there: TestHouse
    journal: SqlJournal
    worker: Worker
    meeting_id: MeetingId
    folder: Path

    @property
    def address(self) -> str:
        return f"/archive/{self.meeting_id}"

    async def with_the_document(self) -> None:
        """The document whose pages the story shows: three of them."""
        site = self.there.site
        ((name, content),) = slides()
        added = await site.documents.add(self.meeting_id, name, content, "x", 1)
        async with site.database.write() as conn:
            await conn.execute(text("PRAGMA defer_foreign_keys=ON"))
            for table in ("documents", "document_pages"):
                await conn.execute(text(f"UPDATE {table} SET document_id = 'd1' WHERE document_id = :made"), {"made": added.document_id})


def _told(tree: object, texts: Callable[[str], str]) -> object:
    if isinstance(tree, dict):
        return {key: _told(value, texts) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_told(value, texts) for value in tree]
    return texts(tree) if isinstance(tree, str) and any(is_han(character) for character in tree) else tree


def told_as(records: list[Record], names: Mapping[str, str], texts: Callable[[str], str] = str) -> list[Draft]:
    """The story with other ids for its meeting, branch and people, and other texts for the Chinese ones."""
    drafts: list[Draft] = []
    for record in records:
        payload = (record.payload or b"").decode()
        for old, new in names.items():
            payload = payload.replace(f'"{old}"', f'"{new}"')
        payload = json.dumps(_told(json.loads(payload), texts))
        event = event_of(record.kind, record.version, payload.encode())
        assert event is not None
        actor = None if record.actor is None else ParticipantId(names.get(record.actor, record.actor))
        drafts.append(Draft(event, actor, record.command_id, record.recorded_at))
    return drafts


class GoldenBox(BallotBox):
    """The sealed box of the story's secret vote; its ballots are signed for that meeting and motion. Nothing else is in it."""

    def __init__(self, nothing: Database, ids: Mapping[str, str]) -> None:
        super().__init__(nothing, SECRET)
        self._ids = ids
        self._bulletin = read(BULLETIN.read_bytes())

    async def bulletin(self, paper_id: str) -> Sealed | None:
        ballots = tuple(line.ballot() for line in self._bulletin.ballots)
        leaves = [ballot.leaf for ballot in ballots]
        return Sealed(len(self._bulletin.issued_to), root(leaves), ballots, bytes(32)) if paper_id == self._bulletin.paper_id else None

    async def issued_to(self, paper_id: str) -> dict[str, bytes]:
        return {self._ids.get(who, who): bytes(32) for who in self._bulletin.issued_to}


async def _named(database: Database, made: str, wanted: str) -> None:
    """Ids are random; the story's secret ballots are signed for one that is not."""
    async with database.write() as conn:
        await conn.execute(text("PRAGMA defer_foreign_keys=ON"))
        for table in ("meetings", "meeting_items", "meeting_people"):
            await conn.execute(text(f"UPDATE {table} SET meeting_id = :wanted WHERE meeting_id = :made"), {"wanted": wanted, "made": made})


@asynccontextmanager
async def archive_house(
    folder: Path,
    *,
    recorded: bool = True,
    made: bool = True,
    upto: str = "",
    said: Sequence[Said] = (),
    put_right: Mapping[str, tuple[Change, ...]] | None = None,
    texts: Callable[[str], str] = str,
    retold: Callable[[TestHouse, list[Draft]], list[Draft]] = lambda _there, drafts: drafts,
    also_called: Callable[[TestHouse], Awaitable[Sequence[Listed]]] | None = None,
) -> AsyncIterator[ArchiveHouse]:
    """``upto``: the story stops before the first record of this kind. ``made``: the archive worker has been there.
    ``said``: what a speech engine hears; without it there is none. ``put_right``: by cue, what was changed in it for its sound.
    ``texts``: what the journal holds instead of a Chinese text, past every door. ``retold``: what becomes of the story;
    ``also_called``: who else is on the list of the meeting.
    """
    ids: dict[str, str] = {}
    empty = Database(f"sqlite+aiosqlite:///{folder / 'empty.sqlite3'}")
    async with people_house(folder, routes, box=GoldenBox(empty, ids)) as there:
        site, database, recordings = there.site, there.site.database, folder / "recordings"
        journal, meeting_id = SqlJournal(database), MEETING
        people = {"he": "secretary", "ding": "member", "lin": "probationary"}
        ids.update({name: there.people[who].member_id for name, who in people.items()})
        try:
            plan_of = convening()
            plan = Plan(
                branch_id=there.branch.branch_id,
                kind=plan_of.kind,
                title=plan_of.title,
                place=plan_of.place,
                starts_at=plan_of.starts_at,
                ends_at=plan_of.ends_at,
                preset_id="general_meeting",
                recording_planned=True,
                agenda=tuple(ItemPlan(item.title, item.minutes, item.speaker) for item in plan_of.agenda),
                people=tuple(Listed(ParticipantId(i), Role.SECRETARY if name == "he" else Role.MEMBER) for name, i in ids.items())
                + tuple(await also_called(there) if also_called is not None else ()),
            )
            await _named(database, (await site.schedule.add(plan, ids["he"], STARTS - 86_400_000)).meeting_id, meeting_id)
            await site.schedule.set_phase(meeting_id, MeetingPhase.OPEN, STARTS + 30_000)
            records = whole_meeting().records
            end = next((n for n, record in enumerate(records) if record.kind == upto), len(records))
            drafts = told_as(records[:end], {BRANCH: there.branch.branch_id, **ids}, texts)
            drafts = retold(there, drafts)
            if not upto:  # a picture comes to the end: the camera was finished last
                filmed = TrackRecorded(LI, HALL, "video", "li-video-1.webm", STARTS + 83_000, STARTS + 123_000)
                drafts.append(Draft(filmed, None, None, records[-1].recorded_at + 500))
            await journal.append(meeting_id, EMPTY, drafts)
            if not upto:
                await site.schedule.set_phase(meeting_id, MeetingPhase.ADJOURNED, records[-3].recorded_at)
            speech = ToldSpeech(list(said), put_right) if said else None
            pipeline = Pipeline(journal, site.search, recordings, speech, site.record_edits, site.record_orders)
            worker = Worker(journal, pipeline, holds=site.holds)
            if recorded:
                (recordings / meeting_id).mkdir(parents=True)
                voice(recordings / meeting_id / "zhou-audio-1.webm", [(0.0, 8.0), (20.0, 36.0)], 220.0)
                voice(recordings / meeting_id / "li-audio-1.webm", [(0.0, 12.0), (16.0, 40.0)], 330.0)
                picture(recordings / meeting_id / "li-video-1.webm", 40.0)
            if made:
                await worker.look()
            yield ArchiveHouse(there, journal, worker, meeting_id, recordings / meeting_id)
        finally:
            await journal.close()
            await empty.close()
