"""How soon after adjourning a meeting can be read, searched and played, and what an hour of it costs.

``python -m tests.bench.bench_archive [--minutes 10] [--tracks 4]``. The sound is mixed a second time by ffmpeg (``amix``)
in the same run, as the reference. The last line is JSON: ``searchable_s`` (adjourned → found),
``playable_s``, ``mix_cpu_min_per_hour``, ``cpu_vs_plain`` (ours / ffmpeg's, CPU seconds), ``search_ms`` and
``search_vs_scan`` (100,000 passages, a two-character word, against a scan of the same table).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert, text

from meeting_server.archive.mix import Source, mix
from meeting_server.archive.pipeline import Pipeline
from meeting_server.archive.worker import Worker
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.characters import sounded, spaced, tokens_of
from meeting_server.store.database import Database
from meeting_server.store.search import Search, passages
from tests.recordings import voice
from tests.whole_meeting import MEETING, whole_meeting

PASSAGES = 100_000
WORDS = "支部大会讨论年度工作总结志愿服务同志意见通过决议学习条例表决结果党员人数安排计划下周安全责任检查反馈整改落实"


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def pipeline(folder: Path) -> dict[str, float]:
    """Minutes, timeline and search of one meeting without sound, from the moment it is adjourned."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}")
    await database.create_all()
    journal, search = SqlJournal(database), Search(database)
    worker = Worker(journal, Pipeline(journal, search, folder / "recordings"))
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in whole_meeting().records if r.event is not None]
    started = time.perf_counter()
    await journal.append(MEETING, EMPTY, drafts)
    await worker.look()
    found = await search.find("退休", meetings=[MEETING])
    searchable = time.perf_counter() - started
    assert found
    figures = {"searchable_s": round(searchable, 3), **await searching(database, search)}
    await journal.close()
    await database.close()
    return figures


async def searching(database: Database, search: Search) -> dict[str, float]:
    """A two-character word among many passages, by the index and by a scan."""
    chance = random.Random(1)
    rows = []
    for number in range(PASSAGES):
        sentence = "".join(chance.choices(WORDS, k=24)) + ("退休" if number % 2_000 == 0 else "")
        rows.append((number, sentence))
    async with database.write() as conn:
        for start in range(0, PASSAGES, 5_000):
            part = [(number, sentence, tokens_of(sentence)) for number, sentence in rows[start : start + 5_000]]
            await conn.execute(
                insert(passages),
                [
                    {"passage_id": 1_000 + n, "meeting_id": f"m{n % 500}", "branch_id": "b", "kind": "chat", "said_at": n, "who": "",
                     "text": s, "characters": f" {spaced(t)} ", "sounds": f" {sounded(t)} "}
                    for n, s, t in part
                ],
            )
            await conn.execute(
                text("INSERT INTO passages_index(rowid, characters, sounds) VALUES (:id, :c, :s)"),
                [{"id": 1_000 + n, "c": f" {spaced(t)} ", "s": f" {sounded(t)} "} for n, _, t in part],
            )
    times, scans = [], []
    for _ in range(9):
        started = time.perf_counter()
        hits = await search.find("退休", branches=["b"])
        times.append(time.perf_counter() - started)
        assert sum(not hit.by_sound for hit in hits) >= PASSAGES // 2_000
        started = time.perf_counter()
        async with database.read() as conn:
            await conn.execute(text("SELECT count(*) FROM passages WHERE text LIKE '%退休%' AND branch_id = 'b'"))
        scans.append(time.perf_counter() - started)
    found, scan = sorted(times)[4], sorted(scans)[4]
    return {"search_ms": round(found * 1000, 2), "search_vs_scan": round(found / scan, 3)}


def sound(folder: Path, minutes: float, tracks: int) -> dict[str, float]:
    """Mix tracks of speech-like length, by us and by ffmpeg."""
    made = voice(folder / "one.webm", [(at * 20.0, at * 20.0 + 14.0) for at in range(round(minutes * 3))])
    sources = [Source(Path(shutil.copy(made, folder / f"{number}.webm")), number * 3_000) for number in range(tracks)]
    before, started = time.process_time(), time.perf_counter()
    mix(sources, folder / "mix.m4a")
    ours, playable = time.process_time() - before, time.perf_counter() - started
    inputs = [word for source in sources for word in ("-i", str(source.path))]
    graph = "".join(f"[{n}]adelay={s.starts_ms}:all=1,aresample=async=1:first_pts=0[a{n}];" for n, s in enumerate(sources))
    graph += "".join(f"[a{n}]" for n in range(tracks)) + f"amix=inputs={tracks}:normalize=0[out]"
    before = cpu_of_children()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-map", "[out]", "-ac", "1", "-c:a", "aac", "-b:a", "64k",
         str(folder / "plain.m4a")],
        check=True,
    )
    plain = cpu_of_children() - before
    return {
        "playable_s": round(playable, 2),
        "mix_cpu_min_per_hour": round(ours / 60 * 60 / minutes, 2),
        "cpu_vs_plain": round(ours / plain, 2),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--tracks", type=int, default=4)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = {"minutes": asked.minutes, "tracks": asked.tracks, **asyncio.run(pipeline(Path(folder)))}
        figures |= sound(Path(folder), asked.minutes, asked.tracks)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
