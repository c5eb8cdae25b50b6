"""Questions about what can be studied, drafts or approved by a person; and how members answered them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, and_, delete, insert, or_, select

from meeting_server.domain.ids import Millis
from meeting_server.store.database import Database, metadata, put
from meeting_server.store.learning.studied import Studied, StudiedKind
from meeting_server.store.tokens import new_id

QuestionKind = Literal["single", "multiple", "true_false", "cloze"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
PASS_SHARE = 0.6
"""A quiz is passed with this share of the questions right."""
TEXT_LONGEST, CHOICE_LONGEST, CHOICES_MOST, ANSWER_LONGEST = 300, 120, 8, 60

quiz_items = Table(
    "quiz_items",
    metadata,
    Column("item_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("of_kind", String(16), nullable=False),
    Column("of_id", String(64), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("choices", Text, nullable=False),  # a JSON list of [text, right]
    Column("explanation", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=""),
    Column("source_cue", String(160), nullable=False, server_default=""),
    Column("source_at", BigInteger, nullable=False, server_default="0"),
    Column("source_until", BigInteger, nullable=False, server_default="0"),
    Column("origin", String(16), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("approved_by", String(64), nullable=False),
    Column("approved_name", String(100), nullable=False),
    Column("approved_at", BigInteger, nullable=True),
)

quiz_attempts = Table(
    "quiz_attempts",
    metadata,
    Column("attempt_id", Integer, primary_key=True, autoincrement=True),
    Column("member_id", String(64), nullable=False, index=True),
    Column("of_kind", String(16), nullable=False),
    Column("of_id", String(64), nullable=False, index=True),
    Column("right", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("answers", Text, nullable=False),  # a JSON object: item → list of what was chosen or written
    Column("at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Question:
    """The choices of a cloze are the words that fill its gap (``____``), all of them right.

    ``source``: the sentence it rests on, said from ``source_at`` to ``source_until`` (Unix ms); empty where it rests on none.
    ``origin``: proposed by the machine or written by a person; asked only once a person approved it.
    """

    item_id: str
    studied: Studied
    kind: QuestionKind
    text: str
    choices: tuple[Choice, ...]
    explanation: str = ""
    origin: Literal["machine", "person"] = "person"
    made_at: Millis = 0
    approved_by: str = ""
    approved_name: str = ""
    approved_at: Millis | None = None
    source: str = ""
    source_cue: str = ""
    source_at: Millis = 0
    source_until: Millis = 0

    def is_right(self, given: Collection[str]) -> bool:
        """Whether these are exactly the right choices (by number, from 0); of a cloze whether this is a word that fits."""
        if self.kind == "cloze":
            written = {_plain(answer) for answer in given if answer.strip()}
            return len(written) == 1 and written <= {_plain(choice.text) for choice in self.choices}
        return set(given) == {str(number) for number, choice in enumerate(self.choices) if choice.right}


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a member answered all questions at once."""

    member_id: str
    studied: Studied
    right: int
    asked: int
    answers: Mapping[str, tuple[str, ...]]
    at: Millis
    attempt_id: int = 0

    @property
    def passed(self) -> bool:
        return self.asked > 0 and self.right >= self.asked * PASS_SHARE


