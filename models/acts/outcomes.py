"""The starter of the customer outcome: fitted to generated calls, tried on written ones.

    python models/acts/outcomes.py [--out DIR]

A generated call goes well or badly by a coin; what both sides say then is drawn from the acts' frames, one sentence in
six from the wrong side. No customer ever rated one of these calls: a centre with ratings should train its own
(``qa-engine outcome train``). The written calls of ``outcome/calls.txt`` took no part.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import corpus

from qa_engine.acts import ActModel
from qa_engine.acts.outcome import OutcomeModel
from qa_engine.acts.outcome_fit import Rated, figures, fit_outcome, rated
from qa_engine.domain import Call, Speaker, Transcript, Turn

HERE = Path(__file__).resolve().parent
WRITTEN = HERE / "outcome" / "calls.txt"
NAME = "qa-engine-outcome 0.1"
CALLS = 800
WRONG = 1 / 6  # sentences that do not fit the way a call goes
ASKED_AGAIN = 0.4  # of the calls that go badly, the customer says again what he began with
FILE = "evaluation_outcome.json"
_WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}
_BEGINS = {"ask": 3, "complain": 2, "demand_complaint": 1}
_MIDDLE = {
    True: ({"solution", "explain", "deadline", "apologise", "verify", "offer_choice"}, {"ask", "accept", "solved"}),
    False: (
        {"refuse", "shift_blame", "state_rule", "retort", "decline_promise"}, {"complain", "insist", "reject", "ask"}
    ),
}  # fmt: skip
_ENDS = {True: ("thanks", "accept", "solved"), False: ("angry", "complain", "reject", "demand_complaint", "insist")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="folder of the models; default: the bundled one"
    )
    make(parser.parse_args().out)


def make(out: Path) -> None:
    """Fit, measure and write into ``out``; figures beside it."""
    acts = ActModel.load(out)
    learnt = [call for made in generated() if (call := _rated(acts, *made)) is not None]
    card = fit_outcome(learnt, name=NAME, fitted_to="calls generated from our own sentences; no customer rated them")
    card.save(out)
    model = OutcomeModel.load(out)
    tried, said = [], []
    for transcript, content in written():
        readings = acts.read(transcript)
        call, outcome = rated(transcript, readings, content), model.read(transcript, readings)
        if call is not None and outcome is not None:
            tried.append(call)
            said.append(outcome.score)
    found = figures(said, tried)
    told = {
        "learnt": len(learnt),
        "written": {"calls": found.calls, "spearman": found.spearman, "mean_gap": found.mean_gap},
    }
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (out.parent / FILE).write_text(text, encoding="utf-8")


def _rated(acts: ActModel, transcript: Transcript, content: float) -> Rated | None:
    return rated(transcript, acts.read(transcript), content)


def generated() -> Iterator[tuple[Transcript, float]]:
    """Calls that go well or badly, with 1 or 0."""
    slots = corpus.Slots.read(corpus.FRAMES / "slots.txt")
    frames = sorted(corpus.read_frames(), key=lambda frame: frame.id)
    for number in range(CALLS):
        rng = random.Random(f"outcome {number}")
        well, trade = rng.random() < 0.5, rng.choice(corpus.TRADES)
        begin = rng.choices(list(_BEGINS), weights=list(_BEGINS.values()))[0]
        lines = [_line(frames, Speaker.CUSTOMER, {begin}, rng)]
        for _ in range(rng.randint(1, 4)):
            agent, customer = _MIDDLE[well ^ (rng.random() < WRONG)]
            lines += [_line(frames, Speaker.AGENT, agent, rng), _line(frames, Speaker.CUSTOMER, customer, rng)]
        end = _ENDS[well ^ (rng.random() < WRONG / 2)]
        if not well and rng.random() < ASKED_AGAIN:
            lines.append(lines[0])
        lines.append(_line(frames, Speaker.CUSTOMER, {rng.choice(end)}, rng))
        turns = tuple(Turn(at, f.speaker, slots.filled(f.text, trade, rng)) for at, f in enumerate(lines))
        yield Transcript(Call(f"outcome-{number}"), turns), float(well)


def _line(frames: Sequence[corpus.Frame], speaker: Speaker, acts: set[str], rng: random.Random) -> corpus.Frame:
    return rng.choice([frame for frame in frames if frame.speaker is speaker and frame.acts & acts])


def written() -> Iterator[tuple[Transcript, float]]:
    """The written calls with their ratings, 0 to 1."""
    blocks = WRITTEN.read_text(encoding="utf-8").split("== ")[1:]
    for number, block in enumerate(blocks):
        rating, *lines = block.strip().splitlines()
        said = (line.split("：", 1) for line in lines)
        turns = tuple(Turn(at, _WHO[who], text) for at, (who, text) in enumerate(said))
        yield Transcript(Call(f"written-{number}"), turns), (int(rating) - 1) / 4


if __name__ == "__main__":
    main()
