"""The matching ladder: exact, then fuzzy, then by sound, for the phrases of one condition in one turn."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from rapidfuzz import fuzz

from qa_engine.domain import Ladder
from qa_engine.domain.values import cached_property
from qa_engine.rules.looking.lexicon import Found, Layer, Lexicon, Scanned, starts
from qa_engine.rules.looking.nearest import Nearest
from qa_engine.rules.looking.patterns import Pattern, Wildcard

# 非常, 特别, 别的 negate nothing.
_NEGATION = re.compile("[不没未无勿莫]|非(?!常)|(?<![特分区级性类])别(?![的人处])")
_TONELESS_FROM = 3  # with fewer syllables nearly everything has a homophone, so tones must agree


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A pattern with the phrase it was written as, its list, and the longer patterns in which it is innocent."""

    pattern: Pattern
    written: str
    title: str
    innocents: tuple[Pattern, ...] = ()


class Match(NamedTuple):
    """``start``/``end`` are positions in the normalised text of the turn."""

    entry: Entry
    start: int
    end: int
    ladder: Ladder
    score: float

    def overlaps(self, other: "Match") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Steps:
    """How a condition climbs the ladder. ``min_sound_chars`` is the shortest phrase that is compared by sound."""

    ladder: tuple[Ladder, ...] = (Ladder.EXACT,)
    fuzzy_threshold: float = 82.0
    tones: bool | None = None  # None: two syllables with tones, more without
    min_sound_chars: int = 2
    crosses_sentences: bool = False


_Index = dict[str, Entry | list[Entry]]
"""Keys of one layer to the entry that needs them, or to several: of a hundred thousand keys most have one."""


def _enter(index: _Index, key: str, entry: Entry) -> None:
    known = index.setdefault(key, entry)
    if known is not entry:
        if isinstance(known, list):
            known.append(entry)
        else:
            index[key] = [known, entry]


def _needed(index: _Index, key: str) -> Sequence[Entry]:
    entries = index.get(key, ())
    return (entries,) if isinstance(entries, Entry) else entries


def _hits(index: _Index, found: Found) -> list[tuple[str, Sequence[int], Sequence[Entry]]]:
    return [(key, starts(found, key), _needed(index, key)) for key in found if key in index]


