"""Calls that were forgotten

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_forgotten_call_pk")),
        sa.PrimaryKeyConstraint("call_pk", name=op.f("pk_forgotten")),
    )


def downgrade() -> None:
    op.drop_table("forgotten")
