"""xAPI 1.0.3 statements about studying: began, finished, passed or failed a quiz. They never contain anything from a meeting itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from meeting_server.domain.characters import cleaned
from meeting_server.domain.ids import Millis

Deed = Literal["began", "finished", "passed", "failed"]

_VERBS: dict[Deed, tuple[str, str, str]] = {
    "began": ("http://adlnet.gov/expapi/verbs/initialized", "开始学习", "initialized"),
    "finished": ("http://adlnet.gov/expapi/verbs/completed", "学完", "completed"),
    "passed": ("http://adlnet.gov/expapi/verbs/passed", "通过", "passed"),
    "failed": ("http://adlnet.gov/expapi/verbs/failed", "未通过", "failed"),
}
_TYPES = {"resource": "http://adlnet.gov/expapi/activities/media", "quiz": "http://adlnet.gov/expapi/activities/assessment"}
_OURS = uuid.UUID("5b0c1f5e-8f0a-5c53-9b6e-6a1f7d0c2a11")
"""Namespace of statement ids, so that the same act reported twice has the same id."""


@dataclass(frozen=True, slots=True)
class Done:
    """One act of one member. ``address`` is the resource's page, ``home`` the address of this server, both absolute.

    ``spent`` is playing time heard (ms), for ``finished``; ``right`` of ``asked`` questions for a quiz.
    """

    deed: Deed
    actor_name: str
    home: str
    address: str
    title: str
    language: str
    at: Millis
    spent: Millis = 0
    right: int = 0
    asked: int = 0


def statement(done: Done) -> dict[str, Any]:
    """Return the statement as JSON. Its actor is an account of this server under a random name, never a person's name or number."""
    done = cleaned(done)
    verb, chinese, english = _VERBS[done.deed]
    quiz = done.deed in ("passed", "failed")
    told: dict[str, Any] = {
        "id": str(uuid.uuid5(_OURS, "\n".join((done.actor_name, done.deed, done.address, str(done.at))))),
        "actor": {"objectType": "Agent", "account": {"homePage": done.home, "name": done.actor_name}},
        "verb": {"id": verb, "display": {"zh-CN": chinese, "en": english}},
        "object": {
            "objectType": "Activity",
            "id": f"{done.address}#quiz" if quiz else done.address,
            "definition": {"type": _TYPES["quiz" if quiz else "resource"], "name": {done.language: done.title}},
        },
        "context": {"platform": "Branch meeting server", "language": done.language},
        "timestamp": datetime.fromtimestamp(done.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if done.deed == "finished":
        told["result"] = {"completion": True, "duration": _duration(done.spent)}
    if quiz:
        score = {"scaled": round(done.right / max(1, done.asked), 4), "raw": done.right, "min": 0, "max": done.asked}
        told["result"] = {"success": done.deed == "passed", "score": score}
    return told


def _duration(spent: Millis) -> str:
    """Return an ISO 8601 duration to the hundredth of a second, as xAPI uses it."""
    return f"PT{spent // 1000}.{spent % 1000 // 10:02}S"
