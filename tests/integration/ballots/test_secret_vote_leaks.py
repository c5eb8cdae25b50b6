"""A thief with everything that was stored, logged and sent in a whole secret vote looks for who chose what.

The server is the real one, a process of its own that logs at debug level. The test knows the truth, and so what to look for.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from meeting_server.app import open_site
from meeting_server.ballots.blind_signature import EXPONENT
from meeting_server.config import Settings
from meeting_server.domain.ids import MeetingId
from meeting_server.rehearsal.voter import Voter
from tests.kit.houses.voting_house import SecretPhone, Vote, ballot_body, furnished
from tests.kit.phones.bots import Bot, Frame
from tests.kit.servers.running import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
MEMBERS = 24
CHOICES = ("for", "against", "abstain")
BOX, JOURNAL = "ballot-box.sqlite3", "meetings.sqlite3"


class Tapped(Bot):
    """A phone on whose wire everything is written down."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self.tape: list[str] = []

    async def say(self, frame: Frame) -> None:
        self.tape.append(json.dumps(frame, ensure_ascii=False))
        await super().say(frame)

    def _take(self, frame: Frame) -> None:
        self.tape.append(json.dumps(frame, ensure_ascii=False))
        super()._take(frame)


@dataclass
class Loot:
    """What the thief has, and the truth to hold it against."""

    before: Path
    after: Path
    log: list[str]
    sockets: dict[str, list[str]]
    requests: list[str]
    """Each ballot's request and answer with all their headers, in the order they were sent."""
    papers: dict[str, Voter]
    blinded: dict[str, bytes]
    blind_signatures: dict[str, bytes]
    cast_in: list[str]
    """The members in the order in which they cast."""
    members: dict[str, str]
    cookies: dict[str, str]
    paper: str
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ballot_words(self, who: str) -> list[str]:
        """What only a ballot holds; the choice itself is a common word."""
        return [str(self.sent[who][name]) for name in ("key", "prefix", "token", "signature")] + [self.receipts[who]]

    def member_words(self, who: str) -> list[str]:
        """What only the member's side holds."""
        number = int(who[1:]) if who != "secretary" else 0
        return [
            self.members[who],
            self.cookies[who],
            self.blinded[who].hex(),
            self.blind_signatures[who].hex(),
            f"党员{number}" if number else "何雨桐",
            f"V{number:04}" if number else "2023001",
        ]

    receipts: dict[str, str] = field(default_factory=dict)
    first_sent: int = 0
    """Unix ms."""
    casting: tuple[str, str] = ("", "")
    """The seconds between which ballots were cast, as the log writes them."""


def copied(data: Path, to: Path) -> Path:
    """The files of both databases as they lie on the disk, with their logs."""
    to.mkdir()
    for file in data.iterdir():
        if file.name.startswith((BOX, JOURNAL)):
            shutil.copy(file, to / file.name)
    return to


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Loot]:
    folder = tmp_path_factory.mktemp("thief")
    chance = random.Random(20261124)
    server = Server(folder, MEETING_LOG_LEVEL="debug", MEETING_MEDIA="0")
    await asyncio.to_thread(server.start)
    try:
        async with open_site(Settings(data_dir=folder / "var", recordings_dir=folder / "recordings")) as house:
            people = await furnished(house, MEMBERS - 1, 0)
        taken = await held(server, people.meeting_id, people.cookies, folder, chance)
    finally:
        await asyncio.to_thread(server.stop)
    taken.members, taken.log = people.people, list(server.lines)
    taken.after = copied(folder / "var", folder / "after")
    yield taken


