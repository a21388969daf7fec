"""What pages ask for often, at hand: the figures of an agent's calls of a day together, totals by state, and
indexes of few calls and of the calls that broke a rule

The figures are made when somebody first asks for them.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_FEW = ("signing_id", "part_of")


def upgrade() -> None:
    op.create_table(
        "agent_calls",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "day", "team", name=op.f("pk_agent_calls")),
    )
    uncounted = sa.text("result_id IS NULL OR state IN ('excluded', 'quarantined')")
    op.create_index(
        "ix_heads_uncounted", "heads", ["agent_id", "moment"], sqlite_where=uncounted, postgresql_where=uncounted
    )
    for name in _FEW:
        there = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"ix_calls_{name}", "calls")
        op.create_index(f"ix_calls_{name}", "calls", [name], sqlite_where=there, postgresql_where=there)
    op.drop_index("ix_faults_rule_id", "faults")
    op.create_index("ix_faults_rule_id_result_id", "faults", ["rule_id", "result_id"])
    op.drop_table("rule_days")
    _rule_days(sa.Column("state", sa.String(16), nullable=False))
    op.execute(
        "INSERT INTO rule_days (day, rule_id, state, title, calls) "
        "SELECT h.day, f.rule_id, h.state, MAX(f.title), COUNT(DISTINCT h.call_pk) "
        "FROM heads h JOIN faults f ON f.result_id = h.result_id GROUP BY h.day, f.rule_id, h.state"
    )
    op.add_column("agent_days", sa.Column("flagged", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE agent_days SET flagged = found.number FROM (SELECT agent_id, day, COALESCE(team, '') AS team, "
        "COUNT(*) AS number FROM heads WHERE state = 'flagged' GROUP BY agent_id, day, COALESCE(team, '')) AS found "
        "WHERE agent_days.agent_id = found.agent_id AND agent_days.day = found.day AND agent_days.team = found.team"
    )


def downgrade() -> None:
    with op.batch_alter_table("agent_days") as agents:
        agents.drop_column("flagged")
    op.drop_table("rule_days")
    _rule_days()
    op.execute(
        "INSERT INTO rule_days (day, rule_id, title, calls) "
        "SELECT h.day, f.rule_id, MAX(f.title), COUNT(DISTINCT h.call_pk) "
        "FROM heads h JOIN faults f ON f.result_id = h.result_id GROUP BY h.day, f.rule_id"
    )
    op.drop_index("ix_faults_rule_id_result_id", "faults")
    op.create_index("ix_faults_rule_id", "faults", ["rule_id"])
    for name in _FEW:
        op.drop_index(f"ix_calls_{name}", "calls")
        op.create_index(f"ix_calls_{name}", "calls", [name])
    op.drop_index("ix_heads_uncounted", "heads")
    op.drop_table("agent_calls")


def _rule_days(*more: sa.Column[str]) -> None:
    key = ["day", "rule_id", *(column.name for column in more)]
    op.create_table(
        "rule_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        *more,
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_rule_days")),
    )
