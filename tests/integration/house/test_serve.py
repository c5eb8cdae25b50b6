"""One command: starts everything, prints a link per role, restarts what dies, stops cleanly, refuses to start wrongly."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.kit.paths import ROOT
from tests.kit.servers.running import CSRF, Server, free_port, signed_in, wait_for


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("house"), "--demo", MEETING_LOG_LEVEL="info") as server:
        yield server


@pytest.fixture(scope="module")
def clients(demo: Server) -> Iterator[dict[str, httpx.Client]]:
    """Everybody a link was printed for, by name."""
    with ExitStack() as kept:
        yield {name: kept.enter_context(signed_in(link)) for _, name, link in demo.links}


@pytest.fixture(scope="module")
def restored(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that was started from a backup, made while ``demo`` was running."""
    folder = tmp_path_factory.mktemp("restored")
    demo.command("backup", str(demo.folder / "copy"))
    shutil.copytree(demo.folder / "copy", folder / "var")
    with Server(folder, "--demo") as server:
        yield server


def test_one_link_a_role_is_printed(demo: Server) -> None:
    roles = [role for role, _, _ in demo.links]
    assert sorted(roles) == sorted(["administrator", "secretary", "member", "member", "member", "probationary member", "reviewer"])


def test_each_link_signs_in_with_one_tap_and_a_demo_is_opened_twice(demo: Server, clients: dict[str, httpx.Client]) -> None:
    for _, name, _link in demo.links:
        assert name in clients[name].get("/me").text
    with signed_in(demo.link_of("李敏")) as again:
        assert "李敏" in again.get("/me").text


def test_the_page_after_the_tap_says_for_whom_the_link_was(demo: Server) -> None:
    link = demo.link_of("周建华")
    with httpx.Client(base_url=demo.url, follow_redirects=True) as client:
        page = client.get(link)
        assert "24 小时内可以反复打开" in page.text
        token = CSRF.search(page.text)
        assert token is not None
        greeted = client.post(link, data={"csrf": token[1]})
        assert "您登录的是：周建华，书记（示范支部，随便试）。" in greeted.text
        assert "您登录的是" not in client.get("/").text


def test_a_member_finds_last_months_meeting_to_study_with_the_pages_that_were_shown(clients: dict[str, httpx.Client]) -> None:
    member = clients["李敏"]
    (address,) = re.findall(r'href="(/learn/meetings/[^"]+)"', member.get("/learn").text)
    page = member.get(address).text
    assert "志愿服务怎么安排" in page
    assert "考试周中断" in page  # the summary
    assert "志愿服务安排" in page  # the document, with its moments


def test_a_stranger_who_asks_without_end_does_not_fill_the_log(demo: Server) -> None:
    before = len(demo.lines)
    with httpx.Client(base_url=demo.url) as stranger:
        for number in range(600):
            stranger.get(f"/no-such-page-{number}")
    httpx.get(f"{demo.url}/sign-in")
    wait_for(lambda: any("left out" in line for line in demo.lines[before:]))
    assert 200 < sum("no-such-page" in line for line in demo.lines[before:]) < 550


def test_no_link_is_in_the_log(demo: Server) -> None:
    tokens = [link.rsplit("/", 1)[1] for _, _, link in demo.links]
    logged = [line for line in demo.lines if "[" in line and "request" in line]
    assert any("/sign-in/***" in line for line in logged)
    assert [line for line in logged for token in tokens if token in line] == []


@pytest.mark.usefixtures("restored")  # of a backup, which is looked at too
def test_whatever_the_server_makes_is_for_its_own_account_alone(demo: Server) -> None:
    made = [path for name in ("var", "recordings", "copy") for path in (demo.folder / name, *(demo.folder / name).rglob("*"))]
    kinds = {path.suffix for path in made} | {path.name for path in made}
    assert {".sqlite3", ".webp", "secret.key", "media.sock", "manifest.json"} <= kinds
    assert [str(path) for path in made if stat.S_IMODE(path.lstat().st_mode) & 0o077] == []


