"""What was said before a turn, as evidence of what it does: a 好的 accepts an offer, and ends a story.

Of each act that gains by it the log-odds read out of the turn's own words are corrected, linearly, by what the other
side's last turn does and by how much of the turn was said before. Of offences only refusing a complaint is among them,
which needs one to be refused: nobody is ruder for what the other one said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from operator import add

import numpy as np

from qa_engine.classify.card import Strict
from qa_engine.classify.linear import Floats
from qa_engine.domain import Speaker
from qa_engine.domain.values import cached_property

OTHER = {Speaker.AGENT: Speaker.CUSTOMER, Speaker.CUSTOMER: Speaker.AGENT}
LOOK_BACK = 2  # turns of either side whose words may be said again
MOST = 8.0  # log-odds that count
MOST_SHARED = 6  # stretches said before that count
LENGTH = 4.0  # by which the logarithm of a turn's length is divided
ECHOES = 5  # numbers that say how much of a turn was said before
Stretches = frozenset[str]


class Beside(Strict):
    """Of one act: its log-odds are ``slope`` times those of its words, plus ``bias``, plus what was said before.

    ``before`` has one weight for each act of the other side, ``echo`` one for each number of ``echoes``.
    """

    slope: float
    bias: float
    before: tuple[float, ...]
    echo: tuple[float, ...]


@dataclass(frozen=True)
class Said:
    """A call as its words alone are read: of each turn who speaks, its skeleton, and the log-odds of its acts; turns
    without words have none."""

    speakers: Sequence[Speaker]
    texts: Sequence[str]
    log_odds: Mapping[int, Floats]

    @cached_property
    def pairs(self) -> Sequence[Stretches]:
        """Of each turn the different stretches of two characters."""
        return [frozenset(map(add, text, text[1:])) for text in self.texts]

    def shared(self, at: int, earlier: Sequence[int]) -> Stretches:
        """Of the pairs of a turn those that any ``earlier`` turn holds, too."""
        mine = self.pairs[at]
        return frozenset().union(*[mine & self.pairs[other] for other in earlier])

    def triples(self, at: int, earlier: Sequence[int], shared: Stretches) -> int:
        """How many stretches of three characters of a turn any ``earlier`` turn holds, too, both pairs in them being
        ``shared`` with these; no more than `MOST_SHARED` are looked for."""
        text, others = self.texts[at], [self.texts[other] for other in earlier]
        pairs = pairwise(map(add, text, text[1:]))
        likely = {first + second[1] for first, second in pairs if first in shared and second in shared}
        again = (triple for triple in likely if any(triple in other for other in others))
        return len(list(islice(again, MOST_SHARED)))

    @cached_property
    def earlier(self) -> Sequence[Mapping[Speaker, Sequence[int]]]:
        """Before each turn the last turns of each speaker, the last first."""
        last: dict[Speaker, tuple[int, ...]] = dict.fromkeys(Speaker, ())
        found = []
        for at, speaker in enumerate(self.speakers):
            found.append(last.copy())
            last[speaker] = (at, *last[speaker])[:LOOK_BACK]
        return found


class Context:
    """How the acts of one speaker are corrected."""

    def __init__(self, labels: Sequence[str], acts: Mapping[str, Beside]) -> None:
        self._acts = [labels.index(act) for act in acts]
        self._slope = np.array([beside.slope for beside in acts.values()])
        self._bias = np.array([beside.bias for beside in acts.values()])
        self._weights = np.array([[*beside.before, *beside.echo] for beside in acts.values()]).T

    def corrected(self, call: Said, turns: Sequence[int]) -> Floats:
        """Of ``turns``, all with words, the log-odds of their acts."""
        z = np.array([call.log_odds[at] for at in turns])
        if self._acts:
            around = beside(call, turns, len(self._weights) - ECHOES)
            # Over the slow axis NumPy adds up one by one: the same sum to the last bit on every machine.
            pushes = np.add.reduce(around.T[:, :, None] * self._weights[:, None, :], axis=0)
            z[:, self._acts] = z[:, self._acts] * self._slope + self._bias + pushes
        return z


def beside(call: Said, turns: Sequence[int], acts: int) -> Floats:
    """Turns × (the ``acts`` of the other side's last turn, zeros for none; how much of the turn was said before)."""
    earlier = call.earlier
    found = np.zeros((len(turns), acts + ECHOES))
    echoes = []
    for row, at in enumerate(turns):
        speaker = call.speakers[at]
        others, own = earlier[at][OTHER[speaker]], earlier[at][speaker]
        if others and others[0] in call.log_odds:
            found[row, :acts] = call.log_odds[others[0]]
        least, heard, again = max(1, len(call.pairs[at])), call.shared(at, others), call.shared(at, own)
        whole = call.triples(at, others, heard) if heard else 0
        counted = min(MOST_SHARED, len(heard)) / MOST_SHARED, whole / MOST_SHARED
        echoes.append((len(heard) / least, *counted, len(again) / least, 0.0))
    found[:, :acts] = np.clip(found[:, :acts], -MOST, MOST)
    found[:, acts:] = np.reshape(echoes, (len(turns), ECHOES))
    found[:, -1] = np.log1p([len(call.texts[at]) for at in turns]) / LENGTH
    return found
