"""What passages mean, as vectors: one row a meeting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meanings",
        sa.Column("meeting_id", sa.String(64), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("stamp", sa.String(32), nullable=False),
        sa.Column("studied", sa.Integer(), nullable=False),
        sa.Column("passage_ids", sa.LargeBinary(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meanings")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
