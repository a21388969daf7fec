"""SRT and WebVTT: turns with times. The speaker is a label (坐席：…) or, in WebVTT, a voice (``<v Agent>``)."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from qa_engine.contract.cues import TIME, Cue, Said, said_in, seconds
from qa_engine.contract.labels import LABELS, Labelled, carried, label_of, notes, one_line, seen
from qa_engine.contract.names import PLAIN, Reading
from qa_engine.contract.telling import turns_of
from qa_engine.contract.times import beyond, check_times
from qa_engine.domain import Call, Speaker, Transcript, Turn
from qa_engine.errors import Fault, FaultKind, TranscriptError, UsageError

_ARROW = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(?:\s.*)?$")
_ARROW_LIKE = re.compile(r"^\s*\d[\d:.,\s]*-->")
_VTT_BLOCKS = ("WEBVTT", "NOTE", "STYLE", "REGION")


def to_srt(transcript: Transcript) -> str:
    """SRT with a label before each text. Raises UsageError when the turns have no times."""
    cues = []
    for number, (turn, start, end) in enumerate(_timed(transcript, "srt"), start=1):
        label = label_of(turn.speaker, turn.excluded)
        cues.append(f"{number}\n{_stamp(start, ',')} --> {_stamp(end, ',')}\n{label}：{one_line(turn.text)}\n")
    return "\n".join(cues)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT with voices; a turn that is not judged has its reason as a class: ``<v.ghost_text 坐席>``."""
    cues = ["WEBVTT\n"]
    for turn, start, end in _timed(transcript, "vtt"):
        voice = f"v.{turn.excluded.value}" if turn.excluded else "v"
        text = html.escape(one_line(turn.text), quote=False)
        cues.append(f"{_stamp(start, '.')} --> {_stamp(end, '.')}\n<{voice} {LABELS[turn.speaker]}>{text}\n")
    return "\n".join(cues)


def parse_srt(text: str, where: str, call_id: str, reading: Reading = PLAIN) -> Transcript:
    """Turns of an SRT file. Raises TranscriptError with every fault."""
    return _parse(text, where, call_id, reading, vtt=False)


def parse_vtt(text: str, where: str, call_id: str, reading: Reading = PLAIN) -> Transcript:
    """Turns of a WebVTT file; NOTE, STYLE and REGION are passed over. Raises TranscriptError with every fault."""
    return _parse(text, where, call_id, reading, vtt=True)


def _parse(text: str, where: str, call_id: str, reading: Reading, *, vtt: bool) -> Transcript:
    faults: list[Fault] = []
    cues: list[Cue] = []
    for first_line, block in _blocks(seen(text)):
        if vtt and block[0].startswith(_VTT_BLOCKS):
            continue
        if cues and not any(_ARROW_LIKE.match(line) for line in block):
            cues[-1].lines.extend(block)  # the text of a cue with an empty line in it
            continue
        cues += _cues(block, first_line, where, faults)
    if faults:
        raise TranscriptError(faults)
    cues.sort(key=lambda cue: cue.start)
    turns, times = _told([said_in(cue, reading, vtt=vtt) for cue in cues])
    if not turns:
        raise TranscriptError([Fault(where, None, None, "no turns in it", kind=FaultKind.NO_TURNS)])
    transcript = Transcript(Call(call_id), turns_of(turns, times), warnings=notes(turns))
    check_times(transcript, where)
    return transcript


def _told(cues: Sequence[Sequence[Said]]) -> tuple[list[Labelled], list[tuple[float, float]]]:
    """The turns of all cues with their times. Where labels stand only at a change, cues without one go on."""
    said = [piece for cue in cues for piece in cue if piece.text]
    going_on = carried([piece.turn for piece in said])
    turns: list[Labelled] = []
    for piece in said:
        if piece.turn is not None:
            turns.append(replace(piece.turn, text=piece.text))
        elif going_on and turns:
            turns.append(replace(turns[-1], text=piece.text, carried=True))
        else:
            turns.append(Labelled(Speaker.UNKNOWN, None, piece.text))
    return turns, [(piece.start, piece.end) for piece in said]


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines without an empty one, each with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cues(block: Sequence[str], first_line: int, where: str, faults: list[Fault]) -> Iterator[Cue]:
    """Usually one; several where the empty line between cues was forgotten."""
    arrows = [index for index, line in enumerate(block) if _ARROW.match(line)]
    for index, line in enumerate(block):
        if index not in arrows and _ARROW_LIKE.match(line):
            faults.append(
                Fault(
                    where,
                    first_line + index,
                    None,
                    "not a time line such as 00:00:01,000 --> 00:00:02,500",
                    kind=FaultKind.TIMES,
                )
            )
            return
    if not arrows:
        told = "text without a time line such as 00:00:01,000 --> 00:00:02,500"
        faults.append(Fault(where, first_line, None, told, kind=FaultKind.TIMES))
        return
    for arrow, following in pairwise([*arrows, len(block) + 1]):
        match = _ARROW.match(block[arrow])
        assert match is not None
        start, end = seconds(match.groups()[:4]), seconds(match.groups()[4:])
        if end < start:
            faults.append(Fault(where, first_line + arrow, None, "the cue ends before it begins", kind=FaultKind.TIMES))
            continue
        if (message := beyond(end)) is not None:
            faults.append(Fault(where, first_line + arrow, None, message, kind=FaultKind.TIMES))
            continue
        lines = list(block[arrow + 1 : following])
        if following < len(block) and lines and lines[-1].strip().isdecimal():
            lines.pop()  # the number of the next cue
        yield Cue(start, end, lines)


def _timed(transcript: Transcript, kind: str) -> Iterator[tuple[Turn, float, float]]:
    for turn in transcript.turns:
        if turn.start is None or turn.end is None:
            raise UsageError(f"call {transcript.call.call_id}: without times it cannot be written as {kind}; use txt")
        yield turn, turn.start, turn.end


def _stamp(at_seconds: float, mark: str) -> str:
    thousandths = round(at_seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"
