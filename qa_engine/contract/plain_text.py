"""Plain text, one turn a line: ``坐席：您好`` / ``客户：我要投诉``. There are no times in it."""

import re
from dataclasses import replace

from qa_engine.contract.labels import Labelled, join_lines, label_of, notes, one_line, read_label, seen
from qa_engine.contract.layouts import STAMP, apart, labelled_lines
from qa_engine.contract.names import PLAIN, Reading
from qa_engine.contract.telling import turns_of
from qa_engine.domain import Call, Speaker, Transcript
from qa_engine.errors import Fault, FaultKind, TranscriptError

_NUMBER = re.compile(r"^\s*[(（\[]?(?:\d{1,5}[.、)）]|[-•·*](?![-•·*])) *(?=\D)")
_ENDED = re.compile(r"[。！？!?…~～]$")
_BORDERS = " \t*=—–_~+#-"
_ASIDE = re.compile(r"^\s*(?:[\[【(（<〈《「][^\])】）>〉》」]{1,30}[\])】）>〉》」]|[*=—–-]{2,})")


def to_txt(transcript: Transcript) -> str:
    """One line a turn. A turn that is not judged carries its reason: ``坐席[ghost_text]：…``."""
    return "".join(f"{label_of(turn.speaker, turn.excluded)}：{one_line(turn.text)}\n" for turn in transcript.turns)


def parse_txt(text: str, where: str, call_id: str, reading: Reading = PLAIN) -> Transcript:
    """Turns by their labels; a line without one goes on with the turn above it. Time stamps beside a label are dropped.

    Labels with other marks than a colon, in columns or on lines of their own are read, too: see `layouts`. A name that
    says no role, a line with a stamp but no name, and a line in brackets are turns of nobody we know.
    Raises TranscriptError for text before the first label, and for a file in which no name says a role.
    """
    turns: list[Labelled] = []
    lines: list[list[str]] = []  # of each turn
    faults: list[Fault] = []
    strangers: dict[str, int] = {}
    for number, line in enumerate(labelled_lines(seen(text).splitlines(), reading), start=1):
        if not line.strip():
            continue
        said = _said(line, reading)
        if said:
            for turn in said:
                if turn.strange:
                    strangers.setdefault(turn.label or turn.text[:20], number)
            turns += said
            lines += [[turn.text] for turn in said]
        elif turns:
            last = turns[-1]
            finished = _ENDED.search(lines[-1][-1]) is not None and not line[0].isspace()
            turns[-1] = replace(last, carried=last.carried or finished)
            lines[-1].append(line.strip())
        else:
            faults.append(
                Fault(
                    where, number, None, "no speaker. Begin each turn with 坐席： or 客户：", kind=FaultKind.NO_SPEAKER
                )
            )
    whole = [replace(turn, text=join_lines(own)) for turn, own in zip(turns, lines, strict=True)]
    kept = [turn for turn in whole if turn.text]
    if not faults and all(turn.strange for turn in kept):
        faults += _nobody_known(strangers, where)
    if faults:
        raise TranscriptError(faults)
    return Transcript(Call(call_id), turns_of(kept), warnings=notes(kept))


def _said(line: str, reading: Reading) -> list[Labelled]:
    """The turns that begin on a line: mostly one, or none where it goes on with the turn above."""
    first = _turn(line, reading)
    return [] if first is None else apart(first, reading)


def _turn(line: str, reading: Reading) -> Labelled | None:
    line = _NUMBER.sub("", line)
    if not STAMP.sub("", line.strip(_BORDERS)).strip(_BORDERS):
        return Labelled(Speaker.UNKNOWN, None, "")  # a border or a time alone: what follows without a name is nobody's
    stamp = STAMP.match(line)
    rest = line[stamp.end() :] if stamp else line
    labelled = read_label(rest, reading)
    if labelled is not None:
        return labelled
    if stamp is not None:
        return Labelled(Speaker.UNKNOWN, None, rest.strip(), strange=True)
    if _ASIDE.match(line):
        return Labelled(Speaker.UNKNOWN, None, line.strip(), strange=True)
    return None


def _nobody_known(strangers: dict[str, int], where: str) -> list[Fault]:
    if not strangers:
        told = "no turns in it. Write one a line: 坐席：… or 客户：…"
        return [Fault(where, None, None, told, kind=FaultKind.NO_TURNS)]
    return [
        Fault(
            where,
            line,
            None,
            f"「{label}」 says no role. Begin turns with 坐席： or 客户：, or say in the setting QA_LABELS who that is",
            kind=FaultKind.NO_SPEAKER,
        )
        for label, line in list(strangers.items())[:5]
    ]