def test_folders_that_others_could_read_are_closed_at_start(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o755)
    Server(tmp_path).command("migrate")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o750


def test_health_and_figures(demo: Server) -> None:
    assert httpx.get(f"{demo.url}/healthz").json()["status"] == "ok"
    figures = httpx.get(f"{demo.url}/metrics").text
    assert "meeting_http_requests_total" in figures
    assert 'meeting_media_packets_in_total{worker="worker 0"}' in figures  # asked from the running media worker
    families = list(text_string_to_metric_families(figures))
    untold = [family.name for family in families if not family.documentation or family.type == "unknown"]
    assert untold == []
    unknown = [one.name for one in families if one.documentation == one.name.removeprefix("meeting_media_").replace("_", " ")]
    assert unknown == []
    through_a_proxy = httpx.get(f"{demo.url}/metrics", headers={"x-forwarded-for": "203.0.113.9"})
    assert through_a_proxy.status_code == 404


def test_client_files_are_compressed_and_kept_for_ever(demo: Server) -> None:
    page = httpx.get(f"{demo.url}/sign-in").text
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style is not None
    answer = httpx.get(demo.url + style[1], headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    again = httpx.get(demo.url + style[1], headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    for outside in ("/static/../pyproject.toml", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/.vite", "/static/none.js"):
        assert httpx.get(demo.url + outside).status_code == 404


@pytest.mark.parametrize("name", ["web", "media"])
def test_a_process_that_dies_comes_back(demo: Server, name: str) -> None:
    before = demo.children()[name]
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: demo.children().get(name, before) != before, 20)
    wait_for(lambda: _healthy(demo.url), 20)


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_backup_while_running_can_be_started_from(demo: Server, restored: Server) -> None:
    assert [name for _, name, _ in restored.links] == [name for _, name, _ in demo.links]


def test_interrupting_stops_everything_and_the_next_start_has_new_links(restored: Server) -> None:
    """The last that asks ``restored`` anything but what it has said."""
    children = restored.children()
    assert {"web", "media"} <= set(children)
    assert restored.interrupt(signal.SIGINT) == 0
    assert [pid for pid in children.values() if Path(f"/proc/{pid}").exists()] == []
    with Server(restored.folder, "--demo", port=restored.port) as again:
        assert len(again.links) == 7
        assert {link for _, _, link in again.links}.isdisjoint({link for _, _, link in restored.links})


def test_a_second_server_of_the_same_folder_is_refused_with_a_word(demo: Server) -> None:
    result = Server(demo.folder, port=free_port()).command("serve", check=False)
    assert result.returncode == 1
    assert "running already" in result.stderr
    assert str(demo.process.pid if demo.process else "") in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert httpx.get(f"{demo.url}/healthz").status_code == 200


def test_a_folder_of_another_user_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o700)
    script = """
import os, sys
from pathlib import Path
from meeting_server.serve import CanNotStart, alone_in
from meeting_server.web.site.catalogue import sentences
sentences("en")  # the checkout may be root's alone
os.setuid(65534)
try:
    with alone_in(Path(sys.argv[1])):
        pass
except CanNotStart as error:
    print(error)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "var")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "en_GB"}, timeout=60).stdout
    assert "belongs to root, and you are nobody" in said


def test_a_folder_of_any_name_holds_its_own_database(tmp_path: Path) -> None:
    for name in ('支部 100% a#b?c=d it\'s "q"', "a%20b"):
        Server(tmp_path / name).command("migrate")
        assert {path.name for path in (tmp_path / name / "var").iterdir()} >= {"meetings.sqlite3", "ballot-box.sqlite3"}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_machine_without_ipv6_is_served(tmp_path: Path) -> None:
    conf = "/proc/sys/net/ipv6/conf"
    without = f"ip link set lo up && echo 1 > {conf}/all/disable_ipv6 && echo 1 > {conf}/default/disable_ipv6"
    server = Server(tmp_path)
    server.before = ("unshare", "--net", "sh", "-c", f'{without} && exec "$@"', "sh")
    with server:
        assert {"web", "media", "archive"} <= set(server.children())


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = Server(tmp_path, port=port).command("serve", check=False)
    assert result.returncode == 1
    assert f"127.0.0.1:{port}" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


@pytest.mark.parametrize("words", ["serve", "web"])
def test_a_default_secret_is_refused(tmp_path: Path, words: str) -> None:
    result = Server(tmp_path, MEETING_SECRET_KEY="change-me-change-me-change-me-change-me").command(words, check=False)
    assert result.returncode == 1
    assert "MEETING_SECRET_KEY" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_the_local_network_gets_https_and_a_code_to_scan(tmp_path: Path) -> None:
    with Server(tmp_path, "--lan", port=free_port()) as server:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "var" / "tls" / "authority.pem"))
        answer = httpx.get(f"https://127.0.0.1:{server.port}/sign-in", verify=trusted)
        assert answer.status_code == 200
        assert "__Host-" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        printed = server.output
        assert re.search(r"https://\d+\.\d+\.\d+\.\d+:\d+", printed)
        assert printed.count("█") > 50


def test_behind_a_proxy_of_ours_pages_are_those_of_the_public_address(tmp_path: Path) -> None:
    forwarded = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "x-forwarded-host": "meet.example.edu"}
    with Server(tmp_path, MEETING_PUBLIC_URL="https://meet.example.edu", MEETING_PROXIES="127.0.0.1", MEETING_MEDIA="false") as server:
        answer = httpx.get(f"http://127.0.0.1:{server.port}/sign-in", headers=forwarded)
        assert "__Host-visit" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        assert "wss://meet.example.edu" in answer.headers["content-security-policy"]
        assert httpx.get(f"http://127.0.0.1:{server.port}/metrics", headers=forwarded).status_code == 404


def test_the_first_administrator_comes_from_the_command_line(tmp_path: Path) -> None:
    server = Server(tmp_path, MEETING_MEDIA="false")
    made = server.command("user", "create", "沈立群", "--number", "A0001", "--branch", "临江大学党委")
    link = made.stdout.strip().splitlines()[-1]
    with server:
        with signed_in(link) as client:
            assert "沈立群" in client.get("/me").text
    assert server.command("user", "link", "无此人", check=False).returncode == 1
    fresh = server.command("user", "link", "A0001").stdout.strip().splitlines()[-1]
    assert fresh != link


def test_with_json_logs_every_line_that_is_collected_is_one_object(tmp_path: Path) -> None:
    server = Server(tmp_path, MEETING_LOG_FORMAT="json", MEETING_MEDIA="false")
    server.process = subprocess.Popen(
        [sys.executable, "-m", "meeting_server", "serve"],
        cwd=ROOT,
        env=server.environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert server.process.stdout is not None
    lines = []
    with server.process.stdout as said:
        for line in said:
            lines.append(json.loads(line))
            if lines[-1]["event"] == "ready" and lines[-1]["process"] == "serve":
                assert httpx.get(f"{server.url}/j/a-secret-token").status_code == 404
                server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    assert {"uvicorn.error", "meeting_server.web.site.request_log", "meeting_server.serve"} <= {line["logger"] for line in lines}
    assert "a-secret-token" not in json.dumps(lines)


def test_where_no_package_index_answers_the_server_serves_and_says_why_there_will_be_no_words(tmp_path: Path) -> None:
    server = Server(tmp_path, MEETING_SPEECH_ENGINE="auto", MEETING_SPEECH_INDEX="", MEETING_MEDIA="false")
    server.environment |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    with server:
        wait_for(lambda: "(no_network)" in server.output, 240)
        assert "Installing speech recognition" in server.output
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        assert json.loads((tmp_path / "var" / "speech" / "state.json").read_bytes())["code"] == "no_network"
        assert "Traceback" not in server.output
