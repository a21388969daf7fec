"""Train the tone model and measure everything its card says.

    python models/tone/build.py [--out DIR] [--public DIR] [--keep]

Writes the model (``weights/``), ``evaluation.json`` beside it, the tables of MODEL_CARD.md and the two pictures. With
``--public`` the check on other people's data and the trial of training with it are made, too, and the model that flags
less of their everyday talk is written.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import checks
import keywords
import public
import report

from qa_engine import __version__
from qa_engine.classify import LinearModel
from qa_engine.domain import Speaker
from qa_engine.tone import LABELS, ToneModel, Utterance, measure, read_own
from qa_engine.tone.card import load_card
from qa_engine.tone.fit import Recipe
from qa_engine.tone.model import GOOD
from qa_engine.tone.storage import load_classifier
from qa_engine.tone.training import READ_SPEAKERS, Lesson, Trained, of_speaker, readings, split, train

HERE = Path(__file__).resolve().parent
NAME = "qa-engine-tone 0.1"
RECIPE = Recipe()
NOISE_RATES = (0.1, 0.2)
FLAGGED_FROM = 0.8  # the rules of the base pack flag from here on
MISTAKES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE / "data", help="labelled utterances; default: ours")
    parser.add_argument(
        "--out", type=Path, default=HERE / "weights", help="folder of the model; default: the bundled one"
    )
    parser.add_argument(
        "--public", type=Path, help="folder with cped/ and coldataset/, for the checks with public data"
    )
    parser.add_argument("--keep", action="store_true", help="train nothing, measure the model in --out again")
    arguments = parser.parse_args()

    utterances = read_own(arguments.data)
    lesson = split(utterances)
    if arguments.keep:
        earlier = json.loads((arguments.out.parent / report.FILE).read_text(encoding="utf-8"))
        if earlier["data"] != json.loads(json.dumps(data(utterances, lesson))):
            parser.error("the labelled utterances are not those that the model was trained on: leave out --keep")
        learning = {name: earlier[name] for name in ("folds", "left_out", "public")}
    else:
        learning = learn(lesson, arguments.public, arguments.out)
    report.write(arguments.out.parent, evaluation(utterances, lesson, arguments.out, learning))


def learn(lesson: Lesson, folder: Path | None, out: Path) -> Mapping[str, Any]:
    """Train, save, and tell what can only be told while training."""
    trained = train(lesson, recipe=RECIPE, advance=tell)
    trials = None
    if folder is not None:
        trials, trained = with_public(folder, lesson, trained)
    trained.save(out, NAME)
    return {
        "folds": {s.value: summary(asdict(trained.unseen[s])) for s in READ_SPEAKERS},
        "left_out": {s.value: left_out(lesson, s) for s in READ_SPEAKERS},
        "public": trials,
    }


def left_out(lesson: Lesson, speaker: Speaker) -> Mapping[str, Any]:
    """Each source read by a quickly fitted classifier that saw the others only."""
    tell(f"{speaker.value}: each source left out", 0, 1)
    mine = of_speaker((*lesson.learnt, *lesson.held_out), speaker)
    found = checks.each_source_left_out(mine, replace(RECIPE, noisy_copies=0))
    accuracy, macro_f1 = checks.pooled(found)
    sources = {source: summary(asdict(figures)) for source, figures in found.items()}
    return {"accuracy": accuracy, "macro_f1": macro_f1, "sources": sources}


def evaluation(
    utterances: tuple[Utterance, ...], lesson: Lesson, folder: Path, learning: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Everything measured on the model as it lies in ``folder``."""
    model = ToneModel.load(folder)
    found: dict[str, Any] = {"name": model.name, "model": model.digest, "engine": __version__}
    found |= {"recipe": asdict(RECIPE), "data": data(utterances, lesson), **learning, "thresholds": {}}
    for speaker in READ_SPEAKERS:
        classifier = load_classifier(folder, load_card(folder), speaker)
        found[speaker.value] = measured(speaker, lesson, model, classifier)
        found["thresholds"] |= thresholds(of_speaker(lesson.held_out, speaker), model, classifier)
    found["clean_calls"] = checks.clean_calls(model)
    return found


def tell(subject: str, done: float, total: float) -> None:
    print(f"{subject} ({done:.0f} of {total:.0f})", file=sys.stderr, flush=True)


def data(utterances: tuple[Utterance, ...], lesson: Lesson) -> Mapping[str, Any]:
    """How many utterances of which class, in how many groups and files, on which side."""
    found: dict[str, Any] = {"sources": dict(sorted(Counter(u.source for u in utterances).items()))}
    for speaker in READ_SPEAKERS:
        sides = {"all": utterances, "learnt": lesson.learnt, "held_out": lesson.held_out}
        mine = {side: of_speaker(us, speaker) for side, us in sides.items()}
        found[speaker.value] = {
            side: {
                "utterances": len(us),
                "groups": len({u.group for u in us}),
                "classes": {label: sum(u.label == label for u in us) for label in LABELS[speaker]},
            }
            for side, us in mine.items()
        }
        found[speaker.value]["near_copies"] = checks.near_copies(mine["learnt"], mine["held_out"])
    return found


