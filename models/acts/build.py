"""Make the model of service acts and measure everything that its card says.

    python models/acts/build.py [--out DIR] [--public DIR]

With ``--public`` everyday talk helps in training (see ``public.py``); the bundled model was made with it. Writes the
classifiers and their cards (``weights/``), ``evaluation.json`` beside them, and the tables of MODEL_CARD.md; scenario
and outcome are made with them.
"""

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import apart
import corpus
import duties
import figures
import halves
import lessons
import natural
import numpy as np
import outcomes
import public
import scenarios
import together
from corpus import ActTurn

from qa_engine.acts import ActModel
from qa_engine.acts.card import ADVICE, CARD_FILE, LABELS, Card, Limits, load_card
from qa_engine.acts.left_out import WORDS_FILE, LeftOutCard
from qa_engine.classify import VERSION
from qa_engine.classify.card import Measured
from qa_engine.classify.fit import UNKNOWN, Recipe, calibrated, calibration, fit_once, slim
from qa_engine.classify.linear import Floats, sigmoid
from qa_engine.classify.shelf import Shelf
from qa_engine.domain import Speaker
from qa_engine.errors import ActModelError

HERE = Path(__file__).resolve().parent
NAME = "qa-engine-acts 0.1"
RECIPES = {
    Speaker.AGENT: Recipe(rounds=5, most_features=200_000, broad=("offence",), formed=True),
    Speaker.CUSTOMER: Recipe(rounds=5, most_features=40_000),
}
"""Any words may make an offence, so seldom ones count for it, too; and how a sentence is built says much of it."""
OFFENCES_IN = 0.1  # share of turns with an offence for which the limit ``alone`` is made
SPLITS = ("themes",)
SPEAKERS = (Speaker.AGENT, Speaker.CUSTOMER)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="folder of the model; default: the bundled one"
    )
    parser.add_argument("--quick", action="store_true", help="only the split by themes, for trying frames")
    parser.add_argument("--public", type=Path, help="folder with cped/, for everyday talk that helps in training")
    arguments = parser.parse_args()
    turns = all_turns()
    found: dict[str, Any] = {"name": NAME, "corpus": told(turns), "splits": {}}
    others = halves.turns()
    whole = sum(halves.whole(turn) for turn in others)
    found["halves"] = {"turns": len(others), "whole": whole, "digest": told(others)["digest"]}
    turns += others
    if arguments.public is not None:
        everyday = public.turns(arguments.public)
        found["public"] = {"turns": len(everyday) // len(SPEAKERS), "digest": told(everyday)["digest"]}
        turns += everyday
    out = Shelf(arguments.out, CARD_FILE, ActModelError, ADVICE)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / CARD_FILE).unlink(missing_ok=True)
    contents, limits, read = {}, {}, {}
    found["natural"] = {}
    for speaker in SPEAKERS:
        mine = lessons.turns_of(turns, speaker)
        contents[speaker.value], limits[speaker], found["splits"][speaker.value], own = of_speaker(
            speaker, mine, SPLITS, out
        )
        read |= own
    fitted, corrected = natural.context(read)
    for speaker in SPEAKERS:
        found["natural"][speaker.value], limits[speaker] = of_natural(speaker, read, corrected, limits[speaker])
    card = Card(
        version=5,
        name=NAME,
        features=VERSION,
        contents=contents,
        limits={speaker.value: limits[speaker] for speaker in SPEAKERS},
        context={speaker.value: fitted.get(speaker, {}) for speaker in SPEAKERS},
        left_out=LeftOutCard(usual=(), duties={}),
    )
    card.save(arguments.out)
    left_out, words, found["left out"] = duties.learn(corrected, ActModel.load(arguments.out))
    left_out = left_out.model_copy(update={"words": out.put(WORDS_FILE, words)})
    card.model_copy(update={"left_out": left_out}).save(arguments.out)
    if not arguments.quick:
        scenarios.make(arguments.out)
        outcomes.make(arguments.out)
    tell_figures(arguments.out, found)


def tell_figures(out: Path, found: dict[str, Any]) -> None:
    """Everything that is measured on the model as it lies in ``out``, written beside it."""
    card, beside = load_card(out), out.parent
    found["limits"] = card.model_dump()["limits"]
    found["apart"] = apart.measured(ActModel.load(out))
    figures.write(beside, found | figures.others(beside))


def all_turns() -> tuple[ActTurn, ...]:
    """Every turn of the corpus: generated ones and the tone model's lines."""
    slots = corpus.Slots.read(corpus.FRAMES / "slots.txt")
    return corpus.generate(corpus.read_frames(), slots) + corpus.read_lines()


