"""Everyday talk of other people as turns in which nobody is rude; nothing of it is in the repository.

CPED (TV-drama dialogue, Apache-2.0; emotions judged by sight and sound): utterances that were felt neutral, relaxed,
happy, grateful or kind. Our good sentences are politely written by one author; without everyday talk a classifier takes
every short 你 for an offence. A few of them are rude in their words all the same, which flatters nobody.

Dialogues of even number are learnt from, the others are only measured.
"""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from corpus import ANY, OFFENCES, ActTurn

from qa_engine.acts.card import LABELS
from qa_engine.domain import Speaker

FILE = Path("cped") / "valid_split.csv"
KIND = frozenset({"neutral", "relaxed", "happy", "positive-other", "grateful"})
LEAST_CHARS, MOST_CHARS = 2, 44
THEME = "cped/"
DENIED = {
    Speaker.AGENT: frozenset({*OFFENCES, "offence"}),
    Speaker.CUSTOMER: frozenset({"angry", "demand_complaint", "refuse_sale"}),
}
"""What such an utterance does not do; of all else nobody says anything."""


def utterances(folder: Path, *, learnt: bool) -> Iterator[tuple[str, str]]:
    """(dialogue, text) of the side to learn from, or of the other."""
    with (folder / FILE).open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            number = int(row["Dialogue_ID"].rsplit("_", 1)[1])
            fits = LEAST_CHARS <= len(row["Utterance"].strip()) <= MOST_CHARS
            if row["Emotion"] in KIND and row["Sentiment"] != "negative" and fits and (number % 2 == 0) == learnt:
                yield row["Dialogue_ID"], row["Utterance"].strip()


def turns(folder: Path) -> tuple[ActTurn, ...]:
    """The utterances to learn from, as turns of the agent and of the customer."""
    found: dict[tuple[Speaker, str], ActTurn] = {}
    for dialogue, text in utterances(folder, learnt=True):
        frame = hashlib.sha256(f"cped {text}".encode()).hexdigest()[:12]
        for speaker, denied in DENIED.items():
            untold = frozenset(LABELS[speaker]) - denied
            theme = f"{THEME}{dialogue}"
            found.setdefault((speaker, text), ActTurn(speaker, text, (frame,), (theme,), (ANY,), frozenset(), untold))
    return tuple(found.values())
