"""The ballot box has tables of its own, made by its own chain (``ballots/migrations``)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

THE_BOXS = ("ballot", "issuance", "paper")


def upgrade() -> None:
    """Drop the tables of the box where they were never used; where they were, the box is in this database, and takes them over."""
    connection = op.get_bind()
    if any(connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in THE_BOXS):
        return
    for table in THE_BOXS:
        op.drop_table(table)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
