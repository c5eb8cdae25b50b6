"""The step ``speech``: every recorded voice heard by an engine, track by track, as ``cues.json``.

One track is one speaker, so that nobody has to guess who spoke. What was heard is kept pack by pack beside the tracks until
all is heard, so that a process that dies does not hear an hour again.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import structlog

from meeting_server.archive.record.artefacts import CAPTIONS, CUES, HEARD, Artefact
from meeting_server.archive.record.cues import Cue, Cues, SpokenWord, in_order, save
from meeting_server.archive.record.giving_way import GivingWay
from meeting_server.archive.record.glossary import Glossary, glossary_of
from meeting_server.archive.record.manifest import inside, write_whole
from meeting_server.archive.record.sound import Unreadable, runs
from meeting_server.archive.record.step import Material, Progress, StepFailed, StepStopped
from meeting_server.archive.record.steps.speech import HearSpeech
from meeting_server.archive.record.timeline import Track
from meeting_server.archive.speech.apart import CanNotHear, EngineApart
from meeting_server.archive.speech.captions import kept_captions
from meeting_server.archive.speech.engines import SpeechSettings, problem, resolved
from meeting_server.archive.speech.homophones import put_right
from meeting_server.archive.speech.packs import Pack, packs
from meeting_server.archive.speech.sentences import sentences, simplified
from meeting_server.archive.speech.transcriber import RATE, Transcriber
from meeting_server.archive.speech.voice_activity import open_gate, utterances

log = structlog.get_logger(__name__)


@functools.cache
def _problem_of(settings: SpeechSettings) -> str:
    """Looked at once for each engine: a whole model is read for it."""
    return problem(settings)


class _Heard(msgspec.Struct, frozen=True):
    """One track up to ``until`` (samples from its zero). ``by``: engine, file and terms it was heard with."""

    by: str
    until: int
    cues: tuple[Cue, ...]
    over: bool = False


class Hearing:
    """A long step of the pipeline. ``open_engine`` loads what ``settings`` names; an engine that is installed meanwhile is taken up."""

    def __init__(
        self,
        settings: SpeechSettings,
        giving_way: GivingWay | None = None,
        open_engine: Callable[[SpeechSettings], Transcriber] = EngineApart,
    ) -> None:
        self._wanted = settings
        self._giving_way = giving_way if giving_way is not None else GivingWay()
        self._open = open_engine

    @property
    def _settings(self) -> SpeechSettings:
        return resolved(self._wanted)

    @property
    def _problem(self) -> str:
        settings = self._settings
        return _problem_of(settings) if self._open is EngineApart or settings.engine == "auto" else ""

    def made_from(self, material: Material) -> str:
        """The tracks alone: what was heard once is not heard again by a better engine before somebody orders it (corrections name its
        cues), nor because a passage was taken out of a track."""
        tracks = ",".join(sorted(f"{track.path}@{track.since}" for track in _voices(material)))
        if self._settings.engine == "none" or not tracks:
            kept = CAPTIONS.path(material.folder)
            return f"captions:{kept.stat().st_size}" if kept.is_file() else "nobody"
        order = material.ordered.get(HearSpeech.name)
        return f"{self._problem or 'heard'}{f'@{order.at}' if order is not None else ''}:{tracks}"

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        voices = _voices(material)
        if self._settings.engine == "none" or not voices:
            return await asyncio.to_thread(_from_captions, material)
        if self._problem:
            raise StepFailed(self._problem)
        return await asyncio.to_thread(self._hear_all, material, voices, progress)

    def _hear_all(self, material: Material, voices: list[Track], progress: Progress) -> tuple[Artefact, ...]:
        try:
            engine = self._open(self._settings)
        except CanNotHear as error:
            log.error("the speech engine cannot be used", engine=self._settings.engine, code=error.code, reason=error.reason)
            raise StepFailed(error.code) from error
        with contextlib.closing(engine):
            return self._hear_with(engine, material, voices, progress)

    def _hear_with(self, engine: Transcriber, material: Material, voices: list[Track], progress: Progress) -> tuple[Artefact, ...]:
        glossary = glossary_of(material.minutes, material.timeline, material.called)
        whole = sum(max(1, track.until - track.since) for track in voices)
        before = 0
        cues: list[Cue] = []
        for track in voices:
            lasted = max(1, track.until - track.since)

            def moved(ms: int, before: int = before, lasted: int = lasted) -> None:
                progress((before + min(ms, lasted)) * 100 // whole)

            cues += self._hear(material.folder, track, engine, glossary, moved)
            before += lasted
        save(material.folder, Cues(material.minutes.meeting_id, engine.name, _tag(self._settings.language, cues), in_order(cues)))
        shutil.rmtree(HEARD.path(material.folder), ignore_errors=True)
        (CAPTIONS.path(material.folder)).unlink(missing_ok=True)  # written in haste: what was heard in peace takes its place
        return (CUES,)

    def _hear(self, folder: Path, track: Track, engine: Transcriber, glossary: Glossary, moved: Callable[[int], None]) -> tuple[Cue, ...]:
        path = inside(folder, track.path)
        if path is None or not path.is_file():
            return ()
        kept = HEARD.path(folder) / f"{path.stem}.json"
        heard = _kept(kept, _by(engine, path, glossary))
        if heard.over:
            return heard.cues
        try:
            for pack in packs(utterances(runs(path, RATE), open_gate())):
                self._giving_way.wait()
                if self._giving_way.stopped:
                    raise StepStopped
                if pack.end <= heard.until:
                    continue
                try:
                    found = tuple(cues_of(track, pack, engine, glossary))
                except RuntimeError as error:
                    log.error("the speech engine broke", track=track.path, reason=str(error))
                    raise StepFailed("speech_broke") from error
                heard = msgspec.structs.replace(heard, until=pack.end, cues=heard.cues + found)
                write_whole(kept, msgspec.json.encode(heard))
                moved(pack.end * 1000 // RATE)
        except Unreadable:
            log.warning("a track that could not be heard to its end", track=track.path)
        write_whole(kept, msgspec.json.encode(msgspec.structs.replace(heard, over=True)))
        return heard.cues


def cues_of(track: Track, pack: Pack, engine: Transcriber, glossary: Glossary) -> Iterator[Cue]:
    """What is said in a pack, as lines at their moments."""
    words = [pack.placed(word) for word in engine.hear(pack.samples, glossary.prompt)]
    stem, last = Path(track.path).stem, -1
    for line in sentences(words, simplified, lambda line: put_right(line, glossary)):
        if _echo(line.text, glossary.prompt):
            continue
        since = max(round(line.since * 1000), last + 1)  # a name for every line, also for two of one moment
        last = since
        yield Cue(
            cue_id=f"{stem}.{since}",
            since=track.since + since,
            until=track.since + max(round(line.until * 1000), since),
            participant_id=track.participant_id,
            who="" if track.shared else track.name,
            room_id=track.room_id,
            text=line.text,
            words=tuple(
                SpokenWord(track.since + round(word.since * 1000), track.since + round(word.until * 1000), word.text) for word in line.words
            ),
            changes=line.changes,
        )


def _from_captions(material: Material) -> tuple[Artefact, ...]:
    """What was written while the meeting ran, where no engine hears it afterwards; under the names of those who spoke."""
    kept = kept_captions(material.folder)
    if not kept:
        return (CUES,) if CUES.path(material.folder).is_file() else ()
    timeline = material.timeline
    names = {lane.participant_id: lane.name for lane in timeline.lanes} | {track.participant_id: track.name for track in timeline.tracks}
    named = [msgspec.structs.replace(cue, who=names.get(cue.participant_id, "")) for cue in kept]
    save(material.folder, Cues(timeline.meeting_id, "captions", _tag("auto", named), in_order(named)))
    return (CUES,)


def _echo(text: str, prompt: str) -> bool:
    """Whether a line is the beginning of the prompt: what an engine writes when it heard nothing."""
    return text.startswith(prompt[:5])


def _voices(material: Material) -> list[Track]:
    return [track for track in material.timeline.tracks if track.media == "audio"]


def _kept(path: Path, by: str) -> _Heard:
    """What is heard of a track so far; nothing when it was heard by another engine or with other terms."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Heard)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return _Heard(by, 0, ())
    return kept if kept.by == by else _Heard(by, 0, ())


def _by(engine: Transcriber, path: Path, glossary: Glossary) -> str:
    words = f"{engine.name}\n{path.stat().st_size}\n{glossary.own}"
    return hashlib.sha256(words.encode()).hexdigest()


def _tag(language: str, cues: list[Cue]) -> str:
    """BCP 47: as set, else Chinese when most lines hold Chinese characters."""
    if language != "auto":
        return {"zh": "zh-CN"}.get(language, language)
    chinese = sum(any("\u4e00" <= letter <= "\u9fff" for letter in cue.text) for cue in cues)
    return "zh-CN" if chinese * 2 > len(cues) else "en"
