"""What an agent did wrong before, from the stored results: for rules whose deduction grows with repetition."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from qa_engine.rules import Offence
from qa_engine.store import Database, outcomes


class StoredOffences:
    """The real adapter of :class:`qa_engine.rules.Offences`.

    Earlier is what *began* earlier, not what was judged earlier: the same stored results always give the same answer.
    A call that is judged only later cannot count yet, so an unlucky order can spare an agent a step, never add one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def before(self, *, rule_id: str, agent_id: str, moment: datetime, within_days: int) -> Sequence[Offence]:
        with self._database.read() as session:
            found = outcomes.earlier_offences(
                session, rule_id=rule_id, agent_id=agent_id, since=moment - timedelta(days=within_days), until=moment
            )
        return [Offence(call_id, started_at) for call_id, started_at in found]
