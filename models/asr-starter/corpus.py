"""Sentences to learn from: grammar, numbers, free words, the tone corpus, phrases of the rules, public dialogue.

The grammar lies in ``grammar/``: one file a purpose, one line a group of templates parted by ``|``, where
``[a|b|]`` is a choice inside a template and ``{slot}`` a word list of ``slots.txt`` or a generator below.  A
template that begins with ``*`` is held out: :meth:`Corpus.held_out` speaks it, training never does.

Without the public dialogue (two CSV files, see README.md) the others share its place.
"""

import csv
import random
import re
from bisect import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numerals
import vocabulary

GRAMMAR = Path(__file__).with_name("grammar")
TONE_CORPUS = Path(__file__).parents[1] / "tone" / "data"
RULE_PHRASES = Path(__file__).parents[2] / "rules" / "phrases"
LONGEST = 48
"""Characters in a sentence, marks included."""
DIALOGUE_FILES = (("cped/valid_split.csv", "Utterance"), ("coldataset/train.csv", "TEXT"))
"""Path below the corpus folder, column."""

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_RULE_SLOT = re.compile(r"\{(\w+)(?::\d+)?\}")
_RULE_SLOTS = {"number": "num", "digits": "k", "company": "co", "name": "n", "any": "any"}
"""Slots of the rules' phrases, without their lengths, and their names here."""
_TELLING = 6
"""Characters of a part of a held-out template, between choices and slots, from which on no phrase may say it whole."""
_HELD_OUT = "*"
_WORDS_KEPT = 22_000

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
    "金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鹏辉红建国志文婷慧雪梅琳欣怡佳宇浩然子轩晨"
    "博思雨梦涵俊峰海燕春生晓东小明国庆卫星永福德荣"
)


@dataclass(frozen=True, slots=True)
class Template:
    purpose: str
    """The grammar file's name."""
    text: str
    held_out: bool


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Every template of the grammar, in the order of the files."""
    found = []
    for path in sorted(GRAMMAR.glob("*.txt")):
        if path.name == "slots.txt":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                found += [
                    Template(path.stem, text.lstrip(_HELD_OUT), text.startswith(_HELD_OUT))
                    for text in _alternatives(line)
                ]
    return tuple(found)


@lru_cache(maxsize=1)
def slots() -> dict[str, tuple[str, ...]]:
    """Word lists of ``slots.txt``."""
    lists = {}
    for line in (GRAMMAR / "slots.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, words = line.split(" = ")
            lists[name] = tuple(words.split())
    return lists


class Corpus:
    """Draws sentences.  ``words`` frequent first; ``clauses`` of real dialogue, whole written ``lines``, ``phrases`` as
    templates, or none of them.

    A template grammar alone is soon known by heart; text that no template made keeps the decoder listening.
    """

    def __init__(
        self,
        words: Iterable[str],
        clauses: Iterable[str],
        lines: Iterable[str] = (),
        phrases: Iterable[str] = (),
    ) -> None:
        known = set(vocabulary.characters())
        self.words = [word for word in words if set(word) <= known]
        self.clauses = [clause for clause in clauses if set(clause) <= known]
        self.lines = [line for line in lines if set(line) <= known]
        self.phrases = list(phrases)
        self._known = known
        self._word_weights = list(accumulate(1 / (rank + 200) for rank in range(len(self.words))))
        self._trained = [each.text for each in templates() if not each.held_out]
        self._held_out = [each.text for each in templates() if each.held_out]
        pieces = [piece for text in self._held_out for piece in re.split(r"\[[^]]*\]|\{\w+\}", text)]
        self._telling = [said for piece in pieces if len(said := "".join(_HAN.findall(piece))) >= _TELLING]
        self._generators: dict[str, Callable[[random.Random], str]] = {
            "W": lambda rng: self.free_words(rng, rng.randint(1, 3)),
            "any": lambda rng: self.free_words(rng, rng.randint(0, 2)),
            "n": person,
            "sx": lambda rng: rng.choice(_SURNAMES),
            "addr": self._address,
            "k": lambda rng: numerals.digits(rng, rng.choice((3, 4, 4, 4, 5))),
            "o": lambda rng: numerals.digits(rng, rng.choice((4, 6, 8, 10, 12))),
            "t": numerals.telephone,
            "num": numerals.small,
            "money": numerals.money,
            "date": numerals.date,
            "time": numerals.clock,
        }
        kinds: list[tuple[float, Callable[[random.Random], str]]] = [
            (0.26, self.domain),
            (0.08, self._spliced),
            (0.18 if self.clauses else 0.0, self._dialogue),
            (0.10 if self.lines else 0.0, lambda rng: rng.choice(self.lines)),
            (0.14 if self.phrases else 0.0, self.phrase),
            (0.14, lambda rng: self.free_words(rng, rng.randint(1, 6))),
            (0.07, numerals.spoken_number),
            (0.03, self._facts),
        ]
        self._kinds = [draw for _, draw in kinds]
        self._kind_weights = list(accumulate(share for share, _ in kinds))

    def sentence(self, rng: random.Random) -> str:
        """Something to learn: at most LONGEST characters, all of them in the vocabulary."""
        while True:
            draw = self._kinds[bisect(self._kind_weights, rng.random() * self._kind_weights[-1])]
            text = draw(rng)
            if 0 < len(text) <= LONGEST:
                return text

    def domain(self, rng: random.Random) -> str:
        """One template of the grammar, now and then two."""
        text = self.fill(rng.choice(self._trained), rng)
        return text + self.fill(rng.choice(self._trained), rng) if rng.random() < 0.25 else text

    def held_out(self, rng: random.Random) -> str:
        """A sentence of the domain whose template was never trained on."""
        while True:
            text = self.fill(rng.choice(self._held_out), rng)
            if len(text) <= LONGEST:
                return text

    def free_words(self, rng: random.Random, count: int) -> str:
        """Words that have nothing to do with each other."""
        return "".join(rng.choices(self.words, cum_weights=self._word_weights, k=count))

    def phrase(self, rng: random.Random) -> str:
        """A phrase that the rules look for, among words or beside a clause; nothing of a held-out sentence."""
        while True:
            text = self.fill(rng.choice(self.phrases), rng)
            beside = rng.random()
            if beside < 0.3:
                text = self.free_words(rng, 1) + text
            elif beside < 0.6:
                text += "，" + (self._dialogue(rng) if self.clauses else self.free_words(rng, 2))
            said = "".join(_HAN.findall(text))
            if set(text) <= self._known and not any(piece in said for piece in self._telling):
                return text

    def fill(self, template: str, rng: random.Random) -> str:
        """Choose among the choices, then fill the slots. Raises KeyError for an unknown slot."""
        while (choice := _CHOICE.search(template)) is not None:
            template = template[: choice.start()] + rng.choice(choice[1].split("|")) + template[choice.end() :]
        while _SLOT.search(template):
            template = _SLOT.sub(lambda slot: self._slot(slot[1], rng), template)
        return template

    def _slot(self, name: str, rng: random.Random) -> str:
        generator = self._generators.get(name)
        return generator(rng) if generator else rng.choice(slots()[name])

    def _spliced(self, rng: random.Random) -> str:
        """Clauses of two sentences in a new order, so that no sentence can be foretold from its beginning."""
        parts = re.split(r"(?<=[，。？！])", self.domain(rng) + self.domain(rng))
        parts = [part for part in parts if part]
        return "".join(rng.sample(parts, min(len(parts), rng.randint(1, 3)))).rstrip("，") or "。"

    def _dialogue(self, rng: random.Random) -> str:
        return rng.choice(self.clauses) + rng.choice(("", "。", "？", "！"))

    def _facts(self, rng: random.Random) -> str:
        form = rng.choice(
            ("{n}，{t}", "{addr}", "{addr}，{n}", "{date}{time}", "{c}到{c}", "{sx}{x}", "{co}{dep}", "{n}")
        )
        return self.fill(form, rng)

    def _address(self, rng: random.Random) -> str:
        form = rng.choice(
            (
                "{c}{d}区{road}路{num}号",
                "{c}{d}区{road}路{num}号{num}栋",
                "{d}区{road}小区{num}栋{k}",
                "{c}{road}大道{num}号",
            )
        )
        return self.fill(form, rng)


def load(folder: Path | None = None) -> Corpus:
    """The corpus with jieba's words, the tone corpus, the rules' phrases, and the public dialogue of a ``folder``."""
    return Corpus(common_words(), dialogue_clauses(folder) if folder else (), written_lines(), rule_phrases())


def person(rng: random.Random) -> str:
    """An invented name."""
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))


def common_words() -> list[str]:
    """Words of two to four characters from jieba's dictionary, frequent first."""
    import jieba

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    counted = [
        (count, word)
        for word, count in jieba.dt.FREQ.items()
        if count >= 60 and 2 <= len(word) <= 4 and _HAN.fullmatch(word)
    ]
    counted.sort(reverse=True)
    return [word for _, word in counted[:_WORDS_KEPT]]


