"""What people say about calls: reviews, decisions, signed forms, appeals, corrected words, and peaks to draw

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from qa_engine.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("peaks",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_peaks_recording_id")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_peaks"))
    )
    op.create_table("corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("who_name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["after_id"], ["transcripts.id"], name=op.f("fk_corrections_after_id")),
        sa.ForeignKeyConstraint(["before_id"], ["transcripts.id"], name=op.f("fk_corrections_before_id")),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_corrections_call_pk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections"))
    )
    op.create_index(op.f("ix_corrections_call_pk"), "corrections", ["call_pk"])
    op.create_table("reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("who_name", sa.Text(), nullable=False),
        sa.Column("not_who", sa.Text(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_reviews_call_pk")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_reviews_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews"))
    )
    op.create_index(op.f("ix_reviews_call_pk_kind"), "reviews", ["call_pk", "kind"])
    op.create_index(op.f("ix_reviews_state_kind"), "reviews", ["state", "kind"])
    op.create_table("decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("hit", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("who_name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_decisions_call_pk")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_decisions_result_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_decisions_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions"))
    )
    op.create_index(op.f("ix_decisions_call_pk_id"), "decisions", ["call_pk", "id"])
    op.create_index(op.f("ix_decisions_review_id"), "decisions", ["review_id"])
    op.create_index(op.f("ix_decisions_rule_id_at"), "decisions", ["rule_id", "at"])
    op.create_index(op.f("ix_decisions_who"), "decisions", ["who"])
    op.create_table("signings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("who_name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("possible", sa.Double(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("veto", sa.Boolean(), nullable=False),
        sa.Column("machine_total", sa.Double(), nullable=False),
        sa.Column("machine_possible", sa.Double(), nullable=False),
        sa.Column("machine_grade", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_signings_call_pk")),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_signings_result_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_signings_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signings")),
        sa.UniqueConstraint("review_id", name=op.f("uq_signings_review_id"))
    )
    op.create_index(op.f("ix_signings_at"), "signings", ["at"])
    op.create_index(op.f("ix_signings_call_pk"), "signings", ["call_pk"])
    op.create_index(op.f("ix_signings_who"), "signings", ["who"])
    op.create_table("appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_pk", sa.Integer(), nullable=False),
        sa.Column("signing_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["call_pk"], ["calls.id"], name=op.f("fk_appeals_call_pk")),
        sa.ForeignKeyConstraint(["signing_id"], ["signings.id"], name=op.f("fk_appeals_signing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals"))
    )
    op.create_index(op.f("ix_appeals_call_pk"), "appeals", ["call_pk"])
    op.create_index(op.f("ix_appeals_rule_id"), "appeals", ["rule_id"])
    op.create_index(op.f("ix_appeals_state"), "appeals", ["state"])
    op.create_table("appeal_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("who_name", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_steps_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_steps"))
    )
    op.create_index(op.f("ix_appeal_steps_appeal_id"), "appeal_steps", ["appeal_id"])
    with op.batch_alter_table("calls") as calls:
        calls.add_column(sa.Column("signing_id", sa.Integer(), nullable=True))
        calls.create_index(op.f("ix_calls_signing_id"), ["signing_id"])


def downgrade() -> None:
    connection = op.get_bind()
    said = connection.scalar(sa.text("SELECT count(*) FROM decisions"))
    if said:
        raise RuntimeError(
            f"{said} decisions of people would be lost; restore the backup of before the upgrade instead"
        )
    with op.batch_alter_table("calls") as calls:
        calls.drop_index(op.f("ix_calls_signing_id"))
        calls.drop_column("signing_id")
    op.drop_table("appeal_steps")
    op.drop_table("appeals")
    op.drop_table("signings")
    op.drop_table("decisions")
    op.drop_table("reviews")
    op.drop_table("corrections")
    op.drop_table("peaks")
