"""The scenario classifier: calls put together out of written lines, and other authors' calls.

    python models/acts/scenarios.py [--out DIR]

A generated call has an opening, lines of its scenario, everyday lines of the acts' frames, and a closing. The calls of
the halves of ``benchmarks/verdicts`` that the act model learns from stand beside them, their scenario by their author;
each half is measured, and calibration fitted, by classifiers that saw nothing of its author. The golden calls were
written by others to test rules; nothing of them is learnt.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import corpus
import figures
import halves
import numpy as np
import outcomes

from qa_engine.acts import ScenarioModel
from qa_engine.acts.card import ADVICE, SCENARIO_CARD_FILE, ScenarioCard
from qa_engine.acts.scenario import ScenarioReading, call_codes, likely
from qa_engine.acts.wording import rows_of
from qa_engine.classify import VERSION, LinearModel
from qa_engine.classify.fit import Lessons, Recipe, calibrated, calibration, fit_once, slim
from qa_engine.classify.linear import Floats
from qa_engine.classify.shelf import Shelf
from qa_engine.contract import transcript_from_json
from qa_engine.domain import Direction, Speaker, Turn
from qa_engine.errors import ActModelError
from qa_engine.resources import rules_dir

HERE = Path(__file__).resolve().parent
LINES = HERE / "scenario"
NAME = "qa-engine-scenario 0.2"
SCENARIOS = ("consultation", "complaint", "order", "after_sales", "followup", "telesales")
OUTBOUND = frozenset({"followup", "telesales"})
RECIPE = Recipe(strength=10.0, most_features=20_000)
_UPSET = frozenset({"complain", "angry", "demand_complaint", "insist", "reject"})
UNUSUAL = {
    "complaint": frozenset({"refuse_sale"}),
    "telesales": frozenset({"demand_complaint", "solved"}),
    **dict.fromkeys(("consultation", "order", "after_sales", "followup"), _UPSET | {"refuse_sale"}),
}
"""What customers rarely do in calls of a scenario; after_sales is left with its own lines of trouble."""
CALLS = 300  # of each scenario and side
WRITTEN_TIMES = 6  # that a whole written call counts
WRITTEN = "long.txt"  # the short calls tell too little of what they are about: with them fewer of others' are right
HALVES_WEIGHT = 0.5  # of a call of the halves, which is learnt twice, with its direction and without
FILE = "evaluation_scenario.json"
_WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}

CallOf = tuple[str, tuple[Turn, ...], Direction | None]


class Known:
    """A call with its scenario, and its features with and without its direction."""

    def __init__(self, scenario: str, turns: Sequence[Turn], direction: Direction | None) -> None:
        self.scenario, self.direction = scenario, direction
        self.told = call_codes(turns, direction)
        self.blind = call_codes(turns, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="folder of the model; default: the bundled one"
    )
    out = parser.parse_args().out
    make(out)
    figures.renew(out.parent)


def make(out: Path) -> None:
    """Fit, measure and write into ``out``; figures beside it."""
    made = [Known(*call) for side in (0, 1) for call in calls(side)]
    headed = of_halves()
    others = [Known(*call) for _, call in headed]
    z = unseen(made, others, np.array([halves.author(half) for half, _ in headed]))
    slope, bias = calibration("one", z, np.array([SCENARIOS.index(call.scenario) for call in others]))
    whole = slim(fitted(made, others), RECIPE)
    shelf = Shelf(out, SCENARIO_CARD_FILE, ActModelError, ADVICE)
    out.mkdir(parents=True, exist_ok=True)
    contents = shelf.put("scenario", calibrated(whole, slope, bias))
    card = ScenarioCard(version=1, name=NAME, features=VERSION, scenarios=SCENARIOS, contents=contents, sure_from=None)
    card.save(out)
    golden = on_golden(ScenarioModel.load(out))
    card.model_copy(update={"sure_from": golden["sure_from"]}).save(out)
    said = [likely(SCENARIOS, row, call.direction) for row, call in zip(z * slope + bias, others, strict=True)]
    learnt = {"generated": len(made), "halves": len(others)}
    found = {"learnt": learnt, "halves": by_half(headed, said), "golden": golden}
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    (out.parent / FILE).write_text(text, encoding="utf-8")


def calls(side: int) -> Iterator[CallOf]:
    """Calls of every scenario, of one half of its lines and of the everyday frames."""
    slots = corpus.Slots.read(corpus.FRAMES / "slots.txt")
    frames = [f for f in corpus.read_frames() if "offence" not in f.acts and _side(f.text) == side]
    said = {speaker: [f for f in frames if f.speaker is speaker] for speaker in _WHO.values()}
    opening = [f for f in said[Speaker.AGENT] if f.acts & {"greet", "identify"}]
    closing = [f for f in said[Speaker.AGENT] if f.acts & {"thanks", "farewell", "ask_further"}]
    for scenario in SCENARIOS:
        lines = [(who, text) for who, text in _lines(scenario) if _side(text) == side]
        for number in range(CALLS):
            rng = random.Random(f"call {scenario} {side} {number}")
            trade = rng.choice(corpus.TRADES)
            chosen = rng.sample(lines, min(len(lines), rng.randint(2, 7)))
            chosen += [(f.speaker, f.text) for f in rng.sample(said[Speaker.AGENT], rng.randint(1, 4))]
            usual = [f for f in said[Speaker.CUSTOMER] if not f.acts & UNUSUAL[scenario]]
            chosen += [(f.speaker, f.text) for f in rng.sample(usual, rng.randint(1, 4))]
            rng.shuffle(chosen)
            whole = [(Speaker.AGENT, rng.choice(opening).text), *chosen, (Speaker.AGENT, rng.choice(closing).text)]
            turns = tuple(Turn(at, who, slots.filled(text, trade, rng)) for at, (who, text) in enumerate(whole))
            yield scenario, turns, _direction(scenario) if rng.random() < 0.7 else None
    for _, transcript, _ in outcomes.written(WRITTEN):
        told = transcript.call.scenario
        if told is not None and _side(transcript.turns[0].text + transcript.turns[1].text) == side:
            for number in range(WRITTEN_TIMES):
                yield told, transcript.turns, _direction(told) if number % 2 else None


def _direction(scenario: str) -> Direction:
    return Direction.OUTBOUND if scenario in OUTBOUND else Direction.INBOUND


def _lines(scenario: str) -> Iterator[tuple[Speaker, str]]:
    for line in (LINES / f"{scenario}.txt").read_text(encoding="utf-8").splitlines():
        who, text = line.split("\t")
        yield _WHO[who], text


def _side(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % 2


def of_halves() -> list[tuple[str, CallOf]]:
    """(half, call) of every call of the halves, as its author headed it."""
    found = []
    for half in halves.LEARNT:
        for head, said in halves.calls(half):
            _, scenario, _, direction, *_ = head.split()
            turns = tuple(Turn(at, who, text) for at, (who, text) in enumerate(said))
            found.append((half, (scenario, turns, Direction(direction))))
    return found


def unseen(made: Sequence[Known], others: Sequence[Known], authors: np.ndarray) -> Floats:
    """Log-odds of each of the others' calls, by a classifier that saw nothing of its author."""
    found = np.zeros((len(others), len(SCENARIOS)))
    for author in sorted(set(authors)):
        mine = np.nonzero(authors == author)[0]
        model = fitted(made, [others[at] for at in np.nonzero(authors != author)[0]])
        found[mine] = model.log_odds(rows_of([others[at].told for at in mine]))
    return found