def _different(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Without those that are compared as another is (谢谢您 as 谢谢你) and would lose to it wherever both match."""
    best: dict[object, Entry] = {}
    for entry in entries:
        pattern = entry.pattern
        alike = pattern.literal or pattern.parts, pattern.keeps_sounds, entry.innocents
        if pattern.shown < best.setdefault(alike, entry).pattern.shown:
            best[alike] = entry
    kept = set(map(id, best.values()))
    return [entry for entry in entries if id(entry) in kept]


Spans = Sequence[tuple[int, int]]
_Guard = Mapping[Layer, Mapping[str, Sequence[Pattern]]]  # layer → key → innocent patterns
_NO_GUARD: _Guard = {}


class PhraseSet:
    """The phrases of one condition, registered in a lexicon."""

    def __init__(self, entries: Sequence[Entry], steps: Steps, lexicon: Lexicon) -> None:
        self.entries = tuple(entries)
        self.steps = steps
        self._owner, self._seed_owner = lexicon.new_owner(), lexicon.new_owner()
        self._lexicon = lexicon
        self._guards: dict[Entry, _Guard] = {}
        self._sound_regex: dict[tuple[Pattern, Layer], re.Pattern[str]] = {}
        guards: dict[tuple[Pattern, ...], _Guard] = {}  # the phrases of a list share theirs
        for entry in self.entries:
            if entry.innocents:
                if entry.innocents not in guards:
                    guards[entry.innocents] = _guard(entry.innocents)
                self._guards[entry] = guards[entry.innocents]
        different = _different(self.entries)
        self._exact = self._exact_index(different)
        self._sound = self._sound_index() if Ladder.PINYIN in steps.ladder else {}
        self._seeds = self._seed_index(different) if Ladder.FUZZY in steps.ladder else {}
        self._announce()

    # A pack registers a hundred thousand entries: these loops call nothing they can do without.

    def _exact_index(self, entries: Sequence[Entry]) -> Mapping[Layer, _Index]:
        plain: _Index = {}
        sounded: _Index = {}
        for entry in entries:
            pattern = entry.pattern
            _enter(sounded if pattern.keeps_sounds else plain, pattern.anchor, entry)
        return {Layer.PLAIN: plain, Layer.SOUNDED: sounded}

    def _sound_index(self) -> Mapping[Layer, _Index]:
        least, tones = max(2, self.steps.min_sound_chars), self.steps.tones
        toned: _Index = {}
        toneless: _Index = {}
        encode = self._lexicon.sounds.encode
        for entry in self.entries:
            pattern = entry.pattern
            syllables = pattern.syllables
            if syllables < least or pattern.keeps_sounds or pattern.open:
                continue
            if syllables < _TONELESS_FROM if tones is None else tones:
                _enter(toned, encode(pattern.key, tones=True), entry)
            else:
                _enter(toneless, encode(pattern.key, tones=False), entry)
        return {Layer.TONED: toned, Layer.TONELESS: toneless}

    def _seed_index(self, entries: Sequence[Entry]) -> _Index:
        """Seeds of a phrase: with k characters wrong, one of k + 1 pieces still stands in the text as it is.

        Only phrases of which a seed was seen are compared at all; a phrase too short to have a character wrong at this
        threshold has no seeds.
        """
        seeds: dict[str, list[Entry]] = {}
        for entry in entries:
            phrase = entry.pattern.literal
            if phrase is None or entry.pattern.keeps_sounds:
                continue
            wrong = int(len(phrase) * (100 - self.steps.fuzzy_threshold) / 100)
            pieces = wrong + 1 if wrong else 0
            for number in range(pieces):
                piece = phrase[len(phrase) * number // pieces : len(phrase) * (number + 1) // pieces]
                seeds.setdefault(piece, []).append(entry)
        return dict(seeds)

    def _announce(self) -> None:
        for layer, index in (*self._exact.items(), *self._sound.items()):
            self._lexicon.add(layer, index, self._owner)
        for guard in {id(guard): guard for guard in self._guards.values()}.values():
            for layer, patterns in guard.items():
                self._lexicon.add(layer, patterns)
        self._lexicon.add(Layer.PLAIN, self._seeds, self._seed_owner)

    def _compile_sound(self, pattern: Pattern, *, tones: bool) -> re.Pattern[str]:
        encode = self._lexicon.sounds.encode
        return re.compile(
            "".join(
                re.escape(encode(part, tones=tones)) if isinstance(part, str) else _sound_wildcard(part, encode, tones)
                for part in pattern.written
            )
        )

    @cached_property
    def least_chars(self) -> int:
        """字 of the shortest text that would be found; a wildcard counts as what it takes at least."""
        return min((entry.pattern.least_chars for entry in self.entries), default=1)

    @cached_property
    def sought(self) -> Mapping[Ladder, Sequence[tuple[Layer, int]]]:
        """Of each step of the ladder the layers, and whom of the lexicon's owners to ask for: where nothing of that is
        found, the step has no match."""
        return {
            Ladder.EXACT: [(layer, self._owner) for layer, index in self._exact.items() if index],
            Ladder.FUZZY: [(Layer.PLAIN, self._seed_owner)] if self._seeds else [],
            Ladder.PINYIN: [(layer, self._owner) for layer, index in self._sound.items() if index],
        }

    def exact(self, text: Scanned) -> list[Match]:
        """The exact hits in a turn, the longest where they overlap, innocent ones left out."""
        return self._guilty(self.exact_raw(text), text)

    def exact_raw(self, text: Scanned) -> list[Match]:
        """All exact hits in a turn, overlapping and innocent ones too."""
        matches: list[Match] = []
        for layer, index in self._exact.items():
            hits = _hits(index, text.found(layer)) if index else ()
            if not hits:
                continue
            origin, said = text.skeleton(layer).origin, text.text(layer)
            for key, places, entries in hits:
                for entry in entries:
                    if entry.pattern.literal is None:
                        for start, end in _places(entry.pattern, key, places, said):
                            matches.append(Match(entry, origin[start], origin[end - 1] + 1, Ladder.EXACT, 100.0))
                        continue
                    for start in places:
                        place = origin[start], origin[start + len(key) - 1] + 1
                        if self.steps.crosses_sentences or _one_sentence(text, place):
                            matches.append(Match(entry, *place, Ladder.EXACT, 100.0))
        return matches

    def fuzzy(self, text: Scanned) -> list[Match]:
        """Hits by similarity at or above the threshold; one for each phrase and turn, at its best place."""
        matches = []
        skeleton, said = text.plain, text.text(Layer.PLAIN)
        for entry in self._likely(text):
            phrase = entry.pattern.literal
            place = _nearest_place(phrase, said, self.steps.fuzzy_threshold) if phrase else None
            if phrase and place is not None:
                start, end, score = place
                # The character in front belongs to it: 不 there turns the claim round.
                if score < 100 and _same_claim(phrase, said[max(0, start - 1) : end]):
                    base = skeleton.span_to_base(start, end)
                    matches.append(Match(entry, *base, Ladder.FUZZY, round(score, 1)))
        return self._guilty(matches, text)

    def _likely(self, text: Scanned) -> list[Entry]:
        """The entries of which a seed stands in the turn, in the order of the list."""
        if not self._seeds:
            return []
        known = [key for key in text.found(Layer.PLAIN) if key in self._seeds]
        return list({id(entry): entry for key in known for entry in _needed(self._seeds, key)}.values())

    def by_sound(self, text: Scanned) -> list[Match]:
        """Hits that sound like a phrase and are written otherwise."""
        matches = []
        plain, said = text.plain, text.text(Layer.PLAIN)
        for layer, index in self._sound.items():
            if not index or index.keys().isdisjoint(found := text.found(layer)):
                continue
            for key, places, entry in [(key, at, each) for key, at, entries in _hits(index, found) for each in entries]:
                for start, end in self._sound_places(entry.pattern, layer, key, places, text):
                    written = said[start:end]
                    phrase = entry.pattern.literal
                    if written == phrase or not _same_claim(phrase or entry.pattern.shown, written, digits=False):
                        continue
                    score = fuzz.ratio(phrase, written) if phrase else fuzz.ratio(entry.pattern.key, written)
                    matches.append(Match(entry, *plain.span_to_base(start, end), Ladder.PINYIN, round(score, 1)))
        return self._guilty(matches, text)

    def _sound_places(
        self, pattern: Pattern, layer: Layer, key: str, places: Sequence[int], text: Scanned
    ) -> Iterator[tuple[int, int]]:
        if pattern.literal is not None:
            for start in places:
                yield start, start + len(key)
        else:
            regex = self._sound_regex.get((pattern, layer))
            if regex is None:  # of a pack's ten thousand, a day of calls needs some hundred
                regex = self._sound_regex[pattern, layer] = self._compile_sound(pattern, tones=layer is Layer.TONED)
            for match in regex.finditer(text.text(layer)):
                yield match.span()

    @cached_property
    def nearest(self) -> Nearest:
        """Compares by one text for each phrase as written; variants are near enough to each other."""
        first: dict[str, Pattern] = {}
        for entry in self.entries:
            first.setdefault(entry.written, entry.pattern)
        return Nearest((p.literal or p.key, p.shown) for p in first.values())

    def _guilty(self, matches: list[Match], text: Scanned) -> list[Match]:
        """The longest where they overlap, without those that lie inside of what a longer, innocent pattern matches."""
        read: dict[Pattern, Spans] = {}
        return _longest([match for match in matches if not self._innocent(match, text, read)])

    def _innocent(self, match: Match, text: Scanned, read: dict[Pattern, Spans]) -> bool:
        for layer, patterns in self._guards.get(match.entry, _NO_GUARD).items():
            found = text.found(layer)
            for key in patterns.keys() & found.keys():
                for pattern in patterns[key]:
                    if pattern not in read:
                        read[pattern] = _spans(pattern, starts(found, key), text, layer)
                    if _covers(read[pattern], match):
                        return True
        return False


def _guard(innocents: Sequence[Pattern]) -> _Guard:
    guard: dict[Layer, dict[str, list[Pattern]]] = {}
    for pattern in innocents:
        guard.setdefault(_exact_layer(pattern), {}).setdefault(pattern.anchor, []).append(pattern)
    return guard


def _spans(pattern: Pattern, places: Sequence[int], text: Scanned, layer: Layer) -> Spans:
    """Where a pattern matches in the turn, in its normalised text; both ends rise."""
    skeleton = text.skeleton(layer)
    return [skeleton.span_to_base(*place) for place in _places(pattern, pattern.anchor, places, text.text(layer))]


def _covers(spans: Spans, match: Match) -> bool:
    """Of those that begin no later than the match the last one reaches farthest."""
    at = bisect_right(spans, match.start, key=itemgetter(0))
    return at > 0 and match.end <= spans[at - 1][1]


def _exact_layer(pattern: Pattern) -> Layer:
    return Layer.SOUNDED if pattern.keeps_sounds else Layer.PLAIN


def _sound_wildcard(part: Wildcard, encode: object, tones: bool) -> str:
    if part.name == "name":
        return "[\ue000-\uf8ff]{1,4}?"
    if part.name == "any":
        return part.regex()
    assert callable(encode)
    spoken = "".join(encode(c, tones=tones) for c in "一二两三四五六七八九十半")
    return f"(?:[0-9]+|[{spoken}]+)"


def _places(pattern: Pattern, anchor: str, begins: Sequence[int], text: str) -> list[tuple[int, int]]:
    """Where a pattern matches in a text in which its anchor starts at ``begins``."""
    if pattern.literal is not None:
        return [(start, start + len(anchor)) for start in begins]
    for other in pattern.others:  # most patterns end here, without trying their expression
        if other not in text:
            return []
    return [match.span() for match in pattern.regex.finditer(text)]


def _one_sentence(text: Scanned, place: tuple[int, int]) -> bool:
    return not text.stops or bisect_left(text.stops, place[0]) == bisect_left(text.stops, place[1])


def _nearest_place(phrase: str, said: str, threshold: float) -> tuple[int, int, float] | None:
    """The stretch of ``said`` most like ``phrase``, when its score reaches the threshold."""
    if len(said) < len(phrase):
        score = fuzz.ratio(phrase, said)
        return (0, len(said), score) if score >= threshold else None
    aligned = fuzz.partial_ratio_alignment(phrase, said, score_cutoff=threshold)
    if aligned is None or aligned.dest_end <= aligned.dest_start:
        return None
    return aligned.dest_start, aligned.dest_end, aligned.score


def _same_claim(phrase: str, said: str, *, digits: bool = True) -> bool:
    """False when a near text says another thing: it negates, or names another number.

    By sound (``digits`` False) a lost 不 may be a 步: only a negation too many is another claim then.
    """
    wanted, found = len(_NEGATION.findall(phrase)), len(_NEGATION.findall(said))
    if not digits:
        return found <= wanted
    return found == wanted and re.findall("[0-9]", phrase) == re.findall("[0-9]", said)


def negates_otherwise(phrase: str, said: str) -> bool:
    """True when two sentences negate unequally often, so that one says what the other denies."""
    return len(_NEGATION.findall(phrase)) != len(_NEGATION.findall(said))


def _longest(matches: list[Match]) -> list[Match]:
    """Matches without overlap: the longest wins, then the better score, then the earlier."""
    if len(matches) < 2:
        return matches
    ranked = sorted(matches, key=lambda m: (m.start - m.end, -m.score, m.start, m.entry.pattern.shown))
    kept: list[Match] = []  # in order and apart, so that only the neighbours can overlap
    for match in ranked:
        at = bisect_left(kept, match.start, key=lambda m: m.start)
        if not any(match.overlaps(other) for other in kept[max(0, at - 1) : at + 1]):
            kept.insert(at, match)
    return kept
