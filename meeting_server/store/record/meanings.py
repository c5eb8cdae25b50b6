"""What passages mean, as vectors: found by meaning, below what is found by words.

One row a meeting holds the vectors of its passages, a byte a dimension. Whoever asks reads only the rows that are new to them and
compares with all that are open to the asker: 100,000 passages are 38 MB and take some milliseconds, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.domain.ids import MeetingId
from meeting_server.store.database import Database, put
from meeting_server.store.record.search import STUDIED, Hit, PassageKind, excerpt_of, meanings, passages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# numpy is loaded where it is used: a server that is not asked anything by meaning does without
Vector: TypeAlias = "NDArray[np.float32]"
SCALE = 127.0
ROWS = 2048
"""Compared at once: as much as stays in a core's cache."""
MEANT: tuple[PassageKind, ...] = ("agenda", "motion", "speech", "point", "dissent", "resolution", "document")
"""Kinds that say something of their own: titles and chat are found by their words."""
SHORTEST = 6
"""Passages of fewer characters mean too little: “好的”, “同意”."""
BATCH = 16
"""Texts between two looks at whether somebody else needs the machine."""


class Embedder(Protocol):
    """Tells what a text means as a vector of length 1. Blocks for some milliseconds a text; may be called from any thread."""

    @property
    def name(self) -> str:
        """Model and version: vectors of different names cannot be compared."""

    def question(self, text: str) -> Vector:
        """What somebody asks for."""

    def passages(self, texts: Sequence[str]) -> Vector:
        """What was said, one row a text."""


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: str
    studied: int
    ids: NDArray[np.int64]
    vectors: NDArray[np.int8]

    def first(self, rows: int) -> _Kept:
        return _Kept(self.stamp, self.studied, self.ids[:rows], self.vectors[:rows])


class Meanings:
    """Vectors over one database. A question is compared only with what its asker may read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, _Kept] = {}

    async def behind(self, model: str) -> list[MeetingId]:
        """Meetings with passages of which this model has not told yet what they mean."""
        told = select(meanings.c.meeting_id).where(meanings.c.model == model)
        query = select(passages.c.meeting_id).distinct().where(passages.c.meeting_id.not_in(told)).order_by(passages.c.meeting_id)
        async with self._database.read() as conn:
            return [MeetingId(meeting_id) for meeting_id in (await conn.execute(query)).scalars()]

    async def embed(self, meeting_id: MeetingId, embedder: Embedder, between: Callable[[], None] = lambda: None) -> bool:
        """Keep what the passages of a meeting mean; False when they changed meanwhile: then nothing is kept.

        ``between`` is called from a thread every few texts; what it raises ends this.
        """
        async with self._database.read() as conn:
            rows = await _meant(conn, meeting_id)
        texts = [text for _, _, text in rows]

        def embedded() -> list[Vector]:
            made = []
            for start in range(0, len(texts), BATCH):
                between()
                made.append(embedder.passages(texts[start : start + BATCH]))
            return made

        import numpy as np

        vectors = await asyncio.to_thread(embedded)
        row = {
            "meeting_id": meeting_id,
            "model": embedder.name,
            "stamp": secrets.token_hex(8),
            "studied": sum(studied for _, studied, _ in rows),
            "passage_ids": np.array([passage_id for passage_id, _, _ in rows], "<i8").tobytes(),
            "vectors": b"".join(_bytes_of(part) for part in vectors),
        }
        async with self._database.write() as conn:
            if await _meant(conn, meeting_id) != rows:
                return False
            await put(conn, meanings, row)
        return True

    async def find(
        self, query: str, embedder: Embedder, *, meetings: Collection[str] = (), studied: Collection[str] = (), limit: int
    ) -> list[Hit]:
        """Passages of these meetings (of ``studied`` ones only what is published) that mean something like the query, the
        likest first. There is no threshold: scores of one model lie close together, so only their order says something."""
        if not query or not (meetings or studied):
            return []
        held = await self._held(embedder.name, {*meetings, *studied})
        told = [kept if meeting_id in meetings else kept.first(kept.studied) for meeting_id, kept in held.items()]

        def ranked() -> list[int]:
            return _ranked(embedder.question(query), [kept for kept in told if len(kept.ids)], limit)

        ids = await asyncio.to_thread(ranked)
        async with self._database.read() as conn:
            rows = {row.passage_id: row for row in await conn.execute(select(passages).where(passages.c.passage_id.in_(ids)))}
        found = [rows[one] for one in ids if one in rows and rows[one].meeting_id in held]
        return [
            Hit(MeetingId(row.meeting_id), row.branch_id, row.kind, row.said_at, row.who, excerpt_of(row.text), (), by_sound=False)
            for row in found
        ]

    async def _held(self, model: str, meetings: Collection[str]) -> dict[str, _Kept]:
        """Vectors of these meetings, read where they are new or changed."""
        import numpy as np

        async with self._database.read() as conn:
            stamps = await conn.execute(select(meanings.c.meeting_id, meanings.c.stamp).where(meanings.c.model == model))
            known = {row.meeting_id: row.stamp for row in stamps}
            self._kept = {meeting_id: kept for meeting_id, kept in self._kept.items() if known.get(meeting_id) == kept.stamp}
            fresh = sorted(known.keys() & set(meetings) - self._kept.keys())
            for start in range(0, len(fresh), 100):
                wanted = select(meanings).where(meanings.c.meeting_id.in_(fresh[start : start + 100]), meanings.c.model == model)
                for row in await conn.execute(wanted):
                    ids = np.frombuffer(row.passage_ids, "<i8")
                    vectors = np.frombuffer(row.vectors, np.int8).reshape(len(ids), -1) if len(ids) else np.zeros((0, 0), np.int8)
                    self._kept[row.meeting_id] = _Kept(row.stamp, row.studied, ids, vectors)
        return {meeting_id: kept for meeting_id, kept in self._kept.items() if meeting_id in meetings}


async def _meant(conn: AsyncConnection, meeting_id: MeetingId) -> list[tuple[int, bool, str]]:
    """Passages that mean something, first those that may be studied: id, whether it is one of these, text."""
    wanted = select(passages.c.passage_id, passages.c.kind, passages.c.text)
    rows = await conn.execute(wanted.where(passages.c.meeting_id == meeting_id, passages.c.kind.in_(MEANT)))
    found = [(row.passage_id, row.kind in STUDIED, row.text) for row in rows if len(row.text) >= SHORTEST]
    return sorted(found, key=lambda one: (not one[1], one[0]))


def _bytes_of(vectors: Vector) -> bytes:
    import numpy as np

    return np.clip(np.round(vectors * SCALE), -SCALE, SCALE).astype(np.int8).tobytes()


def _ranked(asked: Vector, held: Sequence[_Kept], most: int) -> list[int]:
    """Ids of the likest, in order."""
    import numpy as np

    if not held:
        return []
    scores = np.concatenate([_compared(asked, kept.vectors) for kept in held])
    ids = np.concatenate([kept.ids for kept in held])
    most = min(most, len(scores))
    likest = np.argpartition(-scores, most - 1)[:most]
    return [int(ids[at]) for at in likest[np.lexsort((ids[likest], -scores[likest]))]]


def _compared(asked: Vector, vectors: NDArray[np.int8]) -> Vector:
    import numpy as np

    return np.concatenate([vectors[start : start + ROWS].astype(np.float32) @ asked for start in range(0, len(vectors), ROWS)])
