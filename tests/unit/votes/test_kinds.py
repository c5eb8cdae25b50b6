"""A motion is one of its kinds, and the words of a vote are the same on the wire as ever."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import pytest

from meeting_server.domain import vote_terms
from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.vote_terms import AppraisalSheet, MotionForce
from meeting_server.domain.votes.kind import Kind
from meeting_server.domain.votes.kinds import kind_of

SETS = [found for found in vars(vote_terms).values() if isinstance(found, type) and issubclass(found, StrEnum) and found is not StrEnum]


@pytest.mark.parametrize("sheet", AppraisalSheet)
@pytest.mark.parametrize("force", MotionForce)
def test_every_force_has_a_kind_whatever_sheet_it_names(force: MotionForce, sheet: AppraisalSheet) -> None:
    assert isinstance(kind_of(DraftMotion("", force=force, sheet=sheet)), Kind)


def test_only_appraisals_look_at_their_sheet() -> None:
    kinds = {force: {type(kind_of(DraftMotion("", force=force, sheet=sheet))) for sheet in AppraisalSheet} for force in MotionForce}
    assert {force: len(found) for force, found in kinds.items()} == {
        force: 4 if force is MotionForce.APPRAISAL else 1 for force in MotionForce
    }
    assert len(set().union(*kinds.values())) == 8


@pytest.mark.parametrize("words", SETS, ids=lambda words: words.__name__)
def test_a_word_is_its_value_on_the_wire(words: type[StrEnum]) -> None:
    for word in words:
        assert msgspec.json.encode(word) == msgspec.json.encode(word.value)
        assert msgspec.json.decode(msgspec.json.encode(word.value), type=words) is word


@pytest.mark.parametrize("words", SETS, ids=lambda words: words.__name__)
def test_another_word_is_refused(words: type[StrEnum]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'"no such word"', type=words)
