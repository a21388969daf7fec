"""How the lines of a text say who speaks, where it is no ``坐席：…``: columns, other marks, names on their own lines.

Every layout is found by the file as a whole and written as ``坐席：…`` lines, which `plain_text` reads. A layout counts
where most of the lines have it and more than one speaker is named by it: one line that happens to begin with 客户 is
no label.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from qa_engine.contract.labels import Labelled, is_anonymous, read_label, speaker_named
from qa_engine.contract.names import Reading, cleaned, is_bare
from qa_engine.domain import Speaker

CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
DATE = r"\d{2,4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)"
MOMENT = rf"(?:{DATE}(?:[ T]*(?:上午|下午|晚上|凌晨|中午)? *{CLOCK})?|{CLOCK})(?:Z|[+-]\d\d:?\d\d)?"

STAMP = re.compile(rf"^\s*[\[(（【]?\s*{MOMENT}(?:\s*[-–~至]+\s*{MOMENT})?\s*[\])）】]?\s*[,，|]?\s*")

_BLANK = r"[ \t\u3000]"
_STAMP_BEHIND = re.compile(
    rf"\s*(?P<label>[^\s:：|\t][^:：|\t]{{0,30}}?){_BLANK}*[\[(（【]?{MOMENT}(?:{_BLANK}*[-–~至]{_BLANK}*{MOMENT})?[\])）】]?"
    rf"{_BLANK}*[:：|]?{_BLANK}*(?P<text>.*)"
)
_TO_WHOM = re.compile(
    rf"\s*(?P<label>[^:：>→]{{1,20}}?){_BLANK}*(?:-+>|=+>|→|>+|对|to){_BLANK}*(?P<other>[^:：>→]{{1,20}}?){_BLANK}*[:：]\s*"
    r"(?P<text>.*)"
)
_MARKS = tuple(
    re.compile(rf"\s*(?P<label>[^:：]{{1,24}}?){mark}(?P<text>\S.*)")
    for mark in (
        rf"{_BLANK}*(?:—+|–|-{{2,}}|-+>|=+>|→){_BLANK}*",
        rf"{_BLANK}+[-•·]{_BLANK}+",
        rf"{_BLANK}*[>＞=＝;；,，、。.]{_BLANK}*",
        rf"{_BLANK}+",
    )
)
_BESIDE_COLONS = (
    *(mark for place, mark in enumerate(_MARKS) if place != 2),  # commas are marks of sentences
    re.compile(r"\s*(?P<label>[^:：|｜]{1,24})[|｜](?P<text>.+)"),
)
# 您好客户：我要退款 is two turns, 请联系客服：95338 is one
_INNER = re.compile(
    r"(?<=[^\s联系拨打转找请问叫投诉给对和跟为是让向催换接于往到致电])\s*"
    r"(?:坐席|座席|客服|客户|顾客|用户|话务员)(?:[-_ ]?\d{2,8}|[(（][^()（）]{1,12}[)）])?\s*[:：]"
)
_ROLES = frozenset({Speaker.AGENT.value, Speaker.CUSTOMER.value})
_COLUMNS = ("|", "｜", "\t", ",", "，")
_MOST = 0.6
"""Share of the lines that have a layout; the others go on with the turn above."""


def labelled_lines(lines: Sequence[str], reading: Reading) -> list[str]:
    """The lines, as ``label：text`` where the file says its speakers in another way; as many as there were."""
    told = [_without_stamp(line, reading) for line in lines]
    found = _by_columns(told, reading) or _by_colon(told, reading)
    if found is not None:
        return found
    bare = [STAMP.sub("", line) or line for line in told]
    for layout in (*map(_by_mark, _MARKS), _by_lines):
        found = layout(bare, reading)
        if found is not None:
            return [now if now != before else line for now, before, line in zip(found, bare, told, strict=True)]
    return told


def apart(turn: Labelled, reading: Reading) -> list[Labelled]:
    """The turns of a line on which somebody wrote several."""
    places = [0, *(match.start() for match in _INNER.finditer(turn.text)), len(turn.text)]
    parts = [turn.text[start:end].strip() for start, end in pairwise(places)]
    later = [one for part in parts[1:] if (one := read_label(part, reading)) is not None]
    return [replace(turn, text=parts[0]), *later] if len(later) == len(parts) - 1 else [turn]


def _without_stamp(line: str, reading: Reading) -> str:
    """Without the time behind a label, and without the one who is spoken to."""
    match = _STAMP_BEHIND.fullmatch(line)
    if match is not None and _speaker(match["label"], reading) is not None:
        return f"{match['label']}：{match['text']}"
    match = _TO_WHOM.fullmatch(line)
    if match is not None and all(_speaker(match[who], reading) is not None for who in ("label", "other")):
        return f"{match['label']}：{match['text']}"
    return line


def _by_colon(lines: Sequence[str], reading: Reading) -> list[str] | None:
    named = [read for line in lines if (read := read_label(line, reading)) is not None and not read.strange]
    known = sum(not line.strip() for line in lines) + len(named)
    if not named or 2 * known < len(lines):
        return None
    return [line if read_label(line, reading) is not None else _marked(line, reading) for line in lines]


def _marked(line: str, reading: Reading) -> str:
    """A line among others with colons whose role stands before a blank or a stroke: no word of the turn above."""
    for mark in _BESIDE_COLONS:
        match = mark.fullmatch(line)
        if match is not None and _speaker(match["label"], reading) in _ROLES:
            return f"{match['label']}：{match['text']}"
    return line


def _by_columns(lines: Sequence[str], reading: Reading) -> list[str] | None:
    """Rows of a table, with a heading or without: one column names the speakers, the longest other one is said."""
    for mark in _COLUMNS:
        rows = [[cell.strip() for cell in line.strip().strip("|｜").split(mark)] for line in lines]
        full = [row for line, row in zip(lines, rows, strict=True) if line.strip() and len(row) > 1]
        if len(full) < 2:
            continue
        width = Counter(map(len, full)).most_common(1)[0][0]
        if mark in ",，":
            if width > 2 and not _is_heading(full[0]):
                continue  # a comma is a mark of sentences, too
            rows = [[*row[: width - 1], mark.join(row[width - 1 :])] for row in rows]
        who = _column_of_speakers([row for row in rows if len(row) == width], reading)
        if who is None:
            continue
        words = _words_beside([row for row in rows if len(row) == width], who, mark)
        return [
            line if len(row) != width else "" if _is_heading(row) or _is_rule(row) else _row(row[who], words(row))
            for line, row in zip(lines, rows, strict=True)
        ]
    return None


def _column_of_speakers(rows: Sequence[Sequence[str]], reading: Reading) -> int | None:
    for column in range(len(rows[0])):
        names = [row[column] for row in rows if not _is_heading(row) and not _is_rule(row)]
        told = [_speaker(name, reading) for name in names]
        if _is_layout([one for one in told if one], len([name for name in names if name]) or 1):
            return column
    return None


def _words_beside(rows: Sequence[Sequence[str]], who: int, mark: str) -> Callable[[Sequence[str]], str]:
    """What is said in a row: the column that a heading calls so, else whatever stands behind the speaker."""
    heading = next((row for row in rows if _is_heading(row)), None)
    if heading is not None:
        said = next(column for column, name in enumerate(heading) if _key(name) in SAID_COLUMNS)
        return lambda row: row[said]
    if who < len(rows[0]) - 1:
        between = mark if mark in ",，" else f" {mark} "
        return lambda row: between.join(row[who + 1 :])
    longest = max(range(who), key=lambda column: sum(sum(char.isalpha() for char in row[column]) for row in rows))
    return lambda row: row[longest]


def _row(who: str, said: str) -> str:
    return f"{who}：{said}" if who else said


SPEAKER_COLUMNS = frozenset(
    (
        *("角色", "说话人", "发言人", "说话者", "讲话人", "身份", "发送人", "发送者", "发送方", "昵称", "名称", "姓名"),
        *("speaker", "role", "sender", "from", "who", "name", "spk"),
    )
)
SAID_COLUMNS = frozenset(
    (
        *(
            "内容",
            "文本",
            "话术",
            "对话",
            "对话内容",
            "文字",
            "消息",
            "消息内容",
            "发言",
            "发言内容",
            "转写文本",
            "转写内容",
        ),
        *("识别结果", "text", "content", "message", "words"),
    )
)


def _is_heading(row: Sequence[str]) -> bool:
    keys = {_key(cell) for cell in row}
    return bool(keys & SPEAKER_COLUMNS) and bool(keys & SAID_COLUMNS)


def _is_rule(row: Sequence[str]) -> bool:
    """A line of a table that parts its heading from its rows."""
    return all(not cell.strip("-—=:+ ") for cell in row)


def _key(cell: str) -> str:
    return cleaned(cell).casefold()


def _by_mark(mark: re.Pattern[str]) -> Callable[[Sequence[str], Reading], list[str] | None]:
    def layout(lines: Sequence[str], reading: Reading) -> list[str] | None:
        found = [mark.fullmatch(line) for line in lines]
        told = [_speaker(match["label"], reading) if match else None for match in found]
        if not _is_layout([one for one in told if one], sum(bool(line.strip()) for line in lines)):
            return None
        return [
            f"{match['label']}：{match['text']}" if match and who else line
            for line, match, who in zip(lines, found, told, strict=True)
        ]

    return layout


def _by_lines(lines: Sequence[str], reading: Reading) -> list[str] | None:
    """Names on lines of their own, above what is said."""
    told = [_speaker(line.strip("：: "), reading) for line in lines]
    named = [one for one in told if one]
    if len(set(named)) < 2 or len(named) < 2:
        return None
    return [f"{line.strip('：: ')}：" if who else line for line, who in zip(lines, told, strict=True)]


def _is_layout(told: Sequence[str], lines: int) -> bool:
    return len(set(told)) > 1 and len(told) >= _MOST * lines


def _speaker(label: str, reading: Reading) -> str | None:
    """Who a bare name is: a role, or one of speakers without names; None for anything else."""
    name = label.strip().strip("*")
    if not name or len(name) > 24 or ":" in _key(name):
        return None
    speaker = speaker_named(name, reading)
    if speaker is None or not (is_bare(name) or _key(name) in reading.labels):
        return _key(name) if is_anonymous(name) else None
    return _key(name) if speaker is Speaker.UNKNOWN else speaker.value
