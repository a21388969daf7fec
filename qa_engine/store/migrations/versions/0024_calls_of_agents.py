"""What an agent's page reads, at hand: the figures of his calls of a day together, and the few calls that do not count

The former are made when somebody first asks for them.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_calls",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "day", "team", name=op.f("pk_agent_calls")),
    )
    uncounted = sa.text("result_id IS NULL OR state IN ('excluded', 'quarantined')")
    op.create_index(
        "ix_heads_uncounted", "heads", ["agent_id", "moment"], sqlite_where=uncounted, postgresql_where=uncounted
    )


def downgrade() -> None:
    op.drop_index("ix_heads_uncounted", "heads")
    op.drop_table("agent_calls")
