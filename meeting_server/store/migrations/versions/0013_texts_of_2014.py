"""Admission and full membership go by the text of 2026: what was planned, held or copied before keeps the text of 2014 by its name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RENAMED = {"admission": "admission_2014", "full_membership": "full_membership_2014"}


def upgrade() -> None:
    meetings = sa.table("meetings", sa.column("preset_id"))
    copies = sa.table("branch_presets", sa.column("copied_from"))
    for now, earlier in RENAMED.items():
        op.execute(meetings.update().where(meetings.c.preset_id == now).values(preset_id=earlier))
        op.execute(copies.update().where(copies.c.copied_from == now).values(copied_from=earlier))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
