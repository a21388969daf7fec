"""Transcripts of other recognisers, known by their fields: Whisper, FunASR, Alibaba, Tencent, iFlytek.

Each format says which list of an object holds its sentences and what its fields are called. Sources: the JSON that
openai-whisper, faster-whisper, WhisperX and whisper.cpp write; FunASR ``AutoModel.generate`` with ``sentence_info``;
Alibaba Cloud 录音文件识别 (``Result.Sentences``), Bailian/DashScope Paraformer (``transcripts[].sentences``) and Tingwu
(``Transcription.Paragraphs``); Tencent Cloud ``DescribeTaskStatus`` (``ResultDetail``); iFlytek lfasr (``onebest``, and
``lattice`` with ``json_1best``). Where a format has milliseconds its reader divides; nothing is guessed from size.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qa_engine.contract.names import PLAIN, Reading
from qa_engine.contract.sentences import Sentence, transcript_of
from qa_engine.domain import Transcript, Word
from qa_engine.errors import Fault, TranscriptError

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of another program. ``find`` gives the sentences of an object, None when it is not of this format."""

    program: str
    find: Callable[[Json], "list[Sentence] | None"]


def read_foreign(
    obj: object, where: str, *, line: int | None, call_id: str, reading: Reading
) -> Transcript | TranscriptError | None:
    """The transcript in an object of another program, what is wrong with it, or None when it is none that we know."""
    if isinstance(obj, list) and obj and all(isinstance(item, dict) and "onebest" in item for item in obj):
        obj = {"sentences": obj}
    if not isinstance(obj, dict) or "turns" in obj:
        return None
    for known in FORMATS:
        try:
            sentences = known.find(obj)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"looks like a transcript by {known.program}, but it cannot be read: {_said(error)}"
            return TranscriptError([Fault(where, line, None, message)])
        if sentences is None:
            continue
        try:
            return transcript_of(
                sentences, where=where, line=line, call_id=call_id, program=known.program, reading=reading
            )
        except TranscriptError as error:
            return error
    return _strange(obj, where, line)


def is_transcript(obj: Json) -> bool:
    """Whether an object is meant as a transcript, ours or one of another program, and no mere facts of a call."""
    return "turns" in obj or read_foreign(obj, "", line=None, call_id="", reading=PLAIN) is not None


def _said(error: Exception) -> str:
    return f"the field {error} is missing" if isinstance(error, KeyError) else str(error)


def _strange(obj: Json, where: str, line: int | None) -> TranscriptError | None:
    """A fault that names the fields, where an object holds sentences under names that nobody here knows."""
    for path, sentences in _lists(obj):
        fields = [str(name) for name in sentences[0]]
        if any("text" in name.lower() or "sentence" in name.lower() or name == "content" for name in fields):
            message = (
                f"a transcript of another program: {path} holds {', '.join(fields[:8])}. Formats that are read: "
                f"{', '.join(dict.fromkeys(known.program for known in FORMATS))}; or write version 1 (turns with "
                "speaker, text, start, end in seconds)"
            )
            return TranscriptError([Fault(where, line, None, message)])
    return None


def _lists(obj: Json, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[Json]]]:
    for name, value in obj.items():
        here = f"{path}.{name}" if path else str(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield here, value
        elif isinstance(value, dict) and depth < 3:
            yield from _lists(value, here, depth + 1)


def _seconds(value: Any, unit: float = 1000.0) -> float:
    """A time of ``unit`` parts of a second, as a number or in digits, in seconds."""
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{value!r} is no time")
    return round(number / unit, 3)


def _name(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


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
        Sentence(
            line["text"], _seconds(line["offsets"]["from"]), _seconds(line["offsets"]["to"]), name=line.get("speaker")
        )
        for line in lines
    ]


def _funasr(obj: Json) -> list[Sentence] | None:
    sentences = obj.get("sentence_info")
    if isinstance(sentences, list):
        return [
            Sentence(s.get("text") or s["sentence"], _seconds(s["start"]), _seconds(s["end"]), name=_name(s.get("spk")))
            for s in sentences
        ]
    stamps = obj.get("timestamp")
    if not isinstance(stamps, list) or not isinstance(obj.get("text"), str) or not stamps:
        return None
    return [Sentence(obj["text"], _seconds(stamps[0][0]), _seconds(stamps[-1][1]))]


def _alibaba(obj: Json) -> list[Sentence] | None:
    result = obj.get("Result", obj)
    sentences = result.get("Sentences") if isinstance(result, dict) else None
    if not isinstance(sentences, list):
        return None
    return [
        Sentence(
            s["Text"], _seconds(s["BeginTime"]), _seconds(s["EndTime"]), s.get("ChannelId"), _name(s.get("SpeakerId"))
        )
        for s in sentences
    ]


def _dashscope(obj: Json) -> list[Sentence] | None:
    channels = obj.get("transcripts")
    if not isinstance(channels, list):
        return None
    return [
        Sentence(
            s["text"],
            _seconds(s["begin_time"]),
            _seconds(s["end_time"]),
            channel.get("channel_id") if len(channels) > 1 else None,
            _name(s.get("speaker_id")),
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
        Sentence(
            "".join(word["Text"] for word in p["Words"]),
            _seconds(p["Words"][0]["Start"]),
            _seconds(p["Words"][-1]["End"]),
            name=_name(p.get("SpeakerId")),
        )
        for p in paragraphs
        if p["Words"]
    ]


def _tencent(obj: Json) -> list[Sentence] | None:
    for part in ("Response", "Data"):
        obj = obj[part] if isinstance(obj.get(part), dict) else obj
    sentences = obj.get("ResultDetail")
    if not isinstance(sentences, list):
        return None
    return [
        Sentence(
            s["FinalSentence"],
            _seconds(s["StartMs"]),
            _seconds(s["EndMs"]),
            s.get("ChannelId"),
            _name(s.get("SpeakerId")),
        )
        for s in sentences
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
        return [
            Sentence(s["onebest"], _seconds(s["bg"]), _seconds(s["ed"]), name=_name(s.get("speaker"))) for s in best
        ]
    lattice = obj.get("lattice")
    return [_iflytek_line(item["json_1best"]) for item in lattice] if isinstance(lattice, list) else None


def _iflytek_line(line: Any) -> Sentence:
    told = (json.loads(line) if isinstance(line, str) else line)["st"]
    text = "".join(word["cw"][0]["w"] for part in told["rt"] for word in part["ws"])
    role = _name(told.get("rl"))
    return Sentence(text, _seconds(told["bg"]), _seconds(told["ed"]), name=None if role == "0" else role)


FORMATS = (
    Format("Whisper", _whisper),
    Format("whisper.cpp", _whisper_cpp),
    Format("FunASR", _funasr),
    Format("Alibaba Cloud", _alibaba),
    Format("Alibaba DashScope", _dashscope),
    Format("Alibaba Tingwu", _tingwu),
    Format("Tencent Cloud", _tencent),
    Format("iFlytek", _iflytek),
)
"""Every format that is read, asked in this order."""
