"""The same call in the formats of other programs gets the same verdict."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qa_engine.contract import Reading, read_transcripts, to_srt, to_txt, to_vtt, transcript_from_json
from qa_engine.domain import CallResult, Speaker, Status, Transcript, Turn
from qa_engine.resources import rules_dir
from qa_engine.service import PackJudge
from qa_engine.settings import Settings

GOLDEN = sorted((rules_dir() / "golden").glob("*.json"))
A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
NAMES = {A: "坐席(李华)", C: "客户-王先生", U: "未知"}
READING = Reading({"说话人1": A, "说话人2": C, "说话人3": U}, agent_channel=0)
NUMBER = {A: 1, C: 2, U: 3}


@pytest.fixture(scope="module")
def judge() -> PackJudge:
    return PackJudge(Settings())


def verdicts(result: CallResult) -> dict[str, tuple[Status, float, int]]:
    return {rule.id: (rule.status, rule.points, rule.hits) for rule in result.rules}


def milli(seconds: float | None) -> int:
    return round((seconds or 0.0) * 1000)


def as_json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)


def srt_by_change(told: Transcript) -> str:
    """Labels only where the speaker changes."""
    lines, last = to_srt(told).split("\n"), ""
    for number, line in enumerate(lines):
        label, colon, text = line.partition("：")
        if colon and label in ("坐席", "客户"):
            lines[number] = text if label == last else line
            last = label
    return "\n".join(lines)


def sentences(told: Transcript, **names: str) -> list[dict[str, Any]]:
    """Each turn under the fields of another program, times in milliseconds."""

    def values(turn: Turn) -> dict[str, Any]:
        who = str(NUMBER[turn.speaker])
        return {"text": turn.text, "start": milli(turn.start), "end": milli(turn.end), "who": who}

    return [{names[key]: value for key, value in values(turn).items() if key in names} for turn in told.turns]


WAYS: dict[str, tuple[str, Callable[[Transcript], str]]] = {
    "srt": (".srt", to_srt),
    "srt_by_change": (".srt", srt_by_change),
    "vtt": (".vtt", to_vtt),
    "named_json": (".json", lambda told: as_json({"turns": [
        {"speaker": NAMES[t.speaker], "text": t.text, "start": t.start, "end": t.end} for t in told.turns]})),
    "whisper": (".json", lambda told: as_json({"segments": [
        {"text": t.text, "start": t.start, "end": t.end, "speaker": str(NUMBER[t.speaker])} for t in told.turns]})),
    "funasr": (".json", lambda told: as_json([
        {"key": "c", "sentence_info": sentences(told, text="text", start="start", end="end", who="spk")}])),
    "tencent": (".json", lambda told: as_json({"Data": {"ResultDetail": sentences(
        told, text="FinalSentence", start="StartMs", end="EndMs", who="SpeakerId")}})),
    "iflytek": (".json", lambda told: as_json(sentences(told, text="onebest", start="bg", end="ed", who="speaker"))),
    "txt": (".txt", to_txt),
}  # fmt: skip


EXCEPTIONS = {("srt_by_change", "chat-nobody-there")}  # one label in the whole file says of no other cue who speaks


@pytest.mark.parametrize("way", WAYS)
def test_golden_calls_in_other_formats(way: str, judge: PackJudge, tmp_path: Path) -> None:
    """A fifth of the calls for each way, all of them over the ways."""
    suffix, write = WAYS[way]
    for path in GOLDEN[list(WAYS).index(way) % 5 :: 5]:
        call = json.loads(path.read_text(encoding="utf-8"))
        del call["golden"]
        plain = bare(transcript_from_json(call, path.name))
        if suffix == ".txt":
            plain = replace(plain, turns=tuple(replace(turn, start=None, end=None) for turn in plain.turns))
        elif not plain.timed or (way, path.stem) in EXCEPTIONS:
            continue
        file = tmp_path / f"{path.stem}{suffix}"
        file.write_text(write(plain), encoding="utf-8")
        (read,) = read_transcripts(file, READING)
        read = replace(read, call=plain.call, warnings=plain.warnings)
        assert verdicts(judge.judge(read, "d")) == verdicts(judge.judge(plain, "d")), path.stem


def bare(told: Transcript) -> Transcript:
    """What every format carries: who, when, what."""
    turns = [t for t in told.turns if t.text.strip() and t.excluded is None]
    kept = tuple(Turn(n, t.speaker, t.text, t.start, t.end) for n, t in enumerate(turns))
    return replace(told, turns=kept, speech=(), recognition=None)
