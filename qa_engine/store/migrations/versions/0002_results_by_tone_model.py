"""A result depends on the tone model, too

Revision: 0002, after 0001. Results of before were judged without one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OLD_KEY = "uq_results_transcript_digest_pack_digest_scorecard_digest"
NEW_KEY = "uq_results_inputs"
OLD = "transcript_digest, pack_digest, scorecard_digest"
STAND_ON_THE_OLDEST = """
    UPDATE calls SET result_id = (
        SELECT min(other.id) FROM results AS mine JOIN results AS other
        ON other.transcript_digest = mine.transcript_digest
        AND other.pack_digest = mine.pack_digest
        AND other.scorecard_digest = mine.scorecard_digest
        WHERE mine.id = calls.result_id
    ) WHERE result_id IS NOT NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("results") as results:
        results.add_column(sa.Column("tone_digest", sa.Text(), nullable=False, server_default="none"))
        results.drop_constraint(op.f(OLD_KEY), type_="unique")
        results.create_unique_constraint(
            op.f(NEW_KEY), ["transcript_digest", "pack_digest", "scorecard_digest", "tone_digest"]
        )
    with op.batch_alter_table("results") as results:
        results.alter_column("tone_digest", server_default=None)


def downgrade() -> None:
    # Of results that differ by their tone model alone only one can stay: the oldest.
    op.execute(sa.text(STAND_ON_THE_OLDEST))
    for table, column in (("faults", "result_id"), ("results", "id")):
        op.execute(sa.text(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT min(id) FROM results GROUP BY {OLD})"))
    with op.batch_alter_table("results") as results:
        results.drop_constraint(op.f(NEW_KEY), type_="unique")
        results.drop_column("tone_digest")
        results.create_unique_constraint(op.f(OLD_KEY), ["transcript_digest", "pack_digest", "scorecard_digest"])
