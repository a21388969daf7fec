"""How content the customer leaves: 0 to 100, out of what both sides did, the last turns most; never the agent's score.

Each call is a few named signs between 0 and 1 (see ``SIGNS``), out of the acts of both sides and the customer's mood; a
logistic model over them gives the chance that the customer is content, which is the outcome. A sign's part in the
log-odds is its reason. Each sign speaks in one direction only: a thank-you never costs, however few calls were rated.
One sign, between -1 and 1, is what a linear classifier of both sides' words says of the whole call (``WORDS``): acts
know that something was answered, hardly what (看到了, 进水了, 系统就是这样显示的).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from qa_engine.acts.wording import LATE_TURNS, said_in
from qa_engine.classify import LinearModel, see_call
from qa_engine.classify.hashes import Places
from qa_engine.classify.shelf import Shelf
from qa_engine.domain import (
    ActReading,
    AgentAct,
    CustomerAct,
    CustomerMood,
    CustomerOutcome,
    OutcomeSign,
    Speaker,
    ToneReading,
    Transcript,
    Turn,
    digest,
)
from qa_engine.errors import ActModelError

CARD_FILE = "outcome.json"
WORDS_FILE = "outcome"  # .skops
LABEL = ("content",)
ADVICE = "point QA_OUTCOME_MODEL at a folder written by qa-engine outcome train, or unset it for the bundled model"
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "upset": "客户语气不满",
        "upset_on": "客户说完来意后仍不满",
        "last_upset": "客户最后一句不满",
        "demand": "客户发怒或要求投诉",
        "insist": "客户不接受或坚持要求",
        "unanswered": "客户的问题没有得到回答",
        "asked_twice": "客户重复询问",
        "refused": "坐席拒绝客户的要求",
        "repeats": "坐席重复同样的话",
        "offence": "坐席言行不当",
        "content": "客户同意、致谢或说已解决",
        "thanks": "客户最后致谢",
        "solved": "客户说已解决",
        "helped": "坐席给出办法、时限或选择",
        "words": "双方的用词",
    }
)
"""Sign → what people call it."""
WORDS = "words"  # the sign that a classifier reads; a model without one has no such weight
FOR_CONTENT = frozenset({"content", "thanks", "solved", "helped", WORDS})
"""The signs of which more may only speak for content; of all others it may only speak against, whatever is learnt."""
HALF_LIFE = 2.0  # customer's turns: a turn so many before the last weighs half as much
NO_MOOD = 0.25  # how upset a turn counts in which no mood can be heard (嗯, 好的)
ALIKE = 0.45  # share of common features from which two turns say one thing twice
LEAST_CHARS = 5  # 字 of a turn that can be said twice
LEAST_TURNS = 2  # of the customer, with words; a call of fewer has no outcome
MOST = 3  # unanswered questions, or turns said twice, that count
SHOWN = 4
LEAST_PUSH = 0.1  # log-odds; less is no reason
_ANSWERS = (
    AgentAct.EXPLAIN, AgentAct.STATE_RULE, AgentAct.SOLUTION, AgentAct.DEADLINE, AgentAct.PROMISE_CALLBACK,
    AgentAct.OFFER_CHOICE, AgentAct.VERIFY, AgentAct.RESTATE, AgentAct.HOLD_REQUEST, AgentAct.ESCALATE, AgentAct.RECORD,
    AgentAct.DECLINE_PROMISE, AgentAct.OWN_UP,
)  # fmt: skip
_HELPS = (AgentAct.SOLUTION, AgentAct.DEADLINE, AgentAct.OFFER_CHOICE, AgentAct.PROMISE_CALLBACK)
_CONTENT = (CustomerAct.ACCEPT, CustomerAct.THANKS, CustomerAct.SOLVED)
_ANSWERED_FROM, _ASKED_FROM = 0.25, 0.5
_Does = Mapping[str, float]  # act → its probability in a turn, where it is worth a word


class OutcomeCard(BaseModel):
    """``outcome.json``: the weights of the signs in log-odds, and what they were fitted to; ``words`` is the digest of
    the classifier of words beside it, if there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    name: str
    weights: dict[str, float]
    bias: float
    calls: int  # that the weights were fitted to
    fitted_to: str
    words: str | None = None


