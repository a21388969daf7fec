"""The night of a day is one row

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nights",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("deadline", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("forecast_end", UtcDateTime(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_nights")),
    )
    op.create_index(op.f("ix_nights_state"), "nights", ["state"])


def downgrade() -> None:
    op.drop_table("nights")
