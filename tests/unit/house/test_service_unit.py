"""The unit file for systemd says what is to hold, and systemd understands it."""

from __future__ import annotations

import configparser
import subprocess
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

UNIT = ROOT / "deploy" / "meeting-server.service"


@pytest.fixture(scope="module")
def service() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are told apart by case
    parser.read_string(UNIT.read_text())
    return parser["Service"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("User", "meeting-server"),
        ("UMask", "0077"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("SystemCallArchitectures", "native"),
        ("StateDirectoryMode", "0700"),
        ("KillMode", "mixed"),
    ],
)
def test_the_service_has_no_more_rights_than_it_needs(service: configparser.SectionProxy, name: str, value: str) -> None:
    assert service[name] == value


def test_the_service_may_have_sockets_for_a_full_house(service: configparser.SectionProxy) -> None:
    assert int(service["LimitNOFILE"]) >= 16_384


def test_the_service_leaves_the_sandbox_of_documents_what_it_needs(service: configparser.SectionProxy) -> None:
    assert {"seccomp", "landlock_create_ruleset", "landlock_restrict_self"} <= set(service["SystemCallFilter"].split())
    assert {"user", "net", "ipc"} <= set(service["RestrictNamespaces"].split())


def _here(folder: Path) -> Path:
    """The unit as systemd can check it on a machine where the server is not installed."""
    copy = folder / UNIT.name
    copy.write_text("\n".join("ExecStart=/bin/true" if line.startswith("ExecStart=") else line for line in UNIT.read_text().splitlines()))
    return copy


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", str(_here(tmp_path))], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_systemd_finds_little_exposed(tmp_path: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", str(_here(tmp_path))]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
