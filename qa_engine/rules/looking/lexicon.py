"""All phrases of a pack in a few Aho–Corasick automata: one pass over a call finds every phrase of every rule.

There are several layers on which a phrase can be found: the plain text (and pieces of phrases that say where to
compare by similarity at all), the text with hesitation sounds kept, the sounds of the plain text with and without
tones. A layer is scanned once per call, and only when somebody asks.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from enum import StrEnum
from itertools import accumulate, chain, count
from threading import Lock
from types import MappingProxyType

import ahocorasick

from qa_engine.domain.values import cached_property
from qa_engine.text import SENTENCE_END, Confusions, Skeleton, char_syllable, skeleton
from qa_engine.text.homophones import fold_homophones


class Layer(StrEnum):
    """What a phrase is compared with."""

    PLAIN = "plain"  # homophones folded
    SOUNDED = "sounded"  # as written, hesitation sounds kept
    TONED = "toned"  # pinyin with tones
    TONELESS = "toneless"


_FIRST_CODE = 0xE000  # private use area: no text has these characters


class SoundCode:
    """Texts as strings of one private character per sound, so that string search works on sounds.

    Equal strings sound alike under the pack's confusions. Characters without a reading stand for themselves.
    """

    def __init__(self, confusions: Confusions) -> None:
        self.confusions = confusions
        self._codes: dict[str, str] = {}
        self._learning = Lock()
        self._toned = _Table(lambda char: self._learn(char, tones=True))
        self._toneless = _Table(lambda char: self._learn(char, tones=False))

    def encode(self, text: str, *, tones: bool) -> str:
        """``text`` with each character replaced by its sound; the length stays the same."""
        return text.translate(self._toned if tones else self._toneless)

    def _learn(self, char: str, *, tones: bool) -> str:
        syllable = char_syllable(char)
        if syllable == char:
            return char
        sound = self.confusions.fold(syllable, tones=tones)
        with self._learning:  # two threads must not give one code to two sounds
            return self._codes.setdefault(sound, chr(_FIRST_CODE + len(self._codes)))


class _Table(dict[int, str]):
    """A table for ``str.translate`` that learns each character when it is first asked for."""

    def __init__(self, learn: Callable[[str], str]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, code: int) -> str:
        found = self[code] = self._learn(chr(code))
        return found


class Lexicon:
    """The automata of a pack; built once, then only read.

    An owner is the number of one who looks for keys; several are one integer, in which bit n is owner n.
    """

    def __init__(self, confusions: Confusions) -> None:
        self.sounds = SoundCode(confusions)
        self._owners: dict[Layer, dict[str, int]] = {layer: {} for layer in Layer}
        self._automata: dict[Layer, ahocorasick.Automaton] = {}
        self._next_owner = count()

    def new_owner(self) -> int:
        return next(self._next_owner)

    def add(self, layer: Layer, keys: Iterable[str], owner: int | None = None) -> None:
        """Registers what must be found on a layer; only before ``build``."""
        known = self._owners[layer]
        bit = 0 if owner is None else 1 << owner
        for key in keys:
            known[key] = known[key] | bit if key in known else bit

    def build(self) -> None:
        for layer, keys in self._owners.items():
            if not keys:
                continue
            automaton = ahocorasick.Automaton()
            by_first: dict[str, list[str]] = {}
            for key in sorted(keys):
                by_first.setdefault(key[:1], []).append(key)
            # The automaton looks for a next character one by one in the order they came: the usual ones go first.
            groups: list[list[str]] = sorted(by_first.values(), key=len, reverse=True)
            for key in chain.from_iterable(groups):
                automaton.add_word(key, (key, len(key) - 1, keys[key]))
            automaton.make_automaton()
            self._automata[layer] = automaton

    @property
    def size(self) -> int:
        """How many different strings are looked for."""
        return sum(map(len, self._owners.values()))

    def keys(self, layer: Layer) -> Set[str]:
        """The different strings that are looked for on a layer."""
        return self._owners[layer].keys()

    def scan(self, layer: Layer, texts: Sequence[str]) -> "Sequence[tuple[Found, int]]":
        """Of each text the registered keys that occur in it, with the places where they start, and who looks for them.

        The texts are read in one go. No key holds the line break between them.
        """
        read: list[tuple[Found, int]] = [_NOTHING] * len(texts)
        automaton = self._automata.get(layer)
        if automaton is None or not any(texts):
            return read
        ends = list(accumulate([len(text) + 1 for text in texts]))
        at, begin, end, owners = 0, 0, 0, 0
        found: dict[str, int | list[int]] = {}
        for last, (key, back, who) in automaton.iter("\n".join(texts)):
            if last >= end:  # the first in another text
                if found:
                    read[at] = found, owners
                at = bisect_right(ends, last)
                begin, end, found, owners = ends[at] - 1 - len(texts[at]), ends[at], {}, 0
            known = found.get(key)
            if known is None:
                found[key] = last - back - begin
                owners |= who
            elif isinstance(known, int):
                found[key] = [known, last - back - begin]
            else:
                known.append(last - back - begin)
        if found:
            read[at] = found, owners
        return read


Found = Mapping[str, int | Sequence[int]]
"""Key → where it starts in a text; a bare number where that is one place, as it nearly always is."""
_NOTHING: tuple[Found, int] = MappingProxyType({}), 0


def starts(found: Found, key: str) -> Sequence[int]:
    """The places where a key that was found starts."""
    places = found[key]
    return (places,) if isinstance(places, int) else places


class Scanned:
    """One text seen through a lexicon: its layers and what was found on them, each worked out at most once."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.source = text
        self.plain = skeleton(text)
        self._lexicon = lexicon
        self._texts: dict[Layer, str] = {}
        self._found: dict[Layer, tuple[Found, int]] = {}

    @cached_property
    def stops(self) -> Sequence[int]:
        """Where marks stand in the normalised text that end a sentence."""
        return [mark.start() for mark in SENTENCE_END.finditer(self.plain.base.text)]

    @cached_property
    def chars(self) -> Set[str]:
        """The different characters of the plain text, folded."""
        return frozenset(self.text(Layer.PLAIN))

    def skeleton(self, layer: Layer) -> Skeleton:
        """The characters that positions of a layer count."""
        return self._sounded if layer is Layer.SOUNDED else self.plain

    @cached_property
    def _sounded(self) -> Skeleton:
        return skeleton(self.source, keep_sounds=True)

    def text(self, layer: Layer) -> str:
        text = self._texts.get(layer)
        if text is None:
            if layer in (Layer.TONED, Layer.TONELESS):
                text = self._lexicon.sounds.encode(self.plain.text, tones=layer is Layer.TONED)
            else:
                text = self.skeleton(layer).text
                if layer is not Layer.SOUNDED:
                    text = fold_homophones(text)
            self._texts[layer] = text
        return text

    def found(self, layer: Layer) -> Found:
        """Key → positions in ``text(layer)`` where it starts."""
        if layer not in self._found:
            scan_together([self], layer)
        return self._found[layer][0]

    def owners(self, layer: Layer) -> int:
        """Who looks for any of the keys that were found on a layer: bit n is owner n of the lexicon."""
        if layer not in self._found:
            scan_together([self], layer)
        return self._found[layer][1]


def scan_together(scanned: Sequence[Scanned], layer: Layer) -> None:
    """Scans a layer of some texts that are seen through one lexicon, in one go; those that are known are left alone."""
    new = [text for text in scanned if layer not in text._found]
    if new:
        for text, found in zip(new, new[0]._lexicon.scan(layer, [text.text(layer) for text in new]), strict=True):
            text._found[layer] = found
