"""A cue of a subtitle file → who says what in it, each with a share of its time."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from qa_engine.contract.labels import Labelled, join_lines, read_label, speaker_of_name
from qa_engine.contract.layouts import apart
from qa_engine.contract.names import Reading
from qa_engine.domain import Exclusion, Speaker

TIME = r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,3}))?"
_VOICE = re.compile(r"<v((?:\.[\w-]+)*)\s+([^>]*)>", re.IGNORECASE)
_VOICE_BORDER = re.compile(r"(?=<v[\s.])|(?<=</v>)", re.IGNORECASE)
_VTT_TAG = re.compile(r"</?[a-z0-9.:][^>]*>", re.IGNORECASE)
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|font)\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)
_INNER_TIME = re.compile(rf"<{TIME}>")


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Said:
    """What one speaker says in a cue; ``turn`` None: nobody is named."""

    turn: Labelled | None
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Piece:
    turn: Labelled | None
    text: str
    since: float | None  # a time written inside the cue


_Begun: TypeAlias = tuple[_Piece, list[str]]
"""A piece as it begins, and the lines with which it goes on."""


def said_in(cue: Cue, reading: Reading, *, vtt: bool) -> list[Said]:
    """A cue by its speakers, each with a share of its time: up to a time written inside it, else by length."""
    pieces = _voices(cue.lines, reading) if vtt else _labels([_SRT_TAG.sub("", line) for line in cue.lines], reading)
    whole = [replace(piece, text=join_lines((piece.text, *more))) for piece, more in pieces]
    return _shared(cue, [piece for piece in whole if piece.text])


def seconds(groups: Sequence[str | None]) -> float:
    """Hours, minutes, seconds and fraction, as ``TIME`` finds them, in seconds."""
    hours, minutes, whole, fraction = groups
    thousandths = int((fraction or "0").ljust(3, "0"))
    return (int(hours or 0) * 3_600_000 + int(minutes or 0) * 60_000 + int(whole or 0) * 1000 + thousandths) / 1000


def _labels(lines: Sequence[str], reading: Reading) -> list[_Begun]:
    pieces: list[_Begun] = []
    for line in lines:
        labelled = read_label(line, reading)
        if labelled is not None:
            pieces += [(_Piece(turn, turn.text, None), []) for turn in apart(labelled, reading)]
        elif pieces:
            pieces[-1][1].append(line.strip())
        else:
            pieces.append((_Piece(None, line.strip(), None), []))
    return pieces


def _voices(lines: Sequence[str], reading: Reading) -> list[_Begun]:
    """The voices of a cue; a voice may go on over lines, and what stands behind its end is nobody's."""
    pieces: list[_Begun] = []
    closed = any("</v>" in line.lower() for line in lines)
    for part in _VOICE_BORDER.split("\n".join(lines)):
        voice = _VOICE.match(part)
        if voice is not None:
            pieces.append((_Piece(_voiced(voice, reading), "", _first_time(part)), []))
            part = part[voice.end() :]
        for number, line in enumerate(part.split("\n")):
            bare = html.unescape(_VTT_TAG.sub("", line)).strip()
            labelled = read_label(bare, reading)
            inside = voice is not None and number == 0
            if labelled is not None and not inside and not (voice is not None and labelled.strange):
                pieces.append((_Piece(labelled, labelled.text, _first_time(line)), []))
            elif pieces and (voice is not None or pieces[-1][0].turn is None or not closed):
                pieces[-1][1].append(bare)
            elif bare:
                nobody = Labelled(Speaker.UNKNOWN, None, bare) if pieces else None
                pieces.append((_Piece(nobody, bare, _first_time(line)), []))
    return pieces


def _voiced(voice: re.Match[str], reading: Reading) -> Labelled:
    classes = voice[1].lstrip(".").split(".")
    excluded = next((Exclusion(name) for name in classes if name in set(Exclusion)), None)
    return replace(speaker_of_name(html.unescape(voice[2]), "", reading), excluded=excluded)


def _first_time(text: str) -> float | None:
    match = _INNER_TIME.search(text)
    return seconds(match.groups()) if match else None


def _shared(cue: Cue, pieces: Sequence[_Piece]) -> list[Said]:
    whole = sum(len(piece.text) for piece in pieces)
    said: list[Said] = []
    at, done = cue.start, 0
    followers: list[_Piece | None] = [*pieces[1:], None]
    for piece, following in zip(pieces, followers, strict=False):
        done += len(piece.text)
        if following is None:
            end = cue.end
        elif following.since is not None and at <= following.since <= cue.end:
            end = following.since
        else:
            end = max(at, round(cue.start + (cue.end - cue.start) * done / whole, 3))
        said.append(Said(piece.turn, piece.text, at, end))
        at = end
    return said
