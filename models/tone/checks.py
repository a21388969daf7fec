"""The checks behind the model card that go beyond one figure a class."""

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_engine.classify import LinearModel, see
from qa_engine.classify.noise import misheard
from qa_engine.contract import transcript_from_json
from qa_engine.resources import rules_dir
from qa_engine.text import skeleton
from qa_engine.tone import LABELS, Figures, PrecisionPoint, ToneModel, Utterance, measure
from qa_engine.tone.fit import Recipe, fit_once
from qa_engine.tone.training import readings

SHINGLE = 3
ALIKE = 0.7
BUNDLES = 6
RARE = 0.03  # share of a bad tone among the turns of a well-run line: an assumption, named in the card


@dataclass(frozen=True, slots=True)
class Mistake:
    text: str
    label: str
    said: str
    probability: float
    words: tuple[str, ...]


def on(classifier: LinearModel, utterances: Sequence[Utterance]) -> Figures:
    """Figures of a classifier on utterances."""
    return measure(classifier.labels, [u.label for u in utterances], readings(classifier, utterances))


def heard_badly(utterances: Sequence[Utterance], *, rate: float) -> list[Utterance]:
    """The same utterances as a poor recogniser might write them; other noise than in training."""
    found = []
    for u in utterances:
        text = misheard(u.text, random.Random(zlib.crc32(f"check {u.text}".encode())), rate=rate)
        if text:
            found.append(Utterance(u.speaker, u.label, text, u.group, u.source, u.line))
    return found


def each_source_left_out(utterances: Sequence[Utterance], recipe: Recipe) -> dict[str, Figures]:
    """Source → figures on it of a classifier that saw neither it nor the others of its bundle, nor any of their groups.

    Sources are left out in bundles, to save time.
    """
    found = {}
    sources = sorted({u.source for u in utterances})
    for bundle in (sources[at::BUNDLES] for at in range(min(BUNDLES, len(sources)))):
        groups = {u.group for u in utterances if u.source in bundle}
        rest = [u for u in utterances if u.source not in bundle and u.group not in groups]
        model = fit_once(rest, recipe=recipe)
        found |= {source: on(model, [u for u in utterances if u.source == source]) for source in bundle}
    return dict(sorted(found.items()))


def pooled(parts: Mapping[str, Figures]) -> tuple[float, float]:
    """(accuracy, macro-F1) over all sources together."""
    total = sum(part.count for part in parts.values())
    accuracy = sum(part.accuracy * part.count for part in parts.values()) / total
    confusion = [
        [sum(cells) for cells in zip(*rows, strict=True)]
        for rows in zip(*(part.confusion for part in parts.values()), strict=True)
    ]
    f1 = []
    for at, row in enumerate(confusion):
        said = sum(other[at] for other in confusion)
        f1.append(2 * row[at] / (sum(row) + said) if sum(row) + said else 0.0)
    return accuracy, sum(f1) / len(f1)


def mistakes(classifier: LinearModel, utterances: Sequence[Utterance], *, most: int) -> list[Mistake]:
    """The wrong readings that were surest of themselves."""
    found = []
    for u in utterances:
        seen = see([u.text])
        probabilities = classifier.probabilities(seen)[0].tolist()
        said = classifier.labels[max(range(len(probabilities)), key=probabilities.__getitem__)]
        if said != u.label:
            words = tuple(word.text for word in classifier.explain(seen, 0, said) if word.weight > 0)[:3]
            found.append(Mistake(u.text, u.label, said, max(probabilities), words))
    return sorted(found, key=lambda m: (-m.probability, m.text))[:most]


