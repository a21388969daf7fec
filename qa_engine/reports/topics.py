"""What customers call about: topics by their words, and the new ones of the last days. Word statistics, no meaning."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import log

import numpy as np

from qa_engine.text.numerals import NUMERAL_CHARS
from qa_engine.text.segment import cut, frequencies, kinds

_LEAST_CALLS = 30
_WORDS, _SHOWN = 6, 4
_NAMED = 0.3  # of the weight of a topic's first word, which the others need
_LEAST_NEW = 3
_NAMING = frozenset(["n", "nz", "nt", "ns", "nr", "nrt", "v", "vn", "a", "an", "l", "i", "j", "z", "b"])
"""Kinds of words that can name what somebody wants; pronouns, numbers, times, places, adverbs and particles do not."""
_SHORT = frozenset(["v", "a", "zg"])  # of single characters, which the dictionary often gives no better kind: 催, 丢
_SHORT_COUNTS = range(300, 15_000)  # neither 是 and 要, which everybody says, nor what nobody does
_PLAIN = frozenset(
    """
    谢谢 你好 您好 好的 再见 麻烦 请问 方便 的话 怎么办 怎么回事 明白 知道 觉得 告诉 需要 应该 想要 可能 不能 不会 不用
    不行 算了 时候 东西 事情 问题 单号 电话 号码 帮 查 喂 哦 啊 唉 行 件 员 稍 找 弄 加 管 收 取 转 挂
    """.split()  # noqa: SIM905 reads better
)
"""What is said in any call: thanks, numbers to be found, what somebody wants of the agent."""
_NOT = {"没": "没", "没有": "没", "不": "不", "未": "没"}
_RATHER = 10.0
"""So many times more often than in the language at large customers have to say a word that names a topic: what is said
about anything (情况, 时间) names none."""
_CLAUSE = range(4, 25)  # characters of a clause that tells what is meant


@dataclass(frozen=True, slots=True)
class Topic:
    """``words`` name it, the weightiest first; ``clause`` is what customers say of it; ``share`` of the calls looked
    at; ``calls`` are the clearest ones."""

    words: tuple[str, ...]
    count: int
    share: float
    calls: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class NewTopic:
    """Words of the last days that come together, with a clause: calls with one of them then and before, and some of
    those calls."""

    words: tuple[str, ...]
    recent: int
    recent_calls: int
    earlier: int
    earlier_calls: int
    calls: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said in a call: the words that may name a topic, in their order, of ``spoken`` words in all, and
    the clauses."""

    call_id: str
    day: date
    words: tuple[str, ...]
    spoken: int
    clauses: tuple[str, ...]

    @classmethod
    def of(cls, call_id: str, day: date, text: str) -> "Said":
        """Words that name something, by their kind, also as people say what was not (没收到); no numbers (六六)."""
        clauses = tuple(clause for clause in _ENDS.split(text) if clause)
        cuts = [cut(clause) for clause in clauses]
        words = tuple(word for one in cuts for word in _naming(one))
        return cls(call_id, day, words, sum(map(len, cuts)), clauses)


_ENDS = re.compile(r"[，。！？；、,.!?;\s]+")


@cache
def _nothing() -> frozenset[str]:
    """The words of the dictionary that can name nothing."""
    return frozenset(word for word, kind in kinds() if kind not in (_NAMING if len(word) > 1 else _SHORT))


def _naming(words: Sequence[str]) -> Iterator[str]:
    nothing, counted = _nothing(), frequencies()
    for before, word in zip(("", *words), words, strict=False):
        if word in nothing or word in _PLAIN or word in _NOT or _is_number(word):
            continue
        if len(word) > 1 or counted.get(word, 0) in _SHORT_COUNTS:
            yield _NOT.get(before, "") + word


def _is_number(word: str) -> bool:
    return any(char.isdigit() for char in word) or NUMERAL_CHARS.issuperset(word)


def _is_short(word: str) -> bool:
    return len(word) == 1


def telling(said: Sequence[Said]) -> frozenset[str]:
    """The words that customers say `_RATHER` times more often than people say them at large."""
    counted = frequencies()
    at_large = sum(counted.values())
    spoken = sum(one.spoken for one in said)
    here = Counter(word for one in said for word in one.words)
    return frozenset(
        word
        for word, count in here.items()
        if count * at_large >= _RATHER * spoken * max(1, counted.get(word, counted.get(word[1:], 0)))
    )


