"""A question rests on a sentence of the record, and a lesson has words of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Questions from before rest on no sentence: nobody knows whether a person had put right what they were made of."""
    op.add_column("quiz_items", sa.Column("source", sa.Text(), nullable=False, server_default=""))
    op.add_column("quiz_items", sa.Column("source_cue", sa.String(length=160), nullable=False, server_default=""))
    op.add_column("quiz_items", sa.Column("source_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("quiz_items", sa.Column("source_until", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "lesson_lines",
        sa.Column("lesson_id", sa.String(length=64), nullable=False),
        sa.Column("cue_id", sa.String(length=160), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lesson_id", "cue_id", name=op.f("pk_lesson_lines")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
