"""What happens in a rehearsed meeting: the chair runs it as a meeting is run, and every phone does its part as our client would."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from meeting_server.domain.vote_terms import Stance
from meeting_server.rehearsal.phone import Frame, Phone

CHAT_SECONDS = 30.0
"""Each phone writes a message about so often."""
VOTE_SPREAD = 2.0
"""Seconds over which people press their button."""
SETTLE_SECONDS = 30.0
PAUSE = 1.0
CHOICES = tuple(Stance)


TOLD = ("MotionDrafted", "PaperOpened", "MotionClosed")
T = TypeVar("T")


class Told(msgspec.Struct):
    """What the chair must know of an event about a motion."""

    motion_id: str = ""
    title: str = ""
    paper: dict[str, str] = {}
    returned: int = 0


_told = msgspec.json.Decoder(Told)


class Programme:
    """Runs with the phones that are in ``phones``, the chair first; more may be added while it runs."""

    def __init__(self, phones: Sequence[Phone], words: Callable[[str], str]) -> None:
        self.phones = phones
        self._words = words
        self._news: dict[str, asyncio.Queue[Told]] = {kind: asyncio.Queue() for kind in TOLD}
        self._numbers = itertools.count(1)
        self.rounds = 0
        self.votes: list[tuple[str, int, int]] = []
        """Votes that were closed: how, ballots cast, ballots counted."""

    @property
    def chair(self) -> Phone:
        return self.phones[0]

    async def open(self) -> None:
        """The chair opens the meeting."""
        self.chair.on_frame = self._heard
        await self.chair.command("OpenMeeting")

    async def close(self) -> None:
        """The chair adjourns."""
        await self.chair.command("AdjournMeeting")

    async def run(self, seconds: float) -> None:
        """Round after round for so long, the last one to its end: no vote is left open. Chat goes on all the time."""
        end = time.monotonic() + seconds
        chat = asyncio.create_task(self._chat())
        try:
            await self.round()
            while time.monotonic() < end:
                await self.round()
        finally:
            chat.cancel()
            await asyncio.gather(chat, return_exceptions=True)

    async def round(self) -> None:
        """One of everything: roll call, hands and the floor, an open vote, a secret vote."""
        for part in (self._roll_call, self._hands, self._open_vote, self._secret_vote):
            await part()
            await asyncio.sleep(PAUSE)
        self.rounds += 1

    # --- parts ------------------------------------------------------------------------------------------------

    async def _chat(self) -> None:
        while True:
            here = [phone for phone in self.phones if phone.open]
            await asyncio.sleep(CHAT_SECONDS / max(1, len(here)))
            if here:
                asyncio.create_task(random.choice(here).chat(self._words("message")))  # noqa: RUF006  it counts by itself

    async def _roll_call(self) -> None:
        if await self.chair.command("OpenRollCall", seconds=60):
            await self._all(lambda phone: phone.command("AnswerRollCall"))
            await self.chair.command("CloseRollCall")

    async def _hands(self) -> None:
        others = [phone for phone in self.phones[1:] if phone.open]
        for phone in random.sample(others, min(3, len(others))):
            await phone.command("RaiseHand")
            await self.chair.command("GrantFloor", participant_id=phone.participant_id, seconds=60)
            await self.chair.command("EndFloor")

    async def _open_vote(self) -> None:
        motion_id = await self._drafted("open")
        if not motion_id or not await self.chair.command("OpenMotion", motion_id=motion_id):
            return
        cast = await self._all(lambda phone: phone.command("CastBallot", motion_id=motion_id, choices=[_choice()]))
        await self._counted(motion_id, "open", cast)

    async def _secret_vote(self) -> None:
        motion_id = await self._drafted("secret")
        if not motion_id or not await self.chair.command("OpenMotion", motion_id=motion_id):
            return
        opened = await self._told("PaperOpened", lambda told: told.motion_id == motion_id)
        if opened is None:
            return
        modulus = int(opened.paper["modulus"], 16)
        voters = [v for v in await self._gathered(lambda phone: phone.collect(motion_id, modulus)) if v is not None]
        await self.chair.command("CloseCollecting", motion_id=motion_id)
        chair = self.chair

        async def cast(number: int) -> bool:
            await asyncio.sleep(random.random() * VOTE_SPREAD)
            return await chair.cast(voters[number], _choice())

        done = await asyncio.gather(*(cast(number) for number in range(len(voters))))
        await self._counted(motion_id, "secret", sum(done))

    async def _drafted(self, method: str) -> str:
        title = f"{self._words(f'{method}_vote')} {next(self._numbers)}"
        if not await self.chair.command("DraftMotion", title=title, method=method):
            return ""
        drafted = await self._told("MotionDrafted", lambda told: told.title == title)
        return drafted.motion_id if drafted is not None else ""

    async def _counted(self, motion_id: str, method: str, cast: int) -> None:
        await self.chair.command("CloseMotion", motion_id=motion_id)
        closed = await self._told("MotionClosed", lambda told: told.motion_id == motion_id)
        if closed is not None:
            self.votes.append((method, cast, closed.returned))
            await self.chair.command("PublishMotion", motion_id=motion_id)

    # --- together ---------------------------------------------------------------------------------------------

    async def _all(self, act: Callable[[Phone], Awaitable[Frame | None]]) -> int:
        """Everybody does it within ``VOTE_SPREAD`` seconds; how many it was taken from."""
        return sum(answer is not None for answer in await self._gathered(act))

    async def _gathered(self, act: Callable[[Phone], Awaitable[T]]) -> list[T]:
        async def one(phone: Phone) -> T:
            await asyncio.sleep(random.random() * VOTE_SPREAD)
            return await act(phone)

        return await asyncio.gather(*(one(phone) for phone in self.phones if phone.open))

    def _heard(self, frame: Frame) -> None:
        if frame.kind in self._news:
            self._news[frame.kind].put_nowait(_told.decode(frame.data))

    async def _told(self, kind: str, wanted: Callable[[Told], bool]) -> Told | None:
        """What the chair's phone hears of this kind; ``None`` when it does not come, which is counted."""
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    told = await self._news[kind].get()
                    if wanted(told):
                        return told
        except TimeoutError:
            self.chair.tally.refused[f"{kind}: not heard"] += 1
            return None


def _choice() -> str:
    return random.choice(CHOICES)
