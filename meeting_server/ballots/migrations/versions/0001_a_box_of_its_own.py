"""A box of its own: until now every table of the server was in the box's database too.

An older box is taken over as it is: not one row of it is copied, so none lies anywhere it could be found again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NOT_THE_BOXS = (
    *(
        "access_log",
        "approvals",
        "branch_presets",
        "branches",
        "calendar_links",
        "course_parts",
        "courses",
        "credentials",
        "document_pages",
    ),
    *(
        "documents",
        "feeds",
        "hall_devices",
        "invitations",
        "journal",
        "journal_head",
        "knocks",
        "leave_requests",
        "lessons",
        "meeting_items",
    ),
    *("meeting_people", "meetings", "members", "passages", "publications", "quiz_attempts", "quiz_items", "record_holds", "record_orders"),
    *("redactions", "role_grants", "shared_resources", "sign_in_links", "sign_ins", "statement_consents", "statements", "study_months"),
    *("study_notes", "study_pace", "study_progress", "takeaway_rules", "transcript_corrections"),
)
"""What the chain of the meetings had made, up to its revision that left the box alone."""
BEFORE = {f"{number:04}" for number in range(1, 11)}
"""Revisions of the meetings' chain at which a database of the box still had its tables."""


def upgrade() -> None:
    connection = op.get_bind()
    there = set(sa.inspect(connection).get_table_names())
    if "paper" not in there:
        op.create_table(
            "paper",
            sa.Column("paper_id", sa.String(length=160), nullable=False),
            sa.Column("modulus", sa.LargeBinary(), nullable=False),
            sa.Column("receipt_key", sa.LargeBinary(), nullable=False),
            sa.Column("wrapped", sa.LargeBinary(), nullable=True),
            sa.Column("state", sa.String(length=16), nullable=False),
            sa.Column("root", sa.LargeBinary(), nullable=True),
            sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_paper")),
        )
        op.create_table(
            "issuance",
            sa.Column("paper_id", sa.String(length=160), nullable=False),
            sa.Column("member_id", sa.String(length=64), nullable=False),
            sa.Column("blinded", sa.LargeBinary(), nullable=False),
            sa.Column("signature", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("paper_id", "member_id", name=op.f("pk_issuance")),
            sqlite_with_rowid=False,
        )
        op.create_table(
            "ballot",
            sa.Column("paper_id", sa.String(length=160), nullable=False),
            sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
            sa.Column("key", sa.LargeBinary(), nullable=False),
            sa.Column("prefix", sa.LargeBinary(), nullable=False),
            sa.Column("token", sa.LargeBinary(), nullable=False),
            sa.Column("choices", sa.LargeBinary(), nullable=False),
            sa.Column("signature", sa.LargeBinary(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("paper_id", "key_hash", name=op.f("pk_ballot")),
            sqlite_with_rowid=False,
        )
    # the meetings' own database is past these revisions by the time the box's chain gets there
    if "alembic_version" in there and connection.scalar(sa.text("SELECT version_num FROM alembic_version")) in BEFORE:
        _drop_the_meetings(connection)


def _drop_the_meetings(connection: sa.Connection) -> None:
    """Drop the tables of the meetings, unless a row is in one: then ``migrate`` refuses, and nothing is changed."""
    in_order = [name for name, _ in sa.inspect(connection).get_sorted_table_and_fkc_names() if name in NOT_THE_BOXS]
    if any(connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in in_order):
        return
    if connection.dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS passages_index")
    for name in (*reversed(in_order), "alembic_version"):
        op.drop_table(name)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a journal is never taken back")