def clean_calls(model: ToneModel) -> dict[str, dict[str, int]]:
    """Class → turns of the rule pack's golden calls without any fault that are said to have it, and how many of them
    surely enough to cost points. Nobody labelled these turns by tone, but a call without a fault has few bad ones.
    """
    found: dict[str, dict[str, int]] = {label: {"said": 0, "sure": 0} for labels in LABELS.values() for label in labels}
    for path in sorted((rules_dir() / "golden").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        verdicts = content.pop("golden")
        if any(verdicts.get(key) for key in ("fail", "tolerated", "uncertain")):
            continue
        for reading in model.read(transcript_from_json(content, path.name)).values():
            found[reading.label]["said"] += 1
            found[reading.label]["sure"] += reading.probability >= model.sure_from.get(reading.label, 2.0)
    return found


def long_turns(
    model: ToneModel, classifier: LinearModel, utterances: Sequence[Utterance]
) -> dict[str, dict[str, float]]:
    """Each held-out bad utterance among three ordinary ones, and as many turns of four ordinary ones, without any mark.

    ``found``: share of the former read as any bad class, ``alarms``: of the latter; ``sure_found`` and ``sure_alarms``:
    surely enough for points. Once read whole only, once as shipped: by its worst part, too.
    """
    speaker = utterances[0].speaker
    good = {"neutral", "calm", "warm"}
    plain = [skeleton(u.text, keep_sounds=True).text for u in utterances if u.label in ("neutral", "calm")]
    bad = [skeleton(u.text, keep_sounds=True).text for u in utterances if u.label not in good]
    rng = random.Random("long turns")
    with_bad = ["".join(rng.sample([text, *rng.sample(plain, 3)], 4)) for text in bad]
    without = ["".join(rng.sample(plain, 4)) for _ in bad]

    def whole(text: str) -> tuple[str, float]:
        said = classifier.probabilities(see([text]))[0].tolist()
        return max(zip(classifier.labels, said, strict=True), key=lambda pair: pair[1])

    def in_parts(text: str) -> tuple[str, float]:
        reading = model.read_text(text, speaker)
        return (reading.label, reading.probability) if reading else (classifier.labels[0], 0.0)

    found: dict[str, dict[str, float]] = {}
    for way, say in (("whole", whole), ("parts", in_parts)):
        found[way] = {}
        for name, turns in (("found", with_bad), ("alarms", without)):
            flagged = [(label, p) for label, p in map(say, turns) if label not in good]
            found[way][name] = len(flagged) / len(turns)
            found[way][f"sure_{name}"] = sum(p >= model.sure_from.get(label, 2.0) for label, p in flagged) / len(turns)
    return found


def near_copies(learnt: Sequence[Utterance], held_out: Sequence[Utterance]) -> int:
    """How many held-out utterances share 70 % of their three-character pieces with one that was learnt."""
    where: defaultdict[str, list[int]] = defaultdict(list)
    sizes = []
    for at, utterance in enumerate(learnt):
        pieces = _pieces(utterance.text)
        sizes.append(len(pieces))
        for piece in pieces:
            where[piece].append(at)
    copies = 0
    for utterance in held_out:
        pieces = _pieces(utterance.text)
        shared: defaultdict[int, int] = defaultdict(int)
        for piece in pieces:
            for at in where.get(piece, ()):
                shared[at] += 1
        copies += any(n / (len(pieces) + sizes[at] - n) >= ALIKE for at, n in shared.items())
    return copies


def _pieces(text: str) -> frozenset[str]:
    bare = skeleton(text).text
    return frozenset(bare[at : at + SHINGLE] for at in range(max(1, len(bare) - SHINGLE + 1)))


def precision_when_rare(
    labels: Sequence[str], label: str, point: PrecisionPoint, said: Sequence[Sequence[float]], truth: Sequence[str]
) -> float:
    """Precision above a threshold if only ``RARE`` of all turns had the class, and all others were the first ordinary
    class (neutral, calm): by Bayes' rule from the measured hit rate and false alarm rate.
    """
    ordinary = "neutral" if "neutral" in labels else "calm"
    at = labels.index(label)
    flagged = [row[at] >= point.probability and row[at] == max(row) for row in said]
    alarms = [f for f, true in zip(flagged, truth, strict=True) if true == ordinary]
    hits = [f for f, true in zip(flagged, truth, strict=True) if true == label]
    hit, alarm = RARE * sum(hits) / len(hits), (1 - RARE) * (sum(alarms) + 1) / (len(alarms) + 2)
    return hit / (hit + alarm)
