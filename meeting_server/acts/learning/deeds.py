"""What the university's learning record store is told: deeds of members who agreed, put into the outbox with what they follow from."""

from __future__ import annotations

from dataclasses import dataclass

from meeting_server.acts.context import Context
from meeting_server.archive.takeaway.xapi import Deed, Done, statement
from meeting_server.domain.ids import Millis
from meeting_server.store.learning.studied import Studied


@dataclass(frozen=True, slots=True)
class Told:
    """What a statement says beside the deed: the address of this server, that of the thing and its title, in which language."""

    home: str
    address: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class Studying:
    """A member who studies one thing, at one moment (``now``, Unix ms). ``told`` ``None``: there is no record store to be told."""

    member_id: str
    studied: Studied
    now: Millis
    told: Told | None = None


async def tell(at: Context, studying: Studying, deed: Deed, when: Millis, *, spent: Millis = 0, right: int = 0, asked: int = 0) -> None:
    """Put a deed into the outbox, if its member agreed; the same one is told once."""
    if studying.told is None:
        return
    consent = await at.statements.consent_of(studying.member_id)
    if consent is None:
        return
    told = studying.told
    done = Done(deed, consent.actor_name, told.home, told.address, told.title, told.language, when, spent, right, asked)
    await at.statements.add(studying.member_id, statement(done), studying.now)
