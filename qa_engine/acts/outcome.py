"""How content the customer leaves: 0 to 100, out of what both sides did, the last turns most; never the agent's score.

Each call is a few named signs between 0 and 1 (see ``SIGNS``); a logistic model over them gives the chance that the
customer is content, which is the outcome. A sign's part in the log-odds is its reason.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from qa_engine.classify import see_call
from qa_engine.domain import (
    ActReading,
    AgentAct,
    CustomerAct,
    CustomerOutcome,
    OutcomeSign,
    Speaker,
    Transcript,
    Turn,
    digest,
)
from qa_engine.errors import ActModelError

CARD_FILE = "outcome.json"
ADVICE = "point QA_OUTCOME_MODEL at a folder written by qa-engine outcome train, or unset it for the bundled model"
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "angry": "客户发怒",
        "complain": "客户抱怨",
        "demand": "客户要求投诉或升级",
        "reject": "客户不接受或坚持要求",
        "accept": "客户同意",
        "thanks": "客户致谢",
        "solved": "客户说已解决",
        "last_upset": "客户最后一句不满",
        "last_content": "客户最后一句满意",
        "unanswered": "客户的问题没有得到回答",
        "asked_twice": "客户重复询问",
        "offence": "坐席言行不当",
        "helped": "坐席给出办法或时限",
    }
)
"""Sign → what people call it."""
HALF_LIFE = 2.0  # customer's turns: a turn so many before the last weighs half as much
ALIKE = 0.45  # share of common features from which two questions are one asked twice
LEAST_CHARS = 5  # 字 of a question that can be asked twice
LEAST_TURNS = 2  # of the customer, with words; a call of fewer has no outcome
MOST = 3  # unanswered or repeated questions that count
SHOWN = 4
LEAST_PUSH = 0.1  # log-odds; less is no reason
_ANSWERS = (
    AgentAct.EXPLAIN, AgentAct.STATE_RULE, AgentAct.SOLUTION, AgentAct.DEADLINE, AgentAct.PROMISE_CALLBACK,
    AgentAct.OFFER_CHOICE, AgentAct.VERIFY, AgentAct.RESTATE, AgentAct.HOLD_REQUEST, AgentAct.ESCALATE, AgentAct.RECORD,
    AgentAct.DECLINE_PROMISE, AgentAct.OWN_UP,
)  # fmt: skip
_ANSWERED_FROM, _ASKED_FROM = 0.25, 0.5


class OutcomeCard(BaseModel):
    """``outcome.json``: the weights of the signs in log-odds, and what they were fitted to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    name: str
    weights: dict[str, float]
    bias: float
    calls: int  # that the weights were fitted to
    fitted_to: str

    def save(self, folder: Path) -> None:
        """Write the card into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.model_dump(), ensure_ascii=False, indent=1) + "\n"
        (folder / CARD_FILE).write_text(text, encoding="utf-8")


class OutcomeModel:
    """Reads the outcome of a call out of its acts. Same transcript, same acts, same model: equal outcomes."""

    def __init__(self, card: OutcomeCard) -> None:
        self._card = card

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
        if set(card.weights) != set(SIGNS):
            raise ActModelError(f"{path}: its signs are not those of this engine; train it anew")
        return cls(card)

    @property
    def name(self) -> str:
        return self._card.name

    @cached_property
    def digest(self) -> str:
        limits = [HALF_LIFE, ALIKE, LEAST_CHARS, LEAST_TURNS, MOST, _ANSWERED_FROM, _ASKED_FROM]
        return digest([self._card.model_dump(), list(SIGNS), limits])

    def read(self, transcript: Transcript, acts: Mapping[int, ActReading]) -> CustomerOutcome | None:
        """The outcome of a call whose turns do ``acts``; None when the customer hardly speaks."""
        signs = signs_of(transcript, acts)
        return None if signs is None else self.of_signs(signs)

    def of_signs(self, signs: Mapping[str, float]) -> CustomerOutcome:
        """The outcome of a call with these signs."""
        pushes = {name: self._card.weights[name] * value for name, value in signs.items()}
        chance = 1.0 / (1.0 + math.exp(-(self._card.bias + sum(pushes.values()))))
        told = sorted(pushes.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        reasons = tuple(
            OutcomeSign(name, SIGNS[name], round(push, 2)) for name, push in told[:SHOWN] if abs(push) >= LEAST_PUSH
        )
        return CustomerOutcome(round(100 * chance), reasons)


def signs_of(transcript: Transcript, acts: Mapping[int, ActReading]) -> dict[str, float] | None:
    """Every sign between 0 and 1; None when the customer hardly speaks."""
    turns = tuple(turn for turn in transcript.turns_of(None) if turn.speaker is not Speaker.UNKNOWN)
    said = [turn for turn in turns if turn.speaker is Speaker.CUSTOMER and turn.index in acts]
    if len(said) < LEAST_TURNS:
        return None
    readings = [acts[turn.index] for turn in said]
    weights = [0.5 ** ((len(readings) - 1 - at) / HALF_LIFE) for at in range(len(readings))]

    def late(*names: CustomerAct) -> float:
        """How much the customer did one of these, what came last counting most."""
        strengths = [max(reading.probability(name) for name in names) for reading in readings]
        return float(max(w * p for w, p in zip(weights, strengths, strict=True)))

    agent = [acts[turn.index] for turn in turns if turn.speaker is Speaker.AGENT and turn.index in acts]
    last = readings[-1]
    return {
        "angry": late(CustomerAct.ANGRY),
        "complain": late(CustomerAct.COMPLAIN),
        "demand": late(CustomerAct.DEMAND_COMPLAINT),
        "reject": late(CustomerAct.REJECT, CustomerAct.INSIST),
        "accept": late(CustomerAct.ACCEPT),
        "thanks": late(CustomerAct.THANKS),
        "solved": late(CustomerAct.SOLVED),
        "last_upset": max(last.probability(a) for a in (CustomerAct.ANGRY, CustomerAct.COMPLAIN, CustomerAct.REJECT)),
        "last_content": max(last.probability(a) for a in (CustomerAct.THANKS, CustomerAct.ACCEPT, CustomerAct.SOLVED)),
        "unanswered": min(MOST, _unanswered(turns, acts)) / MOST,
        "asked_twice": min(MOST, _asked_twice(said)) / MOST,
        "offence": max((reading.probability(AgentAct.OFFENCE) for reading in agent), default=0.0),
        "helped": max(
            (r.probability(a) for r in agent[-4:] for a in (AgentAct.SOLUTION, AgentAct.DEADLINE)), default=0.0
        ),
    }


def _unanswered(turns: Sequence[Turn], acts: Mapping[int, ActReading]) -> int:
    """Questions of the customer behind which the agent did nothing of an answer before the customer spoke again."""
    open_question, count = False, 0
    for turn in turns:
        reading = acts.get(turn.index, ActReading(turn.index))
        if turn.speaker is Speaker.CUSTOMER:
            count += open_question
            open_question = reading.probability(CustomerAct.ASK) >= _ASKED_FROM
        elif any(reading.probability(act) >= _ANSWERED_FROM for act in _ANSWERS):
            open_question = False
    return count + open_question


def _asked_twice(said: Sequence[Turn]) -> int:
    """Turns of the customer that say again what an earlier one said; no more than ``MOST`` are counted.

    Two sets of features that are alike to ``ALIKE`` share one of their first few in any fixed order, the rarest first:
    only turns that do are compared, so that a call of ten thousand turns takes no hundred million comparisons.
    """
    seen = see_call(tuple(turn.text for turn in said))
    long = [at for at, turn in enumerate(said) if len(seen.skeletons[at].text) >= LEAST_CHARS]
    features = [frozenset(seen.columns_of(at).tolist()) for at in long]
    common = Counter(chain.from_iterable(features))
    by_feature: dict[int, list[frozenset[int]]] = {}
    count = empty = 0
    for mine in features:
        first = sorted(mine, key=lambda feature: (common[feature], feature))
        first = first[: len(mine) - math.ceil(ALIKE * len(mine) - 1e-9) + 1]
        again = bool(empty) if not mine else False
        count += again or any(_alike(mine, other) for feature in first for other in by_feature.get(feature, ()))
        if count >= MOST:
            return count
        empty += not mine
        for feature in first:
            by_feature.setdefault(feature, []).append(mine)
    return count


def _alike(first: frozenset[int], second: frozenset[int]) -> bool:
    return len(first & second) >= ALIKE * len(first | second)