class Quizzes:
    """Questions and answers over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def questions(self, studied: Studied, *, drafts: bool = False) -> tuple[Question, ...]:
        """The approved questions in the order in which they were made; with ``drafts`` those that wait for a person, too."""
        where = [quiz_items.c.of_kind == studied.kind, quiz_items.c.of_id == studied.thing_id]
        if not drafts:
            where.append(quiz_items.c.approved_at.is_not(None))
        async with self._database.read() as conn:
            rows = await conn.execute(select(quiz_items).where(*where).order_by(quiz_items.c.made_at, quiz_items.c.item_id))
            return tuple(_question(row) for row in rows)

    async def asked(self) -> frozenset[Studied]:
        """Everything of which something is asked."""
        query = select(quiz_items.c.of_kind, quiz_items.c.of_id).where(quiz_items.c.approved_at.is_not(None)).distinct()
        async with self._database.read() as conn:
            return frozenset([_studied(row) for row in await conn.execute(query)])

    async def question(self, item_id: str) -> Question | None:
        """One question, drafts too."""
        async with self._database.read() as conn:
            row = (await conn.execute(select(quiz_items).where(quiz_items.c.item_id == item_id))).one_or_none()
            return None if row is None else _question(row)

    async def save(self, question: Question) -> Question:
        """Keep it, new (without an id) or in place of what it was."""
        kept = question if question.item_id else replace(question, item_id=new_id("q"))
        fields = {name: getattr(kept, name) for name in kept.__slots__ if name != "studied"}
        fields |= {"of_kind": kept.studied.kind, "of_id": kept.studied.thing_id}
        fields["choices"] = json.dumps([[choice.text, choice.right] for choice in kept.choices], ensure_ascii=False)
        async with self._database.write() as conn:
            await put(conn, quiz_items, fields)
        return kept

    async def remove(self, item_id: str) -> None:
        """The question is asked no more; answers to it stay with those who gave them."""
        async with self._database.write() as conn:
            await conn.execute(delete(quiz_items).where(quiz_items.c.item_id == item_id))

    async def forget_said(self, studied: Collection[Studied], since: Millis, until: Millis) -> None:
        """Forget for good what is asked of these things and rests on words that were said from ``since`` up to ``until``."""
        theirs = or_(*((quiz_items.c.of_kind == one.kind) & (quiz_items.c.of_id == one.thing_id) for one in studied))
        said = (quiz_items.c.source != "") & (quiz_items.c.source_at < until) & (quiz_items.c.source_until > since)
        async with self._database.write() as conn:
            found = (await conn.execute(delete(quiz_items).where(theirs, said))).rowcount
        if found:
            await self._database.forget_deleted("quiz_items")

    async def attempt(self, attempt: Attempt) -> Attempt:
        """Keep what a member answered; the best one counts."""
        async with self._database.write() as conn:
            made = await conn.execute(
                insert(quiz_attempts).values(
                    member_id=attempt.member_id,
                    of_kind=attempt.studied.kind,
                    of_id=attempt.studied.thing_id,
                    right=attempt.right,
                    asked=attempt.asked,
                    answers=json.dumps(attempt.answers, ensure_ascii=False),
                    at=attempt.at,
                )
            )
            key = made.inserted_primary_key
            assert key is not None
            return replace(attempt, attempt_id=key[0])

    async def attempts(self, member_id: str, studied: Studied | None = None) -> tuple[Attempt, ...]:
        """All of one member (about one thing), the newest first."""
        where = [quiz_attempts.c.member_id == member_id]
        if studied is not None:
            where += [quiz_attempts.c.of_kind == studied.kind, quiz_attempts.c.of_id == studied.thing_id]
        async with self._database.read() as conn:
            rows = await conn.execute(select(quiz_attempts).where(and_(*where)).order_by(quiz_attempts.c.attempt_id.desc()))
            return tuple(_attempt(row) for row in rows)

    async def delete_attempts(self, member_id: str) -> bool:
        """A member deletes all of their answers; whether there were any."""
        async with self._database.write() as conn:
            gone = (await conn.execute(delete(quiz_attempts).where(quiz_attempts.c.member_id == member_id))).rowcount
        if gone:
            await self._database.forget_deleted()
        return gone > 0

    async def best(self, member_ids: Collection[str]) -> dict[tuple[str, Studied], Attempt]:
        """The best attempt of each of these members at each thing; of two that are as good the first."""
        query = select(quiz_attempts).where(quiz_attempts.c.member_id.in_(sorted(member_ids))).order_by(quiz_attempts.c.attempt_id)
        found: dict[tuple[str, Studied], Attempt] = {}
        async with self._database.read() as conn:
            for row in await conn.execute(query):
                attempt = _attempt(row)
                key = attempt.member_id, attempt.studied
                if key not in found or attempt.right * found[key].asked > found[key].right * attempt.asked:
                    found[key] = attempt
        return found

    async def held(self, member_id: str) -> list[dict[str, object]]:
        """Everything kept about one member, for their own page."""
        return [
            {"of": a.studied.address, "at": a.at, "right": a.right, "asked": a.asked, "answers": dict(a.answers)}
            for a in await self.attempts(member_id)
        ]


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _studied(row: Any) -> Studied:
    kind: StudiedKind = row.of_kind
    return Studied(kind, row.of_id)


def _question(row: Any) -> Question:
    fields = {name: getattr(row, name) for name in Question.__slots__ if name not in ("studied", "choices")}
    return Question(**fields, studied=_studied(row), choices=tuple(Choice(text, right) for text, right in json.loads(row.choices)))


def _attempt(row: Any) -> Attempt:
    answers = {item: tuple(given) for item, given in json.loads(row.answers).items()}
    return Attempt(row.member_id, _studied(row), row.right, row.asked, answers, row.at, row.attempt_id)