class OutcomeModel:
    """Reads the outcome of a call out of its acts. Same transcript, same acts, same model: equal outcomes."""

    def __init__(self, card: OutcomeCard, words: LinearModel | None = None) -> None:
        self.card = card
        self.words = words

    @classmethod
    def load(cls, folder: Path) -> "OutcomeModel":
        """The model in ``folder``; raises ActModelError."""
        path = folder / CARD_FILE
        try:
            card = OutcomeCard.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ActModelError(f"{path}: cannot be read ({error.strerror}); {ADVICE}") from None
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise ActModelError(f"{path}: no outcome model ({place}: {first['msg']}); {ADVICE}") from None
        if set(card.weights) != set(SIGNS) - ({WORDS} if card.words is None else set()):
            raise ActModelError(f"{path}: its signs are not those of this engine; train it anew")
        return cls(card, None if card.words is None else _shelf(folder).take(WORDS_FILE, LABEL, "several", card.words))

    def save(self, folder: Path) -> None:
        """Write card and classifier into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        words = None if self.words is None else _shelf(folder).put(WORDS_FILE, self.words)
        card = self.card.model_copy(update={"words": words})
        text = json.dumps(card.model_dump(), ensure_ascii=False, indent=1) + "\n"
        (folder / CARD_FILE).write_text(text, encoding="utf-8")

    @property
    def name(self) -> str:
        return self.card.name

    @cached_property
    def digest(self) -> str:
        limits = [HALF_LIFE, NO_MOOD, ALIKE, LEAST_CHARS, LEAST_TURNS, MOST, _ANSWERED_FROM, _ASKED_FROM, LATE_TURNS]
        return digest([self.card.model_dump(), list(SIGNS), limits])

    def read(
        self, transcript: Transcript, acts: Mapping[int, ActReading], tones: Mapping[int, ToneReading]
    ) -> CustomerOutcome | None:
        """The outcome of a call whose turns do ``acts`` in ``tones``; None when the customer hardly speaks."""
        signs = signs_of(transcript, acts, tones, self.words)
        return None if signs is None else self.of_signs(signs)

    def of_signs(self, signs: Mapping[str, float]) -> CustomerOutcome:
        """The outcome of a call with these signs."""
        pushes = {name: self.card.weights[name] * value for name, value in signs.items()}
        chance = 1.0 / (1.0 + math.exp(-(self.card.bias + sum(pushes.values()))))
        told = sorted(pushes.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        reasons = tuple(
            OutcomeSign(name, SIGNS[name], round(push, 2)) for name, push in told[:SHOWN] if abs(push) >= LEAST_PUSH
        )
        return CustomerOutcome(round(100 * chance), reasons)


def _shelf(folder: Path) -> Shelf:
    return Shelf(folder, CARD_FILE, ActModelError, ADVICE)


def signs_of(
    transcript: Transcript,
    acts: Mapping[int, ActReading],
    tones: Mapping[int, ToneReading],
    words: LinearModel | None = None,
) -> dict[str, float] | None:
    """Every sign between 0 and 1, and that of ``words`` between -1 and 1; None when the customer hardly speaks."""
    everything = tuple(transcript.turns_of(None))
    turns = [turn for turn in everything if turn.speaker is not Speaker.UNKNOWN]
    said = [turn for turn in turns if turn.speaker is Speaker.CUSTOMER and turn.index in acts]
    if len(said) < LEAST_TURNS:
        return None
    asked_twice, repeats = _said_twice(everything, said), _said_twice(everything, _of_agent(turns))
    done = {turn: {act.act: act.probability for act in reading.acts} for turn, reading in acts.items()}
    agent = [done[turn.index] for turn in _of_agent(turns) if turn.index in done]
    return {
        **_of_customer([done[turn.index] for turn in said], [_upset(tones.get(turn.index)) for turn in said]),
        "unanswered": min(MOST, _unanswered(turns, done)) / MOST,
        "asked_twice": asked_twice / MOST,
        "refused": max((_most(does, (AgentAct.REFUSE,)) for does in agent), default=0.0),
        "repeats": repeats / MOST,
        "offence": max((_most(does, (AgentAct.OFFENCE,)) for does in agent), default=0.0),
        "helped": sum(_most(does, _HELPS) for does in agent) / max(1, len(agent)),
        **({} if words is None else {WORDS: by_words(words, everything)[0]}),
    }


def by_words(words: LinearModel, *calls: Sequence[Turn]) -> list[float]:
    """What ``words`` says of each call, from -1 (sure of a discontented customer) to 1."""
    said = [float(words.log_odds_of(said_in(turns, late=True))[0]) for turns in calls]
    return [round(math.tanh(value / 2), 6) for value in said]


def _of_customer(turns: Sequence[_Does], upset: Sequence[float]) -> dict[str, float]:
    """What the customer's own turns show, what came last counting most."""
    weights = [0.5 ** ((len(turns) - 1 - at) / HALF_LIFE) for at in range(len(turns))]

    def late(values: Sequence[float]) -> float:
        own = weights[len(weights) - len(values) :]
        return float(sum(w * value for w, value in zip(own, values, strict=True)) / sum(own))

    furious = [_most(does, (CustomerAct.ANGRY, CustomerAct.DEMAND_COMPLAINT)) for does in turns]
    return {
        "upset": late(upset),
        "upset_on": sum(upset[1:]) / len(upset[1:]),
        "last_upset": upset[-1],
        "demand": max(w * p for w, p in zip(weights, furious, strict=True)),
        "insist": late([_most(does, (CustomerAct.INSIST, CustomerAct.REJECT)) for does in turns[1:]]),
        "content": late([_most(does, _CONTENT) for does in turns]),
        "thanks": _most(turns[-1], (CustomerAct.THANKS,)),
        "solved": late([_most(does, (CustomerAct.SOLVED,)) for does in turns]),
    }


