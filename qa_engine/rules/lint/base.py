"""The door for lint checks, and what they yield."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from qa_engine.rules.packs.pack import RulePack


class Level(StrEnum):
    """``ERROR``: the rule cannot do what it says; ``WARNING``: likely a slip; ``INFO``: could be simpler."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class LintNote:
    """One finding; ``subject`` is a rule id or a list name, ``message`` says in Chinese what to do."""

    level: Level
    code: str
    subject: str
    message: str
    where: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}: " if self.where and self.line else ""
        return f"{place}[{self.subject}] {self.code} {self.message}"


Check = Callable[[RulePack], Iterator[LintNote]]
_CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Enters a check; it yields findings for a loaded pack."""
    _CHECKS.append(function)
    return function


def checks() -> tuple[Check, ...]:
    """Every check that was entered."""
    return tuple(_CHECKS)
