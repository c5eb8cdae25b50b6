"""The tables of the ballot box, and the chain of revisions that leads to them.

No table has a time, a running number or a name. ``issuance`` knows members and blinded messages, ``ballot`` knows keys
and choices, and only the phone knew both. An issuance is never erased: a sealed result says how many there were.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

from meeting_server.store.database import NAMING
from meeting_server.store.migrating import Chain

metadata = MetaData(naming_convention=NAMING)

papers = Table(
    "paper",
    metadata,
    Column("paper_id", String(160), primary_key=True),
    Column("modulus", LargeBinary, nullable=False),
    Column("receipt_key", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary),  # both private keys; gone once sealed
    Column("state", String(16), nullable=False),
    Column("root", LargeBinary),
)
issuances = Table(
    "issuance",
    metadata,
    Column("paper_id", String(160), primary_key=True),
    Column("member_id", String(64), primary_key=True),
    Column("blinded", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
ballots = Table(
    "ballot",
    metadata,
    Column("paper_id", String(160), primary_key=True),
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("prefix", LargeBinary, nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("choices", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    sqlite_with_rowid=False,
)

BALLOT_BOX = Chain(Path(__file__).resolve().parent / "migrations" / "versions", "ballot_box_version", metadata)
