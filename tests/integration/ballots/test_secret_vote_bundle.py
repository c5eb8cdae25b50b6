"""What is left of a secret vote: a bundle anyone can audit, and a backup in which the vote goes on."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from meeting_server.app import open_site
from meeting_server.ballots.port import paper_id
from meeting_server.config import Settings
from meeting_server.domain.ids import MotionId
from meeting_server.store.backup import back_up
from tests.kit.houses.voting_house import Vote, VotingHouse, approved, cast, nameless, vote, voting_house
from tests.kit.paths import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = ("secretary", "m1", "m2", "m3")
NOT_ALL_COUNTED_AGAIN = 3
"""How the audit ends where it has no doubt, and some ballots are not in the bundle."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[VotingHouse]:
    async with voting_house(tmp_path_factory.mktemp("bundle"), 3) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def a_vote(there: VotingHouse) -> AsyncIterator[Vote]:
    async with vote(there, NAMES[1:]) as made:
        yield made


async def test_a_backup_taken_during_a_vote_is_restored_and_the_vote_goes_on(a_vote: Vote, tmp_path: Path) -> None:
    there = a_vote.there
    motion = await a_vote.collecting()
    papers = await a_vote.collect(*NAMES)
    await a_vote.voting()
    async with nameless(there.url) as ballots:
        assert (await cast(ballots, papers["m1"], "for")).status_code == 200
    settings = there.site.settings
    await back_up(settings.database, settings.ballot_database, settings.data_dir, tmp_path / "copy")
    async with open_site(Settings(data_dir=tmp_path / "copy", recordings_dir=tmp_path / "recordings", media=False)) as restored:
        name = paper_id(there.meeting_id, motion)  # type: ignore[arg-type]  # an id
        assert await restored.box.progress(name) == (4, 1)
        await restored.box.cast(name, papers["m2"].ballot("against"))
        sealed = await restored.box.seal(name)
        assert sorted(ballot.choices for ballot in sealed.ballots) == [("against",), ("for",)]
        state = await restored.registry.state(there.meeting_id)
        assert state is not None
        assert state.motions[MotionId(motion)].phase == "voting"
    await a_vote.closed()


async def test_the_exported_bundle_of_a_secret_vote_passes_the_audit_and_a_changed_one_does_not(a_vote: Vote, tmp_path: Path) -> None:
    there = a_vote.there
    await approved(a_vote, scrutineer="m1", teller="m2")
    motion = await a_vote.collecting()
    papers = await a_vote.collect(*NAMES)
    await a_vote.voting()
    async with nameless(there.url) as ballots:
        for who, choice in zip(NAMES, ("for", "for", "for", "abstain"), strict=True):
            assert (await cast(ballots, papers[who], choice)).status_code == 200
    await a_vote.closed()
    await a_vote.published()
    assert (await a_vote.chair.command("AdjournMeeting"))["type"] == "ack"
    address = f"/archive/{there.meeting_id}/export.zip"
    async with await there.signed_in("m3") as member:
        assert (await member.get(address)).status_code == 403
    async with await there.signed_in("m1") as scrutineer:
        await scrutineer.get(f"/meetings/{there.meeting_id}")  # the schedule hears that it is over
        answer = await scrutineer.get(address)
    assert answer.status_code == 200, answer.text
    for who in ("secretary", "administrator", "reviewer"):
        await withheld_from(there, who, address, motion, tmp_path / f"{who}.zip")
    bundle = tmp_path / "meeting.zip"
    bundle.write_bytes(answer.content)
    with zipfile.ZipFile(bundle) as archive:
        bulletin = json.loads(archive.read(f"papers/{motion}.json"))
        files = {name: archive.read(name) for name in archive.namelist()}
    assert sorted(bulletin["issued_to"]) == sorted(there.people[who] for who in NAMES)
    assert len(bulletin["ballots"]) == 4
    for language, word in (("zh-CN", "选票"), ("en", "allot")):
        done = await asyncio.to_thread(audited, bundle, language)
        assert done.returncode == NOT_ALL_COUNTED_AGAIN, done.stdout + done.stderr  # the open vote
        assert word in done.stdout
    assert len(bulletin["issuances"]) == 4
    assert a_vote.chair.heads  # what a phone keeps is the head of this very record
    for head in (*a_vote.chair.heads, minutes_head(files["minutes.json"])):
        assert (await asyncio.to_thread(audited, bundle, "en", "--head", head)).returncode == NOT_ALL_COUNTED_AGAIN, head
    done = await asyncio.to_thread(audited, bundle, "en", "--head", a_vote.chair.heads[-1][:-1] + "x")
    assert done.returncode == 2
    foreign = a_vote.chair.heads[0].split(".")[0] + "." + "0" * 32
    assert (await asyncio.to_thread(audited, bundle, "en", "--head", foreign)).returncode == 1
    bulletin["ballots"][0]["choices"] = ["against" if bulletin["ballots"][0]["choices"] != ["against"] else "for"]
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in (files | {f"papers/{motion}.json": json.dumps(bulletin).encode()}).items():
            archive.writestr(name, content)
    bundle.write_bytes(changed.getvalue())
    assert (await asyncio.to_thread(audited, bundle, "en")).returncode == 1


def minutes_head(minutes: bytes) -> str:
    said = json.loads(minutes)
    return f"{said['head_seq']}.{said['head_hash']}"


async def withheld_from(there: VotingHouse, who: str, address: str, motion: str, bundle: Path) -> None:
    """What ``who`` may export has no ballot in it, says so, and is checked as far as it goes."""
    async with await there.signed_in(who) as browser:
        answer = await browser.get(address)
    assert answer.status_code == 200, who
    bundle.write_bytes(answer.content)
    with zipfile.ZipFile(bundle) as archive:
        told = json.loads(archive.read(f"papers/{motion}.json"))
    assert "ballots" not in told
    assert sorted(told["issued_to"]) == sorted(there.people[name] for name in NAMES)
    done = await asyncio.to_thread(audited, bundle, "en")
    assert done.returncode == NOT_ALL_COUNTED_AGAIN, done.stdout + done.stderr
    assert "Bulletin not included" in done.stdout
    assert "not counted again" in done.stdout


def audited(bundle: Path, language: str, *more: str) -> subprocess.CompletedProcess[str]:
    """The offline command, in a process that knows no server and no database."""
    words = [sys.executable, "-m", "meeting_server", "audit", str(bundle), "--language", language, *more]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
