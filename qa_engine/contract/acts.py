"""Acts and outcome of a call as plain JSON, and back."""

from collections.abc import Mapping
from typing import Any

from qa_engine.domain import ActReading, ActSaid, CustomerOutcome, OutcomeSign, ScenarioGuess


def act_to_json(reading: ActReading) -> dict[str, Any]:
    said = [{"act": one.act, "probability": one.probability, "span": list(one.span)} for one in reading.acts]
    return {"turn": reading.turn, "acts": said}


def act_from_json(obj: Mapping[str, Any]) -> ActReading:
    said = (ActSaid(one["act"], one["probability"], (one["span"][0], one["span"][1])) for one in obj["acts"])
    return ActReading(obj["turn"], tuple(said))


def outcome_to_json(outcome: CustomerOutcome) -> dict[str, Any]:
    signs = [{"name": sign.name, "title": sign.title, "push": sign.push} for sign in outcome.signs]
    return {"score": outcome.score, "signs": signs}


def outcome_from_json(obj: Mapping[str, Any]) -> CustomerOutcome:
    signs = (OutcomeSign(sign["name"], sign["title"], sign["push"]) for sign in obj["signs"])
    return CustomerOutcome(obj["score"], tuple(signs))


def guess_to_json(guess: ScenarioGuess) -> dict[str, Any]:
    return {"scenario": guess.scenario, "probability": guess.probability}


def guess_from_json(obj: Mapping[str, Any]) -> ScenarioGuess:
    return ScenarioGuess(obj["scenario"], obj["probability"])
