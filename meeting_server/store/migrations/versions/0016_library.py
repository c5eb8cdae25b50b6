"""The library: checks of resources, useful marks, collections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resource_checks",
        sa.Column("of_kind", sa.String(16), nullable=False),
        sa.Column("of_id", sa.String(64), nullable=False),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("of_kind", "of_id", name=op.f("pk_resource_checks")),
    )
    op.create_table(
        "useful_marks",
        sa.Column("of_kind", sa.String(16), nullable=False),
        sa.Column("of_id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("of_kind", "of_id", "member_id", name=op.f("pk_useful_marks")),
    )
    op.create_index(op.f("ix_useful_marks_member_id"), "useful_marks", ["member_id"])
    op.create_table(
        "collections",
        sa.Column("collection_id", sa.String(64), nullable=False),
        sa.Column("branch_id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("made_name", sa.String(100), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", name=op.f("pk_collections")),
    )
    op.create_index(op.f("ix_collections_branch_id"), "collections", ["branch_id"])
    op.create_table(
        "collection_items",
        sa.Column("collection_id", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("of_kind", sa.String(16), nullable=False),
        sa.Column("of_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "place", name=op.f("pk_collection_items")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
