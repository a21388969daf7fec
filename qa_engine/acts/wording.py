"""A call as one bag of features, each side's apart from the other's, for classifiers of whole calls."""

from collections.abc import Sequence

import numpy as np

from qa_engine.classify import Row, Seen, see_call
from qa_engine.classify.hashes import Codes, Places
from qa_engine.domain import Speaker, Turn

LATE_TURNS = 2  # of each speaker, the last ones, whose features count once more as said at the end
_OF_AGENT = np.uint64(0)
_OF_CUSTOMER = np.uint64(0x5BD1E9955BD1E995)  # parts the customer's features from the agent's
_MARKS = {Speaker.AGENT: _OF_AGENT, Speaker.CUSTOMER: _OF_CUSTOMER}
_LATE = np.uint64(0xC6A4A7935BD1E995)  # and what was said at the end from the rest


def said_in(turns: Sequence[Turn], *, first: int | None = None, late: bool = False) -> Codes:
    """The features of ``turns`` by who says them, of so many ``first`` ones alone where that is given; ``late``: those
    of the last turns once more, as of the end.

    Turns of unknown speakers count in nothing. ``turns`` as the call's other readers see them share their tokenising.
    """
    seen = see_call(tuple(turn.text for turn in turns))
    known = [at for at, turn in enumerate(turns) if turn.speaker is not Speaker.UNKNOWN][:first]
    said = []
    for speaker, mark in _MARKS.items():
        mine = [at for at in known if turns[at].speaker is speaker]
        own = seen.of(mine)
        starts, columns = own.cells
        end = starts[len(mine)]  # parts of long turns, behind them, say nothing that the turns do not
        said.append(_names(own, columns[:end]) ^ mark)
        if late:
            said.append(_names(own, columns[starts[max(0, len(mine) - LATE_TURNS)] : end]) ^ mark ^ _LATE)
    return np.concatenate(said)


def _names(seen: Seen, columns: Places) -> Codes:
    """The different features of some columns."""
    return seen.names[np.bincount(columns, minlength=len(seen.names)) > 0]


def call_in(turns: Sequence[Turn]) -> Seen:
    """A call as one row that holds the features of `said_in` with their places, so that words can be asked what they
    say: the row's words are those of its turns, one turn's behind the other's."""
    seen = see_call(tuple(turn.text for turn in turns))
    ends = np.cumsum([0, *(len(shown.text) for shown in seen.skeletons)])
    marks = np.array([_MARKS.get(turn.speaker, _OF_AGENT) for turn in turns], dtype=np.uint64)
    known = np.zeros(len(seen.rows), dtype=bool)  # the rows behind those of the turns are parts of long ones
    known[: len(turns)] = [turn.speaker is not Speaker.UNKNOWN for turn in turns]
    kept = known[seen.row]
    row = seen.row[kept]
    words = tuple(
        [(a + at, b + at) for at, own in zip(ends[:-1].tolist(), seen.words[: len(turns)], strict=True) for a, b in own]
    )
    places = seen.begin[kept] + ends[row], seen.finish[kept] + ends[row]
    code = seen.code[kept] ^ marks[row]
    return Seen((), (Row(0, 0, int(ends[-1])),), (words,), np.zeros(len(row), dtype=np.int64), code, *places)


def rows_of(calls: Sequence[Codes]) -> Seen:
    """The features of calls, a row each, to learn from them; what a feature says in which turn is not kept."""
    code = np.concatenate([np.zeros(0, dtype=np.uint64), *calls])
    number = np.repeat(np.arange(len(calls)), [len(own) for own in calls])
    nowhere = np.zeros(len(code), dtype=np.int64)
    return Seen((), (Row(0, 0, 1),) * len(calls), ((),) * len(calls), number, code, nowhere, nowhere)
