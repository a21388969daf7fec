"""What people signed of an agent's calls, so that a mean holds their scores in the place of the machine's."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, literal_column, select
from sqlalchemy.orm import Session

from qa_engine.store import review_tables, tables


@dataclass(frozen=True, slots=True)
class SignedSums:
    """Of an agent's signed calls: how many, how many of them the machine's mean counts, and both sums of percents.

    ``vetoes``: what people made of them; ``machine_vetoes`` and ``suspected``: what the machine had found.
    """

    calls: int
    counted: int
    machine: float
    final: float
    vetoes: int = 0
    machine_vetoes: int = 0
    suspected: int = 0

    def mean_with(self, percents: float, counted: int) -> float | None:
        """The machine's sum of percents over ``counted`` calls as a mean, the signed ones by their signed scores."""
        number = counted - self.counted + self.calls
        return (percents - self.machine + self.final) / number if number else None


NO_SIGNED = SignedSums(0, 0, 0.0, 0.0)


def signed_sums(
    session: Session, day_from: date | None, day_to: date | None, agent_id: str | None
) -> dict[str, SignedSums]:
    """By agent, of the calls of a period, both days included."""
    signing, head = review_tables.Signing, tables.Head
    counts = case((head.counted, 1), else_=0)
    # A mere column's index would be followed through all heads; a bound value would be another one to PostgreSQL.
    agent = head.agent_id.concat(literal_column("''"))
    statement = (
        select(
            agent.label("agent"),
            func.count(),
            func.sum(counts),
            func.sum(counts * head.percent),
            func.sum(100.0 * signing.total / signing.possible),
            *(func.sum(case((found, 1), else_=0)) for found in (signing.veto, head.veto, head.veto_suspected)),
        )
        .select_from(signing)
        # from the few that people signed to their calls, never through all calls to the few
        .join(tables.Call, (tables.Call.id == signing.call_pk) & (tables.Call.signing_id == signing.id))
        .join(head, head.call_pk == signing.call_pk)
        .where(signing.possible > 0)
        .group_by(agent)
    )
    if day_from is not None:
        statement = statement.where(head.day >= day_from)
    if day_to is not None:
        statement = statement.where(head.day <= day_to)
    if agent_id is not None:
        statement = statement.where(head.agent_id == agent_id)
    rows = session.execute(statement)
    return {
        agent: SignedSums(calls, int(counted), machine, final, *map(int, vetoes))
        for agent, calls, counted, machine, final, *vetoes in rows
    }
