"""A transcript as conditions look at it: turns with their scanned text, places with their times."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from qa_engine.domain import Span, Speaker, ToneReading, Transcript, Turn, Word
from qa_engine.rules.lexicon import Layer, Lexicon, Scanned
from qa_engine.rules.tones import ToneReader
from qa_engine.text import count_chars

if TYPE_CHECKING:
    from qa_engine.rules.region import Region


class TurnView:
    """One turn: its text seen through the pack's lexicon, and when each character was said."""

    def __init__(self, turn: Turn, order: int, lexicon: Lexicon) -> None:
        self.turn = turn
        self.span = turn.span
        self.order = order  # place in the list of turns, which Turn.index names, too
        self.scanned = Scanned(turn.text, lexicon)

    @cached_property
    def chars(self) -> int:
        """字 of the turn."""
        return count_chars(self.turn.text)

    @cached_property
    def words(self) -> Sequence[tuple[int, int, Word]]:
        """(first character, one past the last, word) of each word that is found in the shown text."""
        places = []
        shown, at = self.turn.text, 0
        for word in self.turn.words:
            text = word.text.strip()
            found = shown.find(text, at) if text else -1
            if found >= 0:
                at = found + len(text)
                places.append((found, at, word))
        return places

    @cached_property
    def _word_borders(self) -> tuple[list[int], list[int]]:
        return [first for first, _, _ in self.words], [last for _, last, _ in self.words]

    def words_at(self, start: int, end: int) -> list[Word]:
        """The words that the characters [start, end) touch."""
        firsts, lasts = self._word_borders
        return [word for _, _, word in self.words[bisect_right(lasts, start) : bisect_left(firsts, end)]]

    def times(self, start: int, end: int) -> tuple[float | None, float | None]:
        """Seconds of the characters [start, end): from words, else by proportion of the turn; None without times."""
        span = self.span
        if span is None:
            return None, None
        touched = self.words_at(start, end)
        if touched:
            return min([word.start for word in touched]), max([word.end for word in touched])
        length = max(1, len(self.turn.text))
        return (
            round(span.start + span.seconds * start / length, 3),
            round(span.start + span.seconds * end / length, 3),
        )


class CallView:
    """A transcript with everything that several conditions need, worked out once."""

    def __init__(self, transcript: Transcript, lexicon: Lexicon, tones: ToneReader) -> None:
        self.transcript = transcript
        self.tones = tones
        self.all_turns = tuple(TurnView(turn, order, lexicon) for order, turn in enumerate(transcript.turns))
        self.turns = tuple(view for view in self.all_turns if view.turn.excluded is None)
        self.timed = transcript.timed
        self.roles_known = transcript.roles_known
        self.duration = transcript.duration
        self._lexicon = lexicon
        self._likely: dict[tuple[Layer, Speaker | None], Mapping[int, set[int]]] = {}
        self.whole: dict[str | None, Region] = {}  # the whole call as each role's region: most conditions want it

    @cached_property
    def _by_speaker(self) -> Mapping[Speaker | None, tuple[TurnView, ...]]:
        groups: dict[Speaker | None, tuple[TurnView, ...]] = {None: self.turns}
        for speaker in Speaker:
            groups[speaker] = tuple(view for view in self.turns if view.turn.speaker is speaker)
        return groups

    def turns_of(self, speaker: Speaker | None) -> tuple[TurnView, ...]:
        """The judged turns of a speaker (None: of anybody)."""
        return self._by_speaker[speaker]

    def likely(self, layer: Layer, speaker: Speaker | None) -> Mapping[int, set[int]]:
        """Owner in the lexicon → the judged turns (their order) of a speaker in which one of its keys occurs."""
        places = self._likely.get((layer, speaker))
        if places is None:
            owners = self._lexicon.owners(layer)
            orders: dict[str, list[int]] = defaultdict(list)
            for view in self.turns_of(speaker):
                for key in view.scanned.found(layer):
                    orders[key].append(view.order)
            places = self._likely[layer, speaker] = defaultdict(set)
            for key, known in orders.items():
                for owner in owners[key]:
                    places[owner].update(known)
        return places

    @cached_property
    def tone_of(self) -> Mapping[int, ToneReading]:
        """Turn index → how it sounds, of the turns that could be read."""
        return self.tones.read(self.transcript)

    @cached_property
    def holds(self) -> tuple[Span, ...]:
        """Stretches on hold, as the metadata tell."""
        raw = self.transcript.call.metadata.get("hold")
        spans = []
        for item in raw if isinstance(raw, list | tuple) else ():
            if isinstance(item, list | tuple) and len(item) == 2:
                start, end = item
                if isinstance(start, int | float) and isinstance(end, int | float) and start <= end:
                    spans.append(Span(float(start), float(end)))
        return tuple(spans)

    def neighbour(self, order: int, step: int, speaker: Speaker | None) -> TurnView | None:
        """The nearest judged turn before (-1) or after (+1) the turn at ``order``, of a speaker if one is given."""
        at = order + step
        while 0 <= at < len(self.all_turns):
            view = self.all_turns[at]
            if view.turn.excluded is None and (speaker is None or view.turn.speaker is speaker):
                return view
            at += step
        return None


def clock(seconds: float | None) -> str:
    """``mm:ss`` (or ``h:mm:ss``), empty when unknown."""
    if seconds is None:
        return ""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{text}" if hours else text
