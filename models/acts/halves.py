"""Lines of looked-at halves of ``benchmarks/verdicts`` as turns of which only is told whether they offend.

They are by several authors, who did not write the frames: what one author's frames do not know of rude people, another
one's lines teach. What a line does besides nobody says. So these halves measure the act model no longer, but for the
readings of the split by themes, in which a half is held out as a theme; halves that ``LEARNT`` does not name do.
"""

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

import corpus
from corpus import ANY, OFFENCES, ActTurn

from qa_engine.acts.card import LABELS
from qa_engine.domain import Speaker

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "verdicts"
LEARNT = "abcdefghi"
THEME = "half/"
_AGENT = "坐席："


def turns(halves: Sequence[str] = LEARNT) -> tuple[ActTurn, ...]:
    """Every line once as written; a rude one, of which there are fewer, also as it may be said or heard."""
    slots = corpus.Slots.read(corpus.FRAMES / "slots.txt")
    found: dict[str, ActTurn] = {}
    for half in halves:
        for text in rude(half):
            rng = random.Random(f"half {text}")
            for said in (text, corpus.said_otherwise(text, Speaker.AGENT, rng.choice(corpus.TRADES), slots, rng)):
                found.setdefault(said, _turn(half, text, said, offends=True))
        for text in plain(half):
            found.setdefault(text, _turn(half, text, text, offends=False))
    return tuple(found.values())


def rude(half: str) -> list[str]:
    """The agent's rude lines, without the customer's before them."""
    return [line.split(" / ")[-1].removeprefix(_AGENT) for line in _read(f"rude_{half}").splitlines()]


def plain(half: str) -> list[str]:
    """What agents say in good calls, in calls that are innocent of all their labels, and in everyday sentences."""
    calls = _read(f"calls_{half}").strip().split("\n\n")
    calls += [
        call for call in _read(f"labelled_{half}").strip().split("\n\n") if "fault:" not in call.split("\n", 1)[0]
    ]
    lines = [line.removeprefix(_AGENT) for call in calls for line in call.splitlines() if line.startswith(_AGENT)]
    return [*lines, *_read(f"words_{half}").splitlines(), *_read(f"tone_{half}").splitlines()]


def _read(name: str) -> str:
    path = FOLDER / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _turn(half: str, text: str, said: str, *, offends: bool) -> ActTurn:
    frame = hashlib.sha256(f"half {text}".encode()).hexdigest()[:12]
    told = {"offence"} if offends else {*OFFENCES, "offence"}
    acts = frozenset({"offence"} if offends else ())
    untold = frozenset(LABELS[Speaker.AGENT]) - told
    return ActTurn(Speaker.AGENT, said, (frame,), (f"{THEME}{half}",), (ANY,), acts, untold)
