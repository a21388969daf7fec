"""From turns to what classifiers count: words, characters and sounds, each with its place, for a whole call at once.

Features are read from the skeleton of a text, so width, Traditional characters, spoken numbers, spaces and punctuation
cannot change a reading: a recogniser sets them where it likes. Hesitation sounds (哦, 哎呀) stay.

A feature is a 64-bit number: its kind and a polynomial hash of its characters (or of their sounds). Of the features of
two million different stretches of text, two are alike by chance in one of some ten million tries, and numbers are what
makes a call one array instead of a hundred thousand strings. What a feature *says* is where it stands in the text.
"""

import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, chain
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from qa_engine.classify.parts import WHOLE, parts, read_length
from qa_engine.domain.values import cached_property
from qa_engine.text import DEFAULT_CONFUSIONS, Confusions, Skeleton, char_syllable, segment, skeleton

VERSION = "2"  # raise it whenever the features of any text change: models of another version are refused
CHAR_LENGTHS = (1, 2, 3)
EDGE_LENGTHS = (2, 3)  # with the beginning or the end of the text as one of the characters
SOUND_LENGTHS = (2, 3)
GAPS = (2, 3, 4, 5)  # words from the first of a pair to the second
FORM_LENGTHS = (3, 4, 5)  # words of a string of common words and marks
COMMON_WORDS = 600  # the most frequent of jieba's dictionary
_SPOKEN = "吗呢吧啊呀嘛哦咯呗啦哎哟嗯哈诶喂"  # common in speech, whatever was counted in print
_NUMERAL, _OTHER, _FIRST, _LAST = range(1, 5)  # marks in a form
CALLS_KEPT = 4

_CONFUSIONS = Confusions(DEFAULT_CONFUSIONS)
# 消费者热线、市长热线、邮政、电信投诉、报警、律师: whoever names them says something by it.
_TELLING_NUMBERS = frozenset({"12315", "12345", "12305", "12300", "12321", "12348", "315", "110"})
_NUMBER = re.compile("[0-9]+")
_BEGIN, _END = "\x02", "\x03"

Codes = NDArray[np.uint64]
Places = NDArray[np.int64]
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 2**64)


@dataclass(frozen=True)
class Row:
    """One text, or a part of it: ``text`` is its number among the texts; [start, end) is in its skeleton."""

    text: int
    start: int
    end: int


