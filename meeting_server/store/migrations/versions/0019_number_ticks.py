"""Who has read a sentence's numbers again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has, of any record there is: whoever publishes one anew reads its numbers first."""
    op.create_table(
        "number_ticks",
        sa.Column("meeting_id", sa.String(64), nullable=False),
        sa.Column("cue_id", sa.String(200), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(100), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "cue_id", name=op.f("pk_number_ticks")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
