"""Lists read narrow rows and totals; bodies are compressed

Revision: 0009, after 0008. Bodies that are there stay as they are, and are read as they are: packing them anew would
take hours on a large installation, which an upgrade must not.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 1000
NO_AGENT = "\U0010ffff"
INDEXED = (
    ("moment",), ("agent_id", "moment"), ("team", "moment"), ("state", "moment"), ("review_weight", "moment"),
    ("percent", "moment"), ("lost", "moment"), ("seconds", "moment"),
)  # fmt: skip


def upgrade() -> None:
    _make()
    _fill()
    with op.batch_alter_table("calls") as calls:
        calls.create_index(op.f("ix_calls_result_id"), ["result_id"])
        calls.drop_index(op.f("ix_calls_state"))
    for table in ("results", "transcripts"):
        _retype(table, sa.Text(), sa.LargeBinary(), "convert_to(body, 'UTF8')")


def _retype(table: str, before: sa.types.TypeEngine[Any], after: sa.types.TypeEngine[Any], using: str) -> None:
    with op.batch_alter_table(table) as changed:
        changed.alter_column(
            "body", existing_type=before, type_=after, existing_nullable=False, postgresql_using=using
        )


def _make() -> None:
    text = sa.Text()
    op.create_table(
        "heads",
        sa.Column("call_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_id", text, nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", text),
        sa.Column("agent_id", text.with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("agent_name", text),
        sa.Column("team", text),
        sa.Column("scenario", text),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("result_id", sa.Integer()),
        sa.Column("percent", sa.Double(), nullable=False),
        sa.Column("lost", sa.Double(), nullable=False),
        sa.Column("grade", text),
        sa.Column("review_weight", sa.Double(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("veto", sa.Boolean(), nullable=False),
        sa.Column("veto_suspected", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_pk", name=op.f("pk_heads")),
    )
    op.create_table(
        "day_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", text, nullable=False),
        sa.Column("scenario", text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", text, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "team", "scenario", "state", "reason", name=op.f("pk_day_counts")),
    )
    op.create_table(
        "agent_days",
        sa.Column("agent_id", text, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", text, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("calls", "scored", "counted")),
        sa.Column("percent_millionths", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("vetoes", "suspected", "faults")),
        sa.PrimaryKeyConstraint("agent_id", "day", "team", name=op.f("pk_agent_days")),
    )
    op.create_table(
        "rule_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule_id", text, nullable=False),
        sa.Column("title", text, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "rule_id", name=op.f("pk_rule_days")),
    )


def _fill() -> None:
    connection = op.get_bind()
    metadata = sa.MetaData()
    heads, days, agents, rules = (
        sa.Table(name, metadata, autoload_with=connection) for name in ("heads", "day_counts", "agent_days", "rule_days")
    )
    counts: dict[tuple[Any, ...], int] = defaultdict(int)
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 7)
    last = 0
    while rows := connection.execute(_calls(), {"last": last, "batch": BATCH}).mappings().all():
        made = [_head(row) for row in rows]
        connection.execute(sa.insert(heads), made)
        for head in made:
            counts[head["day"], head["team"] or "", head["scenario"] or "", head["state"], head["reason"] or ""] += 1
            if head["agent_id"] != NO_AGENT:
                counted = head["counted"]
                one = (
                    1, head["result_id"] is not None, counted, round(head["percent"] * 1_000_000) if counted else 0,
                    head["veto"], head["veto_suspected"], head["faults"],
                )  # fmt: skip
                own = sums[head["agent_id"], head["day"], head["team"] or ""]
                for place, number in enumerate(one):
                    own[place] += int(number)
        last = rows[-1]["id"]
    for table, totals in (
        (days, [(*key, number) for key, number in counts.items()]),
        (agents, [(*key, *numbers) for key, numbers in sums.items()]),
    ):
        if totals:
            names = [column.name for column in table.columns]
            connection.execute(sa.insert(table), [dict(zip(names, values, strict=True)) for values in totals])
    connection.execute(
        sa.text(
            "INSERT INTO rule_days (day, rule_id, title, calls) SELECT calls.day, faults.rule_id, max(faults.title),"
            " count(DISTINCT calls.id) FROM calls JOIN faults ON faults.result_id = calls.result_id"
            " GROUP BY calls.day, faults.rule_id"
        )
    )
    for columns in INDEXED:  # after the rows: much quicker
        op.create_index(op.f(f"ix_heads_{'_'.join(columns)}"), "heads", list(columns))


def _calls() -> sa.TextualSelect:
    started = sa.DateTime(timezone=True)
    return sa.text(
        "SELECT c.id, c.call_id, c.day, c.started_at, c.state, c.reason, c.agent_id, c.agent_name, c.team, c.scenario,"
        " c.duration_seconds, c.result_id, r.total, r.possible, r.grade, r.review_weight, r.needs_review, r.veto,"
        " r.veto_suspected, r.pending,"
        " (SELECT count(*) FROM faults WHERE faults.result_id = c.result_id) AS faults"
        " FROM calls AS c LEFT JOIN results AS r ON r.id = c.result_id WHERE c.id > :last ORDER BY c.id LIMIT :batch"
    ).columns(day=sa.Date(), started_at=started)


def _head(row: sa.RowMapping) -> dict[str, Any]:
    judged = row["result_id"] is not None
    scored = judged and row["possible"] > 0
    percent = 100.0 * row["total"] / row["possible"] if scored else -1.0
    kept = ("call_id", "day", "state", "reason", "agent_name", "team", "scenario", "result_id", "grade", "faults")
    return {
        **{name: row[name] for name in kept},
        "call_pk": row["id"],
        "moment": _moment(row["day"], row["started_at"]),
        "agent_id": NO_AGENT if row["agent_id"] is None else row["agent_id"],
        "seconds": -1.0 if row["duration_seconds"] is None else row["duration_seconds"],
        "percent": percent,
        "lost": 100.0 - percent if scored else -1.0,
        "review_weight": row["review_weight"] if judged else -1.0,
        "needs_review": bool(judged and row["needs_review"]),
        "veto": bool(judged and row["veto"]),
        "veto_suspected": bool(judged and row["veto_suspected"]),
        "counted": bool(scored and not row["pending"]),
    }


def _moment(day: date, started_at: datetime | None) -> int:
    first = day.toordinal() << 28
    if started_at is None:
        return first
    utc = started_at.replace(tzinfo=UTC) if started_at.tzinfo is None else started_at
    since = utc - datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1)
    return first + min(max(since // timedelta(milliseconds=1) + 1, 1), (1 << 28) - 1)


def downgrade() -> None:
    connection = op.get_bind()
    packed = connection.scalar(
        sa.text(
            "SELECT count(*) FROM results WHERE substr(body, 1, 1) = "
            + ("x'78'" if connection.dialect.name == "sqlite" else "'\\x78'::bytea")
        )
    )
    if packed:
        raise RuntimeError(
            f"{packed} results were stored in a form that the earlier version cannot read; restore the backup of before "
            "the upgrade instead"
        )
    for table in ("results", "transcripts"):
        _retype(table, sa.LargeBinary(), sa.Text(), "convert_from(body, 'UTF8')")
    with op.batch_alter_table("calls") as calls:
        calls.create_index(op.f("ix_calls_state"), ["state"])
        calls.drop_index(op.f("ix_calls_result_id"))
    for table in ("rule_days", "agent_days", "day_counts", "heads"):
        op.drop_table(table)
