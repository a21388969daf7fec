"""The few events that a call was drawn, so that reports do not look for them among all that ever happened

Revision: 0022, after 0021.
"""

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sampled = text("action = 'sampled'")
    op.create_index("ix_events_sampled", "events", ["call_pk"], sqlite_where=sampled, postgresql_where=sampled)


def downgrade() -> None:
    op.drop_index("ix_events_sampled", "events")
