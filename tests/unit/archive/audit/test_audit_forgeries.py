"""Every kind of tampering with a bundle is named by the audit, or stands in the list of what only an outside head can show."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from meeting_server.archive.audit.audit import OutsideHead, audit, outside_head
from meeting_server.archive.audit.printing import audit_file
from meeting_server.journal.bundle import BadBundle, read_bundle
from meeting_server.web.site.catalogue import text
from tests.kit.attacks.forged_bundles import KINDS, forged
from tests.kit.houses.bundle_parts import JOURNAL, MINUTES, PAPERS, STRENGTHS, Strength, bundle_of, fitted, honest, true_head, with_files

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")

ONLY_AN_OUTSIDE_HEAD = frozenset(
    {
        # words, names, times and who did what: with the whole chain made anew nothing else in the bundle speaks of them
        "actor exchanged",
        "chat reworded",
        "command exchanged",
        "record removed",
        "resolution added",
        "resolution reworded",
        "salt exchanged",
        "standing exchanged",
        "time of all records moved",
        # who was handed a paper, exchanged for somebody else with the right, or not committed to, in the journal too
        "issuance exchanged",
        "issuances taken out of the journal",
        "paper of another member",
    }
)
"""Kinds that agree with everything once the whole chain is made anew: the bundle of another meeting, as it were."""


def exit_code(bundle: bytes, outside: OutsideHead | None = None) -> tuple[int, set[str]]:
    """As the command ends, and what it names."""
    try:
        result = audit(read_bundle(bundle), outside)
    except BadBundle as error:
        return 1, {error.code}
    named = {str(finding.check) for finding in result.findings}
    return result.exit_code, named if result.complete else named | {"bulletins"}


def say(key: str, **holes: object) -> str:
    return text("en", key, **holes)


def test_the_honest_bundle_is_sound_and_commits_to_its_issuances() -> None:
    result = audit(read_bundle(bundle_of(honest())), outside_head(true_head().evidence))
    assert (result.exit_code, result["issuance"].told) == (0, ())
    assert all(check.passed and check.looked_at for check in result.checks)


def test_there_are_many_kinds_and_only_a_new_chain_hides_any() -> None:
    assert len(KINDS) >= 60
    assert len(set(KINDS)) == len(KINDS)
    assert set(KINDS) >= ONLY_AN_OUTSIDE_HEAD


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_bundle_is_named(kind: str, strength: Strength) -> None:
    bundle = forged(kind, strength)
    code, named = exit_code(bundle)
    if strength == "anew" and kind in ONLY_AN_OUTSIDE_HEAD:
        assert (code, named) == (0, set())
        code, named = exit_code(bundle, outside_head(true_head().evidence))
        assert named == {"outside_head"}
    assert code in (1, 3)
    assert named


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_bulletin_kept_back_is_never_called_sound(strength: Strength) -> None:
    """Whether its reader should have been given the ballots the bundle does not know: the command does not end as for a sound one."""
    code, named = exit_code(forged("bulletin in the withheld form", strength))
    assert code == (1 if strength == "naive" else 3)
    assert "bulletins" in named


def test_a_bundle_that_was_cut_short_does_not_have_the_head_that_was_kept() -> None:
    code, named = exit_code(forged("cut after a vote", "anew"), outside_head(true_head().evidence))
    assert code == 1
    assert {"end", "outside_head"} <= named


def test_a_head_kept_in_the_middle_of_the_meeting_holds_for_the_whole_bundle() -> None:
    parts = honest()
    middle = parts.records[100]
    assert exit_code(bundle_of(parts), outside_head(f"{middle.seq}.{middle.hash.hex()[:32]}"))[0] == 0
    assert exit_code(bundle_of(parts), outside_head(f"{middle.seq}.{'0' * 32}")) == (1, {"outside_head"})


@pytest.mark.parametrize("written", ["", "7", "7.", "7.9c417be0", "-7." + "a" * 32, "7." + "g" * 32, "7." + "a" * 65, "７." + "a" * 32])
def test_a_head_of_less_than_128_bits_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="no head"):
        outside_head(written)


def test_a_head_may_be_written_as_it_is_printed() -> None:
    assert outside_head("152.9C41 7BE0 53D2 A6F0 8B1E 44D3 7C95 AA02") == OutsideHead(152, "9c417be053d2a6f08b1e44d37c95aa02")


def test_nothing_in_a_bundle_writes_on_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "forged.zip"
    file.write_bytes(forged("terminal told what to show", "anew"))
    lines, code = audit_file(file, say)
    assert code == 1
    assert all(line.isprintable() for line in lines)


def test_no_damage_ends_the_audit_otherwise_than_with_findings() -> None:
    """Bytes taken out, put in and exchanged anywhere in the three files, under a manifest that fits."""
    chance = random.Random(20261130)
    files = {**honest().files, JOURNAL: b"".join(line + b"\n" for line in honest().lines())}
    for _ in range(60):
        name = chance.choice((JOURNAL, MINUTES, PAPERS))
        content = files[name]
        start = chance.randrange(len(content))
        junk = chance.choice((b"", b"\xff", b"-", b"9" * 400, b'"', b"{}", b"null", b"\\ud800", b"1e999"))
        damaged = content[:start] + junk + content[start + chance.randrange(1, 9) :]
        code, named = exit_code(fitted(with_files(bundle_of(honest()), {**files, name: damaged})))
        assert code == 1, (name, start, junk)
        assert named