def _upset(mood: ToneReading | None) -> float:
    calm = None if mood is None else dict(mood.probabilities).get(CustomerMood.CALM.value)
    return NO_MOOD if calm is None else 1.0 - calm


def _most(does: _Does, acts: Sequence[str]) -> float:
    return max([does.get(act, 0.0) for act in acts])


def _of_agent(turns: Sequence[Turn]) -> list[Turn]:
    return [turn for turn in turns if turn.speaker is Speaker.AGENT]


def _unanswered(turns: Sequence[Turn], done: Mapping[int, _Does]) -> int:
    """Questions of the customer behind which the agent did nothing of an answer before the customer spoke again."""
    open_question, count = False, 0
    for turn in turns:
        does = done.get(turn.index, {})
        if turn.speaker is Speaker.CUSTOMER:
            count += open_question
            open_question = _most(does, (CustomerAct.ASK,)) >= _ASKED_FROM
        elif _most(does, _ANSWERS) >= _ANSWERED_FROM:
            open_question = False
    return count + open_question


def _said_twice(everything: Sequence[Turn], said: Sequence[Turn]) -> int:
    """Turns of ``said`` that say again what an earlier one said; no more than ``MOST`` are counted.

    ``said`` is of one speaker, ``everything`` the call as its other readers see it, so that they share its features.
    Two sets of features that are alike to ``ALIKE`` share one of their first few in any fixed order, the rarest first:
    only turns that do are compared, so that a call of ten thousand turns takes no hundred million comparisons.
    """
    call, wanted = see_call(tuple(turn.text for turn in everything)), {turn.index for turn in said}
    theirs = [at for at, turn in enumerate(everything) if said and turn.speaker is said[0].speaker]
    long = [
        row
        for row, at in enumerate(theirs)
        if everything[at].index in wanted and len(call.skeletons[at].text) >= LEAST_CHARS
    ]
    if len(long) < 2:
        return 0
    seen = call.of(theirs)
    starts, columns = seen.cells
    rows = [columns[starts[row] : starts[row + 1]] for row in long]
    count = 0
    earlier: dict[int, list[int]] = {}  # of a feature the rows so far that begin with it
    held = np.zeros(len(seen.names), dtype=bool)  # by the row that is looked at
    for row, first in _beginnings(rows):
        near: set[int] = set()
        for feature in first:
            others = earlier.setdefault(feature, [])
            near.update(others)
            others.append(row)
        if near:
            held[rows[row]] = True
            count += any(_alike(len(rows[row]), rows[other], held) for other in near)
            held[rows[row]] = False
        if count >= MOST:
            break
    return count


def _beginnings(rows: Sequence[Places]) -> Iterator[tuple[int, Sequence[int]]]:
    """Of each row its first few features, the rarest first, that are also among the first of another row, if any."""
    column, sizes = np.concatenate(rows), np.array([len(row) for row in rows])
    number = np.repeat(np.arange(len(rows)), sizes)
    in_rows = np.bincount(column)
    width, shared = len(in_rows), in_rows[column] > 1
    alone = np.bincount(number[~shared], minlength=len(rows))  # those of one row only are its rarest
    ordered = np.sort((number * (len(rows) + 1) + in_rows[column])[shared] * width + column[shared])
    number, column = ordered // (width * (len(rows) + 1)), ordered % width
    place = np.arange(len(ordered)) - np.searchsorted(number, np.arange(len(rows)))[number] + alone[number]
    first = place < (sizes - np.ceil(ALIKE * sizes - 1e-9) + 1)[number]
    number, column = number[first], column[first]
    again = np.bincount(column, minlength=1)[column] > 1
    features = column[again].tolist()
    bounds = pairwise(np.searchsorted(number[again], np.arange(len(rows) + 1)).tolist())
    return ((row, features[begin:end]) for row, (begin, end) in enumerate(bounds) if begin < end)


def _alike(size: int, other: Places, held: NDArray[np.bool_]) -> bool:
    """Whether a row of so many features, which are ``held``, and another have enough in common."""

    def enough(common: int) -> bool:
        return common >= ALIKE * (size + len(other) - common)

    # Of two rows of very different size even all of the smaller one would be too little.
    return enough(min(size, len(other))) and enough(int(np.count_nonzero(held[other])))
