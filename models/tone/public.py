"""Public data sets as a check from outside and, if it helps, as help in training. Nothing of them is in the repository.

CPED (TV-drama dialogue; emotions judged by sight and sound) and COLDataset (offensive posts), both Apache-2.0. Neither
is a call centre's speech, so their labels only come near ours:

=========================  ===========================================
CPED emotion anger         customer angry
worried, negative-other,   customer dissatisfied
depress, disgust
neutral, relaxed, happy,   customer calm, agent neutral
positive-other, grateful
COLD offensive             customer angry, agent confrontational
=========================  ===========================================
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from qa_engine.domain import Speaker
from qa_engine.tone import Utterance

CPED_FILE = Path("cped") / "valid_split.csv"
COLD_TRAIN = Path("coldataset") / "train.csv"
COLD_CHECK = Path("coldataset") / "dev.csv"
MOODS = {
    "anger": "angry",
    **dict.fromkeys(("worried", "negative-other", "depress", "disgust"), "dissatisfied"),
    **dict.fromkeys(("neutral", "relaxed", "happy", "positive-other", "grateful"), "calm"),
}
LEAST_CHARS, MOST_CHARS = 4, 40  # shorter ones have no tone of their own, longer ones are no speech
WEIGHT = 0.1  # of one public example against one of ours
EVERYDAY_WEIGHT = 0.5  # of everyday talk, of which our own lines have too little
CPED_USED, COLD_USED = 3000, 1000  # examples that training sees at most, of each speaker


def cped(folder: Path) -> tuple[Utterance, ...]:
    """Customer moods of the dialogue; a dialogue is a group."""
    return tuple(
        Utterance(Speaker.CUSTOMER, MOODS[row["Emotion"]], row["Utterance"], f"cped {row['Dialogue_ID']}", "cped", line)
        for line, row in _rows(folder / CPED_FILE)
        if row["Emotion"] in MOODS and _fits(row["Utterance"])
    )


def everyday(folder: Path, *, learnt: bool) -> tuple[Utterance, ...]:
    """Talk that was felt neutral or kind, as neutral turns of the agent: of dialogues to learn from, or of the others.

    Our own neutral lines are politely written; without these a classifier takes every short 你 for rudeness.
    """
    return tuple(
        Utterance(Speaker.AGENT, "neutral", row["Utterance"], f"cped {row['Dialogue_ID']}", "cped", line)
        for line, row in _rows(folder / CPED_FILE)
        if MOODS.get(row["Emotion"]) == "calm"
        and row["Sentiment"] != "negative"
        and _fits(row["Utterance"])
        and (int(row["Dialogue_ID"].rsplit("_", 1)[1]) % 2 == 0) == learnt
    )


def offensive_posts(folder: Path, name: Path, speaker: Speaker) -> tuple[Utterance, ...]:
    """Offensive posts as the worst class of ``speaker``."""
    label = "confrontational" if speaker is Speaker.AGENT else "angry"
    return tuple(
        Utterance(speaker, label, row["TEXT"], f"cold {line}", "cold", line)
        for line, row in _rows(folder / name)
        if row["label"] == "1" and _fits(row["TEXT"])
    )


def harmless_posts(folder: Path, name: Path) -> tuple[str, ...]:
    """The texts of posts that are not offensive."""
    return tuple(row["TEXT"] for _, row in _rows(folder / name) if row["label"] == "0" and _fits(row["TEXT"]))


def help_in_training(folder: Path) -> list[tuple[Utterance, float]]:
    """Everything above that training may use, with its weight."""
    cold = [u for s in (Speaker.AGENT, Speaker.CUSTOMER) for u in offensive_posts(folder, COLD_TRAIN, s)[:COLD_USED]]
    helping = [(utterance, WEIGHT) for utterance in (*cped(folder)[:CPED_USED], *cold)]
    return helping + [(utterance, EVERYDAY_WEIGHT) for utterance in everyday(folder, learnt=True)]


def _fits(text: str) -> bool:
    return LEAST_CHARS <= len(text) <= MOST_CHARS


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from enumerate(csv.DictReader(stream), 2)
