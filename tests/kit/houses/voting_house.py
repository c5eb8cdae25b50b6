"""The whole application on a socket with one open meeting, and members who vote secretly: phones without a screen."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from meeting_server.app import create_app
from meeting_server.ballots.ballot import Ballot
from meeting_server.ballots.port import paper_id
from meeting_server.config import Settings
from meeting_server.domain.ids import MeetingId, Millis, ParticipantId
from meeting_server.domain.roles import Role, Standing
from meeting_server.domain.terms import ItemPlan
from meeting_server.live.clock import steady_clock
from meeting_server.rehearsal.voter import Voter
from meeting_server.store.people.accounts import Means
from meeting_server.store.people.people import Member
from meeting_server.store.schedule.schedule import Listed, Plan
from meeting_server.web.meeting.frame_once import FrameOnceProtocol
from meeting_server.web.site.auth import now_millis
from meeting_server.web.site.half_open import PunctualProtocol
from meeting_server.web.site.site import Site
from tests.kit.houses.houses import seed
from tests.kit.houses.live_house import Server
from tests.kit.phones.bots import Bot, Frame

HOUR: Millis = 3_600_000
_numbers = itertools.count(1)


class HeldClock:
    """The meetings' clock, which a test may stop at a moment."""

    def __init__(self) -> None:
        self._steady = steady_clock()
        self.held: Millis | None = None

    def __call__(self) -> Millis:
        return self._steady() if self.held is None else self.held


def ballot_body(ballot: Ballot) -> dict[str, Any]:
    """A ballot as it goes over the wire."""
    return {
        "key": ballot.key.hex(),
        "prefix": ballot.prefix.hex(),
        "token": ballot.token.hex(),
        "choices": list(ballot.choices),
        "signature": ballot.signature.hex(),
    }


@dataclass
class VotingHouse:
    """``people``: who (``secretary``, ``m1`` …, ``p1`` without a vote) → member id. ``cookies`` likewise."""

    app: Starlette
    port: int
    folder: Path
    clock: HeldClock
    branch_id: str
    meeting_id: MeetingId = field(default=MeetingId(""))
    people: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        site: Site = self.app.state.site
        return site

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def enter(self, who: str, **options: Any) -> Bot:
        address = f"ws://127.0.0.1:{self.port}/ws/{self.meeting_id}"
        return await Bot.enter(address, cookie=f"signin={self.cookies[who]}", **options)

    async def signed_in(self, who: str) -> httpx.AsyncClient:
        """A browser on which ``who`` is signed in."""
        return httpx.AsyncClient(base_url=self.url, cookies={"signin": self.cookies[who]}, trust_env=False, timeout=60)


@asynccontextmanager
async def voting_house(folder: Path, members: int = 5, *, probationary: int = 1, opened: bool = True) -> AsyncIterator[VotingHouse]:
    """A real server over files in ``folder``; the meeting is open and the secretary's socket is not."""
    clock = HeldClock()
    app = create_app(Settings(data_dir=folder / "var", recordings_dir=folder / "recordings", media=False), clock=clock)
    server = Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            http=PunctualProtocol,
            ws=FrameOnceProtocol,
            ws_max_size=64 * 1024,
            ws_ping_interval=None,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
        )
    )
    serving = asyncio.create_task(server.serve())
    await server.listening.wait()
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        people = await furnished(app.state.site, members, probationary)
        made = VotingHouse(app, port, folder, clock, people.branch_id, people.meeting_id, people.people, people.cookies)
        if opened:
            async with await made.enter("secretary") as secretary:
                assert (await secretary.command("OpenMeeting"))["type"] == "ack"
        yield made
    finally:
        server.should_exit = True
        await serving


@dataclass(frozen=True)
class Furnished:
    """A branch with a meeting on its schedule, and everyone signed in."""

    branch_id: str
    meeting_id: MeetingId
    people: dict[str, str]
    cookies: dict[str, str]