@dataclass(frozen=True)
class Seen:
    """Rows of texts with all their features.

    ``row``, ``code``, ``begin`` and ``finish`` have one entry for each occurrence of a feature: in which row it is, its
    number, and [begin, finish) in the row's own characters.
    """

    skeletons: tuple[Skeleton, ...]
    rows: tuple[Row, ...]
    words: tuple[tuple[tuple[int, int], ...], ...]  # of each row, [start, end) in its own characters
    row: Places
    code: Codes
    begin: Places
    finish: Places
    looked_up: list[tuple[object, object]] = field(default_factory=list, repr=False, compare=False)  # by classifiers
    _parts: dict[frozenset[int], "Seen"] = field(default_factory=dict, repr=False, compare=False)

    def of(self, texts: Iterable[int]) -> "Seen":
        """The rows of some texts alone, such as one speaker's; worked out once."""
        chosen = frozenset(texts)
        if chosen not in self._parts:
            wanted = np.array([row.text in chosen for row in self.rows], dtype=bool)
            number, kept = np.cumsum(wanted) - 1, wanted[self.row]
            self._parts[chosen] = Seen(
                self.skeletons,
                tuple([row for row in self.rows if row.text in chosen]),
                tuple([own for own, row in zip(self.words, self.rows, strict=True) if row.text in chosen]),
                number[self.row[kept]],
                self.code[kept],
                self.begin[kept],
                self.finish[kept],
            )
        return self._parts[chosen]

    @cached_property
    def formed(self) -> "Seen":
        """The same rows with their features of form, too."""
        added = list(_forms(self))
        row, code, begin, finish = (np.concatenate(parts) for parts in zip(*added, strict=True))
        return Seen(
            self.skeletons,
            self.rows,
            self.words,
            np.concatenate([self.row, row]),
            np.concatenate([self.code, code]),
            np.concatenate([self.begin, begin]),
            np.concatenate([self.finish, finish]),
        )

    @cached_property
    def names(self) -> Codes:
        """The different features, rising; each is a column."""
        return self._coded[0]

    @cached_property
    def column(self) -> Places:
        """Of each occurrence."""
        return self._coded[1]

    @cached_property
    def _coded(self) -> tuple[Codes, Places]:
        names, column = np.unique(self.code, return_inverse=True)
        return names, column.astype(np.int64)

    @cached_property
    def cells(self) -> tuple[Places, Places]:
        """Which row has which feature, without repetition: (starts, columns).

        Row i has the features ``columns[starts[i]:starts[i + 1]]``, rising.
        """
        width = max(1, len(self.names))
        cells = np.sort(self.row * width + self.column)  # np.unique hashes first, which takes ten times as long
        first = np.append(True, cells[1:] != cells[:-1])[: len(cells)]
        rows, columns = np.divmod(cells[first], width)
        return np.searchsorted(rows, np.arange(len(self.rows) + 1)), columns

    def columns_of(self, row: int) -> Places:
        """The features of a row, rising."""
        starts, columns = self.cells
        return columns[starts[row] : starts[row + 1]]

    def occurrences(self, row: int) -> Places:
        """Where the occurrences of a row's features stand in ``row``, ``code``, ``begin`` and ``finish``."""
        order, starts = self._by_row
        return order[starts[row] : starts[row + 1]]

    @cached_property
    def _by_row(self) -> tuple[Places, Places]:
        order = np.argsort(self.row, kind="stable")
        return order, np.searchsorted(self.row[order], np.arange(len(self.rows) + 1))

    @cached_property
    def rows_of_text(self) -> Mapping[int, Sequence[int]]:
        """Of each text that has words, its rows: the whole first, then its parts."""
        found: dict[int, list[int]] = {}
        for at, row in enumerate(self.rows):
            if row.end > row.start:
                found.setdefault(row.text, []).append(at)
        return found

    def source_span(self, row: int, start: int, end: int) -> tuple[int, int]:
        """[start, end) of a row's characters as [start, end) of the shown text."""
        at = self.rows[row]
        return self.skeletons[at.text].span_to_source(at.start + start, at.start + end)

    def whole_span(self, row: int) -> tuple[int, int]:
        """All characters of a row as [start, end) of the shown text; the row must have some."""
        return self.source_span(row, 0, self.rows[row].end - self.rows[row].start)


@cache
def sound(char: str) -> str:
    """The syllable of a character without its tone, with sounds folded that recognisers mix up."""
    return _CONFUSIONS.fold(char_syllable(char), tones=False)


@cache
def _sound_code(char: str) -> int:
    return zlib.crc32(sound(char).encode())


def see(texts: Sequence[str]) -> Seen:
    """The features of ``texts``, a row each. Equal up to punctuation, width and script means equal features."""
    skeletons = tuple(skeleton(text, keep_sounds=True) for text in texts)
    return _seen(skeletons, [Row(at, 0, len(shown.text)) for at, shown in enumerate(skeletons)])


@lru_cache(maxsize=CALLS_KEPT)
def see_call(texts: tuple[str, ...]) -> Seen:
    """The turns of a call, a row each, and behind them the parts of long turns: one bad clause would drown in them.

    Kept for the next classifier: all that read one call share its words and its matrix.
    """
    skeletons = tuple(skeleton(text, keep_sounds=True) for text in texts)
    rows = [Row(at, 0, len(shown.text)) for at, shown in enumerate(skeletons)]
    for at, text in enumerate(texts):
        if read_length(text) > WHOLE:
            rows += _parts(at, text, skeletons[at])
    return _seen(skeletons, rows)


def _parts(number: int, text: str, shown: Skeleton) -> Iterator[Row]:
    """The parts of a long text that have words in them."""
    starts = np.array([shown.base.starts[at] for at in shown.origin])
    for start, part in parts(text):
        first, last = np.searchsorted(starts, [start, start + len(part)]).tolist()
        if first < last:
            yield Row(number, first, last)


