"""Transcripts of other recognisers, known by their fields: Whisper, FunASR, Alibaba, Tencent, iFlytek.

Each format says which list of an object holds its sentences and what its fields are called. Sources: the JSON that
openai-whisper, faster-whisper, WhisperX and whisper.cpp write; FunASR ``AutoModel.generate`` with ``sentence_info``;
Alibaba Cloud 录音文件识别 (``Result.Sentences``), Bailian/DashScope Paraformer (``transcripts[].sentences``) and Tingwu
(``Transcription.Paragraphs``); Tencent Cloud ``DescribeTaskStatus`` (``ResultDetail``, or ``Result`` as lines with
times) and its flash recognition (``flash_result``); iFlytek lfasr (``onebest``, and ``lattice`` with ``json_1best``);
Volcengine (``utterances``); Baidu (``tasks_info[].task_result``); Huawei SIS (``segments[].result``). Any of them may
stand within what a service wraps around its answer. Where a format has milliseconds its reader divides; nothing is
guessed from size.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from qa_engine.contract.cues import seconds
from qa_engine.contract.dialogs import TIMES_UNREAD, dialog_of, has_times
from qa_engine.contract.names import PLAIN, Reading
from qa_engine.contract.sentences import Sentence, transcript_of
from qa_engine.contract.wrapped import is_one_call, unpacked, wrapped
from qa_engine.domain import Transcript, Word
from qa_engine.errors import Fault, FaultKind, TranscriptError

Json = Mapping[str, Any]
_DEEPEST = 3
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")
_TENCENT_LINE = re.compile(r"\s*\[(?P<start>[\d:.]+),(?P<end>[\d:.]+)(?:,(?P<speaker>\d+))?\]\s*(?P<text>.*\S)")
_SENSE_TAG = re.compile(r"<\|[^|<>]*\|>")  # language, mood and kind of sound, as SenseVoice writes them into its text


@dataclass(frozen=True, slots=True)
class Format:
    """A format of another program. ``find`` gives the sentences of an object, None when it is not of this format."""

    program: str
    find: Callable[[Json], "list[Sentence] | None"]


def read_foreign(
    obj: object, where: str, *, line: int | None, call_id: str, reading: Reading, words_alone: bool = True
) -> Transcript | TranscriptError | None:
    """The transcript in an object of another program, what is wrong with it, or None when it is none that we know.

    ``words_alone``: an object with nothing but the words of a call is taken for one, too, and told.
    """
    if isinstance(obj, list) and is_one_call(obj):
        obj = {"sentences" if "onebest" in obj[0] else "segments": obj}
    if not isinstance(obj, dict) or "turns" in obj:
        return None
    for part in (obj, *wrapped(obj)):
        for known in FORMATS:
            try:
                sentences = known.find(part)
            except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
                if part is not obj:  # something else of the same name
                    continue
                message = f"looks like a transcript by {known.program}, but it cannot be read: {_said(error)}"
                return TranscriptError([Fault(where, line, None, message, kind=FaultKind.CONTENT)])
            if sentences is None:
                continue
            try:
                found = transcript_of(
                    sentences, where=where, line=line, call_id=call_id, program=known.program, reading=reading
                )
            except TranscriptError as error:
                return error
            unread = known.find is dialog_of and has_times(part)
            return replace(found, warnings=(*found.warnings, TIMES_UNREAD)) if unread else found
    return _strange(obj, where, line, words_alone=words_alone)


def is_transcript(obj: Json) -> bool:
    """Whether an object is meant as a transcript, ours or one of another program, and no mere facts of a call."""
    return "turns" in obj or (
        read_foreign(obj, "", line=None, call_id="", reading=PLAIN, words_alone=False) is not None
    )


def _said(error: Exception) -> str:
    return f"the field {error} is missing" if isinstance(error, KeyError) else str(error)


def _strange(obj: Json, where: str, line: int | None, *, words_alone: bool) -> TranscriptError | None:
    """A fault that names the fields, where an object holds sentences under names that nobody here knows."""
    lists = (f"{path} holds {', '.join(fields[:8])}" for path, fields in _lists(obj) if any(map(_is_said, fields)))
    held = next(lists, None)
    if held is None and words_alone and (name := _whole_text(obj)) is not None:
        held = f"{name} is one text, in which nobody says who speaks when"
    if held is None:
        return None
    message = (
        f"a transcript of another program: {held}. Formats that are read: "
        f"{', '.join(dict.fromkeys(known.program for known in FORMATS))}; or write version 1 (turns with "
        "speaker, text, start, end in seconds)"
    )
    return TranscriptError([Fault(where, line, None, message, kind=FaultKind.NO_TRANSCRIPT)])


def _is_said(field: str) -> bool:
    return any(word in field.lower() for word in ("text", "sentence", "transcript", "display")) or field == "content"


def _lists(obj: Json, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[str]]]:
    """Every list of objects, with the fields of its first one."""
    for name, value in obj.items():
        here = f"{path}.{name}" if path else str(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield here, [str(field) for field in value[0]]
            value = value[0]
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _lists(value, here, depth + 1)


def _whole_text(obj: Json) -> str | None:
    """The field in which an object without sentences keeps the words of a whole call."""
    for name in ("text", "transcript", "result", "Result"):
        value = obj.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str) and value:
            return name
    return None


def _seconds(value: Any, unit: float = 1000.0) -> float:
    """A time of ``unit`` parts of a second, as a number or in digits, in seconds; or one as clocks show it."""
    clock = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if clock is not None:
        return seconds(clock.groups())
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{value!r} is no time")
    return round(number / unit, 3)


def _name(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _channel(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _sentence(text: Any, start: Any, end: Any, channel: Any = None, name: Any = None) -> Sentence:
    """A sentence whose times are told in milliseconds, its channel and its speaker as the program writes them."""
    return Sentence(text, _seconds(start), _seconds(end), _channel(channel), _name(name))


def _whisper(obj: Json) -> list[Sentence] | None:
    segments = obj.get("segments")
    if not isinstance(segments, list) or not all(isinstance(s, dict) and "text" in s for s in segments):
        return None
    return [
        Sentence(
            text=segment["text"],
            start=_seconds(segment["start"], 1.0),
            end=_seconds(segment["end"], 1.0),
            name=_name(segment.get("speaker")),
            confidence=_likelihood(segment.get("avg_logprob")),
            words=tuple(_whisper_words(segment.get("words") or ())),
        )
        for segment in segments
    ]


def _likelihood(logarithm: Any) -> float | None:
    return None if logarithm is None else round(min(1.0, math.exp(float(logarithm))), 4)


def _whisper_words(words: Any) -> Iterator[Word]:
    for word in words:
        if "start" in word and "end" in word:  # WhisperX leaves them out where it cannot align
            probability = word.get("probability", word.get("score"))
            told = None if probability is None else min(1.0, max(0.0, float(probability)))
            yield Word(str(word.get("word", "")), _seconds(word["start"], 1.0), _seconds(word["end"], 1.0), told)


def _whisper_cpp(obj: Json) -> list[Sentence] | None:
    lines = obj.get("transcription")
    if not isinstance(lines, list):
        return None
    return [
        _sentence(line["text"], line["offsets"]["from"], line["offsets"]["to"], name=line.get("speaker"))
        for line in lines
    ]


def _funasr(obj: Json) -> list[Sentence] | None:
    for list_name, text_name in (("sentence_info", "text"), ("stamp_sents", "text_seg")):
        sentences = obj.get(list_name)
        if isinstance(sentences, list):
            return [
                _sentence(
                    _spoken(s.get(text_name) or s["sentence"]) + str(s.get("punc") or ""),
                    s["start"],
                    s["end"],
                    name=s.get("spk"),
                )
                for s in sentences
            ]
    text, stamps = obj.get("text"), unpacked(obj.get("timestamp"))
    if not isinstance(text, str):
        return None
    if isinstance(stamps, list) and stamps:
        return [_sentence(_spoken(text), stamps[0][0], stamps[-1][1])]
    if not _SENSE_TAG.search(text):
        return None
    return [Sentence(part, None, None) for tagged in _SENSE_TAG.split(text) if (part := _spoken(tagged))]


def _spoken(text: str) -> str:
    """Words as they are read: FunASR parts characters by blanks, and SenseVoice puts its findings between them."""
    bare = _SENSE_TAG.sub("", text).strip()
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", bare)


def _alibaba(obj: Json) -> list[Sentence] | None:
    result = unpacked(obj.get("Result", obj))
    sentences = result.get("Sentences") if isinstance(result, dict) else None
    if not isinstance(sentences, list):
        return None
    return [
        _sentence(s["Text"], s["BeginTime"], s["EndTime"], s.get("ChannelId"), s.get("SpeakerId")) for s in sentences
    ]


def _dashscope(obj: Json) -> list[Sentence] | None:
    channels = obj.get("transcripts")
    if not isinstance(channels, list):
        return None
    return [
        _sentence(
            s["text"],
            s["begin_time"],
            s["end_time"],
            channel.get("channel_id") if len(channels) > 1 else None,
            s.get("speaker_id"),
        )
        for channel in channels
        for s in channel["sentences"]
    ]


def _tingwu(obj: Json) -> list[Sentence] | None:
    whole = obj.get("Transcription")
    paragraphs = whole.get("Paragraphs") if isinstance(whole, dict) else None
    if not isinstance(paragraphs, list):
        return None
    return [
        _sentence(
            "".join(word["Text"] for word in p["Words"]),
            p["Words"][0]["Start"],
            p["Words"][-1]["End"],
            name=p.get("SpeakerId"),
        )
        for p in paragraphs
        if p["Words"]
    ]


def _tencent(obj: Json) -> list[Sentence] | None:
    for part in ("Response", "Data"):
        obj = obj[part] if isinstance(obj.get(part), dict) else obj
    sentences, lines = obj.get("ResultDetail"), obj.get("Result")
    if not isinstance(sentences, list):
        return _tencent_lines(lines) if isinstance(lines, str) else None
    return [
        _sentence(s["FinalSentence"], s["StartMs"], s["EndMs"], s.get("ChannelId"), s.get("SpeakerId"))
        for s in sentences
    ]


def _tencent_lines(text: str) -> list[Sentence] | None:
    """``[0:0.020,0:2.380,0]  您好。``, a sentence a line; minutes and seconds, then the speaker."""
    lines = [_TENCENT_LINE.fullmatch(line) for line in text.splitlines() if line.strip()]
    if not lines or not all(lines):
        return None
    return [
        _sentence(line["text"], line["start"], line["end"], name=line["speaker"]) for line in lines if line is not None
    ]


def _tencent_flash(obj: Json) -> list[Sentence] | None:
    channels = obj.get("flash_result")
    if not isinstance(channels, list):
        return None
    return [
        _sentence(
            s["text"],
            s["start_time"],
            s["end_time"],
            channel.get("channel_id") if len(channels) > 1 else None,
            s.get("speaker_id"),
        )
        for channel in channels
        for s in channel["sentence_list"]
    ]


def _volcengine(obj: Json) -> list[Sentence] | None:
    told = obj.get("result")
    utterances = (told if isinstance(told, dict) else obj).get("utterances")
    if not isinstance(utterances, list):
        return None
    return [
        _sentence(s["text"], s["start_time"], s["end_time"], name=(s.get("additions") or {}).get("speaker"))
        for s in utterances
    ]


def _iflytek(obj: Json) -> list[Sentence] | None:
    for part in ("content", "data", "orderResult"):
        inner = obj.get(part)
        if isinstance(inner, str) and inner.lstrip().startswith(("{", "[")):
            inner = json.loads(inner)
        if isinstance(inner, list):
            inner = {"sentences": inner}
        obj = inner if isinstance(inner, dict) else obj
    best = obj.get("sentences")
    if isinstance(best, list) and all(isinstance(s, dict) and "onebest" in s for s in best):
        return [_sentence(s["onebest"], s["bg"], s["ed"], name=s.get("speaker")) for s in best]
    lattice = obj.get("lattice")
    return [_iflytek_line(item["json_1best"]) for item in lattice] if isinstance(lattice, list) else None


def _iflytek_line(line: Any) -> Sentence:
    told = (json.loads(line) if isinstance(line, str) else line)["st"]
    text = "".join(word["cw"][0]["w"] for part in told["rt"] for word in part["ws"])
    role = _name(told.get("rl"))
    return _sentence(text, told["bg"], told["ed"], name=None if role == "0" else role)


def _baidu(obj: Json) -> list[Sentence] | None:
    result = obj.get("task_result")
    sentences = result.get("detailed_result") if isinstance(result, dict) else None
    if not isinstance(sentences, list):
        return None
    return [_sentence("".join(s["res"]), s["begin_time"], s["end_time"], name=s.get("speaker")) for s in sentences]


def _huawei(obj: Json) -> list[Sentence] | None:
    segments = obj.get("segments")
    if not isinstance(segments, list) or not all(
        isinstance(s, dict) and isinstance(s.get("result"), dict) for s in segments
    ):
        return None
    return [
        _sentence(
            s["result"]["text"],
            s["start_time"],
            s["end_time"],
            name=(s["result"].get("analysis_info") or {}).get("role"),
        )
        for s in segments
    ]


FORMATS = (
    Format("Whisper", _whisper),
    Format("whisper.cpp", _whisper_cpp),
    Format("FunASR", _funasr),
    Format("Alibaba Cloud", _alibaba),
    Format("Alibaba DashScope", _dashscope),
    Format("Alibaba Tingwu", _tingwu),
    Format("Tencent Cloud", _tencent),
    Format("Tencent Cloud", _tencent_flash),
    Format("Volcengine", _volcengine),
    Format("iFlytek", _iflytek),
    Format("Baidu", _baidu),
    Format("Huawei", _huawei),
    Format("a list of who says what", dialog_of),
)
"""Every format that is read, asked in this order."""
