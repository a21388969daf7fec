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

from qa_engine.classify.hashes import BASE, Codes, Hashes, Places, kinded, kinded_each
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
        row, code, begin, finish = _forms(self)
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
        formed: Seen | None = self.__dict__.get("formed")
        if formed is None:
            names, column = np.unique(self.code, return_inverse=True)
            return names, column.astype(np.int64)
        own = formed.column[: len(self.code)]  # those of form stand behind the others
        held = np.bincount(own, minlength=len(formed.names)) > 0
        return formed.names[held], (np.cumsum(held) - 1)[own]

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


_SOUND_CODES = np.zeros(0x110000, dtype=np.uint64)  # of each character that was met; of the others no memory is used


def _sound_codes(chars: Codes) -> Codes:
    """Of each character, told by its code point, the number of its sound."""
    found = _SOUND_CODES[chars]
    new = chars[found == 0]
    for char in set(new.tolist()):
        _SOUND_CODES[char] = zlib.crc32(sound(chr(char)).encode())
    return _SOUND_CODES[chars] if len(new) else found


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
        if len(text) > WHOLE and read_length(text) > WHOLE:
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
    return Seen(skeletons, tuple(rows), words, *_occurrences(pieces, words))


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


def _occurrences(pieces: Sequence[str], words: Sequence[tuple[tuple[int, int], ...]]) -> _Found:
    """(row, code, begin, finish) of every kind of feature over all pieces, one kind behind the other."""
    text = "".join(f"{_BEGIN}{piece}{_END}" for piece in pieces)
    chars = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    by_char, by_sound = Hashes(chars), Hashes(_sound_codes(chars))
    spots = _Spots([len(piece) + 2 for piece in pieces])
    inner = {length: spots.stretches(length) for length in CHAR_LENGTHS}
    edges = {length: spots.stretches(length, at_edge=True) for length in EDGE_LENGTHS}
    grams = [
        *((length, by_char.of_length(length), inner[length]) for length in CHAR_LENGTHS),
        *((10 + length, by_char.of_length(length), edges[length]) for length in EDGE_LENGTHS),
        *((20 + length, by_sound.of_length(length), inner[length]) for length in SOUND_LENGTHS),
    ]
    found = [(kind, row, code[kept], begin, finish) for kind, code, (kept, row, begin, finish) in grams]
    row, begin, finish = _all_words(words)
    shift = spots.offsets[row] + 1
    code = by_char.of(begin + shift, finish + shift)
    found.append((30, row, code, begin, finish))
    pair = np.nonzero(row[:-1] == row[1:])[0]
    found.append((31, row[pair], code[pair], begin[pair], finish[pair + 1]))
    kinds, rows, codes, begins, finishes = zip(*found, strict=True)
    mixed = kinded_each([*kinds, 32], [*codes, code[pair + 1]])
    second_of_pair = mixed.pop()
    mixed[-1] += second_of_pair
    return np.concatenate(rows), np.concatenate(mixed), np.concatenate(begins), np.concatenate(finishes)


def _all_words(words: Sequence[Sequence[tuple[int, int]]]) -> tuple[Places, Places, Places]:
    """(row, begin, finish) of the words of all rows."""
    counts = [len(spans) for spans in words]
    numbers = chain.from_iterable(chain.from_iterable(words))
    flat = np.fromiter(numbers, dtype=np.int64, count=2 * sum(counts)).reshape(-1, 2)
    return np.repeat(np.arange(len(words)), counts), flat[:, 0], flat[:, 1]


