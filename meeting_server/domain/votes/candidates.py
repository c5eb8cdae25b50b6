"""The people on a ballot: candidates of an election, or those appraised."""

from __future__ import annotations

from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.name_order import Unordered, in_order
from meeting_server.domain.person_names import visible
from meeting_server.domain.roles import Standing
from meeting_server.domain.spelling import folded, spelled
from meeting_server.domain.state import MeetingState, Participant
from meeting_server.domain.strokes import FIRST_STROKES, MOST_STROKES, strokes_of
from meeting_server.domain.terms import Candidate, CharacterStrokes

MOST_CANDIDATES = 60
LONGEST_REASON = 200


def on_paper(candidates: tuple[Candidate, ...], told: tuple[CharacterStrokes, ...] = ()) -> tuple[Candidate, ...] | Rejected:
    """Return candidates in the order of their names (``name_order``), equal ones as given, with their ids and strokes.

    Refused with the characters whose strokes have to be entered first.
    """
    known = {one.character: (one.strokes, one.first_stroke) for one in told}
    if any(not 0 < count <= MOST_STROKES or not 0 <= first <= len(FIRST_STROKES) for count, first in known.values()):
        return Rejected(Code.OUT_OF_RANGE, "characters", (("least", 1), ("most", MOST_STROKES)))
    places = in_order([c.name for c in candidates], [c.strokes for c in candidates], known)
    if isinstance(places, Unordered):
        return Rejected(Code.STROKES_UNKNOWN, "characters", (("characters", " ".join(places.characters)),))
    ordered = [replace(candidates[n], name=visible(candidates[n].name)) for n in places]
    return tuple(
        replace(c, candidate_id=f"c{number}", strokes=_first_of(c.name, known) or c.strokes) for number, c in enumerate(ordered, 1)
    )


def _first_of(name: str, known: dict[str, tuple[int, int]]) -> int:
    first = spelled(name)[:1]
    return (strokes_of(first).number or known.get(first, (0, 0))[0]) if first else 0


def may_stand(person: Participant) -> bool:
    """Return whether somebody on the list may be elected: 正式党员 with the right to vote according to the roster."""
    return person.kind == "person" and person.standing is Standing.FULL and person.voting


def people_refused(state: MeetingState, command: DraftMotion) -> Rejected | None:
    """Return why the people a draft names can't all be on one ballot."""
    if len(command.candidates) > MOST_CANDIDATES:
        return Rejected(Code.TOO_MANY_CANDIDATES, "candidates", (("most", MOST_CANDIDATES), ("given", len(command.candidates))))
    seen: set[str] = set()
    for candidate in command.candidates:
        fold = folded(visible(candidate.name))
        if not fold:
            return Rejected(Code.EMPTY, "candidates")
        if fold in seen:
            return Rejected(Code.PERSON_TWICE, "candidates", (("name", candidate.name.strip()),))
        seen.add(fold)
    listed = [candidate.participant_id for candidate in command.candidates if candidate.participant_id is not None]
    for who in listed:
        person = state.participants.get(who)
        if person is None:
            return Rejected(Code.UNKNOWN_PARTICIPANT, "candidates")
        if listed.count(who) > 1:
            return Rejected(Code.PERSON_TWICE, "candidates", (("name", person.name),))
    return None


def standing_refused(state: MeetingState, candidates: tuple[Candidate, ...]) -> Rejected | None:
    """Return why one of ``candidates`` can't stand for election: no right to stand, or not on the list and without a reason."""
    for candidate in candidates:
        if candidate.participant_id is not None:
            if not may_stand(state.participants[candidate.participant_id]):
                return Rejected(Code.MAY_NOT_STAND, "candidates", (("name", candidate.name),))
            continue
        fold = folded(candidate.name)
        if any(folded(person.name) == fold for person in state.participants.values() if person.kind == "person"):
            return Rejected(Code.ON_THE_ROSTER, "candidates", (("name", candidate.name.strip()),))
        if not candidate.reason.strip():
            return Rejected(Code.REASON_MISSING, "candidates", (("name", candidate.name.strip()),))
        if len(candidate.reason) > LONGEST_REASON:
            return Rejected(Code.TOO_LONG, "candidates", (("longest", LONGEST_REASON),))
    return None