async def held(server: Server, meeting_id: str, cookies: dict[str, str], folder: Path, chance: random.Random) -> Loot:
    """The whole vote. Nobody casts in the order in which papers were collected."""
    names = ["secretary", *(f"m{n}" for n in range(1, MEMBERS))]
    address = f"ws://127.0.0.1:{server.port}/ws/{meeting_id}"
    bots = {name: await Tapped.enter(address, cookie=f"signin={cookies[name]}") for name in names}
    chair = bots["secretary"]
    assert (await chair.command("OpenMeeting"))["type"] == "ack"
    phones = {name: SecretPhone(server.url, bot, meeting_id) for name, bot in bots.items()}
    vote = Vote(None, chair, phones)  # type: ignore[arg-type]  # the house is another process
    motion = await vote.collecting()
    papers, blinded, signatures = {}, {}, {}
    for name in names:
        phone = phones[name]
        voter = papers[name] = phone.paper(await phone.bot.event("PaperOpened", motion_id=motion))
        blinded[name] = voter.blinded()
        answer = await phone.asked(motion, blinded[name].hex())
        signatures[name] = bytes.fromhex(answer["blind_signature"])
        voter.collected(signatures[name])
    assert (await chair.command("CloseCollecting", motion_id=motion))["type"] == "ack"
    order = names.copy()
    requests: list[str] = []
    chance.shuffle(order)
    loot = Loot(folder, folder, [], {}, requests, papers, blinded, signatures, order, {}, cookies, papers["m1"].paper_id)

    async def tap(response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        requests.append(f"{request.method} {request.url} {request.headers} {request.content!r} {response.headers} {response.text}")

    began = datetime.now(UTC).isoformat()[:19]
    loot.first_sent = time.time_ns() // 1_000_000
    _, broken_off = await asyncio.open_connection("127.0.0.1", server.port)
    broken_off.write(f"POST /papers/{loot.paper}/ballots HTTP/1.1\r\nHost: x\r\nContent-Length: 1024\r\n\r\n{{".encode())
    await broken_off.drain()
    broken_off.close()  # a phone that lost its network while it was sending
    for name in order:
        choice = "for" if name == "secretary" else chance.choice(CHOICES)
        loot.sent[name] = ballot_body(papers[name].ballot(choice))
        # a browser that omits credentials keeps another connection for it
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, event_hooks={"response": [tap]}) as client:
            reply = await client.post(f"/papers/{loot.paper}/ballots", json=loot.sent[name])
            while reply.status_code == 409 and reply.json()["code"] == "not_voting":
                await asyncio.sleep(0.02)
                reply = await client.post(f"/papers/{loot.paper}/ballots", json=loot.sent[name])
        assert reply.status_code == 200, reply.text
        loot.receipts[name] = reply.json()["leaf"]
    loot.casting = (began, datetime.now(UTC).isoformat()[:19])
    loot.before = copied(folder / "var", folder / "before")
    await vote.closed()
    await vote.published()
    for name, bot in bots.items():
        await bot.event("MotionPublished", motion_id=motion)
        loot.sockets[name] = bot.tape
        await bot.close()
    return loot


def rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table."""
    with sqlite3.connect(file) as raw:
        raw.row_factory = sqlite3.Row
        for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in raw.execute(f'SELECT * FROM "{table}"'):
                yield table, dict(row)


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def holds(row: dict[str, Any], words: list[str]) -> bool:
    """Whether a row holds one of the words, as text or as the bytes that hex stands for."""
    cells = [as_bytes(value) for value in row.values()]
    wanted = [word.encode() for word in words]
    wanted += [bytes.fromhex(word) for word in words if len(word) >= 32 and re.fullmatch(r"(?:[0-9a-f]{2})+", word)]
    return any(word in cell for word in wanted for cell in cells)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_no_row_of_any_table_holds_a_member_and_a_ballot(loot: Loot, when: str) -> None:
    folder: Path = getattr(loot, when)
    ballots = [word for who in loot.papers for word in loot.ballot_words(who)]
    members = [word for who in loot.papers for word in loot.member_words(who)]
    found = {"ballot": 0, "issuance": 0}
    for name in (BOX, JOURNAL):
        for table, row in rows(folder / name):
            of_ballot, of_member = holds(row, ballots), holds(row, members)
            assert not (of_ballot and of_member), (name, table)
            if of_ballot:
                assert (name, table) == (BOX, "ballot")
            if name == BOX and table in found:
                found[table] += 1
                assert of_ballot is (table == "ballot")
    assert found == {"ballot": MEMBERS, "issuance": MEMBERS}  # what was looked for is there to be found


@pytest.mark.parametrize("when", ["before", "after"])
async def test_neither_ballots_nor_issuances_have_a_number_a_time_or_an_order_of_their_own(loot: Loot, when: str) -> None:
    folder: Path = getattr(loot, when)
    with sqlite3.connect(folder / BOX) as raw:
        for table, by in (("ballot", "key_hash"), ("issuance", "member_id")):
            with pytest.raises(sqlite3.OperationalError, match="rowid"):
                raw.execute(f"SELECT rowid FROM {table}")
            there = [row[0] for row in raw.execute(f"SELECT {by} FROM {table}")]
            assert there == sorted(there)
            for row in raw.execute(f"SELECT * FROM {table}"):
                assert not [value for value in row if isinstance(value, int | float) and value > 1]
        assert raw.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone() is None


async def test_after_sealing_the_files_hold_each_ballot_once_in_the_order_of_its_hash(loot: Loot) -> None:
    keys = {who: bytes.fromhex(body["key"]) for who, body in loot.sent.items()}
    content = (loot.after / BOX).read_bytes()
    assert all(content.count(key) == 1 for key in keys.values())
    there = 0
    for kind in ("leaf", "internal"):
        found = [who for page in pages(loot.after / BOX, "ballot", kind) for who in in_page(content, page, keys)]
        hashes = [loot.papers[who].ballot("for").key_hash for who in found]
        assert hashes == sorted(hashes), kind
        there += len(found)
    assert there == MEMBERS
    for name in (f"{BOX}-wal", f"{JOURNAL}-wal", JOURNAL):
        file = loot.after / name
        left = file.read_bytes() if file.exists() else b""
        assert not any(key in left or key.hex().encode() in left for key in keys.values()), name
    with sqlite3.connect(loot.after / BOX) as raw:
        assert raw.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert raw.execute("SELECT wrapped FROM paper").fetchone() == (None,)


def pages(file: Path, table: str, kind: str) -> list[int]:
    """The pages of a table in the order in which they lie in the file."""
    with sqlite3.connect(file) as raw:
        query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY pageno"
        found = raw.execute(query, (table, kind)).fetchall()
        return [page for (page,) in found]


def in_page(content: bytes, page: int, keys: dict[str, bytes]) -> list[str]:
    """Whose ballots lie in a page, by where they lie: the page fills from its end."""
    size = int.from_bytes(content[16:18], "big")
    part = content[(page - 1) * size : page * size]
    return sorted((who for who, key in keys.items() if key in part), key=lambda who: -part.index(keys[who]))


@pytest.mark.parametrize("when", ["before", "after"])
async def test_no_order_in_the_files_pairs_issuances_with_ballots(loot: Loot, when: str) -> None:
    """Row order, and where the bytes lie in the box and in its log: the n-th issuance is no more often the n-th ballot's than by chance."""
    folder: Path = getattr(loot, when)
    files = [file.read_bytes() for name in (BOX, f"{BOX}-wal") if (file := folder / name).exists()]
    keys = {bytes.fromhex(body["key"]): who for who, body in loot.sent.items()}
    asked = {blinded: who for who, blinded in loot.blinded.items()}
    with sqlite3.connect(folder / BOX) as raw:
        ballots = {"rows": [keys[bytes(key)] for (key,) in raw.execute("SELECT key FROM ballot")]}
        issued = {"rows": [asked[bytes(blinded)] for (blinded,) in raw.execute("SELECT blinded FROM issuance")]}
    for words, orders in ((keys, ballots), (asked, issued)):
        for number, content in enumerate(files):
            orders[f"file {number}"] = lying(words, content, content.find)
            orders[f"file {number}, last"] = lying(words, content, content.rfind)
        assert max(len(order) for by, order in orders.items() if by != "rows") == MEMBERS  # what was looked for is there
    assert len(ballots["rows"]) == len(issued["rows"]) == MEMBERS
    for issued_by, papers in issued.items():
        for by, order in ballots.items():
            for read in (order, order[::-1]):
                hits = sum(one == other for one, other in zip(papers, read, strict=False))
                assert hits < MEMBERS // 2, (issued_by, by)  # by chance one; twelve once in 5 * 10^8


def lying(words: dict[bytes, str], content: bytes, place: Callable[[bytes], int]) -> list[str]:
    """Whose words lie in a file, in the order of their places."""
    return [words[word] for word in sorted((word for word in words if word in content), key=place)]


