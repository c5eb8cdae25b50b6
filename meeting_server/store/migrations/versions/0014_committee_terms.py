"""Which meeting made a branch's committee what it is (换届, 补选)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "committee_terms",
        sa.Column("meeting_id", sa.String(length=64), primary_key=True),
        sa.Column("branch_id", sa.String(length=40), nullable=False),
        sa.Column("elected", sa.Text(), nullable=False),
        sa.Column("seated_by", sa.String(length=64), nullable=False),
        sa.Column("seated_by_name", sa.String(length=100), nullable=False),
        sa.Column("seated_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_committee_terms_branch_id", "committee_terms", ["branch_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
