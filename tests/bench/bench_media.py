"""The project's media worker against Janus 1.1.2 (Debian package) under the same generator, in a network namespace of its own.

    python -m tests.bench.bench_media [--seconds 10] [--only 1x20 ...] [--no-janus] [--rounds 3]

The two take turns, in the shapes that have a goal several times: each round is a pair measured within half a minute, the ratio is
the median of the pairs', and ``spread`` tells how far they lie apart. Server
on one core, generator on the other. Needs root (for the namespace) and ``janus``; without either it says so and measures what it
can. The last line is one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import stock_relay
from tests.bench.media_load import SHAPES

ADDRESS = "10.99.0.1"
GOALS = ("1x20", "meeting")
JANUS = """general: {{
 configs_folder = "{folder}"
 plugins_folder = "{library}/plugins"
 transports_folder = "{library}/transports"
 events_folder = "{library}/events"
 loggers_folder = "{library}/loggers"
 debug_level = 2
}}
nat: {{ ice_lite = true
 ice_enforce_list = "{address}"
 ipv6 = false }}
media: {{ rtp_port_range = "20000-29999"
 ipv6 = false }}
plugins: {{ disable = "{others}" }}
transports: {{ disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }}
events: {{ broadcast = false }}
"""
OTHERS = "audiobridge duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail"


@contextlib.contextmanager
def namespace() -> Iterator[list[str]]:
    """The command prefix that runs something inside a fresh network namespace with one address; removed at the end."""
    name = f"bench-media-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        inside = ["ip", "netns", "exec", name]
        for command in (
            ["ip", "link", "set", "lo", "up"],
            ["ip", "link", "add", "bench0", "type", "veth", "peer", "name", "bench1"],
            ["ip", "addr", "add", f"{ADDRESS}/24", "dev", "bench0"],
            ["ip", "link", "set", "bench0", "up"],
            ["ip", "link", "set", "bench1", "up"],
        ):
            subprocess.run([*inside, *command], check=True)
        yield inside
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


@contextlib.contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    hurry(process.pid)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def pinned(core: str) -> list[str]:
    """One core each for server and generator."""
    return ["taskset", "-c", core]


def hurry(pid: int) -> None:
    """Before whatever else this machine does, server and generator alike. Ordinary scheduling all the same: real-time classes
    keep threads of one program from preempting each other, which flatters a program of many threads."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text("-15")
    except OSError:
        pass  # no autogroups here, or not root: the figures are as good as the machine is quiet


def worker(inside: list[str], folder: Path) -> tuple[list[str], str]:
    path = str(folder / "worker.sock")
    host = ADDRESS if inside else ""
    command = [*inside, *pinned("1"), sys.executable, "-m", "meeting_server.media.worker", "--socket", path]
    return [*command, *(["--host", host] if host else [])], path


def janus(inside: list[str], folder: Path) -> tuple[list[str], str]:
    library = next(p for p in Path("/usr/lib").glob("*/janus"))
    others = ",".join(f"libjanus_{n}.so" for n in OTHERS.split())
    (folder / "janus.jcfg").write_text(JANUS.format(folder=folder, library=library, address=ADDRESS, others=others))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")
    (folder / "janus.transport.websockets.jcfg").write_text(
        'general: { json = "compact"\n ws = true\n ws_port = 8188\n ws_ip = "127.0.0.1"\n wss = false }\n'
        "admin: { admin_ws = false\n admin_wss = false }\n"
    )
    return [*inside, *pinned("1"), "janus", "-F", str(folder), "-N"], "ws://127.0.0.1:8188"


def measure(kind: str, shape: str, seconds: float, inside: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        command, address = (worker if kind == "worker" else janus)(inside, folder)
        with running(command, folder / "server.log") as process:
            ready = time.monotonic() + 10
            while kind == "worker" and not Path(address).exists():
                if time.monotonic() > ready:
                    raise RuntimeError((folder / "server.log").read_text())
                time.sleep(0.05)
            if kind == "janus":
                time.sleep(2)
            generator = [*inside, *pinned("0"), sys.executable, "-m", "tests.bench.media_load"]
            generator += ["--target", kind, "--address", address, "--server-pid", str(process.pid), "--shape", shape]
            with running([*generator, "--seconds", str(seconds)], folder / "generator.log") as load:
                load.wait(300)
            said = (folder / "generator.log").read_text()
            if load.returncode:
                raise RuntimeError(f"{kind} {shape}: {said[-2000:]}\n{(folder / 'server.log').read_text()[-1000:]}")
            result: dict[str, Any] = json.loads(said.splitlines()[-1])
            if result["p50_ms"] is None:
                raise RuntimeError(f"{kind} {shape}: nothing arrived\n{(folder / 'server.log').read_text()[-1000:]}")
    print(f"{shape:8} {kind:7} {json.dumps(result)}", flush=True)
    return result


def summed_up(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, Any]:
    """One shape's rounds: medians, but every lost packet of every round."""
    ratios = sorted(o["cpu_s_per_mpkt"] / t["cpu_s_per_mpkt"] for o, t in zip(ours, theirs, strict=False))
    result: dict[str, Any] = {"cpu_vs_janus": round(statistics.median(ratios), 3) if ratios else None}
    if len(ratios) > 1:
        result["spread"] = [round(ratio, 3) for ratio in ratios]
    return {**result, **middle(ours), "janus": middle(theirs) if theirs else None}


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("cpu_s_per_mpkt", "pps_per_core", "out_pps", "p50_ms", "p99_ms", "memory_mib")
    return {name: round(statistics.median(r[name] for r in rounds), 2) for name in names} | {"lost": sum(r["lost"] for r in rounds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", nargs="*", choices=list(SHAPES), default=["1x20", "4x10", "1x100", "meeting", "half", "half_burst"])
    parser.add_argument("--no-janus", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, help="pairs in the shapes that have a goal")
    options = parser.parse_args()
    rooted = os.geteuid() == 0 and shutil.which("ip") is not None
    with_janus = rooted and shutil.which("janus") is not None and not options.no_janus
    if not rooted:
        print("Without root (or iproute2) there is no network namespace: only the project's worker is measured, on this machine's address.")
    elif not with_janus and not options.no_janus:
        print("Janus is not installed (Debian package `janus`): only the project's worker is measured.")
    shapes: dict[str, dict[str, Any]] = {}
    with contextlib.ExitStack() as stack:
        inside = stack.enter_context(namespace()) if rooted else []
        for shape in options.only:
            ours, theirs = [], []
            for _ in range(options.rounds if shape in GOALS else 1):
                ours.append(measure("worker", shape, options.seconds, inside))
                if with_janus:
                    theirs.append(measure("janus", shape, options.seconds, inside))
            shapes[shape] = summed_up(ours, theirs)
    stock = asyncio.run(stock_relay.measure())
    print(f"stock aiortc relay, for scale: {stock}")
    print(json.dumps({"shapes": shapes, "stock_aiortc_relay": stock}))


if __name__ == "__main__":
    main()
