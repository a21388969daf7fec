"""A fixed panel of calls, and the rules whose hit rate jumped

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "panel_calls",
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("fixed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_panel_calls_call_pk")),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.id"], name=op.f("fk_panel_calls_transcript_id")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_panel_calls_result_id")),
        sa.PrimaryKeyConstraint("call_pk", name=op.f("pk_panel_calls")),
    )
    op.create_table(
        "drift_findings",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("jump", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(10), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", "rule_id", name=op.f("pk_drift_findings")),
    )


def downgrade() -> None:
    op.drop_table("drift_findings")
    op.drop_table("panel_calls")
