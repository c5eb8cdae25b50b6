"""The search over everything said and written in meetings, in Chinese and English, by character and by sound.

SQLite uses an FTS5 table with one token per character. PostgreSQL uses ``LIKE`` on the same spaced text, after an index of the tokens has
selected the few passages that contain them all. Both find the same. What a reader may see is part of the query, so nothing else is ever
counted, ranked or shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    bindparam,
    column,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.domain.ids import MeetingId, Millis
from meeting_server.store.database import Database, metadata
from meeting_server.store.record.characters import Token, sounded, spaced, split_pinyin, tokens_of

PassageKind = Literal["title", "agenda", "motion", "speech", "chat", "point", "dissent", "resolution", "document"]
STUDIED: tuple[PassageKind, ...] = ("title", "agenda", "speech", "document")
"""The kinds of passages found by people who may only study what was published of a meeting."""
LONGEST_QUERY = 100
MOST_HITS = 100
EXCERPT = 60

passages = Table(
    "passages",
    metadata,
    Column("passage_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("meeting_id", String(64), nullable=False, index=True),
    Column("branch_id", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("characters", Text, nullable=False),
    Column("sounds", Text, nullable=False),
)
"""One searchable piece of a meeting. ``characters`` and ``sounds`` are the spaced forms, with a space at both ends."""

meanings = Table(
    "meanings",
    metadata,
    Column("meeting_id", String(64), primary_key=True),
    Column("model", String(64), nullable=False),
    Column("stamp", String(32), nullable=False),  # another one with every change
    Column("studied", Integer, nullable=False),  # so many of them, from the first on, are of kinds in STUDIED
    Column("passage_ids", LargeBinary, nullable=False),  # int64, little-endian
    Column("vectors", LargeBinary, nullable=False),  # int8, one row a passage
)
"""What the passages of a meeting mean (``meanings.py``). They go together with the passages: a vector tells what was said."""

INDEX_DDL = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS passages_index USING fts5("
    "characters, sounds, content='', tokenize=\"unicode61 remove_diacritics 0\")"
)


def _held(of: str) -> str:
    """PostgreSQL: the set of tokens in a column. A token that is too long for an index is cut. A query is never that long."""
    return rf"array_to_tsvector(string_to_array(regexp_replace(btrim({of}), '(\S{{100}})\S+', '\1', 'g'), ' '))"


@event.listens_for(passages, "after_create")
def _create_index(_table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(INDEX_DDL))


_index = table("passages_index", column("rowid"), column("characters"), column("sounds"))


@dataclass(frozen=True, slots=True)
class Passage:
    """Something to find. ``who``: the speaker (may be empty); ``said_at`` in Unix ms."""

    kind: PassageKind
    said_at: Millis
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with an excerpt and what to mark in it (start, end). ``by_sound``: only the sound matches, not the characters."""

    meeting_id: MeetingId
    branch_id: str
    kind: PassageKind
    said_at: Millis
    who: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    by_sound: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Return the query for adjacent tokens, the last of which may be the beginning of a longer word."""

    tokens: tuple[str, ...]
    open_end: bool = False

    def fts(self, of: str) -> str:
        return f'{of} : "{" ".join(self.tokens)}"' + (" *" if self.open_end else "")

    def tsquery(self) -> str:
        """PostgreSQL: match all of the tokens, at any position."""
        return " & ".join(f"'{token}'" for token in self.tokens) + (":*" if self.open_end else "")

    def like(self, of: Column[str]) -> ColumnElement[bool]:
        words = " ".join(self.tokens)
        return of.contains(f" {words}" if self.open_end else f" {words} ", autoescape=True)

    def marks(self, units: Sequence[str]) -> list[tuple[int, int]]:
        """Return the index ranges of ``units`` that match."""
        size = len(self.tokens)
        return [
            (start, start + size)
            for start in range(len(units) - size + 1)
            if tuple(units[start : start + size - 1]) == self.tokens[:-1]
            and (units[start + size - 1].startswith(self.tokens[-1]) if self.open_end else units[start + size - 1] == self.tokens[-1])
        ]


class Search:
    """The search in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._indexed = database.is_sqlite

    async def replace(self, meeting_id: MeetingId, branch_id: str, found: Iterable[Passage]) -> None:
        """Replace what can be found of a meeting."""
        await self._make_index()
        async with self._database.write() as conn:
            await self._forget(conn, meeting_id)
            for passage in found:
                tokens = tokens_of(passage.text)
                if not tokens:
                    continue
                characters, sounds = f" {spaced(tokens)} ", f" {sounded(tokens)} "
                row = {
                    "meeting_id": meeting_id,
                    "branch_id": branch_id,
                    "kind": passage.kind,
                    "said_at": passage.said_at,
                    "who": passage.who,
                    "text": passage.text,
                    "characters": characters,
                    "sounds": sounds,
                }
                made = await conn.execute(insert(passages).values(**row))
                if self._database.is_sqlite:
                    key = made.inserted_primary_key
                    assert key is not None
                    await conn.execute(insert(_index).values(rowid=key[0], characters=characters, sounds=sounds))

    async def _make_index(self) -> None:
        """Create PostgreSQL's index at the first write. No table changes, and results are the same without it."""
        if self._indexed:
            return
        async with self._database.write() as conn:
            await conn.execute(text("SELECT pg_advisory_xact_lock(hashtext('passages_held'))"))  # two workers may begin at once
            for of in ("characters", "sounds"):
                name = f"ix_passages_held_{of}"
                if (await conn.execute(text(f"SELECT to_regclass('{name}')"))).scalar_one() is None:
                    await conn.execute(text(f"CREATE INDEX {name} ON passages USING gin ({_held(of)})"))
        self._indexed = True

    async def forget(self, meeting_id: MeetingId) -> None:
        """Remove a meeting from the search."""
        async with self._database.write() as conn:
            await self._forget(conn, meeting_id)

    async def find(
        self,
        query: str,
        *,
        branches: Collection[str] = (),
        meetings: Collection[str] = (),
        studied: Collection[str] = (),
        kinds: Collection[PassageKind] = (),
        who: str = "",
        limit: int = MOST_HITS,
    ) -> list[Hit]:
        """Return passages of these branches and single meetings (of ``studied`` ones only what is published): first those with the same
        characters, then those with the same sound, each the newest first. All words separated by spaces must match. ``who`` is part of
        the speaker's name. An empty or unsearchable query finds nothing.
        """
        exact, by_sound = _phrases(query)
        if not exact or not (branches or meetings or studied):
            return []
        allowed = or_(
            passages.c.branch_id.in_(sorted(branches)),
            passages.c.meeting_id.in_(sorted(meetings)),
            and_(passages.c.meeting_id.in_(sorted(studied)), passages.c.kind.in_(STUDIED)),
        )
        if kinds:
            allowed = and_(allowed, passages.c.kind.in_(sorted(kinds)))
        if who:
            allowed = and_(allowed, passages.c.who.contains(who, autoescape=True))
        async with self._database.read() as conn:
            first = await self._matching(conn, exact, "characters", allowed, limit)
            hits = [_hit(row, exact, by_sound=False) for row in first]
            if by_sound and len(hits) < limit:
                seen = {row.passage_id for row in first}
                more = await self._matching(conn, by_sound, "sounds", allowed, limit + len(seen))
                fresh = [row for row in more if row.passage_id not in seen]
                hits += [_hit(row, by_sound, by_sound=True) for row in fresh[: limit - len(hits)]]
        return hits

    async def _matching(
        self, conn: AsyncConnection, phrases: list[_Phrase], of: Literal["characters", "sounds"], allowed: ColumnElement[bool], limit: int
    ) -> list[Any]:
        query = select(passages).where(allowed).order_by(passages.c.said_at.desc(), passages.c.passage_id).limit(limit)
        if self._database.is_sqlite:
            asked = " AND ".join(phrase.fts(of) for phrase in phrases)
            matched = _index.join(passages, passages.c.passage_id == _index.c.rowid)  # the index first, then the few rows it selects
            query = query.select_from(matched).where(text("passages_index MATCH :asked").bindparams(asked=asked))
        else:
            asked = " & ".join(phrase.tsquery() for phrase in phrases)
            query = query.where(text(f"{_held(of)} @@ CAST(:asked AS tsquery)").bindparams(bindparam("asked", asked, String)))
            query = query.where(and_(*(phrase.like(passages.c[of]) for phrase in phrases)))
        return list((await conn.execute(query)).all())

    async def _forget(self, conn: AsyncConnection, meeting_id: MeetingId) -> None:
        mine = passages.c.meeting_id == meeting_id
        if self._database.is_sqlite:
            rows = await conn.execute(select(passages.c.passage_id, passages.c.characters, passages.c.sounds).where(mine))
            for row in rows.all():
                await conn.execute(
                    text("INSERT INTO passages_index(passages_index, rowid, characters, sounds) VALUES ('delete', :id, :c, :s)"),
                    {"id": row.passage_id, "c": row.characters, "s": row.sounds},
                )
        await conn.execute(delete(passages).where(mine))
        await conn.execute(delete(meanings).where(meanings.c.meeting_id == meeting_id))

    async def forget_deleted(self) -> None:
        """Remove every copy of deleted passages from the table and the index."""
        if self._database.is_sqlite:
            async with self._database.write() as conn:
                await conn.execute(text("INSERT INTO passages_index(passages_index) VALUES ('optimize')"))
        await self._database.forget_deleted("passages", "meanings")

    async def holding(self, kind: PassageKind, meetings: Collection[str]) -> frozenset[str]:
        """Return which of these meetings have anything of a kind: ``motion`` for those with a vote."""
        query = select(passages.c.meeting_id).distinct().where(passages.c.kind == kind, passages.c.meeting_id.in_(sorted(meetings)))
        async with self._database.read() as conn:
            return frozenset(row.meeting_id for row in await conn.execute(query))

    async def count(self) -> int:
        """Return the total number of passages, for the operator."""
        async with self._database.read() as conn:
            number: int = (await conn.execute(select(func.count()).select_from(passages))).scalar_one()
        return number


