"""What customers call about: topics by their words, and the new ones of the last days. Word statistics, no meaning."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from operator import attrgetter

import numpy as np

from qa_engine.text.numerals import NUMERAL_CHARS
from qa_engine.text.segment import cut

_LEAST_CALLS = 30
_WORDS = 6
_LEAST_NEW = 3
_NAMES_NOTHING = """
我们 你们 他们 这个 那个 什么 怎么 一下 可以 没有 不是 就是 现在 还是 已经 知道 自己 时候 因为 所以 但是 如果 不能
不会 这样 那样 这边 那边 今天 明天 昨天 一个 东西 谢谢 你好 您好 好的 请问 帮我 给我 问题 单号 电话 号码 麻烦 然后
而且 或者 应该 需要 想要 上次 方便 的话
"""
_PLAIN = frozenset(_NAMES_NOTHING.split())


@dataclass(frozen=True, slots=True)
class Topic:
    """``words`` name it, the weightiest first; ``share`` of the calls looked at; ``calls`` are the clearest ones."""

    words: tuple[str, ...]
    count: int
    share: float
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewTopic:
    """Words of the last days that come together: calls with one of them then and before, and some of those calls."""

    words: tuple[str, ...]
    recent: int
    recent_calls: int
    earlier: int
    earlier_calls: int
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said in a call: the words that may name a topic, in their order."""

    call_id: str
    day: date
    words: tuple[str, ...]

    @classmethod
    def of(cls, call_id: str, day: date, text: str) -> "Said":
        """The words of two characters or more, but those that name nothing: numbers, also as people say them (六六)."""
        words = (word for word in cut(text) if len(word) > 1 and word not in _PLAIN)
        return cls(call_id, day, tuple(word for word in words if not _is_number(word)))


def _is_number(word: str) -> bool:
    return any(char.isdigit() for char in word) or NUMERAL_CHARS.issuperset(word)


def topics(said: Sequence[Said], *, most: int = 8) -> tuple[Topic, ...]:
    """Topics of calls: non-negative factors of tf-idf (Lee & Seung 1999).

    Fewer than `_LEAST_CALLS` calls give none. The same calls give the same topics.
    """
    if len(said) < _LEAST_CALLS:
        return ()
    from sklearn.decomposition import NMF  # takes the first report of a process most of a second to load
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=attrgetter("words"), min_df=max(3, len(said) // 200), max_df=0.5)
    try:
        weights = vectorizer.fit_transform(said)
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
    known = shares.max(1) > 1e-6
    found = []
    for n, row in enumerate(model.components_):
        mine = [i for i in range(len(said)) if known[i] and chosen[i] == n]
        if not mine:
            continue
        words = tuple(names[i] for i in sorted(range(len(row)), key=lambda i: (-row[i], names[i]))[:_WORDS])
        clearest = sorted(mine, key=lambda i: (-shares[i, n], said[i].call_id))[:3]
        found.append(Topic(words[:4], len(mine), len(mine) / len(said), tuple(said[i].call_id for i in clearest)))
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
    return tuple(
        NewTopic(tuple(words[:4]), len(calls), new, max(earlier[word] for word in words), old, tuple(sorted(calls)[:3]))
        for words, calls in groups[:most]
    )


def _likelihood_ratio(k1: int, n1: int, k2: int, n2: int) -> float:
    p = (k1 + k2) / (n1 + n2)
    return 2 * (_fit(k1, n1, k1 / n1) + _fit(k2, n2, k2 / n2) - _fit(k1, n1, p) - _fit(k2, n2, p))


def _fit(k: int, n: int, p: float) -> float:
    return (k * log(p) if k else 0.0) + ((n - k) * log(1 - p) if n - k else 0.0)
