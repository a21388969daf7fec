"""Moves of agents between teams, entered by a person

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_moves",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_moves_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "since", name=op.f("pk_agent_moves")),
    )


def downgrade() -> None:
    op.drop_table("agent_moves")
