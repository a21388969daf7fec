"""Calls of a state by what they need review for, so that the list of flagged ones is not sorted anew for every page

Revision: 0020, after 0019.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_heads_state_review_weight_moment", "heads", ["state", "review_weight", "moment"])


def downgrade() -> None:
    op.drop_index("ix_heads_state_review_weight_moment", "heads")
