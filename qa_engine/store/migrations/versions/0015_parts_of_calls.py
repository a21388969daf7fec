"""The part of a call that is another agent's stands for itself

Revision: 0015, after 0014. A part has the recording and the words of its call, and is no call of its own in any account
of what was recorded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ONE_CALL = "uq_calls_recording_id"


def upgrade() -> None:
    with op.batch_alter_table("calls") as calls:
        calls.add_column(sa.Column("part_of", sa.Integer()))
        calls.create_foreign_key(op.f("fk_calls_part_of_calls"), "calls", ["part_of"], ["id"])
        calls.drop_constraint(op.f(ONE_CALL), type_="unique")
    op.create_index(op.f("ix_calls_part_of"), "calls", ["part_of"])
    whole = sa.text("part_of IS NULL")
    op.create_index(
        op.f(ONE_CALL), "calls", ["recording_id"], unique=True, sqlite_where=whole, postgresql_where=whole
    )
    op.add_column("heads", sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("day_counts", sa.Column("parts", sa.Integer(), nullable=False, server_default="0"))
    for table, column in (("heads", "part"), ("day_counts", "parts")):
        with op.batch_alter_table(table) as changed:
            changed.alter_column(column, server_default=None)


def downgrade() -> None:
    if parts := op.get_bind().scalar(sa.text("SELECT count(*) FROM calls WHERE part_of IS NOT NULL")):
        raise RuntimeError(
            f"{parts} parts of calls with several agents have results of their own, which the earlier version does not "
            "know; restore the backup of before the upgrade instead"
        )
    for table, column in (("heads", "part"), ("day_counts", "parts")):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
    op.drop_index(op.f(ONE_CALL), "calls")
    op.drop_index(op.f("ix_calls_part_of"), "calls")
    with op.batch_alter_table("calls") as calls:
        calls.drop_constraint(op.f("fk_calls_part_of_calls"), type_="foreignkey")
        calls.drop_column("part_of")
        calls.create_unique_constraint(op.f(ONE_CALL), ["recording_id"])
