"""The port to earlier offences: what a rule with ``repeat`` asks of whoever keeps the results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Offence:
    """An earlier call that failed a rule, and when it began."""

    call_id: str
    moment: datetime


class Offences(Protocol):
    """Earlier offences, for rules whose deduction grows with repetition; whoever keeps the results answers."""

    def before(self, *, rule_id: str, agent_id: str, moment: datetime, within_days: int) -> Sequence[Offence]:
        """The calls of the agent that failed the rule and began in the ``within_days`` days before ``moment``.

        The oldest first. A call that began at ``moment`` itself is none of them, so a call never counts itself.
        """


class FixedOffences:
    """Knows what it was told; for tests. Keys are (agent id, rule id)."""

    def __init__(self, known: Mapping[tuple[str, str], Sequence[Offence]]) -> None:
        self._known = MappingProxyType({key: tuple(offences) for key, offences in known.items()})

    def before(self, *, rule_id: str, agent_id: str, moment: datetime, within_days: int) -> Sequence[Offence]:
        since = moment - timedelta(days=within_days)
        found = [o for o in self._known.get((agent_id, rule_id), ()) if since <= o.moment < moment]
        return sorted(found, key=lambda offence: (offence.moment, offence.call_id))
