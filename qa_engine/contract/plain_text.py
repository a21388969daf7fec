"""Plain text, one turn a line: ``坐席：您好`` / ``客户：我要投诉``. There are no times in it."""

import re

from qa_engine.contract.labels import Labelled, join_lines, label_of, one_line, read_label
from qa_engine.domain import Call, Speaker, Transcript, Turn
from qa_engine.errors import Fault, TranscriptError

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_STAMP = re.compile(rf"^\s*[\[(（【]?\s*{_CLOCK}(?:\s*[-–~至]+\s*{_CLOCK})?\s*[\])）】]?\s*")


def to_txt(transcript: Transcript) -> str:
    """One line a turn. A turn that is not judged carries its reason: ``坐席[ghost_text]：…``."""
    return "".join(f"{label_of(turn.speaker, turn.excluded)}：{one_line(turn.text)}\n" for turn in transcript.turns)


def parse_txt(text: str, where: str, call_id: str) -> Transcript:
    """Turns by their labels; a line without one goes on with the turn above it. Time stamps before a label are dropped.

    Raises TranscriptError for text before the first label, and for a file without any turn.
    """
    turns: list[Labelled] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        labelled = read_label(line) or read_label(_STAMP.sub("", line))
        if labelled is not None:
            turns.append(labelled)
        elif turns:
            last = turns[-1]
            turns[-1] = Labelled(last.speaker, last.excluded, join_lines(last.text, line.strip()))
        else:
            faults.append(Fault(where, number, None, "no speaker. Begin each turn with 坐席： or 客户："))
    kept = [turn for turn in turns if turn.text]
    if not kept and not faults:
        faults.append(Fault(where, None, None, "no turns in it. Write one a line: 坐席：… or 客户：…"))
    if faults:
        raise TranscriptError(faults)
    return Transcript(
        Call(call_id),
        tuple(Turn(i, turn.speaker, turn.text, excluded=turn.excluded) for i, turn in enumerate(kept)),
        warnings=("roles_unknown",) if any(turn.speaker is Speaker.UNKNOWN for turn in kept) else (),
    )
