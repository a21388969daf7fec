"""SRT and WebVTT: turns with times. The speaker is a label (坐席：…) or, in WebVTT, a voice (``<v Agent>``)."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_engine.contract.labels import (
    LABELS,
    Labelled,
    join_lines,
    label_of,
    one_line,
    read_label,
    speaker_named,
)
from qa_engine.domain import Call, Exclusion, Speaker, Transcript, Turn
from qa_engine.errors import Fault, TranscriptError, UsageError

_TIME = r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_ARROW = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_ARROW_LIKE = re.compile(r"^\s*\d[\d:.,\s]*-->")
_VTT_BLOCKS = ("WEBVTT", "NOTE", "STYLE", "REGION")
_VOICE = re.compile(r"<v((?:\.[\w-]+)*)\s+([^>]*)>", re.IGNORECASE)
_VTT_TAG = re.compile(r"</?[a-z0-9.:][^>]*>", re.IGNORECASE)
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|font)\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    lines: tuple[str, ...]


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


def parse_srt(text: str, where: str, call_id: str) -> Transcript:
    """Turns of an SRT file. Raises TranscriptError with every fault."""
    return _parse(text, where, call_id, vtt=False)


def parse_vtt(text: str, where: str, call_id: str) -> Transcript:
    """Turns of a WebVTT file; NOTE, STYLE and REGION are passed over. Raises TranscriptError with every fault."""
    return _parse(text, where, call_id, vtt=True)


def _parse(text: str, where: str, call_id: str, *, vtt: bool) -> Transcript:
    faults: list[Fault] = []
    found: list[tuple[_Cue, Labelled]] = []
    for first_line, block in _blocks(text):
        if vtt and block[0].lstrip("\ufeff").startswith(_VTT_BLOCKS):
            continue
        for cue in _cues(block, first_line, where, faults):
            found += [(cue, turn) for turn in _speakers(cue.lines, vtt) if turn.text]
    if not found and not faults:
        faults.append(Fault(where, None, None, "no turns in it"))
    if faults:
        raise TranscriptError(faults)
    found.sort(key=lambda item: item[0].start)
    turns = tuple(
        Turn(index, turn.speaker, turn.text, cue.start, cue.end, excluded=turn.excluded)
        for index, (cue, turn) in enumerate(found)
    )
    unknown = any(turn.speaker is Speaker.UNKNOWN for turn in turns)
    return Transcript(Call(call_id), turns, warnings=("roles_unknown",) if unknown else ())


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines without an empty one, each with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cues(block: Sequence[str], first_line: int, where: str, faults: list[Fault]) -> Iterator[_Cue]:
    """Usually one; several where the empty line between cues was forgotten."""
    arrows = [index for index, line in enumerate(block) if _ARROW.match(line)]
    for index, line in enumerate(block):
        if index not in arrows and _ARROW_LIKE.match(line):
            faults.append(
                Fault(where, first_line + index, None, "not a time line such as 00:00:01,000 --> 00:00:02,500")
            )
            return
    if not arrows:
        faults.append(Fault(where, first_line, None, "text without a time line such as 00:00:01,000 --> 00:00:02,500"))
        return
    for arrow, following in pairwise([*arrows, len(block) + 1]):
        match = _ARROW.match(block[arrow])
        assert match is not None
        start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        if end < start:
            faults.append(Fault(where, first_line + arrow, None, "the cue ends before it begins"))
            continue
        lines = list(block[arrow + 1 : following])
        if following < len(block) and lines and lines[-1].strip().isdecimal():
            lines.pop()  # the number of the next cue
        yield _Cue(start, end, tuple(lines))


def _speakers(lines: Sequence[str], vtt: bool) -> list[Labelled]:
    """The lines of a cue by speaker; lines without one go on with the line before, or are of unknown speakers."""
    turns: list[Labelled] = []
    for line in lines:
        labelled = _voiced(line) if vtt else read_label(_SRT_TAG.sub("", line))
        bare = html.unescape(_VTT_TAG.sub("", line)).strip() if vtt else _SRT_TAG.sub("", line).strip()
        if labelled is not None:
            turns.append(labelled)
        elif turns:
            turns[-1] = Labelled(turns[-1].speaker, turns[-1].excluded, join_lines(turns[-1].text, bare))
        else:
            turns.append(Labelled(Speaker.UNKNOWN, None, bare))
    return turns


def _voiced(line: str) -> Labelled | None:
    voice = _VOICE.search(line)
    bare = html.unescape(_VTT_TAG.sub("", line)).strip()
    if voice is None:
        return read_label(bare)
    classes = voice[1].lstrip(".").split(".")
    excluded = next((Exclusion(name) for name in classes if name in set(Exclusion)), None)
    return Labelled(speaker_named(html.unescape(voice[2])) or Speaker.UNKNOWN, excluded, bare)


def _timed(transcript: Transcript, kind: str) -> Iterator[tuple[Turn, float, float]]:
    for turn in transcript.turns:
        if turn.start is None or turn.end is None:
            raise UsageError(f"call {transcript.call.call_id}: without times it cannot be written as {kind}; use txt")
        yield turn, turn.start, turn.end


def _seconds(groups: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = groups
    thousandths = int((fraction or "0").ljust(3, "0"))
    return (int(hours or 0) * 3_600_000 + int(minutes or 0) * 60_000 + int(seconds or 0) * 1000 + thousandths) / 1000


def _stamp(seconds: float, mark: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"
