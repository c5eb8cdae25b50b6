"""What no test here does: wait for a fixed time, take the best of several attempts, skip, or open a browser in which things slide.
Where one of these is the matter under test, its line says so: ``# on purpose: …``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = next(folder for folder in Path(__file__).resolve().parents if folder.name == "tests")
SHORT_S = 0.3
"""As long as a poll may wait between two looks; whoever waits longer waits for a time, and not for an event."""
ON_PURPOSE = re.compile(r"# on purpose: \w")
SLEEPS = {"sleep": 1.0, "wait_for_timeout": 0.001}
"""What waits, and how many seconds one of its argument is."""
SKIPS = {"skip", "skipif", "importorskip", "xfail", "skipTest", "SkipTest"}
REPEATS = {"flaky", "repeat", "rerun", "reruns"}
ATTEMPT = re.compile(r"(^|_)(attempt|attempts|try|tries|retry|retries)(_|$)")


def _files() -> Iterator[Path]:
    """Benches measure, and say percentiles: what they wait for is their own affair."""
    yield from (path for path in sorted(TESTS.rglob("*.py")) if path.relative_to(TESTS).parts[0] not in ("bench", "golden"))


def _name(node: ast.expr) -> str:
    """Of ``a.b.c`` the ``c``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in ("range", "count", "repeat")


def _waits_long(call: ast.Call) -> bool:
    """Longer than a poll, or for a time that nobody can see here."""
    unit = SLEEPS[_name(call.func)]
    if not call.args:
        return True
    (seconds, *_) = call.args
    return not (isinstance(seconds, ast.Constant) and isinstance(seconds.value, int | float) and seconds.value * unit <= SHORT_S)


def _forgives(loop: ast.For | ast.While | ast.AsyncFor) -> bool:
    """A failed assertion in it is caught, and the loop goes on."""
    handlers = [handler for node in ast.walk(loop) if isinstance(node, ast.Try) for handler in node.handlers]
    caught = [handler.type for handler in handlers if handler.type is not None]
    names = {_name(one) for kind in caught for one in (kind.elts if isinstance(kind, ast.Tuple) else [kind])}
    return "AssertionError" in names


def _faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line, and what is wrong with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SLEEPS and _waits_long(node):
            yield node.lineno, "waits for a time: await what happens instead"
        elif isinstance(node, ast.Call) and _may_move(node):
            yield node.lineno, "lets the page move: give reduced_motion"
        elif isinstance(node, ast.For | ast.While | ast.AsyncFor) and (
            _forgives(node) or (not isinstance(node, ast.While) and _is_range(node.iter) and ATTEMPT.search(_name(node.target)))
        ):
            yield node.lineno, "goes on after a failure: a test holds the first time"
        elif isinstance(node, ast.Call) and _name(node.func) in ("min", "max", "sorted", "median") and node.args:
            samples = node.args[0]
            if isinstance(samples, ast.GeneratorExp | ast.ListComp) and all(
                _is_range(each.iter) and _name(each.target) == "_" for each in samples.generators
            ):
                yield node.lineno, "takes the best of several: percentiles belong into benches"
        elif isinstance(node, ast.Attribute | ast.Name) and _name(node) in SKIPS | REPEATS and _is_of_pytest(node):
            yield node.lineno, "skips or repeats: the gate has all it needs, and once must do"


def _may_move(call: ast.Call) -> bool:
    """A browser is opened in which sheets slide and scrolls glide: what looks in between sees half of it."""
    opens = _name(call.func) == "new_context" or (
        _name(call.func) == "new_page"
        and isinstance(call.func, ast.Attribute)
        and _name(call.func.value).strip("_") in ("browser", "chromium")
    )
    return opens and not re.search(r"reduced_motion|\bCALM\b", ast.unparse(call))


def _is_of_pytest(node: ast.expr) -> bool:
    """``pytest.skip``, ``pytest.mark.skipif``, ``unittest.SkipTest``; not a method of our own with such a name."""
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("pytest", "pytest.mark", "unittest", "self")


def faults_in(source: str) -> list[tuple[int, str]]:
    """Lines with a fault that do not say why they must have it."""
    lines = source.splitlines()
    return sorted({(number, fault) for number, fault in _faults(ast.parse(source)) if not ON_PURPOSE.search(lines[number - 1])})


def test_no_test_waits_for_a_time_forgives_a_failure_skips_or_moves() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{number}: {fault}" for path in _files() for number, fault in faults_in(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "await asyncio.sleep(0.5)",
        "time.sleep(2)",
        "await asyncio.sleep(WHILE)",
        "await page.wait_for_timeout(400)",
        "await asyncio.sleep(0.4)  # until it is there",
        "for attempt in range(3):\n    look()",
        "for _ in range(3):\n    try:\n        look()\n    except AssertionError:\n        continue",
        "while True:\n    try:\n        look()\n    except (OSError, AssertionError):\n        pass",
        "assert min(measured() for _ in range(5)) < 0.1",
        "fast = sorted([measured() for _ in range(5)])[0]",
        "pytest.skip('not here')",
        "@pytest.mark.skipif(not here(), reason='not here')\ndef test_a(): ...",
        "pytestmark = pytest.mark.skip",
        "pytest.importorskip('av')",
        "@pytest.mark.flaky(reruns=3)\ndef test_a(): ...",
        "context = await browser.new_context(viewport=SMALL)",
        "page = self._browser.new_page()",
    ],
)
def test_a_planted_fault_is_found(planted: str) -> None:
    assert len(faults_in(planted)) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "await asyncio.sleep(0.05)",
        "await asyncio.sleep(2)  # on purpose: nothing may be written for two seconds",
        "await page.wait_for_timeout(50)",
        "for _ in range(3):\n    look()",
        "longest = max(len(name) for name in names)",
        "skipped = self.skips.skip(3)",
        "context = await browser.new_context(viewport=SMALL, reduced_motion='reduce')",
        "page = await context.new_page()",
    ],
)
def test_what_is_no_fault_is_left_alone(fine: str) -> None:
    assert faults_in(fine) == []
