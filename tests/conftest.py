"""Rules for every test: nothing is skipped in the gate, long files come first, and what each folder cost."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator

import pytest

from tests.kit.paths import NO_DOWNLOAD

NOTHING_SKIPS = "NOTHING_SKIPS"
"""Set by the gate: there a test that does not run has failed, because ``make test`` has installed all it needs."""
CPU_S = "cpu_s"
os.environ.update(NO_DOWNLOAD)
_BEGAN = pytest.StashKey[float]()


def _cpu() -> float:
    """Seconds of this process and of those that it has started and that have ended."""
    return sum(os.times()[:4])


# --- when ---------------------------------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first: ``pytest-xdist`` hands whole files to its workers in this order, so that they end at about the same
    time."""
    first: dict[str, int] = {}
    for item in items:
        first[_file(item)] = min(first.get(_file(item), 9), _rank(item))
    items.sort(key=lambda item: first[_file(item)])


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, mark in enumerate(("longest", "slow", "browser")) if item.get_closest_marker(mark)), 3)


# --- what is said of each -----------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.stash[_BEGAN] = _cpu()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and NOTHING_SKIPS in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped, and in the gate nothing may be: {report.longrepr}"
    if call.when == "teardown":
        report.user_properties.append((CPU_S, _cpu() - item.stash[_BEGAN]))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each folder of tests cost. Browsers count when they end, so that their seconds may stand with their last test."""
    reports = [report for of_one_kind in terminalreporter.stats.values() for report in of_one_kind if isinstance(report, pytest.TestReport)]
    tests, lasted, cpu = defaultdict[str, int](int), defaultdict[str, float](float), defaultdict[str, float](float)
    for report in reports:
        folder = report.nodeid.partition("::")[0].rpartition("/")[0]
        tests[folder] += report.when == "call"
        lasted[folder] += report.duration
        cpu[folder] += sum(float(str(seconds)) for name, seconds in report.user_properties if name == CPU_S)
    if sum(lasted.values()) < 10:
        return
    terminalreporter.section("seconds by folder")
    terminalreporter.write_line(f"{'tests':>6} {'lasted':>7} {'CPU':>6}")
    for folder in sorted(lasted, key=lambda name: -lasted[name]):
        terminalreporter.write_line(f"{tests[folder]:>6} {lasted[folder]:>7.0f} {cpu[folder]:>6.0f}  {folder}")
    terminalreporter.write_line(f"{sum(tests.values()):>6} {sum(lasted.values()):>7.0f} {sum(cpu.values()):>6.0f}  all")
