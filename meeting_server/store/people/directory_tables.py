"""The tables of the directory: branches, members, roles granted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table

from meeting_server.store.database import metadata
from meeting_server.store.people.people import NAME_LIMIT

branches = Table(
    "branches",
    metadata,
    Column("branch_id", String(40), primary_key=True),
    Column("parent_id", String(40), ForeignKey("branches.branch_id"), nullable=True, index=True),
    Column("kind", String(12), nullable=False),
    Column("name", String(NAME_LIMIT), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger, nullable=True),
)
members = Table(
    "members",
    metadata,
    Column("member_id", String(40), primary_key=True),
    Column("branch_id", String(40), ForeignKey("branches.branch_id"), nullable=False, index=True),
    Column("name", String(NAME_LIMIT), nullable=False),
    Column("pinyin", String(400), nullable=False),
    Column("number", String(32), nullable=False),
    Column("number_key", String(32), nullable=True, unique=True),
    Column("standing", String(12), nullable=False),
    Column("voting", Boolean, nullable=False),
    Column("committee", Boolean, nullable=False),
    Column("exclusion", String(20), nullable=False),
    Column("exclusion_reference", String(100), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", String(100), nullable=False),
    Column("removed_at", BigInteger, nullable=True),
)
role_grants = Table(
    "role_grants",
    metadata,
    Column("member_id", String(40), ForeignKey("members.member_id"), primary_key=True),
    Column("branch_id", String(40), ForeignKey("branches.branch_id"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("granted_at", BigInteger, nullable=False),
    Column("granted_by", String(40), nullable=False),
)
