"""What came closest to a phrase that was not said: the near miss that a form shows beside a deduction."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from qa_engine.rules.looking.lexicon import Layer, Scanned

_LANE = 2  # bytes of a phrase's counter; the highest bit stays free, so no phrase may have 32,768 characters
_TOP = 1 << (8 * _LANE - 1)
_MARK = b"\x80"  # a highest bit that is set, as the second byte of its lane
_LEVELS = range(100, -1, -2)
_ROUNDING = 0.1  # scores are shown with one decimal: a try may be that much lower and still be shown as equal


class Nearest:
    """Compares turns with phrases, given as (compared text, as written).

    Most pairs of turn and phrase need no comparison: what a phrase shares with a turn cannot be more than the
    characters of the phrase that stand somewhere in the turn. These are counted for all phrases and turns at once, each
    pair having its own lane of bits in one large number, and pairs are compared from the most promising ones down.
    """

    def __init__(self, models: Iterable[tuple[str, str]]) -> None:
        ordered = sorted(models, key=lambda model: (len(model[0]), model))
        self._phrases = [model[0] for model in ordered]
        self._shown = [model[1] for model in ordered]
        self._counts: dict[str, int] = {}  # character → how often each phrase has it
        for number, phrase in enumerate(self._phrases):
            for char, count in Counter(phrase).items():
                self._counts[char] = self._counts.get(char, 0) + (count << (8 * _LANE * number))
        self._tops = _TOP.to_bytes(_LANE, "little") * len(ordered)
        # Added to the counts of a turn, these fill the top bit of the phrases that can get the score there.
        self._reaching = [(score, self._missing(score)) for score in _LEVELS]

    def _missing(self, score: int) -> bytes:
        missing = {size: (_TOP - _needed(size, score)).to_bytes(_LANE, "little") for size in map(len, self._phrases)}
        return b"".join([missing[len(phrase)] for phrase in self._phrases])

    def best(self, texts: Sequence[Scanned]) -> tuple[int, str, str, float] | None:
        """(which text, phrase as written, what was said nearest to it, score 0–100) of the best try of all.

        Of tries that are shown as equal the one in the first text counts.
        """
        said, many, width = [text.text(Layer.PLAIN) for text in texts], len(self._phrases), len(self._tops)
        counts = self._counts
        lanes = [sum(map(counts.__getitem__, filter(counts.__contains__, text.chars))) for text in texts]
        shared = int.from_bytes(b"".join([each.to_bytes(width, "little") for each in lanes]), "little")
        tops, tried = int.from_bytes(self._tops * len(texts), "little"), 0
        tries: dict[int, tuple[float, int]] = {}  # text → its best score, and with which phrase (the first: -number)
        floor = 0.0
        for level, reaching in self._reaching:
            likely = (shared + int.from_bytes(reaching * len(texts), "little")) & tops
            if likely != tried:
                marks = (likely ^ tried).to_bytes(width * len(texts), "little")[1::_LANE]
                tried, place = likely, marks.find(_MARK)
                while place >= 0:
                    at, number = divmod(place, many)
                    phrase, turn = self._phrases[number], said[at]
                    # partial_ratio slides the shorter text over the longer: only phrases that fit in may be slid.
                    scorer = fuzz.partial_ratio if len(phrase) < len(turn) else fuzz.ratio
                    score = scorer(phrase, turn, score_cutoff=floor)
                    if score and (score, -number) > tries.get(at, (0.0, 0)):
                        tries[at] = score, -number
                        floor = max(floor, score - _ROUNDING)
                    place = marks.find(_MARK, place + 1)
            if floor >= level:
                break
        best = min(tries, key=lambda at: (-round(tries[at][0], 1), at), default=None)
        if best is None:
            return None
        score, number = tries[best][0], -tries[best][1]
        return best, self._shown[number], self._place(texts[best], number), round(score, 1)

    def _place(self, text: Scanned, number: int) -> str:
        """The shown text that a phrase is nearest to."""
        plain, said = text.plain, text.text(Layer.PLAIN)
        start, end = 0, len(said)
        if len(self._phrases[number]) < end:
            aligned = fuzz.partial_ratio_alignment(self._phrases[number], said)
            assert aligned is not None  # it is only without a place where a score_cutoff is not reached
            start, end = aligned.dest_start, aligned.dest_end
        return text.source[slice(*plain.span_to_source(start, end))]


def _needed(size: int, score: int) -> int:
    """How many characters of so long a phrase must be shared for a score: c of m in one row get 200·c / (m + c)."""
    return max(1, math.ceil(score * size / (200 - score) - 1e-6))