def _seen(skeletons: tuple[Skeleton, ...], rows: Sequence[Row]) -> Seen:
    folded = [_NUMBER.sub(_any_number, shown.text) for shown in skeletons]
    spans = [_word_spans(text) for text in folded]
    pieces = [folded[row.text][row.start : row.end] for row in rows]
    words = tuple(_inside(spans[row.text], row) for row in rows)
    found = list(_occurrences(pieces, words))
    row, code, begin, finish = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Seen(skeletons, tuple(rows), words, row, code, begin, finish)


def _any_number(number: re.Match[str]) -> str:
    """Which number it is says nothing, but for those that everybody complains to."""
    return number[0] if number[0] in _TELLING_NUMBERS else "0" * len(number[0])


def _word_spans(chars: str) -> tuple[tuple[int, int], ...]:
    ends = list(accumulate(map(len, segment.words(chars))))
    return tuple(zip([0, *ends[:-1]], ends, strict=True)) if ends else ()


def _inside(spans: tuple[tuple[int, int], ...], row: Row) -> tuple[tuple[int, int], ...]:
    if not row.start and (not spans or spans[-1][1] == row.end):
        return spans
    first = bisect_left(spans, row.start, key=itemgetter(0))
    last = bisect_right(spans, row.end, key=itemgetter(1))
    return tuple((a - row.start, b - row.start) for a, b in spans[first:last])


_Found = tuple[Places, Codes, Places, Places]


def _occurrences(pieces: Sequence[str], words: Sequence[tuple[tuple[int, int], ...]]) -> Iterator[_Found]:
    """(row, code, begin, finish) of every kind of feature, each over all pieces at once."""
    text = "".join(f"{_BEGIN}{piece}{_END}" for piece in pieces)
    lengths = np.array([len(piece) + 2 for piece in pieces], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64) if len(pieces) else lengths
    row_of = np.repeat(np.arange(len(pieces)), lengths)
    chars = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    sounds = np.array([_sound_code(char) for char in text], dtype=np.uint64)
    edge = (chars == ord(_BEGIN)) | (chars == ord(_END))
    by_char, by_sound = _Hashes(chars), _Hashes(sounds)
    for length in CHAR_LENGTHS:
        yield _grams(by_char, length, row_of, offsets, lengths, edge, inner=True, kind=length)
    for length in EDGE_LENGTHS:
        yield _grams(by_char, length, row_of, offsets, lengths, edge, inner=False, kind=10 + length)
    for length in SOUND_LENGTHS:
        yield _grams(by_sound, length, row_of, offsets, lengths, edge, inner=True, kind=20 + length)
    row, begin, finish = _all_words(words)
    shift = offsets[row] + 1 if len(row) else row
    code = by_char.of(begin + shift, finish + shift)
    yield row, _kinded(code, 30), begin, finish
    pair = np.nonzero(row[:-1] == row[1:])[0] if len(row) > 1 else np.zeros(0, dtype=np.int64)
    both = _kinded(code[pair], 31) + _kinded(code[pair + 1], 32) if len(pair) else np.zeros(0, dtype=np.uint64)
    yield row[pair], both, begin[pair], finish[pair + 1] if len(pair) else begin[pair]


def _all_words(words: Sequence[Sequence[tuple[int, int]]]) -> tuple[Places, Places, Places]:
    """(row, begin, finish) of the words of all rows."""
    counts = [len(spans) for spans in words]
    numbers = chain.from_iterable(chain.from_iterable(words))
    flat = np.fromiter(numbers, dtype=np.int64, count=2 * sum(counts)).reshape(-1, 2)
    return np.repeat(np.arange(len(words)), counts), flat[:, 0], flat[:, 1]


def _grams(
    hashes: "_Hashes", length: int, row_of: Places, offsets: Places, lengths: Places, edge: NDArray[np.bool_], *,
    inner: bool, kind: int,
) -> _Found:  # fmt: skip
    """The stretches of one length: those inside a text, or those that take in its beginning or its end."""
    count = max(0, len(edge) - length + 1)
    same = row_of[:count] == row_of[length - 1 :]
    touches = edge[:count] | edge[length - 1 :]
    kept = np.nonzero(same & (~touches if inner else touches))[0]
    row = row_of[kept]
    begin = kept - offsets[row] - 1
    finish = np.minimum(begin + length, lengths[row] - 2)
    return row, _kinded(hashes.of(kept, kept + length), kind), np.maximum(begin, 0), finish


