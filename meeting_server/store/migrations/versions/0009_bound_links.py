"""Links that belong to the first browser that uses them, and browsers that ask to be let in beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("admits", sa.String(length=8), nullable=False, server_default="guests"))
    op.add_column("invitations", sa.Column("bound_to", sa.String(length=64), nullable=True))
    op.add_column("invitations", sa.Column("bound_at", sa.BigInteger(), nullable=True))
    op.add_column("invitations", sa.Column("bound_device", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("sign_ins", sa.Column("device_hash", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("sign_ins", sa.Column("bound", sa.Boolean(), nullable=False, server_default=sa.false()))
    # a link for one use and a password are their member's alone; an invitation until now was a key for whoever held it
    op.execute("UPDATE sign_ins SET bound = true WHERE means IN ('link', 'password') OR guest_id IS NOT NULL")
    op.create_table(
        "knocks",
        sa.Column("knock_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.String(length=40), nullable=True),
        sa.Column("typed", sa.String(length=60), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=100), nullable=False),
        sa.Column("household", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("answered_by", sa.String(length=40), nullable=False),
        sa.Column("answered_name", sa.String(length=100), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("knock_id", name=op.f("pk_knocks")),
    )
    op.create_index(op.f("ix_knocks_meeting_id"), "knocks", ["meeting_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
