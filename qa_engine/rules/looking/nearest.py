"""What came closest to a phrase that was not said: the near miss that a form shows beside a deduction."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz

from qa_engine.rules.looking.lexicon import Layer, Scanned

_LANE = 16  # bits of a phrase's counter; the highest one stays free, so no phrase may have 32,768 characters
_TOP = 1 << (_LANE - 1)
_LEVELS = range(100, -1, -5)
_ROUNDING = 0.1  # scores are shown with one decimal: a try may be that much lower and still be shown as equal


class Nearest:
    """Compares turns with phrases, given as (compared text, as written).

    Most pairs of turn and phrase need no comparison: what a phrase shares with a turn cannot be more than the
    characters of the phrase that stand somewhere in the turn. These are counted for all phrases at once, each phrase
    having its own lane of bits in one large number, and pairs are compared from the most promising ones down.
    """

    def __init__(self, models: Iterable[tuple[str, str]]) -> None:
        ordered = sorted(models, key=lambda model: (len(model[0]), model))
        self._phrases = [model[0] for model in ordered]
        self._shown = [model[1] for model in ordered]
        self._counts: dict[str, int] = {}  # character → how often each phrase has it
        for number, phrase in enumerate(self._phrases):
            for char, count in Counter(phrase).items():
                self._counts[char] = self._counts.get(char, 0) + (count << (_LANE * number))
        self._tops = _lanes(_TOP for _ in ordered)
        # Added to the counts of a turn, these fill the top bit of the phrases that can get the score there.
        self._reaching = [
            (score, _lanes(_TOP - _needed(phrase, score) for phrase in self._phrases)) for score in _LEVELS
        ]

    def best(self, texts: Sequence[Scanned]) -> tuple[int, str, str, float] | None:
        """(which text, phrase as written, what was said nearest to it, score 0–100) of the best try of all.

        Of tries that are shown as equal the one in the first text counts.
        """
        said = [text.text(Layer.PLAIN) for text in texts]
        shared = [sum(map(self._counts.__getitem__, self._counts.keys() & text.chars)) for text in texts]
        tried = [0] * len(texts)
        tries: dict[int, tuple[float, int]] = {}  # text → its best score, and with which phrase
        floor = 0.0
        for level, reaching in self._reaching:
            for at, turn in enumerate(said):
                likely = (shared[at] + reaching) & self._tops
                if likely != tried[at]:
                    tries[at] = self._try(turn, _numbers(likely ^ tried[at]), tries.get(at, (0.0, 0)), floor)
                    floor = max(floor, tries[at][0] - _ROUNDING)
                    tried[at] = likely
            if floor >= level:
                break
        best = min(tries, key=lambda at: (-round(tries[at][0], 1), at), default=None)
        if best is None or not tries[best][0]:
            return None
        score, number = tries[best]
        return best, self._shown[number], self._place(texts[best], number), round(score, 1)

    def _try(self, said: str, numbers: Iterable[int], best: tuple[float, int], floor: float) -> tuple[float, int]:
        """The better of ``best`` and the best of some phrases in one text; what is below ``floor`` does not matter."""
        for number in numbers:
            phrase = self._phrases[number]
            # partial_ratio slides the shorter text over the longer: only phrases that fit into the turn may be slid.
            scorer = fuzz.partial_ratio if len(phrase) < len(said) else fuzz.ratio
            score = scorer(phrase, said, score_cutoff=floor)
            if score > best[0] or (score == best[0] and number < best[1]):
                best = (score, number)
        return best

    def _place(self, text: Scanned, number: int) -> str:
        """The shown text that a phrase is nearest to."""
        plain, said = text.plain, text.text(Layer.PLAIN)
        start, end = 0, len(said)
        if len(self._phrases[number]) < end:
            aligned = fuzz.partial_ratio_alignment(self._phrases[number], said)
            assert aligned is not None  # it is only without a place where a score_cutoff is not reached
            start, end = aligned.dest_start, aligned.dest_end
        return text.source[slice(*plain.span_to_source(start, end))]


def _needed(phrase: str, score: int) -> int:
    """How many characters of a phrase must be shared for a score: with c of m in one row it gets 200·c / (m + c)."""
    return max(1, math.ceil(score * len(phrase) / (200 - score) - 1e-6))


def _lanes(counts: Iterable[int]) -> int:
    return sum(count << (_LANE * number) for number, count in enumerate(counts))


def _numbers(tops: int) -> Iterator[int]:
    """The lanes whose top bit is set, lowest first."""
    while tops:
        lowest = tops & -tops
        yield lowest.bit_length() // _LANE - 1
        tops ^= lowest
