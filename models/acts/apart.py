"""The sentences written apart from the corpus, read by the model as it is: one half was looked at, the other never.

``evaluation/good.tsv`` are everyday good turns of agents, most of which hold a word of an offence in plain sense;
``rude.tsv`` rude and forbidden ones that stand in no list; ``customer.tsv`` turns of customers. While frames were
written the mistakes in the half that is ``seen`` were read, and new frames of their kinds written; those of the
``unseen`` half were only counted.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus import OFFENCES

from qa_engine.acts import ActModel
from qa_engine.domain import ActReading, Call, Speaker, Transcript, Turn

FOLDER = Path(__file__).resolve().parent / "evaluation"
HALVES = ("seen", "unseen")
SPEAKER = {"good": Speaker.AGENT, "rude": Speaker.AGENT, "customer": Speaker.CUSTOMER}
LEVELS = ("sure", "very_sure", "alone")
BAD = (*OFFENCES, "offence")


def measured(model: ActModel) -> Mapping[str, Any]:
    """Set → half → counts."""
    return {name: {half: _counts(model, name, half) for half in HALVES} for name in SPEAKER}


def half_of(text: str) -> str:
    return HALVES[hashlib.sha256(text.encode()).digest()[0] % 2]


def rows_of(name: str, half: str) -> list[tuple[frozenset[str], str]]:
    """(acts, text) of one half of a set."""
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = (line.split("\t") for line in lines)
    return [(frozenset(acts.split()) - {"-"}, text) for acts, text in pairs if half_of(text) == half]


def _counts(model: ActModel, name: str, half: str) -> Mapping[str, int]:
    speaker, rows = SPEAKER[name], rows_of(name, half)
    call = Transcript(Call(name), tuple(Turn(at, speaker, text) for at, (_, text) in enumerate(rows)))
    readings = model.read(call)
    found: dict[str, int] = {"turns": len(rows)}

    def count(key: str, holds: bool) -> None:
        found[key] = found.get(key, 0) + holds

    for at, (acts, _) in enumerate(rows):
        reading = readings.get(at, ActReading(at))
        likely = {said.act for said in reading.acts if said.probability >= 0.5}
        if name == "rude":
            count("its own act", bool(acts & likely))
        else:
            for act in acts:
                count("acts", True)
                count("acts found", act in likely)
                count("acts taken as absent", reading.probability(act) <= model.limits[speaker, act].absent)
        if name != "customer":
            count("any offence", bool(likely & set(BAD)))
            count("one of the offences", bool(likely & set(OFFENCES)))
            for level in LEVELS:
                count(f"offence, {level}", any(_reached(model, reading, act, level) for act in BAD))
    return found


def _reached(model: ActModel, reading: ActReading, act: str, level: str) -> bool:
    least = getattr(model.limits[Speaker.AGENT, act], level)
    return least is not None and reading.probability(act) >= least