def dialogue_clauses(folder: Path) -> list[str]:
    """Clauses of 2–22 Chinese characters. Raises FileNotFoundError when the folder holds neither file."""
    clauses: set[str] = set()
    present = [(folder / name, column) for name, column in DIALOGUE_FILES if (folder / name).exists()]
    if not present:
        raise FileNotFoundError(f"{folder} holds none of {', '.join(name for name, _ in DIALOGUE_FILES)}")
    for path, column in present:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                for clause in re.split(r"[。！？!?；;\n …~～]+", row[column]):
                    clause = re.sub(r"[,，、：:]+", "，", clause).strip("，")
                    spoken = clause.replace("，", "")
                    if 2 <= len(spoken) <= 22 and _HAN.fullmatch(spoken):
                        clauses.add(clause)
    return sorted(clauses)


def written_lines(folder: Path = TONE_CORPUS) -> list[str]:
    """Utterances of the tone corpus (``models/tone/data``) without their labels, each sound written one way only.

    That corpus also holds a recogniser's homophone errors beside what was said: of utterances of one group that sound
    alike the first is kept.
    """
    from pypinyin import lazy_pinyin

    kept: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                text = row["text"].replace(",", "，").replace("、", "，").replace("…", "").replace("——", "，")
                sound = "".join(lazy_pinyin("".join(_HAN.findall(text))))
                kept.setdefault((row["group"], sound), text.strip())
    return list(kept.values())


def rule_phrases(folder: Path = RULE_PHRASES) -> list[str]:
    """The phrases of the rule packs as templates of the grammar: ``[x]`` is ``[x|]`` here, ``(a|b)`` is ``[a|b]``."""
    import yaml

    found: dict[str, None] = {}
    for path in sorted(folder.glob("*.yaml")):
        for phrase_list in yaml.safe_load(path.read_text(encoding="utf-8"))["lists"].values():
            for phrase in phrase_list.get("phrases", ()):
                text = phrase if isinstance(phrase, str) else phrase["text"]
                text = text.replace("]", "|]").replace("(", "[").replace(")", "]")
                found[_RULE_SLOT.sub(lambda slot: f"{{{_RULE_SLOTS[slot[1]]}}}", text)] = None
    return list(found)


def _alternatives(line: str) -> list[str]:
    """Split at ``|`` outside of brackets."""
    parts, depth = [""], 0
    for character in line:
        depth += (character == "[") - (character == "]")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
