"""How attempts end: workers that were lost are counted apart, and a machine that is at fault pauses

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("losses", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("losses", server_default=None)
        jobs.create_index(op.f("ix_jobs_state_queue"), ["state", "queue"])
    op.create_table(
        "pauses",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_pauses")),
    )


def downgrade() -> None:
    op.drop_table("pauses")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_index(op.f("ix_jobs_state_queue"))
        jobs.drop_column("losses")
