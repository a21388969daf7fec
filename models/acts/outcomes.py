"""The starter of the customer outcome: fitted to calls written and rated by us, tried on trades it has not seen.

    python models/acts/outcomes.py [--out DIR]

``outcome/*.txt`` hold calls with the rating that their customer would give; no customer rated one of them. A centre
with ratings should train its own (``qa-engine outcome train``), which starts from this one.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from qa_engine.acts import ActModel
from qa_engine.acts.outcome import OutcomeModel
from qa_engine.acts.outcome_fit import OutcomeFigures, Rated, figures, fit_outcome, rated
from qa_engine.domain import Call, Speaker, Transcript, Turn
from qa_engine.resources import tone_model_dir
from qa_engine.tone import ToneModel

HERE = Path(__file__).resolve().parent
WRITTEN = HERE / "outcome"
NAME = "qa-engine-outcome 0.2"
FITTED_TO = "calls written and rated by ourselves; no customer rated them"
FILE = "evaluation_outcome.json"
_WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="folder of the models; default: the bundled one"
    )
    make(parser.parse_args().out)


def make(out: Path) -> None:
    """Fit, measure and write into ``out``; figures beside it."""
    acts, tones = ActModel.load(out), ToneModel.load(tone_model_dir())
    calls = []
    for theme, transcript, content in written():
        call = rated(transcript, acts.read(transcript), tones.read(transcript), content)
        if call is not None:
            calls.append((theme, call))
    fit_outcome([call for _, call in calls], name=NAME, fitted_to=FITTED_TO).save(out)
    found = left_out(calls)
    told = {"learnt": len(calls), "themes": len({theme for theme, _ in calls}), "left_out": asdict(found)}
    (out.parent / FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def left_out(calls: Sequence[tuple[str, Rated]]) -> OutcomeFigures:
    """Each theme read by a model that saw only the others."""
    said, meant = [], []
    for theme in sorted({theme for theme, _ in calls}):
        others = [call for name, call in calls if name != theme]
        model = OutcomeModel(fit_outcome(others, name=NAME, fitted_to=FITTED_TO))
        mine = [call for name, call in calls if name == theme]
        said += [model.of_signs(call.signs).score for call in mine]
        meant += mine
    return figures(said, meant)


def written() -> Iterator[tuple[str, Transcript, float]]:
    """(theme, call, rating 0 to 1): the theme is the trade, or the file where it names none."""
    for path in sorted(WRITTEN.glob("*.txt")):
        for number, block in enumerate(path.read_text(encoding="utf-8").split("== ")[1:]):
            head, *lines = block.strip().splitlines()
            rating, *about = head.split()
            said = (line.split("：", 1) for line in lines)
            turns = tuple(Turn(at, _WHO[who], text) for at, (who, text) in enumerate(said))
            theme, scenario = about if about else (path.stem, None)
            call = Call(f"{path.stem}-{number}", scenario=scenario)
            yield theme, Transcript(call, turns), (int(rating) - 1) / 4


if __name__ == "__main__":
    main()
