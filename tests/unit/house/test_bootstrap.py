"""Setting up a checkout: one at a time, from bytes that are written down, and nothing is fetched when all is done."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.kit.paths import ROOT
from tools import bootstrap
from tools.bootstrap import HASHES, Stop

PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")


def pins(file: Path) -> dict[str, str]:
    return {m[1]: m[2] for m in map(PIN.match, file.read_text().splitlines()) if m}


@pytest.mark.parametrize("kind", ["run", "test", "node"])
def test_every_package_is_pinned_by_version_and_by_bytes_and_no_address_stands_there(kind: str) -> None:
    text = (HASHES / f"{kind}.txt").read_text()
    blocks = text.replace("\\\n", "").splitlines()[1:]
    assert len(blocks) >= 1
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert set(pins(HASHES / f"{kind}.txt").items()) <= set(pins(ROOT / ".ci" / "constraints.txt").items()), "run `make constraints`"


def test_what_the_tests_install_is_all_that_is_pinned() -> None:
    known = {**pins(HASHES / "test.txt"), **pins(HASHES / "node.txt")}
    assert known == pins(ROOT / ".ci" / "constraints.txt"), "run `make constraints`"
    assert set(pins(HASHES / "run.txt")) < set(pins(HASHES / "test.txt"))


def test_pip_takes_no_file_whose_bytes_are_not_written_down(tmp_path: Path) -> None:
    wheel = tmp_path / "forged-1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK\x05\x06" + b"\0" * 18)
    (tmp_path / "wanted.txt").write_text(f"forged==1.0 --hash=sha256:{'0' * 64}\n")
    command = [*map(str, bootstrap.PIP_INSTALL), "--no-index", "--find-links", str(tmp_path), "-r", str(tmp_path / "wanted.txt")]
    command[0] = sys.executable
    result = subprocess.run([*command, "--dry-run"], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "DO NOT MATCH THE HASHES" in result.stderr


def test_the_client_is_installed_from_its_lock_file_and_packages_run_no_scripts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[Sequence[str]] = []
    monkeypatch.setattr(bootstrap, "run_npm", lambda *words: ran.append(words))
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path)
    bootstrap.install_client()
    assert ran[0][:2] == ("ci", "--ignore-scripts")


def test_every_package_of_the_client_is_pinned_by_bytes_and_no_address_stands_there() -> None:
    lock = (ROOT / "web_client" / "package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(lock)["packages"].items() if name}
    assert [name for name, one in packages.items() if not one.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []


def test_when_all_is_done_no_command_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stamp(step: str, paths: list[Path], *words: str) -> None:
        (tmp_path / step).write_text(bootstrap.fingerprint(paths, *words))

    def run(command: Sequence[str | Path], **options: object) -> None:
        raise AssertionError(command)

    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path)
    stamp("python-run", [ROOT / "pyproject.toml", HASHES], str(sys.version_info[:2]), str(ROOT))
    stamp("client", [bootstrap.CLIENT, ROOT / "meeting_server" / "web" / "locales"])
    monkeypatch.setattr(bootstrap, "run", run)
    (tmp_path / "dist").mkdir()
    monkeypatch.setattr(sys, "argv", ["bootstrap", "run"])
    assert bootstrap.main() == 0


def test_the_second_waits_until_the_first_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    with bootstrap.one_at_a_time():
        other = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_a_checkout_of_another_user_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(Stop, match="belongs to root, and you are nobody"), bootstrap.one_at_a_time():
        pass


def test_the_environment_finds_the_project_whatever_the_folder_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "支部 会议"
    packages = root / ".venv" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    file = packages / "_editable_impl_meeting_server.pth"
    file.write_text(f"{root}\n", "utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", root)
    monkeypatch.setattr(bootstrap, "VENV", root / ".venv")
    bootstrap.point_home()
    assert (packages / file.read_text("ascii").strip()).resolve() == root.resolve()
