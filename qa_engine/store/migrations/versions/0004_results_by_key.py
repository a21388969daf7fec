"""A result is stored under everything it depends on, and belongs to its call

Revision: 0004, after 0003. Results of before keep their bodies; their keys say that the facts were part of the transcript
and that no edition was kept, so no new key equals theirs and a call that is inspected again is judged anew.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = "uq_results_inputs"
OLD = ["transcript_digest", "pack_digest", "scorecard_digest", "tone_digest"]
NEW = [
    "transcript_digest", "facts_digest", "pack_digest", "scorecard_digest", "models_digest", "edition", "plugins_digest",
]  # fmt: skip
IN_TRANSCRIPT = "in transcript"
NO_EDITION = "0.1.0"
BATCH = 500


def upgrade() -> None:
    with op.batch_alter_table("results") as results:
        results.add_column(sa.Column("call_id", sa.Text(), nullable=False, server_default=""))
        results.add_column(sa.Column("facts_digest", sa.Text(), nullable=False, server_default=IN_TRANSCRIPT))
        results.add_column(sa.Column("edition", sa.Text(), nullable=False, server_default=NO_EDITION))
        results.add_column(sa.Column("plugins_digest", sa.Text(), nullable=False, server_default="none"))
        results.add_column(sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))
        results.alter_column("tone_digest", new_column_name="models_digest")
    _fill()
    with op.batch_alter_table("results") as results:
        for column in ("call_id", "facts_digest", "edition", "plugins_digest", "pending"):
            results.alter_column(column, server_default=None)
        results.create_index(op.f("ix_results_call_id"), ["call_id"])
        results.drop_constraint(op.f(KEY), type_="unique")
        results.create_unique_constraint(op.f(KEY), NEW)


def _fill() -> None:
    connection = op.get_bind()
    results = sa.table(
        "results", sa.column("id"), sa.column("body"), sa.column("grade"), sa.column("models_digest"),
        sa.column("call_id"), sa.column("pending", sa.Boolean()),
    )  # fmt: skip
    connection.execute(sa.update(results).where(results.c.grade == "待定").values(pending=True))
    tones = connection.scalars(
        sa.select(results.c.models_digest).distinct().where(results.c.models_digest != "none")
    ).all()
    for tone in tones:  # one digest over all models; the only one there was is that of tone
        connection.execute(
            sa.update(results).where(results.c.models_digest == tone).values(models_digest=_models(tone))
        )
    last = 0
    while rows := connection.execute(
        sa.select(results.c.id, results.c.body).where(results.c.id > last).order_by(results.c.id).limit(BATCH)
    ).all():
        for result_id, body in rows:
            call_id = json.loads(body).get("call_id", "")
            connection.execute(sa.update(results).where(results.c.id == result_id).values(call_id=call_id))
        last = rows[-1][0]


def _models(tone: str) -> str:
    parts = json.dumps({"tone": tone}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(parts.encode()).hexdigest()}"


def downgrade() -> None:
    connection = op.get_bind()
    newer = connection.scalar(sa.text("SELECT count(*) FROM results WHERE edition != :none"), {"none": NO_EDITION})
    if newer:
        raise RuntimeError(
            f"{newer} results were stored by a version that the earlier one cannot read; restore the backup of before "
            "the upgrade instead"
        )
    with op.batch_alter_table("results") as results:
        results.drop_constraint(op.f(KEY), type_="unique")
        results.drop_index(op.f("ix_results_call_id"))
        results.alter_column("models_digest", new_column_name="tone_digest")
        for column in ("call_id", "facts_digest", "edition", "plugins_digest", "pending"):
            results.drop_column(column)
    with op.batch_alter_table("results") as results:  # apart: a batch knows a column by its old name
        results.create_unique_constraint(op.f(KEY), OLD)
    for (tone,) in connection.execute(sa.text("SELECT DISTINCT tone_digest FROM results WHERE tone_digest != 'none'")):
        body = connection.scalar(sa.text("SELECT body FROM results WHERE tone_digest = :tone"), {"tone": tone})
        connection.execute(
            sa.text("UPDATE results SET tone_digest = :model WHERE tone_digest = :tone"),
            {"model": json.loads(body)["tone_model"], "tone": tone},
        )