async def furnished(house: Site, members: int, probationary: int) -> Furnished:
    """Fill a fresh house."""
    (_, _, branch, _, _), people = await seed(house.database)
    wanted = [Member("", branch.branch_id, f"党员{n}", f"V{n:04}") for n in range(1, members + 1)]
    wanted += [Member("", branch.branch_id, f"预备{n}", f"P{n:04}", Standing.PROBATIONARY) for n in range(1, probationary + 1)]
    added = await house.directory.save_roster(wanted, now_millis(), "测试")
    names = [f"m{n}" for n in range(1, members + 1)] + [f"p{n}" for n in range(1, probationary + 1)]
    ids = {"secretary": people["secretary"].member_id} | {name: member.member_id for name, member in zip(names, added, strict=True)}
    for name in ("administrator", "reviewer", "stranger"):
        ids[name] = people[name].member_id
    cookies = {
        who: await house.accounts.begin_sign_in(now=now_millis(), seconds=3600, means=Means.LINK, member_id=member_id)
        for who, member_id in ids.items()
    }
    start = now_millis()
    listed = [Listed(ParticipantId(ids["secretary"]), Role.SECRETARY), *(Listed(ParticipantId(ids[n])) for n in names)]
    plan = Plan(
        branch.branch_id,
        "general",
        "支部党员大会",
        "A305",
        start,
        start + HOUR,
        "general_meeting",
        False,
        (ItemPlan("学习", 30), ItemPlan("表决", 15)),
        tuple(listed),
    )
    scheduled = await house.schedule.add(plan, ids["secretary"], start)
    return Furnished(branch.branch_id, scheduled.meeting_id, ids, cookies)


class SecretPhone:
    """A member's phone: one socket that says who it is, and ballots sent by another way that says nothing."""

    def __init__(self, address: str, bot: Bot, meeting_id: str) -> None:
        self.bot = bot
        self._address = address
        self._meeting_id = meeting_id
        self.voter: Voter | None = None

    def paper(self, opened: Frame) -> Voter:
        """A key of this phone's own for the paper that was opened."""
        data = opened["data"]
        self.voter = Voter(paper_id(MeetingId(self._meeting_id), data["motion_id"]), int(data["paper"]["modulus"], 16))
        return self.voter

    async def asked(self, motion_id: str, blinded: str) -> Frame:
        """Send one ``collect``; ``collected`` or ``rejected``."""
        name = f"collect-{next(_numbers):06}"
        while True:
            known = len(self.bot.others)
            await self.bot.say({"type": "collect", "id": name, "motion_id": motion_id, "blinded": blinded})

            def answers(since: int = known) -> list[Frame]:
                later = self.bot.others[since:]
                return [f for f in later if f.get("id") == name or (f.get("code") == "rate_limited" and f.get("re") == "collect")]

            await self.bot.until(lambda: bool(answers()))  # awaited here
            if answers()[0].get("id") == name:
                return answers()[0]
            await asyncio.sleep(answers()[0]["retry_after_ms"] / 1000)  # on purpose: the server says when

    async def collect(self, motion_id: str) -> Voter:
        """Be handed a paper of the vote that is open."""
        voter = self.paper(await self.bot.event("PaperOpened", motion_id=motion_id))
        answer = await self.asked(motion_id, voter.blinded().hex())
        assert answer["type"] == "collected", answer
        voter.collected(bytes.fromhex(answer["blind_signature"]))
        return voter


async def cast(client: httpx.AsyncClient, voter: Voter, *choices: str, **changes: Any) -> httpx.Response:
    """Send a ballot the way a phone does: without a cookie, to a path of its own."""
    return await send(client, voter.paper_id, {**ballot_body(voter.ballot(*choices)), **changes})


