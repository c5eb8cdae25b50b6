"""How soon after adjourning a meeting can be played, read and searched, and what an hour of it costs.

``python -m tests.bench.bench_archive [--minutes 60] [--tracks 4]``. Every costly step is done a second time by plain ffmpeg or
faster-whisper in the same run, as the reference: mix (``amix``), speech (the same model, options and threads, the
library's own voice filter), composite (``xstack``, x264). The last line is JSON: ``playable_s`` (adjourned → the
player has sound from the beginning, by a worker that looks as it always does; the meeting lasts ``--minutes``),
``whole_s`` (→ all of it), ``searchable_s`` (adjourned → found), ``cpu_min_per_hour`` and ``vs_plain`` by step (CPU seconds, ours / plain),
``cpu_vs_plain`` (all steps together), ``search_ms`` and ``search_vs_scan`` (100,000 passages, a two-character word, against a
scan of the same table), the same with ``postgres_`` before it where PostgreSQL is installed, ``playable_long_s`` (as
``playable_s``, for a meeting of ``--long-minutes``), ``semantic_ms`` (with ``--meaning FOLDER``,
a data folder with the installed model: a question answered by meaning among 100,000 passages, its own understanding included,
median of 15), and ``demo_words_s`` (the demo's links are printed → its record has words,
engine and weights downloaded in between; ``--no-demo`` where no package index answers).
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from sqlalchemy import insert, text

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record.composite import write
from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.glossary import Glossary
from meeting_server.archive.record.mix import Source, mix
from meeting_server.archive.record.pipeline import Pipeline
from meeting_server.archive.record.sound import runs
from meeting_server.archive.record.step import Material
from meeting_server.archive.record.timeline import Track, timeline_of
from meeting_server.archive.record.worker import Worker
from meeting_server.archive.speech.apart import EngineApart
from meeting_server.archive.speech.embedding import InstalledEmbedder
from meeting_server.archive.speech.hearing import cues_of
from meeting_server.archive.speech.packs import packs
from meeting_server.archive.speech.transcriber import RATE as HEARD_AT
from meeting_server.archive.speech.voice_activity import SileroGate, utterances
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.journal.port import Draft
from meeting_server.journal.record import EMPTY
from meeting_server.journal.sql import SqlJournal
from meeting_server.store.database import Database, put
from meeting_server.store.record.characters import sounded, spaced, tokens_of
from meeting_server.store.record.meanings import Embedder, Meanings
from meeting_server.store.record.search import Search, meanings, passages
from tests.bench.demo_words import demo_words
from tests.kit.meetings.recordings import picture, voice
from tests.kit.meetings.speech_material import english, spoken_track, whisper
from tests.kit.meetings.whole_meeting import MEETING, whole_meeting
from tests.kit.servers.servers import have_postgres, postgres

PASSAGES = 100_000
WORDS = "支部大会讨论年度工作总结志愿服务同志意见通过决议学习条例表决结果党员人数安排计划下周安全责任检查反馈整改落实"


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def pipeline(folder: Path, embedder: Embedder | None = None) -> dict[str, float]:
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
    if embedder is not None:
        figures["semantic_ms"] = await meaning(database, embedder)
    await journal.close()
    await database.close()
    if have_postgres():
        with postgres(folder / "postgres") as url:
            server = Database(url + "postgres")
            await server.create_all()
            found_by_it = await searching(server, Search(server))
            if embedder is not None:
                found_by_it["semantic_ms"] = await meaning(server, embedder)
            await server.close()
        figures |= {f"postgres_{name}": figure for name, figure in found_by_it.items()}
    return figures


async def searching(database: Database, search: Search) -> dict[str, float]:
    """A two-character word among many passages, by the index and by a scan."""
    chance = random.Random(1)
    rows = []
    for number in range(PASSAGES):
        sentence = "".join(chance.choices(WORDS, k=24)) + ("退休" if number % 2_000 == 0 else "")
        rows.append((number, sentence))
    await search.replace(MeetingId("nothing"), "b", [])  # whoever writes first makes the index
    async with database.write() as conn:
        for start in range(0, PASSAGES, 5_000):
            part = [(number, sentence, tokens_of(sentence)) for number, sentence in rows[start : start + 5_000]]
            await conn.execute(
                insert(passages),
                [
                    {
                        "passage_id": 1_000 + n,
                        "meeting_id": f"m{n % 500}",
                        "branch_id": "b",
                        "kind": "chat",
                        "said_at": n,
                        "who": "",
                        "text": s,
                        "characters": f" {spaced(t)} ",
                        "sounds": f" {sounded(t)} ",
                    }
                    for n, s, t in part
                ],
            )
            if not database.is_sqlite:
                continue
            await conn.execute(
                text("INSERT INTO passages_index(rowid, characters, sounds) VALUES (:id, :c, :s)"),
                [{"id": 1_000 + n, "c": f" {spaced(t)} ", "s": f" {sounded(t)} "} for n, _, t in part],
            )
    if not database.is_sqlite:  # as its autovacuum does within a minute
        async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
            await conn.execute(text("VACUUM ANALYZE passages"))
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


async def meaning(database: Database, embedder: Embedder) -> float:
    """Milliseconds from a question to its passages, among many of 500 meetings; vectors of chance cost what others do."""
    chance, meeting_ids = np.random.default_rng(1), [f"m{n}" for n in range(500)]
    size = len(embedder.question("长度"))
    async with database.write() as conn:
        for number, meeting_id in enumerate(meeting_ids):
            ids = np.arange(1_000 + number, 1_000 + PASSAGES, 500, dtype="<i8")  # as ``searching`` dealt them out
            row = {"meeting_id": meeting_id, "model": embedder.name, "stamp": "s", "studied": len(ids), "passage_ids": ids.tobytes()}
            vectors = chance.integers(-40, 40, (len(ids), size), dtype=np.int8)
            await put(conn, meanings, {**row, "vectors": vectors.tobytes()})
    kept, times = Meanings(database), []
    for number in range(16):
        started = time.perf_counter()
        hits = await kept.find(f"年纪大的同志第{number}次怎么学用手机", embedder, meetings=meeting_ids, limit=10)
        times.append(time.perf_counter() - started)
        assert len(hits) == 10
    return round(sorted(times[1:])[7] * 1000, 2)  # the first reads all vectors, once in a process


def cost(work: Callable[[], object]) -> float:
    """CPU seconds of some work, its children's too."""
    before = time.process_time() + cpu_of_children()
    work()
    return time.process_time() + cpu_of_children() - before


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the same work by us and by plain tools, and how many seconds of meeting it was."""

    ours: float
    plain: float
    lasted: float

    @property
    def per_hour(self) -> float:
        return round(self.ours / 60 * 3600 / self.lasted, 2)

    @property
    def ratio(self) -> float:
        return round(self.ours / self.plain, 2)


def ffmpeg(*words: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", *words], check=True)


def long_voice(path: Path, minutes: float) -> Path:
    """Somebody who speaks 14 of every 20 s, encoded once and repeated."""
    once = voice(path.with_suffix(".once.webm"), [(0.0, 14.0)])
    with av.open(str(once)) as source, av.open(str(path), "w", format="webm") as container:
        packets = [(packet.pts, packet) for packet in source.demux(source.streams.audio[0]) if packet.pts is not None]
        stream = container.add_stream_from_template(source.streams.audio[0])
        for turn in range(round(minutes * 3)):
            for at, packet in packets:
                copy = av.Packet(bytes(packet))
                copy.pts = copy.dts = at + turn * 20_000
                copy.time_base, copy.stream, copy.is_keyframe = packet.time_base, stream, True
                container.mux(copy)
    return path


def mixing(folder: Path, minutes: float, tracks: int) -> Cost:
    made = long_voice(folder / "one.webm", minutes)
    sources = [Source(Path(shutil.copy(made, folder / f"{number}.webm")), number * 3_000) for number in range(tracks)]
    inputs = [word for source in sources for word in ("-i", str(source.path))]
    graph = "".join(f"[{n}]adelay={s.starts_ms}:all=1,aresample=async=1:first_pts=0[a{n}];" for n, s in enumerate(sources))
    graph += "".join(f"[a{n}]" for n in range(tracks)) + f"amix=inputs={tracks}:normalize=0[out]"
    encode = ["-map", "[out]", "-ac", "1", "-c:a", "aac", "-b:a", "64k"]
    return Cost(
        cost(lambda: mix(sources, folder / "mix.m4a", folder / "opening.m4a")),
        cost(lambda: ffmpeg(*inputs, "-filter_complex", graph, *encode, str(folder / "plain.m4a"))),
        minutes * 60,
    )


PLAIN_SPEECH = """
import sys
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)
segments, _ = model.transcribe(sys.argv[2], language="en", beam_size=5, vad_filter=True, word_timestamps=True)
print("".join(segment.text for segment in segments))
"""


def hearing(folder: Path) -> Cost:
    """Somebody who reads English for 88 s with pauses in between, three minutes altogether."""
    read = english()
    track = spoken_track(folder / "reader.webm", [(0.0, read), (100.0, read)])
    settings = whisper("en")

    def ours() -> None:
        engine = EngineApart(settings)
        said = Track(ParticipantId("reader"), "Reader", HALL, "audio", track.name, 0, 0)
        spoken = packs(utterances(runs(track, HEARD_AT), SileroGate()))
        assert sum(len(list(cues_of(said, pack, engine, Glossary(())))) for pack in spoken) > 10
        engine.close()

    command = [sys.executable, "-c", PLAIN_SPEECH, str(settings.model), str(track)]
    return Cost(cost(ours), cost(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)), 180.0)


async def composing(folder: Path) -> Cost:
    """One minute of two cameras beside each other, over sound that is there already."""
    names = ("zhou-video-1.webm", "li-video-1.webm")
    for name in names:
        picture(folder / name, 60.0, width=640, height=360)
    mix([Source(long_voice(folder / "voice.webm", 1.0), 0)], folder / "mix.m4a")
    records = whole_meeting().records
    minutes, timeline = minutes_of(records), timeline_of(records)
    assert minutes is not None
    assert timeline is not None
    zero = timeline.zero
    tracks = tuple(Track(ParticipantId(name), name, HALL, "video", name, zero, zero + 60_000) for name in names)
    timeline = dataclasses.replace(timeline, tracks=tracks, end=zero + 60_000)
    material = Material(folder, minutes, timeline, "1.0")
    before = time.process_time()
    await asyncio.to_thread(write, material, folder / "composite.mp4", lambda _: None, lambda: True)
    ours = time.process_time() - before
    graph = (
        "[0]fps=12,scale=640:360,pad=640:720:0:180[a];[1]fps=12,scale=640:360,pad=640:720:0:180[b];[a][b]xstack=inputs=2:layout=0_0|w0_0[v]"
    )
    inputs = [word for name in (*names, "mix.m4a") for word in ("-i", str(folder / name))]
    encode = ["-map", "[v]", "-map", "2:a", "-c:a", "copy", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28"]
    return Cost(ours, cost(lambda: ffmpeg(*inputs, "-filter_complex", graph, *encode, str(folder / "plain.mp4"))), 60.0)


async def playable(folder: Path, minutes: float, whole_too: bool = True) -> dict[str, float]:
    """A long meeting is adjourned while the worker does its rounds: when is there sound from the beginning, and all of it?"""
    folder.mkdir()
    database = Database(f"sqlite+aiosqlite:///{folder / 'playable.sqlite3'}")
    await database.create_all()
    journal, recordings = SqlJournal(database), folder / "long"
    (recordings / MEETING).mkdir(parents=True)
    made = long_voice(folder / "hour.webm", minutes)
    for name in ("zhou-audio-1.webm", "li-audio-1.webm"):
        shutil.copy(made, recordings / MEETING / name)
    stop, giving_way = asyncio.Event(), GivingWay()
    pipeline = Pipeline(journal, Search(database), recordings, giving_way=giving_way)
    working = asyncio.create_task(Worker(journal, pipeline).run(stop))
    await asyncio.sleep(0.5)  # it found nothing and waits
    drafts = [Draft(r.event, r.actor, r.command_id, r.recorded_at) for r in whole_meeting().records if r.event is not None]
    await journal.append(MEETING, EMPTY, drafts)
    started = time.perf_counter()
    opening, whole = recordings / MEETING / "opening.m4a", recordings / MEETING / "mix.m4a"
    figures: dict[str, float] = {}
    while "whole_s" not in figures and (whole_too or "playable_s" not in figures):
        await asyncio.sleep(0.01)
        if opening.exists() or whole.exists():
            figures.setdefault("playable_s", round(time.perf_counter() - started, 2))
        if whole.exists():
            figures["whole_s"] = round(time.perf_counter() - started, 2)
    stop.set()
    if not whole_too:
        working.cancel()
    await asyncio.gather(working, return_exceptions=not whole_too)
    await journal.close()
    await database.close()
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--tracks", type=int, default=4)
    options.add_argument("--long-minutes", type=float, default=180.0)
    options.add_argument("--meaning", type=Path)
    options.add_argument("--no-demo", dest="demo", action="store_false")
    asked = options.parse_args()
    figures: dict[str, object] = {"minutes": asked.minutes, "tracks": asked.tracks}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures |= asyncio.run(playable(folder / "hour", asked.minutes))
        figures |= asyncio.run(pipeline(folder, InstalledEmbedder((asked.meaning / "meaning").resolve())() if asked.meaning else None))
        costs = {"mix": mixing(folder, min(asked.minutes, 20.0), asked.tracks), "speech": hearing(folder)}
        costs["composite"] = asyncio.run(composing(folder))
        long = asyncio.run(playable(folder / "hours", asked.long_minutes, whole_too=False))
        figures["playable_long_s"] = long["playable_s"]
        if asked.demo:
            (folder / "demo").mkdir()
            figures["demo_words_s"] = demo_words(folder / "demo")
    figures["cpu_min_per_hour"] = {step: spent.per_hour for step, spent in costs.items()}
    figures["vs_plain"] = {step: spent.ratio for step, spent in costs.items()}
    figures["cpu_vs_plain"] = round(sum(spent.per_hour for spent in costs.values()) / sum(c.per_hour / c.ratio for c in costs.values()), 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
