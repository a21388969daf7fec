"""Figures of results for reports over many calls, and training

Revision: 0010, after 0009. Only new tables. Results of before have no figures: the first report that meets them
makes them.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_books",
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rule_books")),
    )
    op.create_table(
        "figures",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("possible", sa.Double(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("veto", sa.Boolean(), nullable=False),
        sa.Column("suspected", sa.Boolean(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("hour", sa.SmallInteger()),
        sa.Column("book", sa.String(71), nullable=False),
        sa.Column("statuses", sa.Text(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("csat", sa.Double()),
        sa.Column("outcome", sa.SmallInteger()),
        sa.Column("customer", sa.String(32)),
        sa.Column("outbound", sa.Boolean(), nullable=False),
        sa.Column("promises", sa.Text()),
        sa.Column("complaint", sa.Text()),
        sa.ForeignKeyConstraint(
            ["result_id"], ["results.id"], name=op.f("fk_figures_result_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["book"], ["rule_books.digest"], name=op.f("fk_figures_book")),
        sa.PrimaryKeyConstraint("result_id", name=op.f("pk_figures")),
    )
    op.create_index(op.f("ix_figures_customer"), "figures", ["customer"])
    op.create_table(
        "trainings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("planned_day", sa.Date(), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("done_day", sa.Date()),
        sa.Column("done_by", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_trainings_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.create_index(op.f("ix_trainings_agent_id_rule_id"), "trainings", ["agent_id", "rule_id"])
    op.create_index(op.f("ix_trainings_done_day"), "trainings", ["done_day"])


def downgrade() -> None:
    op.drop_table("trainings")
    op.drop_table("figures")
    op.drop_table("rule_books")