async def send(client: httpx.AsyncClient, paper: str, body: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/papers/{paper}/ballots", json=body)


@asynccontextmanager
async def nameless(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends no cookie."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        yield client


@dataclass
class Vote:
    """One secret vote under way, with everyone's phone."""

    there: VotingHouse
    chair: Bot
    phones: dict[str, SecretPhone]
    motion_id: str = ""

    async def collecting(self, **options: Any) -> str:
        """Open the paper of a new motion and wait until papers may be collected; its id."""
        seconds = {name: options.pop(name) for name in ("seconds", "collect_seconds") if name in options}
        drafted = await self.chair.command("DraftMotion", title="选举办法", method="secret", **options)
        assert drafted["type"] == "ack", drafted
        await self.chair.reached(drafted["seq"])
        self.motion_id = next(r["data"]["motion_id"] for r in self.chair.records if r["seq"] == drafted["seq"])
        asked = await self.chair.command("OpenMotion", motion_id=self.motion_id, **seconds)
        assert asked["type"] == "ack", asked
        await self.chair.event("PaperOpened", motion_id=self.motion_id)
        return self.motion_id

    async def collect(self, *names: str) -> dict[str, Voter]:
        papers = await asyncio.gather(*(self.phones[name].collect(self.motion_id) for name in names))
        return dict(zip(names, papers, strict=True))

    async def voting(self) -> None:
        assert (await self.chair.command("CloseCollecting", motion_id=self.motion_id))["type"] == "ack"
        await self.chair.event("CollectingClosed", motion_id=self.motion_id)
        box = self.there.site.box
        await box.advance(paper_id(self.there.meeting_id, self.motion_id), "voting")  # type: ignore[arg-type]  # an id

    async def closed(self) -> Frame:
        """Close the vote and wait until the box is sealed; the data of ``MotionClosed``."""
        assert (await self.chair.command("CloseMotion", motion_id=self.motion_id))["type"] == "ack"
        record = await self.chair.event("MotionClosed", motion_id=self.motion_id)
        data: Frame = record["data"]
        return data

    async def ended(self) -> None:
        """Leave nothing running, wherever the vote is."""
        if self.motion_id:
            await self.chair.command("CloseCollecting", motion_id=self.motion_id)
            if (await self.chair.command("CloseMotion", motion_id=self.motion_id))["type"] == "ack":
                await self.chair.event("MotionClosed", motion_id=self.motion_id)

    async def published(self) -> Frame:
        assert (await self.chair.command("PublishMotion", motion_id=self.motion_id))["type"] == "ack"
        record = await self.chair.event("MotionPublished", motion_id=self.motion_id)
        data: Frame = record["data"]
        return data


@asynccontextmanager
async def vote(there: VotingHouse, names: Sequence[str]) -> AsyncIterator[Vote]:
    """The secretary's phone and those of ``names``, all in the meeting."""
    bots = await asyncio.gather(*(there.enter(who) for who in ("secretary", *names)))
    chair, *others = bots
    phones = {name: SecretPhone(there.url, bot, there.meeting_id) for name, bot in zip(names, others, strict=True)}
    phones["secretary"] = SecretPhone(there.url, chair, there.meeting_id)
    try:
        yield Vote(there, chair, phones)
    finally:
        await asyncio.gather(*(bot.close() for bot in bots), return_exceptions=True)


async def approved(a_vote: Vote, **officers: str) -> None:
    """The meeting approves who counts its votes."""
    chair = a_vote.chair
    drafted = await chair.command("DraftMotion", title="监票人、计票人名单")
    await chair.reached(drafted["seq"])
    motion_id = next(r["data"]["motion_id"] for r in chair.records if r["seq"] == drafted["seq"])
    assert (await chair.command("OpenMotion", motion_id=motion_id))["type"] == "ack"
    for who in a_vote.phones:
        assert (await a_vote.phones[who].bot.command("CastBallot", motion_id=motion_id, choices=["for"]))["type"] == "ack"
    for kind in ("CloseMotion", "PublishMotion"):
        assert (await chair.command(kind, motion_id=motion_id))["type"] == "ack"
    for office, who in officers.items():
        person = {"participant_id": a_vote.there.people[who], "office": office, "motion_id": motion_id}
        assert (await chair.command("AppointOfficer", **person))["type"] == "ack"