class _Spots:
    """Where the characters of all pieces stand in the text of all, in which each has a mark in front and one behind."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = np.array(lengths, dtype=np.int64)
        ends = np.cumsum(self._lengths)
        self.offsets: Places = ends - self._lengths
        self._row = np.repeat(np.arange(len(lengths)), self._lengths)
        self._edge = np.zeros(len(self._row), dtype=bool)
        self._edge[self.offsets] = self._edge[ends - 1] = True

    def stretches(self, length: int, *, at_edge: bool = False) -> tuple[Places, Places, Places, Places]:
        """(place in the text, piece, begin, finish) of the stretches of one length: those inside a piece, or those that
        take in a mark at one of its ends."""
        count = max(0, len(self._edge) - length + 1)
        touches = self._edge[:count] | self._edge[length - 1 :]
        same = self._row[:count] == self._row[length - 1 :]
        kept = np.nonzero(same & (touches if at_edge else ~touches))[0]
        row = self._row[kept]
        begin = kept - self.offsets[row] - 1
        if not at_edge:
            return kept, row, begin, begin + length
        return kept, row, np.maximum(begin, 0), np.minimum(begin + length, self._lengths[row] - 2)


def _forms(seen: Seen) -> _Found:
    """(row, code, begin, finish) of the features of form over all rows, one kind behind the other."""
    folded = [_NUMBER.sub(_any_number, shown.text) for shown in seen.skeletons]
    pieces = [folded[row.text][row.start : row.end] for row in seen.rows]
    words = [piece[start:end] for piece, spans in zip(pieces, seen.words, strict=True) for start, end in spans]
    row, begin, finish = _all_words(seen.words)
    codes = chain.from_iterable(map(_word_codes, words))
    code, form_of_word = np.fromiter(codes, dtype=np.uint64, count=2 * len(words)).reshape(-1, 2).T
    pairs = [np.nonzero(row[:-gap] == row[gap:])[0] for gap in GAPS]
    seconds = [code[pair + gap] for pair, gap in zip(pairs, GAPS, strict=True)]
    first, *second = kinded_each([40, *(40 + gap for gap in GAPS)], [code, *seconds])
    found = [
        (row[pair], first[pair] + other, begin[pair], finish[pair + gap])
        for pair, other, gap in zip(pairs, second, GAPS, strict=True)
    ]
    # The beginning and the end of a text belong to its form.
    lengths = np.array([len(spans) + 2 for spans in seen.words], dtype=np.int64)
    lasts = np.cumsum(lengths) - 1
    form = np.zeros(int(lengths.sum()), dtype=np.uint64)
    form[lasts], form[lasts - lengths + 1] = _LAST, _FIRST
    form[form == 0] = form_of_word
    row = np.repeat(np.arange(len(lengths)), lengths)
    word = np.arange(len(form)) - 1 - 2 * row  # its place among all words
    placed = kinded(form, np.arange(50, 50 + max(FORM_LENGTHS), dtype=np.uint64)[:, None])
    strings, string = [], placed[0]
    for length in range(2, max(FORM_LENGTHS) + 1):
        string = string[:-1] * np.uint64(BASE) + placed[length - 1][length - 1 :]
        if length in FORM_LENGTHS:
            strings.append(string)
    firsts = [np.nonzero(row[: len(string)] == row[len(row) - len(string) :])[0] for string in strings]
    chosen = [string[first] for string, first in zip(strings, firsts, strict=True)]
    mixed = kinded_each([60 + length for length in FORM_LENGTHS], chosen)
    for length, first_word, own in zip(FORM_LENGTHS, firsts, mixed, strict=True):
        last = first_word + length - 1
        start = word[first_word] + (form[first_word] == _FIRST)
        stop = word[last] - (form[last] == _LAST)
        found.append((row[first_word], own, begin[start], finish[stop]))
    row, code, begin, finish = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, code, begin, finish


@lru_cache(maxsize=65536)
def _word_codes(word: str) -> tuple[int, int]:
    """The number of a word, and that of its form: a common word is itself; a number and any other are a mark each."""
    code = zlib.crc32(word.encode()) + (len(word) << 32)
    if word in _common():
        return code, code
    return code, _NUMERAL if word[0].isdigit() else _OTHER


@cache
def _common() -> frozenset[str]:
    counted = segment.frequencies()
    known = sorted((word for word in counted if counted[word]), key=lambda word: (-counted[word], word))
    return frozenset(known[:COMMON_WORDS]) | frozenset(_SPOKEN)


def feature_code(text: str, *, word: bool = False) -> int:
    """The number of a word, or of a stretch of one to three characters: to look a feature up in a model."""
    chars = np.array([ord(char) for char in text], dtype=np.uint64)
    whole = Hashes(chars).of(np.array([0]), np.array([len(chars)]))
    return int(kinded(whole, 30 if word else len(chars))[0])
