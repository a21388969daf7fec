"""Turns of the looked-at halves of ``benchmarks/verdicts``: natural talk by other authors, with all its acts told.

``turns/HALF.tsv`` holds every different turn of a half's calls and rude lines, of both sides, with the acts that it
does there and those that are open to opinion; annotated by reading, turn by turn in its call, by readers (language
models) who knew neither frames nor rules. Of everyday sentences (``words_``, ``tone_``, ``curt_``) only is told that
they do not offend.
The halves of two letters are pairs of labelled calls, one of which leaves a step out. So these halves measure the act
model no longer, but for the readings of the split by themes, in which an author is held out as a theme.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import corpus
from corpus import ANY, OFFENCES, ActTurn

from qa_engine.acts.card import LABELS
from qa_engine.domain import Speaker

HERE = Path(__file__).resolve().parent
TURNS = HERE / "turns"
JURORS = HERE / "left_out.tsv"
FOLDER = HERE.parents[1] / "benchmarks" / "verdicts"
LEARNT = (*"abcdefghijklmpqrtwy", "aa", "ab", "ac", "ad", "ag", "ah", "ai")
STEPS = (
    "ba",
    "bb",
    "bc",
    "bd",
    "be",
    "bg",
    "bt",
)  # pairs of calls of which only duties are learnt: nobody told their acts
LINES = "nu"  # halves of which only lines are learnt: rude ones, and others that do not offend
AUTHORS = dict.fromkeys("abc", "abc") | {"t": "r"}  # of halves by one author; every other half is by one of its own
THEME = "half/"
CALLS = ("calls", "labelled", "outcome")
_WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}
_SIDES = {"agent": Speaker.AGENT, "customer": Speaker.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Told:
    """What a turn does, and what is open to opinion; all other acts it does not do."""

    acts: frozenset[str]
    open: frozenset[str]


RUDE = Told(frozenset({"offence"}), frozenset(LABELS[Speaker.AGENT]) - {"offence"})
INNOCENT = Told(frozenset(), frozenset(LABELS[Speaker.AGENT]) - {*OFFENCES, "offence"})


def whole(turn: ActTurn) -> bool:
    """Whether it is a natural turn all of whose acts are told."""
    return turn.themes[0].startswith(THEME) and turn.untold not in (RUDE.open, INNOCENT.open)


def turns(halves: Sequence[str] = (*LEARNT, *LINES)) -> tuple[ActTurn, ...]:
    """Every different turn once; a rude line, of which there are fewer, also as it may be said or heard."""
    slots = corpus.Slots.read(corpus.FRAMES / "slots.txt")
    found: dict[tuple[Speaker, str], ActTurn] = {}
    for half in halves:
        told = annotated(half)
        for (speaker, text), acts in told.items():
            found.setdefault((speaker, text), _turn(half, speaker, text, text, acts))
        for text in sorted(rude(half)):
            rng = random.Random(f"half {text}")
            other = corpus.said_otherwise(text, Speaker.AGENT, rng.choice(corpus.TRADES), slots, rng)
            for said in (text, other):
                found.setdefault((Speaker.AGENT, said), _turn(half, Speaker.AGENT, text, said, RUDE))
        for text in everyday(half):
            found.setdefault((Speaker.AGENT, text), _turn(half, Speaker.AGENT, text, text, INNOCENT))
    return tuple(found.values())


@cache
def annotated(half: str) -> Mapping[tuple[Speaker, str], Told]:
    """(speaker, text) → what it does; nothing of a half of lines."""
    found: dict[tuple[Speaker, str], Told] = {}
    path = TURNS / f"{half}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines()[1:] if half in LEARNT else ():
        side, acts, maybe, text = line.split("\t")
        found[_SIDES[side], text] = Told(*(frozenset(part.split()) - {"-"} for part in (acts, maybe)))
    return found


def calls(half: str) -> Iterator[tuple[str, tuple[tuple[Speaker, str], ...]]]:
    """(head, turns) of every call of a half: what its author says of it, and who says what."""
    for kind in CALLS:
        yield from calls_of(kind, half)


def calls_of(kind: str, half: str) -> Iterator[tuple[str, tuple[tuple[Speaker, str], ...]]]:
    """The same of one kind of calls."""
    for block in _read(f"{kind}_{half}").strip().split("\n\n"):
        head, *lines = block.splitlines() or [""]
        if lines:
            yield head.removeprefix("# "), tuple((_WHO[line[:2]], line[3:]) for line in lines)


def jurors() -> Mapping[str, Mapping[str, bool | None]]:
    """Labelled call (half-number) → the duties that it left out by who read it whole without its labels, None where
    good inspectors would disagree; every other duty was done, or not asked for."""
    found: dict[str, dict[str, bool | None]] = {}
    for line in JURORS.read_text(encoding="utf-8").splitlines()[1:]:
        call, left_out, maybe = line.split("\t")
        found[call] = {**dict.fromkeys(left_out.split(), True), **dict.fromkeys(maybe.split(), None)}
    return found


def rude(half: str) -> frozenset[str]:
    """The agent's rude lines, without the customer's before them."""
    return frozenset(line.split(" / ")[-1][3:] for line in _read(f"rude_{half}").splitlines())


def everyday(half: str) -> list[str]:
    """Sentences that hold a word of an offence in its plain sense, ordinary turns, and kind but curt ones."""
    return [
        line.split(" / ")[-1].removeprefix("坐席：")
        for name in ("words", "tone", "curt")
        for line in _read(f"{name}_{half}").splitlines()
    ]


def authors() -> list[str]:
    return sorted({author(half) for half in (*LEARNT, *LINES)})


def author(half: str) -> str:
    return AUTHORS.get(half, half)


def _read(name: str) -> str:
    path = FOLDER / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _turn(half: str, speaker: Speaker, text: str, said: str, told: Told) -> ActTurn:
    frame = hashlib.sha256(f"half {speaker.value} {text}".encode()).hexdigest()[:12]
    return ActTurn(speaker, said, (frame,), (f"{THEME}{author(half)}",), (ANY,), told.acts, told.open - told.acts)
