"""Where a call stands in the queue, and whether a veto waits for a person

Revision: 0003, after 0002. Vetoes of before changed the total by themselves: they stand until the call is judged again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("results") as results:
        results.add_column(sa.Column("veto_suspected", sa.Boolean(), nullable=False, server_default=sa.false()))
        results.add_column(sa.Column("review_weight", sa.Double(), nullable=False, server_default="0"))
        results.create_index(op.f("ix_results_review_weight"), ["review_weight"])
    with op.batch_alter_table("results") as results:
        results.alter_column("veto_suspected", server_default=None)
        results.alter_column("review_weight", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("results") as results:
        results.drop_index(op.f("ix_results_review_weight"))
        results.drop_column("review_weight")
        results.drop_column("veto_suspected")
