"""What is to be said of a document's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document_pages", sa.Column("note", sa.String(length=16), server_default="", nullable=False))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
