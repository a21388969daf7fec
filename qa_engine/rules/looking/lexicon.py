"""All phrases of a pack in a few Aho–Corasick automata: one pass over a turn finds every phrase of every rule.

There are several layers on which a phrase can be found: the plain text, the text with hesitation sounds kept, the
sounds of the plain text with and without tones. A layer is scanned once per turn, and only when somebody asks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from enum import StrEnum
from functools import cached_property
from itertools import count
from threading import Lock

import ahocorasick

from qa_engine.text import Confusions, Skeleton, char_syllable, skeleton
from qa_engine.text.homophones import fold_homophones


class Layer(StrEnum):
    """What a phrase is compared with."""

    PLAIN = "plain"  # homophones folded
    SOUNDED = "sounded"  # as written, hesitation sounds kept
    TONED = "toned"  # pinyin with tones
    TONELESS = "toneless"
    SEEDS = "seeds"  # pieces of phrases on the plain text: where to compare by similarity at all


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
            for key in sorted(keys):
                automaton.add_word(key, key)
            automaton.make_automaton()
            self._automata[layer] = automaton

    @property
    def size(self) -> int:
        """How many different strings are looked for."""
        return sum(map(len, self._owners.values()))

    def keys(self, layer: Layer) -> Set[str]:
        """The different strings that are looked for on a layer."""
        return self._owners[layer].keys()

    def owners(self, layer: Layer, found: Iterable[str]) -> int:
        """Who looks for any of the keys ``found`` on a layer: bit n is owner n."""
        known = self._owners[layer]
        owners = 0
        for key in found:
            owners |= known[key]
        return owners

    def has(self, layer: Layer) -> bool:
        """True when anything is looked for on a layer."""
        return layer in self._automata

    def scan(self, layer: Layer, text: str) -> Mapping[str, Sequence[int]]:
        """Every registered key that occurs in ``text``, with the positions where it starts."""
        automaton = self._automata.get(layer)
        if automaton is None or not text:
            return {}
        found: dict[str, list[int]] = {}
        for last, key in automaton.iter(text):
            found.setdefault(key, []).append(last + 1 - len(key))
        return found


class Scanned:
    """One text seen through a lexicon: its layers and what was found on them, each worked out at most once."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.source = text
        self.plain = skeleton(text)
        self._lexicon = lexicon
        self._texts: dict[Layer, str] = {}
        self._found: dict[Layer, Mapping[str, Sequence[int]]] = {}
        self._owners: dict[Layer, int] = {}

    @cached_property
    def chars(self) -> Set[str]:
        """The different characters of the plain text, folded."""
        return frozenset(self.text(Layer.PLAIN))

    def skeleton(self, layer: Layer) -> Skeleton:
        """The characters that positions of a layer count."""
        return skeleton(self.source, keep_sounds=True) if layer is Layer.SOUNDED else self.plain

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

    def found(self, layer: Layer) -> Mapping[str, Sequence[int]]:
        """Key → positions in ``text(layer)`` where it starts."""
        found = self._found.get(layer)
        if found is None:
            found = self._lexicon.scan(layer, self.text(layer)) if self._lexicon.has(layer) else {}
            self._found[layer] = found
        return found

    def owners(self, layer: Layer) -> int:
        """Who looks for any of the keys that were found on a layer: bit n is owner n of the lexicon."""
        owners = self._owners.get(layer)
        if owners is None:
            owners = self._owners[layer] = self._lexicon.owners(layer, self.found(layer))
        return owners
