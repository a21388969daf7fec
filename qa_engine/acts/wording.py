"""A call as one bag of features, each side's apart from the other's, for classifiers of whole calls."""

from collections.abc import Sequence

import numpy as np

from qa_engine.classify import Row, Seen, see_call
from qa_engine.classify.features import Codes
from qa_engine.domain import Speaker, Turn

LATE_TURNS = 2  # of each speaker, the last ones, whose features count once more as said at the end
_OF_CUSTOMER = np.uint64(0x5BD1E9955BD1E995)  # parts the customer's features from the agent's
_LATE = np.uint64(0xC6A4A7935BD1E995)  # and what was said at the end from the rest
_NONE = np.uint64(0)


def said_in(turns: Sequence[Turn], *, late: bool = False) -> Codes:
    """The features of ``turns`` by who says them; ``late``: those of the last turns once more, as of the end.

    Turns of unknown speakers count in nothing. ``turns`` as the call's other readers see them share their tokenising.
    """
    seen = see_call(tuple(turn.text for turn in turns))
    known = np.array([turn.speaker is not Speaker.UNKNOWN for turn in turns], dtype=bool)
    starts, columns = seen.cells
    own = int(starts[len(turns)])  # parts of long turns, behind them, say nothing that the turns do not
    row, said = np.repeat(np.arange(len(turns)), np.diff(starts[: len(turns) + 1])), seen.names[columns[:own]]
    side = np.array([_OF_CUSTOMER if turn.speaker is Speaker.CUSTOMER else _NONE for turn in turns], dtype=np.uint64)
    code: Codes = (said ^ side[row])[known[row]]
    if not late:
        return code
    last = np.zeros(len(turns), dtype=bool)
    for speaker in (Speaker.AGENT, Speaker.CUSTOMER):
        last[[at for at, turn in enumerate(turns) if turn.speaker is speaker][-LATE_TURNS:]] = True
    return np.concatenate([code, code[last[row[known[row]]]] ^ _LATE])


def rows_of(calls: Sequence[Codes]) -> Seen:
    """The features of calls, a row each; what a feature says in which turn is not kept."""
    code = np.concatenate([np.zeros(0, dtype=np.uint64), *calls])
    number = np.repeat(np.arange(len(calls)), [len(own) for own in calls])
    nowhere = np.zeros(len(code), dtype=np.int64)
    return Seen((), (Row(0, 0, 1),) * len(calls), ((),) * len(calls), number, code, nowhere, nowhere)
