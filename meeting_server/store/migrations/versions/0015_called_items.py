"""Somebody can be called to some items of the agenda only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever is on a list already is called to the whole meeting."""
    op.add_column("meeting_people", sa.Column("items", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
