"""What was wrong with a file, for pages, and whether the last attempt of a job hung: not read out of words any more

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch_files", sa.Column("faults", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("hung", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE jobs SET hung = true WHERE last_error LIKE '%and was ended'")


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("hung")
    with op.batch_alter_table("batch_files") as files:
        files.drop_column("faults")
