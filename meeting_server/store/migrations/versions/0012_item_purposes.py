"""What an agenda item is for, where a template knows it (清点, 监票人, 投票 …)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting_items", sa.Column("purpose", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
