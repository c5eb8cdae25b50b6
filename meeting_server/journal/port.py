"""The journal as the rest of the server sees it; ``sql`` is the adapter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from meeting_server.domain.events import Event
from meeting_server.domain.ids import CommandId, MeetingId, Millis, ParticipantId


@dataclass(frozen=True, slots=True)
class Draft:
    """An event about to be recorded. ``actor`` is ``None`` for the server. Several drafts may share a command id."""

    event: Event
    actor: ParticipantId | None
    command_id: CommandId | None
    recorded_at: Millis


@dataclass(frozen=True, slots=True)
class Record:
    """One fact of one meeting, as stored. ``event`` is ``None`` once its payload was erased."""

    meeting_id: MeetingId
    seq: int
    recorded_at: Millis
    actor: ParticipantId | None
    command_id: CommandId | None
    kind: str
    version: int
    salt: bytes
    payload: bytes | None
    payload_hash: bytes
    prev_hash: bytes
    hash: bytes
    event: Event | None

    @property
    def hash8(self) -> str:
        return self.hash.hex()[:8]

    @property
    def position(self) -> str:
        return f"{self.seq}.{self.hash8}"


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a meeting: ``seq`` 0 and 32 zero bytes for an empty journal."""

    seq: int
    hash: bytes

    @property
    def position(self) -> str:
        return f"{self.seq}.{self.hash.hex()[:8]}"

    @property
    def evidence(self) -> str:
        """The position with 128 bits of the hash: whoever has kept it can tell that the records up to it were not replaced."""
        return f"{self.seq}.{self.hash.hex()[:32]}"


class StorageUnavailable(Exception):
    """Nothing of the batch was written (disk full, database gone); wire code ``storage_unavailable``."""


class JournalConflict(Exception):
    """The meeting's head is not where the writer thought: another host wrote, or the fencing number is stale."""


class Journal(Protocol):
    """Appends are atomic per call and durable when they return."""

    async def append(self, meeting_id: MeetingId, after: Head, drafts: Sequence[Draft], fence: int = 0) -> list[Record]:
        """Record ``drafts`` after ``after``. Calls of many meetings share one commit.

        Raises JournalConflict, StorageUnavailable.
        """
        ...

    async def read(self, meeting_id: MeetingId, after: int = 0, limit: int | None = None, kinds: Collection[str] = ()) -> list[Record]:
        """Records with ``seq > after`` in order; of these ``kinds`` only, where any are named."""
        ...

    async def head(self, meeting_id: MeetingId) -> Head: ...

    async def erase(self, meeting_id: MeetingId, *seqs: int) -> int:
        """Remove erasable payloads with their salts, all or none; the chain still verifies. How many were still there.

        With SQLite no copy is left in the database's files once this returns; where somebody reads them just then, it raises
        StorageUnavailable, and asking again finishes it. With PostgreSQL see ``forget_erased``. Raises ValueError if one is not
        erasable.
        """
        ...

    async def forget_erased(self) -> None:
        """Leave no copy of what was erased in the database's files. With PostgreSQL the table is written anew, and nobody can
        write meanwhile: for after a meeting. Raises StorageUnavailable."""
        ...
