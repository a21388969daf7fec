"""A transcript as conditions look at it: turns with their scanned text, places with their times."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial, reduce
from itertools import accumulate, pairwise
from operator import or_
from typing import Any, NamedTuple

from qa_engine.domain import ActReading, Channel, Speaker, ToneReading, ToneWord, Transcript, Turn, Word
from qa_engine.domain.values import cached_property, replace
from qa_engine.measures import Measures
from qa_engine.rules.looking.borders import Borders
from qa_engine.rules.looking.lexicon import Layer, Lexicon, Scanned, scan_together
from qa_engine.rules.ports.acts import ActReader, LeftOut, NoActs
from qa_engine.rules.ports.tones import ToneReader
from qa_engine.text import count_chars

_SPACE = re.compile(r"\s")
PAUSE_SECONDS = 0.3  # between two words: longer than between the syllables of one


class TurnView:
    """One turn: its text seen through the pack's lexicon, and when each character was said."""

    def __init__(self, turn: Turn, order: int, scanned: Scanned) -> None:
        self.turn = turn
        self.span = turn.span
        self.order = order  # place in the list of turns, which Turn.index names, too
        self.scanned = scanned
        self.holds: dict[int, bool] = {}  # what was asked of the whole turn, by the id of who asks: see exclusions

    @cached_property
    def chars(self) -> int:
        """字 of the turn."""
        return count_chars(self.turn.text)

    @cached_property
    def words(self) -> Sequence[tuple[int, int, Word]]:
        """(first character, one past the last, word) of each word that is found in the shown text."""
        return list(zip(*self._placed, strict=True))

    @cached_property
    def least_probability(self) -> float:
        """Of the word that was heard worst; 1.0 where no word tells its probability."""
        return min([word.probability for word in self.turn.words if word.probability is not None], default=1.0)

    @cached_property
    def _placed(self) -> tuple[Sequence[int], Sequence[int], Sequence[Word]]:
        """What ``words`` says, in three rows."""
        shown, words = self.turn.text, self.turn.words
        texts = [word.text for word in words]
        if texts and all(texts) and "".join(texts) == shown and not _SPACE.search(shown):
            lasts = list(accumulate(map(len, texts)))
            return [0, *lasts[:-1]], lasts, words
        firsts, lasts, found, at = [], [], [], 0
        for word in words:
            text = word.text.strip()
            place = shown.find(text, at) if text else -1
            if place >= 0:
                at = place + len(text)
                firsts.append(place)
                lasts.append(at)
                found.append(word)
        return firsts, lasts, found

    @cached_property
    def pauses(self) -> Sequence[int]:
        """Places of the normalised text where the speaker paused; none where words have no times."""
        starts = self.scanned.plain.base.starts
        firsts, _, words = self._placed
        return [
            bisect_left(starts, firsts[at])
            for at, (before, after) in enumerate(pairwise(words), 1)
            if after.start - before.end >= PAUSE_SECONDS
        ]

    @cached_property
    def borders(self) -> Borders:
        """The word borders of the normalised text."""
        return Borders(self.scanned.plain.base.text, self.pauses)

    def words_at(self, start: int, end: int) -> Sequence[Word]:
        """The words that the characters [start, end) touch."""
        firsts, lasts, words = self._placed
        return words[bisect_right(lasts, start) : bisect_left(firsts, end)]

    def times(self, start: int, end: int, touched: Sequence[Word] | None = None) -> tuple[float | None, float | None]:
        """Seconds of the characters [start, end): from words, else by proportion of the turn; None without times.

        ``touched``: what ``words_at`` gives for them, where that is known.
        """
        span = self.span
        if span is None:
            return None, None
        if touched is None:
            touched = self.words_at(start, end)
        if touched:
            return min([word.start for word in touched]), max([word.end for word in touched])
        length = max(1, len(self.turn.text))
        return (
            round(span.start + span.seconds * start / length, 3),
            round(span.start + span.seconds * end / length, 3),
        )


