"""Calls of a team by day, for its reports

Revision: 0018, after 0017.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_calls_team_day", "calls", ["team", "day"])


def downgrade() -> None:
    op.drop_index("ix_calls_team_day", "calls")