def clause(words: Sequence[str], said: Iterable[Said]) -> str:
    """The clause that has most of the words, of these the one most often said, of these the shortest; empty if none."""
    counts = Counter(clause for one in said for clause in one.clauses if len(clause) in _CLAUSE)

    def has(clause: str) -> int:
        return sum(word.removeprefix("没").removeprefix("不") in clause for word in words)

    best = max(counts, key=lambda clause: (has(clause), counts[clause], -len(clause), clause), default="")
    return best if best and has(best) else ""


def topics(said: Sequence[Said], *, most: int = 8) -> tuple[Topic, ...]:
    """Topics of calls: non-negative factors of tf-idf (Lee & Seung 1999).

    Fewer than `_LEAST_CALLS` calls give none. The same calls give the same topics.
    """
    if len(said) < _LEAST_CALLS:
        return ()
    from sklearn.decomposition import NMF  # takes the first report of a process most of a second to load
    from sklearn.feature_extraction.text import TfidfVectorizer

    known = telling(said)
    spoken = [[word for word in one.words if word in known] for one in said]
    vectorizer = TfidfVectorizer(analyzer=tuple, min_df=max(3, len(said) // 200), max_df=0.5)
    try:
        weights = vectorizer.fit_transform(spoken)
    except ValueError:  # no word is in enough calls
        return ()
    count = min(most, weights.shape[1])
    if count < 2:
        return ()
    model = NMF(count, init="nndsvda", random_state=0, max_iter=400, tol=1e-3)
    with np.errstate(invalid="ignore"):  # of what is left of a matrix that its factors give wholly, it takes the root
        shares = model.fit_transform(weights)
    names = [str(name) for name in vectorizer.get_feature_names_out()]
    chosen = shares.argmax(1)
    told = shares.max(1) > 1e-6
    found = []
    for n, row in enumerate(model.components_):
        mine = [i for i in range(len(said)) if told[i] and chosen[i] == n]
        if not mine:
            continue
        first = sorted((i for i in range(len(row)) if row[i] >= _NAMED * max(row)), key=lambda i: (-row[i], names[i]))
        words = tuple(sorted((names[i] for i in first[:_WORDS]), key=_is_short)[:_SHOWN])
        clearest = sorted(mine, key=lambda i: (-shares[i, n], said[i].call_id))[:3]
        calls = tuple(said[i].call_id for i in clearest)
        found.append(Topic(words, len(mine), len(mine) / len(said), calls, clause(words, (said[i] for i in mine))))
    return tuple(sorted(found, key=lambda topic: (-topic.count, topic.words)))


def new_topics(said: Sequence[Said], since: date, *, most: int = 3) -> tuple[NewTopic, ...]:
    """Words that calls from ``since`` on have far more often than those before: the likelihood ratio of Dunning (1993)
    beyond 15.1 (one chance in 10,000), and at least `_LEAST_NEW` calls. Words of the same calls are one topic."""
    recent: dict[str, set[str]] = {}
    earlier: Counter[str] = Counter()
    new = old = 0
    for one in said:
        words = set(one.words)
        if one.day >= since:
            new += 1
            for word in words:
                recent.setdefault(word, set()).add(one.call_id)
        else:
            old += 1
            earlier.update(words)
    if not new or not old:
        return ()
    found = []
    for word, calls in recent.items():
        if len(calls) >= _LEAST_NEW and len(calls) / new > 2 * earlier[word] / old:
            ratio = _likelihood_ratio(len(calls), new, earlier[word], old)
            if ratio > 15.1:
                found.append((-ratio, word))
    groups: list[tuple[list[str], set[str]]] = []
    for _, word in sorted(found):
        calls = recent[word]
        group = next((g for g in groups if len(calls & g[1]) >= 0.5 * len(calls)), None)
        if group is None:
            groups.append(([word], set(calls)))
        else:
            group[0].append(word)
            group[1].update(calls)
    by_call = {one.call_id: one for one in said}
    made = []
    for names, having in groups[:most]:
        named, mine = tuple(names[:_SHOWN]), sorted(having)
        before = max(earlier[word] for word in names)
        told = clause(named, (by_call[call] for call in mine))
        made.append(NewTopic(named, len(mine), new, before, old, tuple(mine[:3]), told))
    return tuple(made)


def _likelihood_ratio(k1: int, n1: int, k2: int, n2: int) -> float:
    p = (k1 + k2) / (n1 + n2)
    return 2 * (_fit(k1, n1, k1 / n1) + _fit(k2, n2, k2 / n2) - _fit(k1, n1, p) - _fit(k2, n2, p))


def _fit(k: int, n: int, p: float) -> float:
    return (k * log(p) if k else 0.0) + ((n - k) * log(1 - p) if n - k else 0.0)
