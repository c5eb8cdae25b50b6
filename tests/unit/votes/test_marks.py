"""Marks as they are written: the vectors hold the phone's reading (``web_client/tests/marks.test.ts``) to the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting_server.domain.votes.marks import Chosen, Graded, Mark, Person, Remark, Vote, WrittenIn, read, read_ballot
from tests.kit.paths import DATA

VECTORS: list[dict[str, Any]] = json.loads((DATA / "mark_vectors.json").read_text("utf-8"))


def told(mark: Mark | None) -> dict[str, str] | None:
    match mark:
        case Chosen(choice_id):
            return {"choice": choice_id}
        case Vote(candidate_id, stance):
            return {"candidate": candidate_id, "stance": stance}
        case Graded(candidate_id, grade):
            return {"candidate": candidate_id, "grade": grade}
        case Person(who):
            return {"person": who}
        case WrittenIn(words):
            return {"writtenIn": words}
        case Remark(words):
            return {"remark": words}
        case None:
            return None


@pytest.mark.parametrize("vector", VECTORS, ids=[repr(vector["written"]) for vector in VECTORS])
def test_a_mark_reads_as_its_vector_says(vector: dict[str, Any]) -> None:
    assert told(read(vector["written"])) == vector["mark"]


@given(st.text(max_size=12) | st.from_regex(r"(c1|w|t|):(for|good|x)?", fullmatch=True))
def test_a_mark_that_reads_is_written_back_as_it_was(written: str) -> None:
    mark = read(written)
    assert mark is None or str(mark) == written


@pytest.mark.parametrize("choices", [("1", "1"), ("c1:for", "c1:for"), ("w:a", "w:a"), ("1", "c1:yes")])
def test_a_ballot_with_a_mark_twice_or_none_at_all_does_not_read(choices: tuple[str, ...]) -> None:
    assert read_ballot(choices) is None
