"""The ballot box: the keys of secret votes, who collected a ballot, and the ballots that came back; opened by nobody else.

What is stored links no member to a choice: ``issuance`` knows members and blinded messages, ``ballot`` knows keys and
choices, and only the phone knew both. No table has a time. Sealing destroys the keys, writes all rows anew in the
order of their hashes and vacuums the file, so that not even the order of arrival stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from meeting_server.ballots.ballot import Ballot, fingerprint, issuance_digest, issuances_hash, receipt_message, root
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.ballots.port import BoxRefused, Receipt, Sealed, State
from meeting_server.ballots.tables import ballots, issuances, metadata, papers
from meeting_server.domain.terms import Paper
from meeting_server.journal.port import StorageUnavailable
from meeting_server.store.database import Database

_ORDER: tuple[State, ...] = ("collecting", "voting", "closing", "sealed")


@dataclass(frozen=True, slots=True)
class _Keys:
    signing: SigningKey
    receipt: ec.EllipticCurvePrivateKey


T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[Any]]


class BallotBox:
    """The secret votes of all meetings. ``secret`` wraps the keys at rest."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        wrapping = HKDF(hashes.SHA256(), 32, None, b"ballot-box-v1").derive(secret)
        self._wrap = AESGCM(wrapping)
        self._keys: dict[str, _Keys] = {}
        self._loading = asyncio.Lock()
        self._queue: list[tuple[Work, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    # --- opening ------------------------------------------------------------------------------------------

    async def open(self, paper_id: str) -> Paper:
        """Make the vote's keys and start collecting; again: the same keys."""
        found = await self._paper(paper_id)
        if found is None:
            keys = await asyncio.to_thread(lambda: _Keys(SigningKey.generate(), ec.generate_private_key(ec.SECP256R1())))
            await self._write(lambda conn: self._store_paper(conn, paper_id, keys))
            found = await self._paper(paper_id)
            assert found is not None
        modulus = int.from_bytes(found.modulus, "big")
        return Paper(found.modulus.hex(), fingerprint(modulus, found.receipt_key), found.receipt_key.hex())

    async def _store_paper(self, conn: AsyncConnection, paper_id: str, keys: _Keys) -> None:
        if (await conn.execute(select(papers.c.state).where(papers.c.paper_id == paper_id))).first() is not None:
            return
        nonce = token_bytes(12)
        plain = msgspec.msgpack.encode([keys.signing.to_der(), _receipt_der(keys.receipt)])
        await conn.execute(
            insert(papers).values(
                paper_id=paper_id,
                modulus=keys.signing.n.to_bytes(keys.signing.length, "big"),
                receipt_key=_point(keys.receipt.public_key()),
                wrapped=nonce + self._wrap.encrypt(nonce, plain, paper_id.encode()),
                state="collecting",
            )
        )

    async def advance(self, paper_id: str, state: State) -> None:
        """Go on to ``state``; going back, or to where it is, changes nothing."""

        async def work(conn: AsyncConnection) -> None:
            now = await _state(conn, paper_id, alone=True)
            if _ORDER.index(state) > _ORDER.index(now):
                await conn.execute(update(papers).where(papers.c.paper_id == paper_id).values(state=state))

        await self._write(work)

    # --- collecting (领票) ----------------------------------------------------------------------------------

    async def collect(self, paper_id: str, member_id: str, blinded: bytes) -> bytes:
        """The blind signature for a member whose right the caller has checked. One a member: the same request gets
        the stored answer again. Raises BoxRefused, BadBlindedMessage, StorageUnavailable."""
        keys = await self._keys_of(paper_id)
        if keys is None:
            raise BoxRefused("not_collecting")
        signature = keys.signing.blind_sign(blinded)

        async def work(conn: AsyncConnection) -> bytes:
            stored = await _handed(conn, paper_id, member_id, blinded)
            if stored is not None:
                return stored
            if await _state(conn, paper_id) != "collecting":
                raise BoxRefused("not_collecting")
            await conn.execute(insert(issuances).values(paper_id=paper_id, member_id=member_id, blinded=blinded, signature=signature))
            return signature

        return await self._write(work)

    async def collected(self, paper_id: str, member_id: str, blinded: bytes) -> bytes:
        """The blind signature this member was handed before. Raises BoxRefused, StorageUnavailable."""
        async with self._read() as conn:
            stored = await _handed(conn, paper_id, member_id, blinded)
        if stored is None:
            raise BoxRefused("not_collecting")
        return stored

    # --- casting ------------------------------------------------------------------------------------------

    async def cast(self, paper_id: str, ballot: Ballot, *, late: bool = False) -> Receipt:
        """Put a ballot in. The same ballot again gets the same receipt's leaf, even ``late``; another choice under the
        same key is ``ballot_conflict`` and the first stands. Raises BoxRefused, StorageUnavailable."""
        keys = await self._keys_of(paper_id)
        modulus = keys.signing.n if keys is not None else await self._modulus(paper_id)
        if not ballot.is_genuine(paper_id, modulus):
            raise BoxRefused("bad_token")
        key_hash = ballot.key_hash
        choices = msgspec.json.encode(ballot.choices)

        async def work(conn: AsyncConnection) -> Ballot:
            this = (ballots.c.paper_id == paper_id, ballots.c.key_hash == key_hash)
            stored = (await conn.execute(select(ballots).where(*this))).one_or_none()
            if stored is not None:
                # ECDSA is randomised: a phone that signs again sends other bytes for the same choice
                if stored.choices != choices:
                    raise BoxRefused("ballot_conflict")
                return _ballot(stored)
            state = await _state(conn, paper_id)
            if state == "collecting":
                raise BoxRefused("not_voting")
            if late or state != "voting":
                raise BoxRefused("poll_closed")
            await conn.execute(
                insert(ballots).values(
                    paper_id=paper_id,
                    key_hash=key_hash,
                    key=ballot.key,
                    prefix=ballot.prefix,
                    token=ballot.token,
                    choices=choices,
                    signature=ballot.signature,
                )
            )
            return ballot

        kept = await self._write(work)
        if keys is None:  # sealed: the receipt key is gone, the bulletin proves the ballot
            raise BoxRefused("poll_closed")
        return Receipt(kept.leaf, _sign(keys.receipt, receipt_message(paper_id, kept.leaf)))

    async def _modulus(self, paper_id: str) -> int:
        found = await self._paper(paper_id)
        if found is None:
            raise BoxRefused("unknown_motion")
        return int.from_bytes(found.modulus, "big")

    async def progress(self, paper_id: str) -> tuple[int, int]:
        """Ballots handed out and returned so far: all that anyone is shown before the closing."""
        async with self._read() as conn:
            issued = (await conn.execute(select(func.count()).select_from(issuances).where(issuances.c.paper_id == paper_id))).scalar_one()
            returned = (await conn.execute(select(func.count()).select_from(ballots).where(ballots.c.paper_id == paper_id))).scalar_one()
        return int(issued), int(returned)

    # --- sealing ------------------------------------------------------------------------------------------

    async def seal(self, paper_id: str) -> Sealed:
        """Stop, destroy the keys, and write every row anew in the order of its hash; again: the same result.

        A crash in between is repaired by calling it again. Raises BoxRefused, StorageUnavailable.
        """
        await self.advance(paper_id, "closing")

        async def work(conn: AsyncConnection) -> None:
            if await _state(conn, paper_id, alone=True) == "sealed":
                return
            rows = (await conn.execute(select(ballots).where(ballots.c.paper_id == paper_id))).all()
            rows = sorted(rows, key=lambda row: row.key_hash)
            await conn.execute(delete(ballots).where(ballots.c.paper_id == paper_id))
            if rows:
                await conn.execute(insert(ballots), [dict(row._mapping) for row in rows])
            handed = (await conn.execute(select(issuances).where(issuances.c.paper_id == paper_id))).all()
            await conn.execute(delete(issuances).where(issuances.c.paper_id == paper_id))
            if handed:
                ordered = sorted(handed, key=lambda row: row.member_id)
                await conn.execute(insert(issuances), [dict(row._mapping) for row in ordered])
            top = root([_ballot(row).leaf for row in rows])
            await conn.execute(update(papers).where(papers.c.paper_id == paper_id).values(state="sealed", wrapped=None, root=top))

        await self._write(work)
        self._keys.pop(paper_id, None)
        try:
            await self._database.forget_order(tuple(metadata.tables))
        except (SQLAlchemyError, OSError) as error:
            raise StorageUnavailable(str(error)) from error
        sealed = await self.bulletin(paper_id)
        assert sealed is not None
        return sealed

    async def bulletin(self, paper_id: str) -> Sealed | None:
        """The sealed box; ``None`` while it is not sealed."""
        found = await self._paper(paper_id)
        if found is None or found.state != "sealed":
            return None
        async with self._read() as conn:
            rows = await conn.execute(select(ballots).where(ballots.c.paper_id == paper_id).order_by(ballots.c.key_hash))
            inside = tuple(_ballot(row) for row in rows)
        handed = await self.issued_to(paper_id)
        return Sealed(len(handed), bytes(found.root), inside, issuances_hash(paper_id, handed))

    async def issued_to(self, paper_id: str) -> dict[str, bytes]:
        """Who was handed a ballot, by member id, each with the digest of what was signed: for the auditor's bundle."""
        query = select(issuances).where(issuances.c.paper_id == paper_id)
        async with self._read() as conn:
            rows = (await conn.execute(query)).all()
        return {row.member_id: issuance_digest(row.blinded, row.signature) for row in sorted(rows, key=lambda row: row.member_id)}

    async def leaves(self, paper_id: str) -> tuple[bytes, ...] | None:
        """The leaves of the sealed bulletin's tree, in its order; ``None`` while it is not sealed."""
        sealed = await self.bulletin(paper_id)
        return None if sealed is None else tuple(ballot.leaf for ballot in sealed.ballots)

    # --- storage ------------------------------------------------------------------------------------------

    async def _paper(self, paper_id: str) -> Any:
        async with self._read() as conn:
            return (await conn.execute(select(papers).where(papers.c.paper_id == paper_id))).one_or_none()

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.read() as conn:
                yield conn
        except (SQLAlchemyError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def _keys_of(self, paper_id: str) -> _Keys | None:
        keys = self._keys.get(paper_id)
        if keys is not None:
            return keys
        found = await self._paper(paper_id)
        if found is None or found.wrapped is None:
            return None
        async with self._loading:  # reading a key takes as long as many ballots: a hall that asks at once makes it be read once
            return self._keys.get(paper_id) or self._loaded(paper_id, found.wrapped)

    def _loaded(self, paper_id: str, wrapped: bytes) -> _Keys:
        plain = self._wrap.decrypt(wrapped[:12], wrapped[12:], paper_id.encode())
        signing, receipt = msgspec.msgpack.decode(plain, type=tuple[bytes, bytes])
        loaded = serialization.load_der_private_key(receipt, None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        keys = self._keys[paper_id] = _Keys(SigningKey.from_der(signing), loaded)
        return keys

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction shared with whatever else is waiting, and return once it is durable."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((work, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_batches(), name="ballot-box-writer")
        return await done

    async def _write_batches(self) -> None:
        while self._queue:
            batch, self._queue = self._queue, []
            try:
                await self._commit(batch)
            except BaseException as error:  # whatever it was, nobody waits for ever
                for _, done in [*batch, *self._queue]:
                    if not done.done():
                        done.set_exception(StorageUnavailable(type(error).__name__))
                self._queue = []
                raise

    async def _commit(self, batch: list[tuple[Work, asyncio.Future[Any]]], *, again: bool = False) -> None:
        results: list[tuple[asyncio.Future[Any], Any, Exception | None]] = []
        try:
            async with self._database.write() as conn:
                for work, done in batch:
                    try:
                        results.append((done, await work(conn), None))
                    except BoxRefused as refused:
                        results.append((done, None, refused))
        except IntegrityError as error:
            # another node was first with one of these: alone, each finds what it wrote
            if not again:
                for one in batch:
                    await self._commit([one], again=True)
                return
            results = [(batch[0][1], None, StorageUnavailable(str(error)))]
        except (SQLAlchemyError, OSError) as error:
            results = [(done, None, StorageUnavailable(str(error))) for _, done in batch]
        for done, value, failure in results:
            if done.done():
                continue
            if failure is not None:
                done.set_exception(failure)
            else:
                done.set_result(value)


async def _handed(conn: AsyncConnection, paper_id: str, member_id: str, blinded: bytes) -> bytes | None:
    """What a member was answered before; ``None``: nothing. Raises BoxRefused when it was another request."""
    this = (issuances.c.paper_id == paper_id, issuances.c.member_id == member_id)
    stored = (await conn.execute(select(issuances.c.blinded, issuances.c.signature).where(*this))).one_or_none()
    if stored is None:
        return None
    if stored.blinded != blinded:
        raise BoxRefused("already_collected")
    return bytes(stored.signature)


async def _state(conn: AsyncConnection, paper_id: str, *, alone: bool = False) -> State:
    """Where the vote is, and stays until the transaction ends, whichever server asks. ``alone``: before it is changed or sealed,
    so that whoever handed out ballots or took them has finished, and whoever comes finds the new state.

    (SQLite has one writer at a time anyway; there the locks say nothing.)
    """
    query = select(papers.c.state).where(papers.c.paper_id == paper_id).with_for_update(read=not alone)
    state: State | None = (await conn.execute(query)).scalar_one_or_none()
    if state is None:
        raise BoxRefused("unknown_motion")
    return state


def _ballot(row: Any) -> Ballot:
    choices = msgspec.json.decode(row.choices, type=tuple[str, ...])
    return Ballot(bytes(row.key), bytes(row.prefix), bytes(row.token), choices, bytes(row.signature))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _receipt_der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
