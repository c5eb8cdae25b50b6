"""The findings of an audit: each check, each doubt, and whether the whole is sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from meeting_server.archive.audit.ballot_audit import NOT_INCLUDED
from meeting_server.journal.bundle import Bundle

Name = Literal[
    "files",
    "form",
    "contents",
    "order",
    "chain",
    "payloads",
    "erasures",
    "head",
    "outside_head",
    "replay",
    "end",
    "electorate",
    "attending",
    "quorum",
    "ballots_once",
    "ballots_in_time",
    "ballots_entitled",
    "ballots_valid",
    "bulletins",
    "paper_key",
    "issuance",
    "tokens",
    "ballot_signatures",
    "root",
    "hall_counts",
    "tally",
    "verdict",
    "publication",
    "attendance",
    "minutes",
]
NAMES: tuple[Name, ...] = Name.__args__  # type: ignore[attr-defined]  # typing's own
"""Every check, in the order of the report. Texts are below ``audit.check.<name>``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt. ``seq`` is the record concerned (0: the bundle as a whole); ``detail`` names files, motions, figures."""

    check: Name
    seq: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: how many things were checked, and what was wrong.

    ``skipped``: the check was impossible, because what it depends on is in doubt or not in the bundle.
    """

    name: Name
    looked_at: int
    findings: tuple[Finding, ...]
    skipped: bool = False
    told: tuple[str, ...] = ()
    """What is reported without a doubt: under ``bulletins`` and ``tally`` votes whose ballots are not in this bundle, under ``issuance``
    those for which an older journal does not record who was handed a ballot, under ``erasures`` erased contents, under ``attending``
    votes held under the older rule (presence at the close), which were checked by that rule, and under ``hall_counts`` those of them with
    more paper ballots in the hall than possible."""

    @property
    def passed(self) -> bool:
        return not self.findings and not self.skipped


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole report. ``sound`` if no check found a doubt and the records could be replayed."""

    bundle: Bundle
    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        return not any(check.findings for check in self.checks) and not self["replay"].skipped

    @property
    def complete(self) -> bool:
        """Return whether every vote could be recounted."""
        return not self["bulletins"].told and not self["tally"].told

    @property
    def exit_code(self) -> Literal[0, 1, 3]:
        """Return the command's exit code: 0 sound, 1 a doubt, 3 no doubt, but the ballots of a vote are not in the bundle."""
        return 1 if not self.sound else 0 if self.complete else 3

    def __getitem__(self, name: Name) -> Check:
        return next(check for check in self.checks if check.name == name)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for check in self.checks for finding in check.findings)


@dataclass(slots=True)
class Report:
    looked_at: dict[Name, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    findings: list[Finding] = field(default_factory=list)
    skipped: set[Name] = field(default_factory=set)
    told: dict[Name, list[str]] = field(default_factory=dict)

    def look(self, name: Name, fine: bool, seq: int, detail: str = "") -> None:
        self.looked_at[name] += 1
        if fine and detail.startswith(NOT_INCLUDED):
            self.told.setdefault(name, []).append(detail.removeprefix(NOT_INCLUDED))
        if not fine:
            self.findings.append(Finding(name, seq, detail))

    def checks(self) -> tuple[Check, ...]:
        return tuple(
            Check(
                name,
                self.looked_at[name],
                tuple(finding for finding in self.findings if finding.check == name),
                name in self.skipped,
                tuple(self.told.get(name, ())),
            )
            for name in NAMES
        )


def named(error: Exception) -> str:
    """What a forged record led to."""
    return f"{type(error).__name__}: {error}"