async def test_the_journal_writes_nothing_of_anyone_while_ballots_come(loot: Loot) -> None:
    """A record of a member with its time, between two ballots, would tell who had the phone in hand."""
    with sqlite3.connect(loot.before / JOURNAL) as raw:
        table = next(name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%recorded_at%payload_hash%'"))
        told = raw.execute(f'SELECT kind, actor, recorded_at FROM "{table}" ORDER BY seq').fetchall()
    assert "PaperOpened" in [kind for kind, _, _ in told]  # the journal is the one of this vote
    assert [(kind, actor) for kind, actor, at in told if loot.first_sent < at] == []


async def test_the_log_has_no_ballot_no_paper_and_no_line_while_ballots_come(loot: Loot) -> None:
    log = "\n".join(loot.log)
    assert "/healthz" in log or "ready" in log
    for who in loot.papers:
        for word in (*loot.ballot_words(who), loot.blinded[who].hex(), loot.blind_signatures[who].hex(), loot.cookies[who]):
            assert word not in log
    assert "/papers/" not in log
    assert not [line for line in loot.log if any(member in line for member in loot.members.values())]
    ids = [re.search(r"'x-request-id': '([0-9a-f]+)'", request) for request in loot.requests]
    assert all(found is not None and found[1] not in log for found in ids)
    assert not [line for line in loot.log if loot.casting[0] < moment_of(line) < loot.casting[1]]


def moment_of(line: str) -> str:
    """The time a line of the log begins with; empty for what is no line of the log."""
    return line[:19] if re.match(r"\d{4}-\d\d-\d\dT", line) else ""


async def test_no_socket_carries_a_ballot_and_no_ballot_carries_a_member(loot: Loot) -> None:
    members = [word for who in loot.papers for word in loot.member_words(who)]
    ballots = [word for who in loot.papers for word in loot.ballot_words(who)]
    assert len(loot.requests) >= MEMBERS
    for request in loot.requests:
        assert "cookie" not in request.lower()
        assert not [word for word in members if word in request]
    for who, tape in loot.sockets.items():
        carried = "\n".join(tape)
        assert loot.blinded[who].hex() in carried  # the tap works
        assert not [word for word in ballots if word in carried], who
        for line in tape:
            frame = json.loads(line)
            assert frame.get("kind") not in ("CastBallot", "BallotCast"), who
    requests = [request.replace(paper_of(loot), "") for request in loot.requests]
    shapes = {re.sub(r"[0-9a-f]{12,}|\d+", "", re.sub(r"for|against|abstain", "", request)) for request in requests}
    assert len({len(re.sub(r"\s", "", shape)) for shape in shapes}) <= 3  # one client is like another


def paper_of(loot: Loot) -> str:
    return loot.paper


async def test_every_issuance_explains_every_ballot_equally_well(loot: Loot) -> None:
    """What the blinding promises: for each pair there is a blinding factor that makes them belong together."""
    n = next(iter(loot.papers.values())).modulus
    tokens = {who: int(body["token"], 16) for who, body in loot.sent.items()}
    fits = 0
    for who in loot.papers:
        blinded, signed = (int.from_bytes(x, "big") for x in (loot.blinded[who], loot.blind_signatures[who]))
        for token in tokens.values():
            factor = signed * pow(token, -1, n) % n
            assert pow(factor, EXPONENT, n) * pow(token, EXPONENT, n) % n == blinded
            fits += 1
    assert fits == MEMBERS**2


async def test_the_order_of_issuance_says_nothing_of_the_sealed_order(loot: Loot) -> None:
    """The place of a ballot in the sealed box follows from its key alone, whoever cast first."""
    with sqlite3.connect(loot.after / BOX) as raw:
        sealed = [bytes(row[0]).hex() for row in raw.execute("SELECT key FROM ballot")]
    by_key = {body["key"]: who for who, body in loot.sent.items()}
    assert [by_key[key] for key in sealed] != loot.cast_in
    assert sorted(sealed, key=lambda key: loot.papers[by_key[key]].ballot("for").key_hash) == sealed
    assert MeetingId(loot.paper.split("/")[0])
