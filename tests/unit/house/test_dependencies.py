"""Every package that is imported is declared, and every declared one has bounds between which it was tested."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.kit.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = [
    Requirement(word) for word in [*PROJECT["dependencies"], *(w for words in PROJECT["optional-dependencies"].values() for w in words)]
]
TESTED = {
    canonicalize_name(name): version
    for name, _, version in (line.partition("==") for line in (ROOT / ".ci" / "constraints.txt").read_text("utf-8").splitlines())
}


@pytest.mark.parametrize("requirement", DECLARED, ids=[requirement.name for requirement in DECLARED])
def test_a_dependency_is_bounded_on_both_sides_of_the_release_that_was_tested(requirement: Requirement) -> None:
    operators = {part.operator for part in requirement.specifier}
    assert operators in ({"=="}, {">=", "<"})
    assert requirement.specifier.contains(TESTED[canonicalize_name(requirement.name)])


@pytest.mark.parametrize(("line", "code"), [("import h11", 0), ("import idna", 1)], ids=["declared", "there by chance"])
def test_an_import_that_is_not_declared_is_named(tmp_path: Path, line: str, code: int) -> None:
    (tmp_path / "meeting_server").mkdir()
    (tmp_path / "meeting_server" / "part.py").write_text(line + "\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    command = [str(Path(sys.executable).with_name("deptry")), "meeting_server", "--ignore", "DEP002"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == code, result.stderr
    assert ("'idna' imported" in result.stderr) == bool(code)