class Piece(NamedTuple):
    """Characters [start, end) of the shown text of a turn."""

    view: TurnView
    start: int
    end: int


def _recognised(transcript: Transcript) -> bool:
    """True when a recogniser heard the words: then they may sound like what was said. Others were typed by people."""
    return transcript.recognition is not None or any(
        turn.confidence is not None or turn.words for turn in transcript.turns
    )


class _Sought(NamedTuple):
    """Who looks for something that occurs ``anywhere`` in some turns, and in which of them: (its bit, owners) each."""

    anywhere: int
    turns: Sequence[tuple[int, int]]


class CallView:
    """A transcript with everything that several conditions need, worked out once."""

    def __init__(
        self,
        transcript: Transcript,
        lexicon: Lexicon,
        tones: ToneReader,
        acts: ActReader | None = None,
        *,
        views: Sequence[TurnView] | None = None,  # of the turns, where they are known already
    ) -> None:
        self.transcript = transcript
        self.tones = tones
        self.acts: ActReader = acts or NoActs()
        self._lexicon = lexicon
        if views is None:
            texts = {text: Scanned(text, lexicon) for text in {turn.text for turn in transcript.turns}}
            views = [TurnView(turn, order, texts[turn.text]) for order, turn in enumerate(transcript.turns)]
        self.all_turns = tuple(views)
        self.turns = tuple([view for view in self.all_turns if view.turn.excluded is None])
        self.left_out = tuple([view for view in self.all_turns if view.turn.excluded is not None])
        self.timed = transcript.timed
        self.roles_known = transcript.roles_known
        self.some_roles = not self.turns or any(t.speaker is not Speaker.UNKNOWN for t in transcript.turns)
        self.duration = transcript.duration
        self.typed = transcript.call.channel is Channel.CHAT or not _recognised(transcript)
        self._sought: dict[tuple[Layer, Speaker | None], _Sought] = {}
        self.excused: dict[tuple[int, int, tuple[int, int]], bool] = {}  # by exclusion, turn and place
        self.kept: dict[str | None, Any] = {}  # the whole call as each role's region, which most conditions want
        self.medians: dict[tuple[Speaker, Any], float | None] = {}  # of what a speaker's turns measure (agreement)
        self.tone_chances: dict[tuple[str, ...], Mapping[int, float]] = {}  # of classes, by turn (operator tone)
        self.measures = Measures(transcript)
        self._tone_heard: tuple[float, Mapping[int, ToneReading]] | None = None

    @cached_property
    def _texts(self) -> Sequence[Scanned]:
        """The different texts of the judged turns."""
        return list({id(view.scanned): view.scanned for view in self.turns}.values())

    @cached_property
    def _by_speaker(self) -> Mapping[Speaker | None, tuple[TurnView, ...]]:
        groups: dict[Speaker | None, tuple[TurnView, ...]] = {None: self.turns}
        for speaker in Speaker:
            groups[speaker] = tuple(view for view in self.turns if view.turn.speaker is speaker)
        return groups

    def turns_of(self, speaker: Speaker | None) -> tuple[TurnView, ...]:
        """The judged turns of a speaker (None: of anybody)."""
        return self._by_speaker[speaker]

    def pieces_of(self, speaker: Speaker | None) -> tuple[Piece, ...]:
        """The judged turns of a speaker, whole."""
        return self._pieces[speaker]

    @cached_property
    def _pieces(self) -> Mapping[Speaker | None, tuple[Piece, ...]]:
        whole = {view.order: Piece(view, 0, len(view.turn.text)) for view in self.turns}
        return {speaker: tuple([whole[view.order] for view in views]) for speaker, views in self._by_speaker.items()}

    def orders_of(self, speaker: Speaker | None) -> Sequence[int]:
        """The places of a speaker's judged turns in the call, rising."""
        return self._orders[speaker]

    @cached_property
    def _orders(self) -> Mapping[Speaker | None, Sequence[int]]:
        return {speaker: [view.order for view in views] for speaker, views in self._by_speaker.items()}

    def likely(self, layer: Layer, speaker: Speaker | None, owner: int) -> int:
        """The judged turns of a speaker in which a key of an owner in the lexicon occurs: bit n is turn n."""
        sought = self._sought.get((layer, speaker))
        if sought is None:
            sought = self._sought[layer, speaker] = self._seek(layer, speaker)
        wanted = 1 << owner
        if not sought.anywhere & wanted:
            return 0
        return sum([turn for turn, owners in sought.turns if owners & wanted])

    def _seek(self, layer: Layer, speaker: Speaker | None) -> "_Sought":
        scan_together(self._texts, layer)
        turns = [(1 << view.order, view.scanned.owners(layer)) for view in self.turns_of(speaker)]
        return _Sought(reduce(or_, [owners for _, owners in turns], 0), turns)

    def said_otherwise(self, order: int, first: int, last: int, other: str) -> "CallView":
        """The call with the characters [first, last) of one turn as ``other`` of the same length; readings stay."""
        view = self.all_turns[order]
        turn = view.turn
        words = [
            replace(word, text=other) if (first, last) == (start, end) else word for start, end, word in view.words
        ]
        said = replace(turn, text=turn.text[:first] + other + turn.text[last:], words=tuple(words))
        other_view = TurnView(said, order, Scanned(said.text, self._lexicon))
        changed = CallView(
            replace(self.transcript, turns=tuple(said if each is turn else each for each in self.transcript.turns)),
            self._lexicon,
            self.tones,
            self.acts,
            views=[other_view if each is view else each for each in self.all_turns],
        )
        changed.__dict__.update(
            tone_of=self.tone_of, act_of=self.act_of, undone=self.undone, why_undone=self.why_undone
        )
        return changed

    @cached_property
    def last_second(self) -> float:
        """Where the call ends: its duration, or its last judged turn where that ends later."""
        return max(self.duration or 0.0, max((view.turn.end or 0.0 for view in self.turns), default=0.0))

    @cached_property
    def tone_of(self) -> Mapping[int, ToneReading]:
        """Turn index → how it sounds, of the turns that could be read."""
        return self.tones.read(self.transcript)

    def tone_heard(self, floor: float) -> Mapping[int, ToneReading]:
        """``tone_of`` without turns whose confidence is under ``floor``; all conditions of a pack have one floor."""
        if self._tone_heard is None or self._tone_heard[0] != floor:
            hardly = {t.index for t in self.transcript.turns if t.confidence is not None and t.confidence < floor}
            heard = {turn: reading for turn, reading in self.tone_of.items() if turn not in hardly}
            self._tone_heard = floor, heard
        return self._tone_heard[1]

    @cached_property
    def act_of(self) -> Mapping[int, ActReading]:
        """Turn index → what it does, of the turns that could be read."""
        return self.acts.read(self.transcript)

    @cached_property
    def chances(self) -> Mapping[int, Mapping[str, float]]:
        """Turn index → act → probability, of the turns that could be read; an act that is hardly probable has none."""
        return {turn: {said.act: said.probability for said in one.acts} for turn, one in self.act_of.items()}

    @cached_property
    def undone(self) -> Mapping[str, LeftOut]:
        """The duties that the whole call probably left out, if it asked for them."""
        return self.acts.left_out(self.transcript, self.act_of) if self.roles_known else {}

    @cached_property
    def why_undone(self) -> Callable[[str], Sequence[tuple[int, ToneWord]]]:
        """Duty → the words of the call that speak most for its being left out: (turn index, word)."""
        return cache(partial(self.acts.explain_left_out, self.transcript))

    @cached_property
    def doing(self) -> Mapping[str, Sequence[tuple[int, float]]]:
        """Act → (turn index, probability) of each turn that may do it, rising."""
        found: dict[str, list[tuple[int, float]]] = {}
        for turn, reading in self.act_of.items():
            for said in reading.acts:
                found.setdefault(said.act, []).append((turn, said.probability))
        return found

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
