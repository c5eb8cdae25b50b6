"""The report of an audit as plain lines, and its command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from meeting_server.archive.audit.audit import OutsideHead, audit
from meeting_server.archive.audit.findings import Audit, Name
from meeting_server.journal.bundle import BadBundle, read_bundle

Say = Callable[..., str]
"""A text of the catalogue, ``say(key, **holes)``. Keys used here are below ``audit.``."""


_WHOLE_ALL_THE_SAME: tuple[Name, ...] = ("erasures", "attending", "hall_counts")
"""Notices about complete checks: missing content that may be missing, and decisions under an earlier rule."""


def _shown(text: str) -> str:
    """Return text of a bundle made safe to print: nothing in it moves the cursor, hides or adds a line."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def report_lines(result: Audit, say: Say) -> list[str]:
    """Return the report as plain lines: what was checked, each check, each doubt, the conclusion."""
    bundle = result.bundle
    lines = [
        say("audit.meeting", meeting=_shown(bundle.meeting_id)),
        say("audit.last_record", seq=bundle.head.seq, hash=grouped(bundle.head.hash.hex())),
        "",
    ]
    for check in result.checks:
        partly = check.told and check.name not in _WHOLE_ALL_THE_SAME
        outcome = "failed" if check.findings else "skipped" if check.skipped else "partly" if partly else "passed"
        mark = {"passed": "✓", "failed": "✗", "skipped": "–", "partly": "–"}[outcome]
        lines.append(f"{mark} {say(f'audit.check.{check.name}')}  [{say(f'audit.outcome.{outcome}', count=check.looked_at)}]")
        lines += [
            "    "
            + say(f"audit.finding.{finding.check}")
            + (f"  {say('audit.at_record', seq=finding.seq)}" if finding.seq else "")
            + (f"  {_shown(finding.detail)}" if finding.detail else "")
            for finding in check.findings
        ]
        lines += [f"    {say(f'audit.told.{check.name}')}  {_shown(title)}" for title in check.told]
    conclusion = "unsound" if not result.sound else "sound" if result.complete else "incomplete"
    lines += ["", say(f"audit.{conclusion}", count=len(result.findings))]
    if not result.complete:
        lines.append(say("audit.not_recounted", count=len(result["bulletins"].told) + len(result["tally"].told)))
    if result["outside_head"].skipped:
        lines.append(say("audit.compare_head"))
    return lines


def audit_file(path: Path, say: Say, outside: OutsideHead | None = None) -> tuple[list[str], int]:
    """Return what the command line prints about the bundle at ``path``, and its exit code (``Audit.exit_code``)."""
    try:
        result = audit(read_bundle(path), outside)
    except BadBundle as error:
        return [say(f"audit.bad.{error.code}"), *([_shown(error.detail)] if error.detail else [])], 1
    except OSError as error:
        return [say("audit.bad.no_file"), f"{path}: {error.strerror}"], 1
    return report_lines(result, say), result.exit_code


def grouped(digits: str) -> str:
    """Return a hash in groups of four, to read aloud and compare."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
