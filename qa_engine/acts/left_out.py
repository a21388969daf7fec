"""Which duties were left out, read out of the whole call: a second witness beside the words and acts that a rule asks.

Two readings of a call are weighed together. One is a row of named signs: how surely each act was done at all, by any
turn and late, and how much of what the customer said came back. The other is what a linear classifier of both sides'
words says of the whole call, a label a duty. A logistic model over both gives the chance that the call asked for a duty
and it was left out. It knows nothing of rules; what speaks for the chance can be told (``LeftOut.signs``).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from operator import add
from types import MappingProxyType

import numpy as np

from qa_engine.acts.wording import call_in, said_in
from qa_engine.classify import LinearModel, see_call
from qa_engine.classify.card import Measured, Strict
from qa_engine.classify.linear import LEAST_WEIGHT, Floats, sigmoid
from qa_engine.domain import ActReading, AgentAct, CustomerAct, Speaker, ToneWord, Transcript
from qa_engine.domain.values import cached_property, replace
from qa_engine.rules import ACTS_OF, LeftOut

_SERVICE = tuple(AgentAct)[: tuple(AgentAct).index(AgentAct.GUARANTEE)]  # who is rude may still have done every step
ACTS: Mapping[Speaker, tuple[str, ...]] = MappingProxyType(
    {Speaker.AGENT: tuple(act.value for act in _SERVICE), Speaker.CUSTOMER: tuple(act.value for act in CustomerAct)}
)
"""The acts that signs are made of; of the agent no offences."""
ECHOES: Mapping[str, str] = MappingProxyType(
    {
        "back_most": "客户的话至多复述了",
        "back_mean": "客户的话平均复述了",
        "back_least": "客户的话至少复述了",
        "number_told": "客户报了号码",
        "number_back": "号码被复述",
        "questions": "客户的提问",
        "answer_least": "提问至少有回应",
        "answer_mean": "提问平均有回应",
        "longest": "客户最长的话",
        "agent_mean": "坐席的话平均长",
        "agent_least": "坐席最短的话",
        "agent_last": "坐席末句长",
        "asked_again": "客户重复询问",
    }
)
_NUMBER = re.compile("[0-9零〇一二三四五六七八九幺两]{3,}")
_QUESTION = re.compile("[吗么呢啥谁哪几]|什么|怎么|咋|多少|能不能|可不可以|是不是|有没有|会不会")
_TELLING = re.compile("[^的了是我你您在吗呢啊吧就都也还要给那这有不个一下请好嗯哦]+")  # what could come back
_NO_SHARES = frozenset(
    ("questions", "number_told", "number_back", "longest", "agent_mean", "agent_least", "agent_last")
)
_LONG, _SHORT, _MOST_QUESTIONS = 20, 10, 3
_LEAST_PAIRS = 3  # of a turn whose coming back is counted
_SHOWN, _SHOWN_WORDS, _LEAST_PUSH = 2, 4, 0.3
_EACH_PUSHES = 1.0  # log-odds from the usual call: from where on acts and words are two that speak for it
_WORDS = "双方的用词"
WORDS_FILE = "left_out"  # .skops
SIGNS: tuple[str, ...] = (
    *(f"agent.{act}.{how}" for how in ("most", "any", "late") for act in ACTS[Speaker.AGENT]),
    *(f"customer.{act}.{how}" for how in ("most", "any", "last") for act in ACTS[Speaker.CUSTOMER]),
    *ECHOES,
)
"""What a call is told by, in the order of the rows of `signs_of`; all between 0 and about 1."""


class Duty(Strict):
    """How a duty is read: log-odds are ``bias``, plus each sign less its ``LeftOutCard.usual`` times its weight, plus
    what the classifier says less ``usual_words`` times ``words``.

    ``doubt`` and ``sure``: from which probabilities it is a doubt and a second witness, and what was measured there.
    """

    weights: tuple[float, ...]
    words: float
    usual_words: float
    bias: float
    doubt: Measured
    sure: Measured


class LeftOutCard(Strict):
    """Part of the act model's card: ``usual`` is the mean of each of ``SIGNS``, ``words`` the digest of the classifier
    of words, if there is one."""

    usual: tuple[float, ...]
    duties: dict[str, Duty]
    words: str | None = None


class LeftOutModel:
    """Reads a call's acts and words. Same transcript, same readings: equal answers on every machine.

    ``words`` has a label for each duty of the card, in its order.
    """

    def __init__(self, card: LeftOutCard, words: LinearModel | None = None) -> None:
        self._card = card
        self._classifier = words

    def read(self, transcript: Transcript, acts: Mapping[int, ActReading]) -> Mapping[str, LeftOut]:
        """Duty → how surely it was left out, if the call asked for it at all; nothing where a side is not heard."""
        signs = signs_of(transcript, acts)
        if signs is None or not self._card.duties:
            return MappingProxyType({})
        less = signs - self._usual
        # Over the slow axis NumPy adds up one by one: the same sum to the last bit on every machine.
        by_acts = np.add.reduce(less[:, None] * self._weights, axis=0)
        said = self._said(transcript)
        by_words = self._words * (said - self._usual_words)
        chances = np.round(sigmoid(self._bias + by_acts + by_words), 4)
        both = (by_acts >= _EACH_PUSHES) & (by_words >= _EACH_PUSHES)
        found = {}
        for at, ((name, duty), chance) in enumerate(zip(self._card.duties.items(), chances.tolist(), strict=True)):
            if chance >= duty.doubt.probability:
                sure = chance >= duty.sure.probability
                told = self._told(at, signs, less)
                words = round(float(sigmoid(said[at])), 2) if by_words[at] >= _LEAST_PUSH else None
                if words is not None:
                    told = (*told, (_WORDS, words))
                found[name] = LeftOut(chance, sure, sure and bool(both[at]), told, words)
        return MappingProxyType(found)

    def words(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        """The words of the call that speak most for a duty's being left out, strongest first: (turn index, word).

        A word is as strong as all its places in the turns of its side together. It is told once, where it pushes most
        (of equal places and words the first), with the neighbours that push the same way.
        """
        if self._classifier is None:
            return ()
        turns = tuple(transcript.turns_of(None))
        seen = see_call(tuple(turn.text for turn in turns))
        pushes = np.array(self._classifier.contributions(call_in(turns), [(0, duty)])[0])
        own = seen.words[: len(turns)]
        begins = np.cumsum([0, *map(len, own)])  # of each turn among all words
        texts = [(turn.speaker, shown.text) for turn, shown in zip(turns, seen.skeletons, strict=True)]
        said = [(who, text[a:b]) for (who, text), spans in zip(texts, own, strict=True) for a, b in spans]
        number: dict[tuple[Speaker, str], int] = {}
        word = np.array([number.setdefault(one, len(number)) for one in said], dtype=np.int64)
        strength = np.bincount(word, pushes).round(3)  # adds up one by one
        told: dict[tuple[int, tuple[int, int]], ToneWord] = {}
        for at in np.argsort(-strength, kind="stable").tolist():
            if len(told) == _SHOWN_WORDS or strength[at] < LEAST_WEIGHT:
                break
            places = np.nonzero(word == at)[0]
            place = int(places[pushes[places].round(3).argmax()])
            turn = int(begins.searchsorted(place, "right")) - 1
            start, end = seen.source_span(turn, *own[turn][place - begins[turn]])
            for phrase in self._classifier.phrases(seen, turn, pushes[begins[turn] : begins[turn + 1]].tolist()):
                if phrase.span[0] <= start and end <= phrase.span[1] and phrase.weight > 0:
                    told.setdefault((turns[turn].index, phrase.span), replace(phrase, weight=float(strength[at])))
        return tuple([(turn, phrase) for (turn, _), phrase in told.items()])

    def _said(self, transcript: Transcript) -> Floats:
        """What the words of the call say of each duty, in log-odds."""
        if self._classifier is None:
            return np.zeros(len(self._card.duties))
        return self._classifier.log_odds_of(said_in(tuple(transcript.turns_of(None))))

    def _told(self, duty: int, signs: Floats, less: Floats) -> tuple[tuple[str, float], ...]:
        """The shares and probabilities that speak most for its being left out: (Chinese title, value)."""
        pushes = less * self._weights[:, duty]
        order = np.argsort(-pushes, kind="stable").tolist()
        told = [at for at in order if pushes[at] >= _LEAST_PUSH and SIGNS[at] not in _NO_SHARES]
        said: dict[str, float] = {}
        for at in told:  # of two of one title the stronger
            said.setdefault(_title(SIGNS[at]), round(float(signs[at]), 2))
        return tuple(said.items())[:_SHOWN]

    @cached_property
    def _usual(self) -> Floats:
        return np.array(self._card.usual)

    @cached_property
    def _weights(self) -> Floats:
        """Signs × duties."""
        return np.array([duty.weights for duty in self._card.duties.values()]).T

    @cached_property
    def _words(self) -> Floats:
        return np.array([duty.words for duty in self._card.duties.values()])

    @cached_property
    def _usual_words(self) -> Floats:
        return np.array([duty.usual_words for duty in self._card.duties.values()])

    @cached_property
    def _bias(self) -> Floats:
        return np.array([duty.bias for duty in self._card.duties.values()])


def signs_of(transcript: Transcript, acts: Mapping[int, ActReading]) -> Floats | None:
    """The row of ``SIGNS`` of a call; None where one side does nothing that could be read."""
    turns = tuple(transcript.turns_of(None))
    rows: dict[Speaker, list[list[float]]] = {who: [] for who in ACTS}
    for turn in turns:
        if turn.speaker in rows and turn.index in acts:
            done = {said.act: said.probability for said in acts[turn.index].acts}
            rows[turn.speaker].append([done.get(act, 0.0) for act in ACTS[turn.speaker]])
    if not all(rows.values()):
        return None
    agent, customer = (np.array(rows[who]) for who in ACTS)
    skeletons = see_call(tuple(turn.text for turn in turns)).skeletons
    said = [(turn.speaker, shown.text, pairs_of(shown.text)) for turn, shown in zip(turns, skeletons, strict=True)]
    return np.concatenate(
        [
            agent.max(axis=0),
            1 - np.multiply.reduce(1 - agent, axis=0),
            agent[len(agent) // 2 :].max(axis=0),
            customer.max(axis=0),
            1 - np.multiply.reduce(1 - customer, axis=0),
            customer[-1],
            _echoes(said),
        ]
    )


_Said = tuple[Speaker, str, frozenset[str]]  # who, the skeleton of what is said, its pairs


def pairs_of(text: str) -> frozenset[str]:
    """The stretches of two characters of which both say something."""
    return frozenset([pair for run in _TELLING.findall(text) for pair in map(add, run, run[1:])])


class TurnsByPairs:
    """Different turns by the pairs that they hold: of ten thousand only those are met that share one."""

    def __init__(self) -> None:
        self._turns: set[frozenset[str]] = set()
        self._holding: dict[str, list[frozenset[str]]] = {}

    def add(self, pairs: frozenset[str]) -> None:
        if pairs not in self._turns:
            self._turns.add(pairs)
            for pair in pairs:
                self._holding.setdefault(pair, []).append(pairs)

    def shared(self, pairs: frozenset[str]) -> Mapping[frozenset[str], int]:
        """Pairs of a turn → how many of ``pairs`` are among them, where any are."""
        return Counter(chain.from_iterable([self._holding[pair] for pair in pairs & self._holding.keys()]))


def _echoes(said: Sequence[_Said]) -> list[float]:
    """The values of ``ECHOES``."""
    back, answered, twice = [], [], 0.0
    agents, customers = TurnsByPairs(), TurnsByPairs()
    for who, text, pairs in reversed(said):
        if who is Speaker.AGENT:
            agents.add(pairs)
        if who is not Speaker.CUSTOMER:
            continue
        share = max(agents.shared(pairs).values(), default=0) / max(1, len(pairs))
        if len(pairs) >= _LEAST_PAIRS:
            back.append(share)
        if _QUESTION.search(text):
            answered.append(share)
        if len(pairs) > 1 and twice < 1.0:
            again = [n / min(len(pairs), len(other)) for other, n in customers.shared(pairs).items()]
            twice = max([twice, *again])
            customers.add(pairs)
    numbers = {number: at for at in range(len(said) - 1, -1, -1) for number in _numbers_told(said[at])}
    agent = [len(text) for who, text, _ in said if who is Speaker.AGENT]
    return [
        max(back, default=0.0),
        sum(back) / len(back) if back else 0.0,
        min(back, default=1.0),
        float(bool(numbers)),
        float(_said_after(said, numbers)),
        min(len(answered), _MOST_QUESTIONS) / _MOST_QUESTIONS,
        min(answered, default=1.0),
        sum(answered) / len(answered) if answered else 1.0,
        max((len(text) for who, text, _ in said if who is Speaker.CUSTOMER), default=0) / _LONG,
        sum(agent) / len(agent) / _LONG,
        min(agent) / _SHORT,
        agent[-1] / _LONG,
        twice,
    ]


def _numbers_told(turn: _Said) -> Sequence[str]:
    """The numbers that a customer tells."""
    who, text, _ = turn
    return _NUMBER.findall(text) if who is Speaker.CUSTOMER else ()


def _said_after(said: Sequence[_Said], numbers: Mapping[str, int]) -> bool:
    """Whether the agent says any of the numbers after the turn in which it was told first."""
    texts = [f"{text}\n" if who is Speaker.AGENT else "" for who, text, _ in said]
    ends = list(accumulate(map(len, texts)))
    everything = "".join(texts)
    return any(everything.find(number, ends[at]) >= 0 for number, at in numbers.items())


def _title(sign: str) -> str:
    """What people call a sign."""
    if sign in ECHOES:
        return ECHOES[sign]
    who, act, how = sign.split(".")
    side, place = {"agent": "坐席", "customer": "客户"}[who], {"late": "后半程", "last": "末句"}.get(how, "")
    return f"{side}{place}「{ACTS_OF[Speaker(who)][act]}」"
