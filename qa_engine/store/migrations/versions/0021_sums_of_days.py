"""Sums over the calls of a day and team, so that reports and pages add up days instead of reading every call

Days of before have the number 1 and no sums yet: these are made when somebody first asks for them.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("books", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("day", "team", name=op.f("pk_team_days")),
    )
    op.create_table(
        "day_sums",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", "team", "kind", name=op.f("pk_day_sums")),
    )
    op.execute(
        "INSERT INTO team_days (day, team, number) SELECT day, COALESCE(team, ''), 1 FROM calls "
        "WHERE result_id IS NOT NULL GROUP BY day, COALESCE(team, '')"
    )


def downgrade() -> None:
    op.drop_table("day_sums")
    op.drop_table("team_days")
