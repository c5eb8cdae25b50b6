"""Sends statements to the university's learning record store, in batches, retrying until each is accepted or refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import structlog

from meeting_server.domain.ids import Millis
from meeting_server.store.failure import StorageFailure
from meeting_server.store.learning.statements import Statements, Waiting

log = structlog.get_logger(__name__)

BATCH = 50
LOOK_EVERY_S = 5.0
TIMEOUT_S = 20.0
FIRST_PAUSE_MS: Millis = 15_000
LONGEST_PAUSE_MS: Millis = 3_600_000
WRONG_SETTINGS_PAUSE_MS: Millis = 600_000
"""Pause after an answer that endpoint or credentials are wrong."""
VERSION = "1.0.3"


@dataclass(frozen=True, slots=True)
class RecordStore:
    """The address and credentials. ``endpoint`` as in the xAPI specification (statements go to ``<endpoint>/statements``)."""

    endpoint: str
    user: str
    password: str

    @property
    def statements(self) -> str:
        return f"{self.endpoint.rstrip('/')}/statements"


class Delivery:
    """Delivers statements from the outbox to the record store. Each has an id of its own, so sending it is idempotent."""

    def __init__(self, statements: Statements, store: RecordStore) -> None:
        self._statements = statements
        self._store = store

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set."""
        # no redirects, because they could carry the credentials anywhere
        async with httpx.AsyncClient(
            auth=(self._store.user, self._store.password),
            headers={"x-experience-api-version": VERSION},
            timeout=TIMEOUT_S,
            follow_redirects=False,
        ) as client:
            while not stop.is_set():
                try:
                    settled = await self.deliver(client, _now())
                except StorageFailure as error:
                    log.warning("the database does not answer", reason=type(error).__name__)
                    settled = 0
                if settled == 0:
                    try:
                        async with asyncio.timeout(LOOK_EVERY_S):
                            await stop.wait()
                    except TimeoutError:
                        continue

    async def deliver(self, client: httpx.AsyncClient, now: Millis) -> int:
        """Send what is due, once. Return how many statements were settled (accepted or permanently refused)."""
        batch = await self._statements.due(now, BATCH)
        if not batch:
            return 0
        answer = await self._post(client, batch)
        if len(batch) > 1 and answer is not None and answer.status_code in (400, 409, 413):
            settled = 0  # one of them is at fault, so send each separately
            for one in batch:
                settled += await self._settle(await self._post(client, [one]), [one], now)
            return settled
        return await self._settle(answer, batch, now)

    async def _post(self, client: httpx.AsyncClient, batch: Sequence[Waiting]) -> httpx.Response | None:
        try:
            return await client.post(self._store.statements, json=[one.body for one in batch])
        except (httpx.TransportError, httpx.InvalidURL) as error:
            log.warning("the learning record store does not answer", error=type(error).__name__)
            return None

    async def _settle(self, answer: httpx.Response | None, batch: Sequence[Waiting], now: Millis) -> int:
        ids = [one.statement_id for one in batch]
        status = 0 if answer is None else answer.status_code
        if 200 <= status < 300 or status == 409:  # 409: a statement with this id is already there
            await self._statements.sent(ids)
            return len(ids)
        if status in (400, 413) and answer is not None:
            for one in batch:
                log.error("the learning record store refused a statement", statement=one.statement_id, status=status)
                await self._statements.refuse(one.statement_id, f"{status} {answer.text[:150]}")
            return len(ids)
        if status in (401, 403, 404, 405) or 300 <= status < 400:
            log.error("the learning record store does not let us in: check MEETING_LRS_*", status=status)
            await self._statements.later(ids, now + WRONG_SETTINGS_PAUSE_MS)
            return 0
        pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** min(20, max(one.tries for one in batch)))
        asked = None if answer is None else _retry_after(answer.headers.get("retry-after", ""), now)
        await self._statements.later(ids, now + (pause if asked is None else asked))
        return 0


def _retry_after(value: str, now: Millis) -> Millis | None:
    """Return how long the store asks us to wait (seconds or a date, at most an hour); ``None`` if it does not say."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return min(LONGEST_PAUSE_MS, int(value) * 1000)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - datetime.fromtimestamp(now / 1000, UTC)
    return min(LONGEST_PAUSE_MS, max(0, round(since.total_seconds() * 1000)))


def _now() -> Millis:
    return time.time_ns() // 1_000_000
