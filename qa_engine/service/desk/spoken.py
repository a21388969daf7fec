"""The transcript as the desk shows it: words that can be clicked, shaded by how surely they were heard, hits marked."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_engine.domain import SpeechSpan, Transcript, Turn
from qa_engine.reports.turns import MarkedText, ShownTurns, TurnLine

UNSURE_BELOW, HARDLY_BELOW = 0.6, 0.3
"""Probabilities of a word below which it is shaded, and shaded more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters with one mark and one time. ``heard``: "" surely, "unsure", "hardly"."""

    text: str
    mark: str
    note: str
    start: float | None
    heard: str


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    line: TurnLine
    pieces: tuple[Piece, ...]
    corrected: str = ""  # what had been heard, and who wrote what was said


@dataclass(frozen=True, slots=True)
class Gap:
    """Speech for which there are no words."""

    speaker: str
    start: float
    end: float


def spoken_turns(
    transcript: Transcript, shown: ShownTurns, corrected: dict[int, str]
) -> tuple[tuple[SpokenTurn, tuple[Gap, ...]], ...]:
    """Each turn with the unheard stretches that come before it; those after the last turn come with nothing behind."""
    gaps = sorted(transcript.unheard, key=lambda span: span.start)
    rows: list[tuple[SpokenTurn, tuple[Gap, ...]]] = []
    at = 0
    for turn in transcript.turns:
        before = []
        while at < len(gaps) and turn.start is not None and gaps[at].start < turn.start:
            before.append(_gap(gaps[at]))
            at += 1
        line = shown.by_index[turn.index]
        rows.append((SpokenTurn(line, _pieces(turn, line.pieces), corrected.get(turn.index, "")), tuple(before)))
    return tuple(rows)


def gaps_after(transcript: Transcript) -> tuple[Gap, ...]:
    """Unheard stretches after the last turn began."""
    starts = [turn.start for turn in transcript.turns if turn.start is not None]
    last = max(starts, default=0.0)
    return tuple(_gap(span) for span in transcript.unheard if span.start >= last)


def word_places(turn: Turn) -> tuple[tuple[int, int, int], ...]:
    """(first character, character after the last, place of the word) of each word that is found in the shown text.

    The shown text has punctuation that no word has, and words may be written otherwise there: those are left out.
    """
    places = []
    at = 0
    for n, word in enumerate(turn.words):
        text = word.text.strip()
        found = turn.text.find(text, at) if text else -1
        if found < 0 or found - at > _FARTHEST:
            continue
        places.append((found, found + len(text), n))
        at = found + len(text)
    return tuple(places)


_FARTHEST = 12  # characters between two words: further on it is another occurrence of the same word


def _pieces(turn: Turn, marked: Sequence[MarkedText]) -> tuple[Piece, ...]:
    text = "".join(piece.text for piece in marked)
    places = word_places(turn)
    starts = [first for first, _, _ in places]
    cuts = {0, len(text)}
    edges: list[int] = []
    at = 0
    for piece in marked:
        edges.append(at)
        cuts.add(at)
        at += len(piece.text)
    for first, last, _ in places:
        cuts |= {first, min(last, len(text))}
    pieces = []
    for start, end in pairwise(sorted(cuts)):
        mark = marked[bisect_right(edges, start) - 1]
        place = bisect_right(starts, start) - 1
        word = turn.words[places[place][2]] if place >= 0 and start < places[place][1] else None
        time = word.start if word is not None else None
        pieces.append(
            Piece(text[start:end], mark.mark.value, mark.note, time, _heard(word.probability if word else None))
        )
    return _joined(pieces)


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Without borders that nobody sees: pieces without a time of their own belong to the one before."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and piece.start is None and (piece.mark, piece.note) == (last.mark, last.note):
            found[-1] = Piece(last.text + piece.text, last.mark, last.note, last.start, last.heard)
        else:
            found.append(piece)
    return tuple(found)


def _heard(probability: float | None) -> str:
    if probability is None or probability >= UNSURE_BELOW:
        return ""
    return "hardly" if probability < HARDLY_BELOW else "unsure"


def _gap(span: SpeechSpan) -> Gap:
    return Gap(span.speaker.value, round(span.start, 2), round(span.end, 2))
