"""One rehearsal from its control socket to its report: phones come in, the programme runs, every second is written down."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from meeting_server.rehearsal import material
from meeting_server.rehearsal.estimate import Capacity, Level, Verdict, judge, phones_limit, symptoms
from meeting_server.rehearsal.line import Line
from meeting_server.rehearsal.phone import Phone, PhoneLost, Site
from meeting_server.rehearsal.programme import Programme
from meeting_server.rehearsal.tally import Tally, percentile
from meeting_server.web.site.catalogue import Language
from meeting_server.wire.rehearsal_messages import Beat, Began, Begin, EndCode, Ended, Figures, Finish, encode, from_server

TICK_SECONDS = 0.05
BASELINE_SECONDS = 3.0
STEP_SECONDS = 25.0
"""How long a step of ``until_it_gives_way`` is held."""
FIRST_STEP, GROWTH = 10, 1.5
AT_ONCE = 8
"""Phones that come in at the same time."""
TALKERS = 3
WATCHED = 4
"""Pictures that a phone shows at once, as our client does."""
SETUP_MINUTES = 10.0
ENOUGH_SECONDS = 10
"""A meeting that was ended early counts when it was held for so long."""


class NotRehearsed(Exception):
    """There was no rehearsal, or it ended before anything was measured; ``code`` is stable, ``detail`` for a person."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked. ``server``: ``http(s)://host[:port]``; ``trust``: for HTTPS, ``None``: the system's authorities."""

    server: str
    token: str
    members: int
    cameras: int
    minutes: float
    until_it_gives_way: bool = False
    recording: bool = False
    local: bool = False
    """The phones run on the server's machine: its processors are theirs too, and no network lies between."""
    language: Language = "zh-CN"
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the rehearsal, as it is drawn. Units as in ``Level``."""

    at: float
    phones: int
    web: float
    media: float
    others: float
    phones_busy: float
    phones_late: float
    server_late: float
    message_p50: float | None
    message_p95: float | None
    lost: float | None
    sound_gap: float | None
    out_mbit_s: float


@dataclass(slots=True)
class Outcome:
    """Everything a report needs. ``ended``: ``finished``, or what ended it early."""

    order: Order
    began: Began
    ended: EndCode
    ended_detail: str
    capacity: Capacity
    verdict: Verdict
    levels: tuple[Level, ...]
    seconds: tuple[Second, ...]
    came_in: int
    cameras: int
    wall_seconds: float
    rounds: int
    votes: tuple[tuple[str, int, int], ...]
    refused: dict[str, int]
    packets_received: int
    packets_lost: int
    packets_sent: int
    server: tuple[Figures, Figures] | None
    """The first and the last figures of the server."""


class _EndedEarly(Exception):
    pass


@dataclass(slots=True)
class _Holding:
    """What is collected while a number of phones is held."""

    tally: Tally = field(default_factory=Tally)
    since: Figures | None = None
    began: float = field(default_factory=time.monotonic)
    own: float = field(default_factory=time.process_time)
    lates: list[float] = field(default_factory=list)
    server_lates: list[float] = field(default_factory=list)


class Runner:
    """``progress`` is told short words (key of the catalogue under ``rehearsal.progress``) and what fills their holes."""

    def __init__(self, order: Order, words: Callable[[str], str], progress: Callable[..., None]) -> None:
        self.order = order
        self._words = words
        self._progress = progress
        self._tally = Tally()
        self._all = Tally()
        self._phones: list[Phone] = []
        self._lines: list[Line] = []
        self._seconds: list[Second] = []
        self._levels: list[Level] = []
        self._figures: Figures | None = None
        self._first_figures: Figures | None = None
        self._holding = _Holding()
        self._ended: asyncio.Future[Ended] | None = None
        self._programme: Programme | None = None
        self._came_in = 0
        self._media = False
        self._own = time.process_time(), time.monotonic()

    # --- the whole --------------------------------------------------------------------------------------------

    async def run(self) -> Outcome:
        """Raises NotRehearsed."""
        self._ended = asyncio.get_running_loop().create_future()
        await asyncio.to_thread(_encode)
        async with await self._open_control() as control:
            began = await self._begin(control)
            tasks = [asyncio.create_task(work) for work in (self._listen(control), self._beat(control), self._watch_own_lag())]
            started = time.monotonic()
            try:
                await self._play(Site(self.order.server, began.meeting_id, began.key, self.order.trust), began)
            except _EndedEarly:
                pass
            finally:
                await self._everybody_leaves()
                for task in tasks[1:]:
                    task.cancel()
                with contextlib.suppress(ConnectionClosed):
                    await control.send(encode(Finish()).decode())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(15):
                        await asyncio.shield(self._ended)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        ended = self._ended.result() if self._ended.done() else Ended("control_lost")
        return self._outcome(began, ended, time.monotonic() - started)

    async def _open_control(self) -> ClientConnection:
        url = f"{self.order.server.replace('http', 'ws', 1)}/rehearsal"
        headers = {"Authorization": f"Bearer {self.order.token}"}
        trust = self.order.trust if url.startswith("wss") else None
        try:
            return await connect(url, additional_headers=headers, ssl=trust, compression=None, ping_interval=None, proxy=None)
        except InvalidStatus as error:
            code = "rehearsal_token" if error.response.status_code == 403 else "no_server"
            raise NotRehearsed(code, str(error.response.status_code)) from error
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise NotRehearsed("no_server", str(error)) from error

    async def _begin(self, control: ClientConnection) -> Began:
        await control.send(encode(Begin(self.order.members, self._minutes(), self.order.language)).decode())
        try:
            async with asyncio.timeout(120):
                said = from_server.decode(await control.recv())
        except (ConnectionClosed, TimeoutError) as error:
            raise NotRehearsed("no_server", str(error)) from error
        if isinstance(said, Ended):
            raise NotRehearsed(said.code, said.detail)
        assert isinstance(said, Began)
        self._media = said.machine.media
        return said

    def _minutes(self) -> float:
        """What it may take at most, with everybody coming in and the last round finished."""
        return min(120.0, sum(seconds for _, seconds in steps(self.order)) / 60 + SETUP_MINUTES)

    async def _play(self, site: Site, began: Began) -> None:
        self._progress("ready", watch=f"{self.order.server}{began.watch}")
        try:
            await self._together(asyncio.sleep(BASELINE_SECONDS))
            self._levels.append(self._level(0))
            self._programme = Programme(self._phones, self._words)
            links = list(began.links)
            for number, seconds in steps(self.order):
                await self._together(self._arrive(site, links, number))
                self._hold()
                self._progress("holding", n=len(self._phones), seconds=round(seconds))
                try:
                    await self._together(self._programme.run(seconds))
                except _EndedEarly:
                    if len(self._holding.lates) >= ENOUGH_SECONDS:  # what was measured until then counts
                        self._levels.append(self._level(len(self._phones)))
                    raise
                level = self._level(len(self._phones))
                self._levels.append(level)
                self._report_level(level)
                if self.order.until_it_gives_way and (symptoms(level) or phones_limit(level)):
                    break
            await self._together(self._programme.close())
        finally:
            await site.http.aclose()

    async def _together(self, work: object) -> None:
        """Do something unless the server ends the rehearsal first. Raises _EndedEarly."""
        assert self._ended is not None
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine
        done, _ = await asyncio.wait({task, self._ended}, return_when=asyncio.FIRST_COMPLETED)
        if self._ended in done:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise _EndedEarly
        await task

    # --- phones -----------------------------------------------------------------------------------------------

    async def _arrive(self, site: Site, links: list[str], number: int) -> None:
        """Let phones come in until there are ``number``."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(place: int) -> None:
            async with gate:
                await self._enter(site, links[place], place)

        if not self._phones:  # the chair first, who opens the meeting
            await self._enter(site, links[0], 0)
            if not self._phones or self._programme is None:
                raise _EndedEarly
            await self._programme.open()
            if self.order.recording:
                await self._phones[0].command("StartRecording")
            await self._speak(self._phones[0])
        await asyncio.gather(*(one(place) for place in range(len(self._phones), number)))

    async def _enter(self, site: Site, link: str, place: int) -> None:
        phone = Phone(site, link, self._tally)
        try:
            await phone.come_in()
        except PhoneLost as error:
            self._tally.refused[f"entering: {error}"] += 1
            await phone.leave()
            return
        self._phones.append(phone)
        self._came_in = max(self._came_in, len(self._phones))
        self._progress("phones", n=len(self._phones), of=self.order.members)
        if place and self.order.recording:
            await phone.command("AcknowledgeRecording")
        if place:
            await self._speak(phone, place)

    async def _speak(self, phone: Phone, place: int = 0) -> None:
        """Join with sound and pictures. The chair and the next two talk; the next ones show a camera."""
        if not self._media:
            return
        camera = 1 <= place <= self.order.cameras
        line = Line(phone, camera=camera, pictures=min(self.order.cameras, WATCHED))
        try:
            await line.connect()
        except PhoneLost as error:
            self._tally.refused[f"media: {error}"] += 1
            await line.close()
            return
        self._lines.append(line)
        if place < TALKERS and await phone.command("OpenMedia", media="audio"):
            line.talk()
        if camera and await phone.command("OpenMedia", media="video"):
            line.show()

    async def _everybody_leaves(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines), return_exceptions=True)
        await asyncio.gather(*(phone.leave() for phone in self._phones), return_exceptions=True)

    # --- measuring --------------------------------------------------------------------------------------------

    async def _listen(self, control: ClientConnection) -> None:
        assert self._ended is not None
        try:
            async for text in control:
                said = from_server.decode(text)
                if isinstance(said, Figures):
                    self._second(said)
                elif isinstance(said, Ended):
                    break
            else:
                said = Ended("control_lost")
        except ConnectionClosed:
            said = Ended("control_lost")
        if not self._ended.done() and isinstance(said, Ended):
            self._ended.set_result(said)

    async def _beat(self, control: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await control.send(encode(Beat(sum(phone.open for phone in self._phones))).decode())
                await asyncio.sleep(1)

    async def _watch_own_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK_SECONDS)
            self._tally.lag = max(self._tally.lag, (time.monotonic() - before - TICK_SECONDS) * 1000)

    def _second(self, now: Figures) -> None:
        before, self._figures = self._figures, now
        if before is None:
            self._first_figures = now
            self._own = time.process_time(), time.monotonic()
            return
        for line in self._lines:
            line.look()
        seen = self._tally.take()
        self._all.add(seen)
        held = self._holding
        held.tally.add(seen)
        held.lates.append(seen.lag)
        held.server_lates.append(max(now.loop_delay_ms, now.media_delay_ms))
        if held.since is None:
            held.since, held.began, held.own = before, time.monotonic() - (now.at - before.at), self._own[0]
        span = max(1e-3, now.at - before.at)
        own_cpu, own_at = time.process_time(), time.monotonic()
        busy = (own_cpu - self._own[0]) / max(1e-3, own_at - self._own[1])
        self._own = own_cpu, own_at
        self._seconds.append(
            Second(
                at=now.at,
                phones=sum(phone.open for phone in self._phones),
                web=(now.cpu_web - before.cpu_web) / span,
                media=(now.cpu_media - before.cpu_media) / span,
                others=self._others(before, now, span, busy),
                phones_busy=busy,
                phones_late=seen.lag,
                server_late=max(now.loop_delay_ms, now.media_delay_ms),
                message_p50=percentile(seen.message_delays, 0.5),
                message_p95=percentile(seen.message_delays, 0.95),
                lost=_share(seen.lost, seen.received),
                sound_gap=max(seen.sound_gaps, default=None),
                out_mbit_s=_mbit_s(before, now, span),
            )
        )

    def _hold(self) -> None:
        self._holding = _Holding()

    def _level(self, phones: int) -> Level:
        held, now = self._holding, self._figures
        since = held.since or now
        assert now is not None
        assert since is not None
        span = max(1e-3, now.at - since.at)
        own = (time.process_time() - held.own) / max(1e-3, time.monotonic() - held.began)
        tally = held.tally
        return Level(
            phones=phones,
            seconds=span,
            web=(now.cpu_web - since.cpu_web) / span,
            media=(now.cpu_media - since.cpu_media) / span,
            others=self._others(since, now, span, own),
            memory=float(now.memory_web + now.memory_media),
            files=float(max(now.files_web, now.files_media)),
            out_mbit_s=_mbit_s(since, now, span),
            message_p95=percentile(tally.message_delays, 0.95),
            answer_p95=percentile(tally.answer_delays, 0.95),
            server_late_p95=percentile(held.server_lates, 0.95) or 0.0,
            lost=_share(tally.lost, tally.received),
            sound_gap_p99=percentile(tally.sound_gaps, 0.99),
            sound_gap_most=max(tally.sound_gaps, default=None),
            sound_delay_p95=percentile(tally.sound_delays, 0.95),
            refused=sum(tally.refused.values()),
            phones_late_p95=percentile(held.lates, 0.95) or 0.0,
            phones_busy=own,
        )

    def _others(self, before: Figures, now: Figures, span: float, own: float) -> float:
        """Cores that other programs of the server's machine took."""
        ours = now.cpu_web - before.cpu_web + now.cpu_media - before.cpu_media
        return max(0.0, (now.cpu_machine - before.cpu_machine - ours) / span - (own if self.order.local else 0.0))

    def _report_level(self, level: Level) -> None:
        self._progress(
            "level", n=level.phones, web=round(100 * level.web), media=round(100 * level.media), delay=round(level.message_p95 or 0)
        )

    def _outcome(self, began: Began, ended: Ended, wall_seconds: float) -> Outcome:
        if not any(level.phones for level in self._levels) or self._figures is None or self._first_figures is None:
            raise NotRehearsed(ended.code, ended.detail)
        figures, machine = self._figures, began.machine
        capacity = Capacity(
            cores=machine.cores,
            memory=float(figures.memory_web + figures.memory_media + figures.memory_free),
            files=float(figures.files_limit),
            network_mbit_s=None if self.order.local else machine.network_mbit_s,
        )
        programme = self._programme
        return Outcome(
            order=self.order,
            began=began,
            ended=ended.code,
            ended_detail=ended.detail,
            capacity=capacity,
            verdict=judge(self._levels, capacity),
            levels=tuple(self._levels),
            seconds=tuple(self._seconds),
            came_in=self._came_in,
            cameras=min(self.order.cameras, max(0, self._came_in - 1)),
            wall_seconds=wall_seconds,
            rounds=programme.rounds if programme else 0,
            votes=tuple(programme.votes) if programme else (),
            refused=dict(self._all.refused),
            packets_received=self._all.received,
            packets_lost=self._all.lost,
            packets_sent=self._all.sent,
            server=(self._first_figures, self._figures),
        )


def _encode() -> None:
    """Have sound and pictures ready before the clock runs."""
    material.voice()
    material.camera()


def steps(order: Order) -> Sequence[tuple[int, float]]:
    """At which numbers of phones the meeting is held, and for how many seconds.

    From a minute on also with a third and two thirds of the phones: three points tell a line from a square, one does not.
    """
    if not order.until_it_gives_way:
        seconds = order.minutes * 60
        if seconds < 60 or order.members < 6:
            return ((order.members, seconds),)
        return ((order.members // 3, seconds / 4), (order.members * 2 // 3, seconds / 4), (order.members, seconds / 2))
    numbers = [min(FIRST_STEP, order.members)]
    while numbers[-1] < order.members:
        numbers.append(min(order.members, round(numbers[-1] * GROWTH)))
    return tuple((number, STEP_SECONDS) for number in numbers)


def _share(lost: int, received: int) -> float | None:
    return lost / (lost + received) if lost + received else None


def _mbit_s(before: Figures, now: Figures, span: float) -> float:
    sent = now.media_counters.get("bytes_out_total", 0.0) - before.media_counters.get("bytes_out_total", 0.0)
    return max(0.0, sent) * 8 / 1e6 / span
