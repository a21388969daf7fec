"""Speaker labels in subtitles and plain text: 坐席：…, 客户(王先生)：…, Agent-8026: …, and unknown ones."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_engine.contract.names import PLAIN, Named, Reading, cleaned, read_name
from qa_engine.domain import Exclusion, Speaker
from qa_engine.text import writable

LABELS = {Speaker.AGENT: "坐席", Speaker.CUSTOMER: "客户", Speaker.UNKNOWN: "未知"}
"""What is written; far more is understood."""

UNKNOWN_LABEL = "unknown_label"
"""Warning of a transcript: somebody speaks under a name that says no role."""

SPEAKER_CARRIED = "speaker_carried"
"""Warning of a transcript: what stands under no name was given to whoever spoke before."""

ROLES_UNKNOWN = "roles_unknown"

_UNSEEN = re.compile("[\\u00ad\\u200b\\u200c\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff]")
_EXCLUDED = re.compile(rf"\[({'|'.join(Exclusion)})\]\s*$", re.IGNORECASE)
_BEFORE_COLON = re.compile(r"\s*(?P<label>[^:：\t]{1,40}?)\s*(?:[:：]|\t)\s*")
_IN_BRACKETS = re.compile(r"\s*[\[【(（<〈](?P<label>[^\])】）>〉]{1,30})[\])】）>〉]\s*[:：]?\s*")
_SENTENCE = re.compile(r"[。，,！!？?；;“”\"'、…]")
_WORDS_OF_A_SENTENCE = re.compile(r"[是的为在了您你我他她它请这那有要以就也]")
_ANONYMOUS = re.compile(
    r"[A-Za-z甲乙丙丁问答]|[男女]声?|主叫|被叫|本端|对端|[左右](?:声道|通道)?"
    r"|(?:声道|通道|channel|ch|track) ?[0-9左右lr]",
    re.IGNORECASE,
)
_WHO = frozenset({"我", "你", "他", "她", "对方", "本人"})
_HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line with its speaker. ``label`` is the name it stood under, where that says more than the role."""

    speaker: Speaker
    excluded: Exclusion | None
    text: str
    label: str | None = None
    named: Named | None = None
    strange: bool = False  # the name says no role
    carried: bool = False  # it stood under no name


def label_of(speaker: Speaker, excluded: Exclusion | None) -> str:
    """坐席, or 坐席[ghost_text] for a turn that is not judged."""
    return LABELS[speaker] + (f"[{excluded.value}]" if excluded else "")


def seen(text: str) -> str:
    """The text without marks that nobody sees: byte-order marks, directions, blanks of no width."""
    return _UNSEEN.sub("", text)


def read_label(line: str, reading: Reading = PLAIN) -> Labelled | None:
    """The speaker and the text behind the label; a name that says no role is an unknown speaker's.

    None when the line has no label: its colon comes late or behind words of a sentence.
    """
    match = _BEFORE_COLON.match(line)
    if match is not None:
        found = _labelled(match["label"], line[match.end() :].strip(), reading, strangers=True)
        if found is not None or _is_set_as_text(match["label"], reading):
            return found
    match = _IN_BRACKETS.match(line)
    if match is None:
        return None
    return _labelled(match["label"], line[match.end() :].strip(), reading, strangers=False)


def speaker_of_name(name: str, text: str, reading: Reading = PLAIN) -> Labelled:
    """What is said under a name that certainly is one, such as that of a WebVTT voice."""
    return _labelled(name, text, reading, strangers=True, surely=True) or Labelled(Speaker.UNKNOWN, None, text)


def speaker_named(name: str, reading: Reading = PLAIN) -> Speaker | None:
    """The speaker of a bare name; None for a name that says no role."""
    if (set_label := _key(name)) in reading.labels:
        return reading.labels[set_label]
    named = read_name(name)
    return named.speaker if named else None


def _labelled(raw: str, text: str, reading: Reading, *, strangers: bool, surely: bool = False) -> Labelled | None:
    excluded = _EXCLUDED.search(raw)
    reason = Exclusion(excluded[1].lower()) if excluded else None
    label = raw[: excluded.start()] if excluded else raw
    key = _key(label)
    if key in reading.labels:
        speaker = reading.labels[key]
        named = read_name(label)
        return None if speaker is None else Labelled(speaker, reason, text, label.strip(), named)
    if not surely and _SENTENCE.search(label):
        return None
    named = read_name(label)
    if named is None and is_anonymous(label):
        return Labelled(Speaker.UNKNOWN, reason, text, label.strip())
    if named is not None:
        plain = named.number is None and named.name is None
        return Labelled(named.speaker, reason, text, None if plain else label.strip(), named)
    if surely or (strangers and _could_be_a_name(key)):
        return Labelled(Speaker.UNKNOWN, reason, text, label.strip(), strange=True)
    return None


def is_anonymous(label: str) -> bool:
    """Whether a label tells speakers apart without naming them: A and B, 甲 and 乙, the channels."""
    return _ANONYMOUS.fullmatch(_key(label)) is not None


def _key(label: str) -> str:
    return cleaned(label).strip()


def _is_set_as_text(label: str, reading: Reading) -> bool:
    return reading.labels.get(_key(label), Speaker.UNKNOWN) is None


def _could_be_a_name(key: str) -> bool:
    """Whether an unknown label is one at all, and not the beginning of a sentence with a colon in it, or a time."""
    if not any(char.isalpha() for char in key) or len(key) > 20 or key.lower() in ("http", "https"):
        return False
    if key in _WHO:
        return True
    return _WORDS_OF_A_SENTENCE.search(key) is None and len(key.split()) <= 3


def carried(turns: Sequence[Labelled | None]) -> bool:
    """Whether labels stand only where the speaker changes: never the same one twice, and not on every turn."""
    named = [turn for turn in turns if turn is not None]
    speakers = [(turn.speaker, turn.label) for turn in named if turn.excluded is None]
    changes = all(first != second for first, second in pairwise(speakers))
    return bool(named) and len(named) < len(turns) and len(speakers) > 1 and changes


def notes(turns: Sequence[Labelled]) -> tuple[str, ...]:
    """The warnings of a transcript made of these turns."""
    found = {
        ROLES_UNKNOWN: any(turn.speaker is Speaker.UNKNOWN for turn in turns),
        UNKNOWN_LABEL: any(turn.strange for turn in turns),
        SPEAKER_CARRIED: any(turn.carried for turn in turns),
    }
    return tuple(name for name, holds in found.items() if holds)


def join_lines(lines: Iterable[str]) -> str:
    """The lines of one turn, once they are all there; a blank between two only where words are parted by blanks."""
    kept = [line for line in lines if line]
    joints = ("" if _HAN.match(before[-1]) or _HAN.match(line) else " " for before, line in pairwise(kept))
    return "".join([*kept[:1], *(part for pair in zip(joints, kept[1:], strict=True) for part in pair)])


def one_line(text: str) -> str:
    """Text that fits on one line of a subtitle or text file."""
    return writable(" ".join(text.split()))