def _phrases(query: str) -> tuple[list[_Phrase], list[_Phrase]]:
    """Return what must match by character, and what by sound (nothing if the sound is too short to be meaningful)."""
    exact: list[_Phrase] = []
    sounds: list[str] = []
    sayable = True
    for word in query[:LONGEST_QUERY].split():
        tokens = tokens_of(word)
        if not tokens:
            continue
        exact.append(_Phrase(tuple(token.text for token in tokens), not tokens[-1].is_han and len(tokens[-1].text) > 1))
        for token in tokens:
            syllables = [token.sound] if token.is_han else split_pinyin(token.text)
            if syllables is None:
                sayable = False
            else:
                sounds += syllables
    return exact, [_Phrase(tuple(sounds))] if sayable and len(sounds) > 1 else []


def _hit(row: Any, phrases: list[_Phrase], *, by_sound: bool) -> Hit:
    tokens = tokens_of(row.text, with_sounds=by_sound)
    units = [token.sound if by_sound else token.text for token in tokens]
    ranges = sorted({found for phrase in phrases for found in phrase.marks(units)})
    spans = _joined([(tokens[first].start, tokens[last - 1].end) for first, last in ranges])
    excerpt, marks = _excerpt(row.text, spans, tokens)
    return Hit(MeetingId(row.meeting_id), row.branch_id, row.kind, row.said_at, row.who, excerpt, marks, by_sound)


def excerpt_of(whole: str) -> str:
    """Its beginning, where there is nothing to be marked."""
    return _excerpt(whole, [], [])[0]


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _excerpt(whole: str, spans: list[tuple[int, int]], tokens: list[Token]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return part of the text around the first mark, and the marks in it."""
    if len(whole) <= EXCERPT * 2 or not spans:
        return whole[: EXCERPT * 4], tuple(span for span in spans if span[1] <= EXCERPT * 4)
    first = max(0, spans[0][0] - EXCERPT)
    start = next((token.start for token in tokens if token.start >= first), first)  # never in the middle of a word
    end = min(len(whole), start + EXCERPT * 2)
    head, tail = "…" if start > 0 else "", "…" if end < len(whole) else ""
    shift = len(head) - start
    return head + whole[start:end] + tail, tuple((a + shift, b + shift) for a, b in spans if a >= start and b <= end)
