"""A speech engine that hears what it is told, so that tests of the record know every word."""

from __future__ import annotations

from collections.abc import Mapping

from meeting_server.archive.record.artefacts import CUES, Artefact
from meeting_server.archive.record.cues import Change, Cue, Cues, SpokenWord, save
from meeting_server.archive.record.step import Material, Progress
from meeting_server.domain.ids import HALL, Millis

Said = tuple[str, float, float, str]
"""File of the track, beginning and end in seconds of that track, words."""


class ToldSpeech:
    """The step ``speech`` of a pipeline: cues from ``said``, in the shape a real engine leaves them. ``put_right``: by cue, what was
    changed in it for its sound."""

    def __init__(self, said: list[Said], put_right: Mapping[str, tuple[Change, ...]] | None = None) -> None:
        self._said = said
        self._put_right = put_right or {}
        self.heard = 0

    def made_from(self, material: Material) -> str:
        return ",".join(sorted(track.path for track in material.timeline.tracks if track.media == "audio"))

    async def make(self, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        self.heard += 1
        tracks = {track.path: track for track in material.timeline.tracks}
        cues = []
        for path, since, until, text in self._said:
            track = tracks.get(path)
            if track is None:
                continue
            begin, end = track.since + ms(since), track.since + ms(until)
            words = (SpokenWord(begin, end, text),)
            name = f"{path.split('.')[0]}.{ms(since)}"
            changes = self._put_right.get(name, ())
            cues.append(Cue(name, begin, end, track.participant_id, track.name, HALL, text, words, changes=changes))
        progress(50)
        save(material.folder, Cues(material.timeline.meeting_id, "told", "zh-CN", tuple(sorted(cues, key=lambda cue: cue.since))))
        return (CUES,)


def ms(seconds: float) -> Millis:
    return round(seconds * 1000)