class _Hashes:
    """Polynomial hashes of all stretches of one array, by sums that wrap at 2**64."""

    def __init__(self, values: Codes) -> None:
        with np.errstate(over="ignore"):
            powers = np.cumprod(_ones_then(_BASE, len(values)))
            self._inverse = np.cumprod(_ones_then(_INVERSE, len(values)))
            self._sums = np.zeros(len(values) + 1, dtype=np.uint64)
            np.cumsum((values + np.uint64(1)) * powers[:-1], out=self._sums[1:])

    def of(self, start: Places, end: Places) -> Codes:
        """Of the stretches [start, end)."""
        with np.errstate(over="ignore"):
            return (self._sums[end] - self._sums[start]) * self._inverse[start]


def _ones_then(factor: int, count: int) -> Codes:
    """1, then ``count`` times the factor: their running products are its powers."""
    found = np.full(count + 1, factor, dtype=np.uint64)
    found[0] = 1
    return found


def _kinded(code: Codes, kind: int) -> Codes:
    """The hash mixed with the kind of its feature (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = code + np.uint64(kind) * np.uint64(_BASE)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def _forms(seen: Seen) -> Iterator[_Found]:
    """(row, code, begin, finish) of the features of form, each kind over all rows at once."""
    folded = [_NUMBER.sub(_any_number, shown.text) for shown in seen.skeletons]
    pieces = [folded[row.text][row.start : row.end] for row in seen.rows]
    words = [piece[start:end] for piece, spans in zip(pieces, seen.words, strict=True) for start, end in spans]
    row, begin, finish = _all_words(seen.words)
    code = np.fromiter(map(_word_code, words), dtype=np.uint64, count=len(words))
    first_of_pair = _kinded(code, 40)
    for gap in GAPS:
        pair = np.nonzero(row[:-gap] == row[gap:])[0]
        with np.errstate(over="ignore"):
            both = first_of_pair[pair] + _kinded(code[pair + gap], 40 + gap)
        yield row[pair], both, begin[pair], finish[pair + gap]
    # The beginning and the end of a text belong to its form.
    lengths = np.array([len(spans) + 2 for spans in seen.words], dtype=np.int64)
    lasts = np.cumsum(lengths) - 1
    form = np.zeros(int(lengths.sum()), dtype=np.uint64)
    form[lasts], form[lasts - lengths + 1] = _LAST, _FIRST
    form[form == 0] = np.fromiter(map(_form_code, words), dtype=np.uint64, count=len(words))
    row = np.repeat(np.arange(len(lengths)), lengths)
    word = np.arange(len(form)) - 1 - 2 * row  # its place among all words
    placed = [_kinded(form, 50 + at) for at in range(max(FORM_LENGTHS))]
    for length in FORM_LENGTHS:
        first = np.arange(max(0, len(form) - length + 1))
        first = first[row[first] == row[first + length - 1]]
        string = np.zeros(len(first), dtype=np.uint64)
        with np.errstate(over="ignore"):
            for at in range(length):
                string = string * np.uint64(_BASE) + placed[at][first + at]
        last = first + length - 1
        start = word[first] + (form[first] == _FIRST)
        stop = word[last] - (form[last] == _LAST)
        yield row[first], _kinded(string, 60 + length), begin[start], finish[stop]


@lru_cache(maxsize=65536)
def _word_code(word: str) -> int:
    return zlib.crc32(word.encode()) + (len(word) << 32)


@lru_cache(maxsize=65536)
def _form_code(word: str) -> int:
    """A common word is itself; a number and any other word are a mark each."""
    if word in _common():
        return _word_code(word)
    return _NUMERAL if word[0].isdigit() else _OTHER


@cache
def _common() -> frozenset[str]:
    counted = segment.frequencies()
    known = sorted((word for word in counted if counted[word]), key=lambda word: (-counted[word], word))
    return frozenset(known[:COMMON_WORDS]) | frozenset(_SPOKEN)


def feature_code(text: str, *, word: bool = False) -> int:
    """The number of a word, or of a stretch of one to three characters: to look a feature up in a model."""
    chars = np.array([ord(char) for char in text], dtype=np.uint64)
    whole = _Hashes(chars).of(np.array([0]), np.array([len(chars)]))
    return int(_kinded(whole, 30 if word else len(chars))[0])