def told(turns: Sequence[ActTurn]) -> Mapping[str, Any]:
    """How much there is, and a digest of every turn with its labels: the same frames give the same."""
    text = "\n".join(f"{t.speaker.value}\t{t.text}\t{sorted(t.acts)}\t{sorted(t.untold)}" for t in turns)
    acts = Counter(f"{turn.speaker.value}/{act}" for turn in turns for act in turn.acts)
    return {
        "turns": len(turns),
        "by_speaker": {s.value: len(lessons.turns_of(turns, s)) for s in SPEAKERS},
        "frames": len({frame for turn in turns for frame in turn.frames}),
        "themes": len({theme for turn in turns for theme in turn.themes}),
        "acts": dict(sorted(acts.items())),
        "digest": "sha256:" + hashlib.sha256(text.encode()).hexdigest(),
    }


def of_speaker(
    speaker: Speaker, turns: Sequence[ActTurn], splits: Sequence[str], out: Shelf
) -> tuple[str, dict[str, Limits], Mapping[str, Any], natural.Read]:
    """Fit, calibrate, measure and write one classifier: (contents, limits, figures by split, and the calibrated
    log-odds of natural turns whose author was held out).

    Offences are calibrated, and their limits made, on all turns, for few are met in good calls; what serves the
    customer on the natural ones.
    """
    names = LABELS[speaker]
    known, recipe = lessons.lessons_of(turns, speaker), RECIPES[speaker]
    whole = np.array([halves.whole(turn) for turn in turns])
    readings: dict[str, Floats] = {}
    for split in splits:
        tell(f"{speaker.value}: held out by {split}")
        folds = lessons.folds_by(turns, split)
        alone = lessons.unseen(names, known, folds, recipe)
        others = np.array([turn.themes[0].startswith(halves.THEME) for turn in turns])
        mix, shift, readings[split] = together.joined(names, together.ACTS[speaker], alone, known.labels, folds, others)
    slope, bias = calibration("several", readings["themes"], known.labels)
    offends = np.array([name in (*corpus.OFFENCES, "offence") for name in names])
    on_natural = calibration("several", readings["themes"][whole], known.labels[whole])
    slope, bias = (np.where(offends, every, one) for every, one in zip((slope, bias), on_natural, strict=True))
    said = {split: sigmoid(z * slope + bias) for split, z in readings.items()}
    weights = negative_weights(speaker, known.labels)
    limits = {
        name: limits_of([figures.known(p[:, at], known.labels[:, at]) for p in said.values()], weights[at])
        for at, name in enumerate(names)
        if offends[at]
    }
    tell(f"{speaker.value}: all")
    fitted = together.mixed(fit_once(names, "several", known, recipe.look(known.texts), recipe), mix, shift)
    fitted = slim(fitted, recipe)
    contents = out.put(speaker.value, calibrated(fitted, slope, bias))
    measured = {
        split: {name: figures.of_label(p[~whole, at], known.labels[~whole, at], 1.0) for at, name in enumerate(names)}
        for split, p in said.items()
    }
    readable = np.nonzero(whole & ~np.isnan(readings["themes"]).any(axis=1))[0].tolist()
    read = {(speaker, turns[at].text): readings["themes"][at] * slope + bias for at in readable}
    return contents, limits, measured, read


def of_natural(
    speaker: Speaker, read: natural.Read, corrected: natural.Read, limits: Mapping[str, Limits]
) -> tuple[Mapping[str, Any], dict[str, Limits]]:
    """What is measured on natural turns whose author was held out, by the words alone and as they are read, and the
    limits of every act: those that are given, and, made here, of the others and of those that what was said changes."""
    names, keys = LABELS[speaker], [key for key in read if key[0] is speaker]
    alone, said = (sigmoid(np.array([z[key] for key in keys])) for z in (read, corrected))
    found, made = {}, {}
    for at, name in enumerate(names):
        truth = np.array([natural.truth(key, name) for key in keys])
        found[name] = {
            "words": figures.of_label(alone[:, at], truth, 1.0),
            "read": figures.of_label(said[:, at], truth, 1.0),
        }
        given = name in limits and name not in natural.ACTS[speaker]
        made[name] = limits[name] if given else limits_of([figures.known(said[:, at], truth)], 1.0)
    return found, made


def negative_weights(speaker: Speaker, labels: np.ndarray) -> Floats:
    """How many turns each turn without an act stands for: of the agent's turns here a third are offences, which no
    telephone line is; with these weights it is one in ten, and of each offence as much less.
    """
    names = LABELS[speaker]
    weights = np.ones(len(names))
    if speaker is Speaker.AGENT:
        offence = labels[:, names.index("offence")]
        share = (offence == 1).sum() / (offence != UNKNOWN).sum()
        weights[[names.index(name) for name in (*corpus.OFFENCES, "offence")]] = (1 / OFFENCES_IN - 1) / (1 / share - 1)
    return weights


def limits_of(pairs: Sequence[figures.Pair], weight: float) -> Limits:
    """The least probabilities that are precise enough however turns are held out, and where an act is absent."""
    points = {}
    for key, precision, counted in (
        ("sure", figures.SURE, 1.0),
        ("very_sure", figures.VERY_SURE, 1.0),
        ("alone", figures.SURE, weight),
    ):
        found = figures.least_precise(pairs, precision, counted)
        points[key] = None if found is None else Measured(**found)
    return Limits(**points, absent=figures.absent(*pairs[-1]))


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
