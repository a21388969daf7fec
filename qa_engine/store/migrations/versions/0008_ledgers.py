"""What a day should bring, and its ledger as it was drawn

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expected_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("call_pk", sa.Integer(), nullable=True),
        sa.Column("listed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_expected_calls_call_pk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_calls")),
        sa.UniqueConstraint("day", "key", name=op.f("uq_expected_calls_day_key")),
    )
    op.create_index(op.f("ix_expected_calls_call_pk"), "expected_calls", ["call_pk"])
    op.create_table(
        "drawn_ledgers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_ledgers")),
        sa.UniqueConstraint("day", "number", name=op.f("uq_drawn_ledgers_day_number")),
    )


def downgrade() -> None:
    op.drop_table("drawn_ledgers")
    op.drop_table("expected_calls")