def measured(speaker: Speaker, lesson: Lesson, model: ToneModel, classifier: LinearModel) -> Mapping[str, Any]:
    """Everything about one classifier."""
    learnt, held_out = of_speaker(lesson.learnt, speaker), of_speaker(lesson.held_out, speaker)
    truth = [u.label for u in held_out]
    tell(f"{speaker.value}: keyword lists", 0, 1)
    lists = keywords.best_lists(speaker, learnt)
    grown = keywords.GrownLists(learnt)
    return {
        "features": len(classifier.codes),
        "held_out": asdict(checks.on(classifier, held_out)),
        "long_turns": checks.long_turns(model, classifier, held_out),
        "misheard": {
            str(rate): summary(asdict(checks.on(classifier, checks.heard_badly(held_out, rate=rate))))
            for rate in NOISE_RATES
        },
        "keywords": {
            "lists": {label: list(names) for label, names in lists.lists.items()},
            **asdict(measure(LABELS[speaker], truth, lists.readings(held_out))),
        },
        "grown_keywords": {
            "words": grown.size,
            **asdict(measure(LABELS[speaker], truth, grown.readings(held_out))),
        },
        "mistakes": [asdict(mistake) for mistake in checks.mistakes(classifier, held_out, most=MISTAKES)],
    }


def summary(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: figures[key] for key in ("count", "accuracy", "macro_f1", "calibration_error")}


def thresholds(held_out: Sequence[Utterance], model: ToneModel, classifier: LinearModel) -> Mapping[str, Any]:
    said, truth = readings(classifier, held_out), [u.label for u in held_out]
    return {
        label: {
            **asdict(point),
            "precision_when_rare": checks.precision_when_rare(classifier.labels, label, point, said, truth),
        }
        for label, point in model.thresholds.items()
        if label in classifier.labels
    }


def with_public(folder: Path, lesson: Lesson, ours: Trained) -> tuple[Mapping[str, Any], Trained]:
    """Our model on other people's data, and a second one that learnt from it, too; the better one of both."""
    helped = train(lesson, recipe=RECIPE, extra=public.help_in_training(folder), advance=tell)
    trials = {
        speaker.value: {
            "without": summary(asdict(ours.held_out[speaker])),
            "with": summary(asdict(helped.held_out[speaker])),
            "without_folds": summary(asdict(ours.unseen[speaker])),
            "with_folds": summary(asdict(helped.unseen[speaker])),
        }
        for speaker in READ_SPEAKERS
    }
    flags = {"without": everyday_flags(folder, ours), "with": everyday_flags(folder, helped)}
    better = flags["with"] < flags["without"]
    chosen = helped if better else ours
    outside = {
        "cped": summary(asdict(checks.on(ours.fitted[Speaker.CUSTOMER].classifier, public.cped(folder)))),
        **{s.value: offensive(folder, ours, s) for s in READ_SPEAKERS},
    }
    told = {"trials": trials, "everyday_flags": flags, "chosen": "with" if better else "without", "outside": outside}
    return told, chosen


def everyday_flags(folder: Path, trained: Trained) -> float:
    """Flags in a thousand lines of everyday talk that was not learnt from: read as a bad class from 0.8 on."""
    classifier = trained.fitted[Speaker.AGENT].classifier
    said = readings(classifier, public.everyday(folder, learnt=False))
    bad = [at for at, label in enumerate(classifier.labels) if label not in GOOD]
    return round(1000 * sum(max(row[at] for at in bad) >= FLAGGED_FROM for row in said) / len(said), 1)


def offensive(folder: Path, trained: Trained, speaker: Speaker) -> Mapping[str, Any]:
    """How often offensive and harmless posts are read as the worst class, and as any unfriendly one."""
    classifier = trained.fitted[speaker].classifier
    worst = len(classifier.labels) - 1
    harmless = [
        Utterance(speaker, classifier.labels[worst], text, "", "cold", 0)
        for text in public.harmless_posts(folder, public.COLD_CHECK)
    ]
    sides = {"offensive": public.offensive_posts(folder, public.COLD_CHECK, speaker), "harmless": tuple(harmless)}
    found: dict[str, Any] = {}
    for side, posts in sides.items():
        said = readings(classifier, posts)
        found[side] = {"count": len(said), "worst": sum(max(row) == row[worst] for row in said) / len(said)}
    return found


if __name__ == "__main__":
    main()
