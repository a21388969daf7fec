"""How many hits of a failed rule are decided one by one

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("faults", sa.Column("hits", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("faults") as faults:
        faults.drop_column("hits")
