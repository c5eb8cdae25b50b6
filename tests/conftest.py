"""Rules for every test."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

NOTHING_SKIPS = "NOTHING_SKIPS"
"""Set by the gate: there a test that does not run has failed, because ``make test`` has installed all it needs."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and NOTHING_SKIPS in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped, and in the gate nothing may be: {report.longrepr}"
    return report
