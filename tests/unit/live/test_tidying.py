"""Garbage is looked for when the meetings are quiet, and never while somebody waits."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from meeting_server.live import tidying
from meeting_server.live.tidying import PATIENCE, QUIET, Tidying


class Ring:
    """Refers to itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.parametrize(("quiet", "worth", "done"), [(QUIET, 0, True), (QUIET - 1, 0, False), (QUIET, 10**6, False)])
def test_it_looks_only_when_it_is_quiet_and_worth_it(quiet: int, worth: int, done: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "WORTH", worth)
    ring = weakref.ref(Ring())
    assert Tidying(lambda: quiet).look() is done
    assert (ring() is None) is done


def test_what_became_garbage_after_it_was_set_aside_is_found_the_next_time() -> None:
    tidy = Tidying(lambda: QUIET)
    ring = Ring()
    gone = weakref.ref(ring)
    tidy.tidy()
    assert gc.get_freeze_count() > 0
    del ring
    tidy.tidy()
    assert gone() is None


def test_python_itself_looks_late_and_is_as_before_in_the_end() -> None:
    before = gc.get_threshold()

    async def a_moment() -> tuple[int, int, int]:
        task = asyncio.create_task(Tidying(lambda: 0).run())
        await asyncio.sleep(0)
        meanwhile = gc.get_threshold()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return meanwhile

    assert asyncio.run(a_moment()) == (*before[:2], PATIENCE)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