def fitted(made: Sequence[Known], others: Sequence[Known]) -> LinearModel:
    labels = np.array([SCENARIOS.index(call.scenario) for call in (*made, *others, *others)], dtype=np.int64)
    numbers = np.concatenate([np.arange(len(made)), *2 * [len(made) + np.arange(len(others))]])
    weights = np.repeat([1.0, HALVES_WEIGHT], [len(made), 2 * len(others)])
    seen = rows_of([*(call.told for call in (*made, *others)), *(call.blind for call in others)])
    lessons = Lessons(("",) * len(labels), labels, numbers, weights)
    return fit_once(SCENARIOS, "one", lessons, seen, RECIPE)


def by_half(others: Sequence[tuple[str, CallOf]], said: Sequence[ScenarioReading]) -> Mapping[str, Any]:
    """Of each half and of all: how many are right, and how likely they were told to be."""
    pairs = zip(others, said, strict=True)
    read = [(half, scenario == one.scenario, one.probability) for (half, (scenario, _, _)), one in pairs]
    found = {}
    for name in (*halves.LEARNT, "all"):
        mine = [(right, p) for half, right, p in read if name in (half, "all")]
        found[name] = {"calls": len(mine), "right": _mean([r for r, _ in mine]), "told": _mean([p for _, p in mine])}
    for least, most in ((0.0, 0.5), (0.5, 0.9), (0.9, 1.01)):
        mine = [(right, p) for _, right, p in read if least <= p < most]
        name = f"told from {least}" if least else f"told below {most}"
        found[name] = {"calls": len(mine), "right": _mean([r for r, _ in mine]), "told": _mean([p for _, p in mine])}
    return found


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)


def on_golden(model: ScenarioModel) -> Mapping[str, Any]:
    """How golden calls are read whose scenario is told and is one of ours; with and without their direction."""
    found: list[tuple[str, str, float]] = []
    blind = 0
    for path in sorted((rules_dir() / "golden").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        content.pop("golden")
        told = content.pop("scenario", None)
        if told not in SCENARIOS:
            continue
        reading = model.read(transcript_from_json(content, path.name))
        content.pop("direction", None)
        without = model.read(transcript_from_json(content, path.name))
        blind += without is not None and without.scenario == told
        if reading is not None:
            found.append((told, reading.scenario, reading.probability))
    confusion = {a: {b: sum((t, s) == (a, b) for t, s, _ in found) for b in SCENARIOS} for a in SCENARIOS}
    sure = next((at for at in np.arange(0.4, 0.995, 0.05).round(2).tolist() if _precise(found, at)), None)
    return {
        "calls": len(found),
        "right": round(sum(told == said for told, said, _ in found) / len(found), 4),
        "right_without_direction": round(blind / len(found), 4),
        "sure_from": sure,
        "share_sure": round(sum(p >= (sure or 2) for *_, p in found) / len(found), 4),
        "confusion": confusion,
    }


def _precise(found: Sequence[tuple[str, str, float]], least: float) -> bool:
    hits = [told == said for told, said, probability in found if probability >= least]
    return len(hits) >= 20 and sum(hits) >= 0.9 * len(hits)


if __name__ == "__main__":
    main()
