"""Five-valued logic: what a condition can answer, and how answers combine.

It is Kleene's three-valued logic with two more values that say *why* nothing is known. What settles the answer wins
(TRUE in ``or``, FALSE in ``and``); then the reason that needs a person most: an error, a doubt, and last that the
question does not apply.
"""

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """The answer of a condition or an expression."""

    TRUE = "true"
    FALSE = "false"
    UNCERTAIN = "uncertain"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


_OR = (Truth.TRUE, Truth.ERROR, Truth.UNCERTAIN, Truth.NOT_APPLICABLE, Truth.FALSE)
_AND = (Truth.FALSE, Truth.ERROR, Truth.UNCERTAIN, Truth.NOT_APPLICABLE, Truth.TRUE)
_NOT = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}


def any_of(values: Iterable[Truth]) -> Truth:
    """``or``: TRUE > ERROR > UNCERTAIN > NOT_APPLICABLE > FALSE; FALSE when there is nothing."""
    return min(values, key=_OR.index, default=Truth.FALSE)


def all_of(values: Iterable[Truth]) -> Truth:
    """``and``: FALSE > ERROR > UNCERTAIN > NOT_APPLICABLE > TRUE; TRUE when there is nothing."""
    return min(values, key=_AND.index, default=Truth.TRUE)


def negate(value: Truth) -> Truth:
    """``not``: swaps TRUE and FALSE; what is not known stays not known."""
    return _NOT.get(value, value)
