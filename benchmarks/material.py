"""What the benchmarks measure on: calls and packs put together from the golden calls, the same on every machine."""

import json
import random
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa_engine.contract import transcript_from_json
from qa_engine.domain import Transcript
from qa_engine.resources import rules_dir
from qa_engine.rules import RulePack, SourceFile, load_pack

COMPANY = "顺达速运"
_SENTENCE = re.compile(r"[^。！？!?]+[。！？!?]?")
_GAP_SECONDS = 0.4
_SPEAKERS = ("agent", "customer")
_CHARS = {"agent": 34, "customer": 19}  # aimed at; with the last sentence of each it is 1,500 in 60 turns


@dataclass(frozen=True, slots=True)
class PackFacts:
    """A pack and its size: phrases as their authors wrote them, and what they are spelled out to."""

    pack: RulePack
    rules: int
    phrases: int
    strings: int  # different strings that the automata look for, all layers together


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """Speaker → every sentence of the golden calls by telephone, each once, in the order of the files."""
    found: dict[str, dict[str, None]] = {speaker: {} for speaker in _SPEAKERS}
    for path in sorted((rules_dir() / "golden").glob("*.json")):
        call = json.loads(path.read_text(encoding="utf-8"))
        if call.get("channel", "voice") != "voice":
            continue
        for turn in call["turns"]:
            if turn["speaker"] in found:
                found[turn["speaker"]].update(dict.fromkeys(_SENTENCE.findall(turn["text"])))
    return {speaker: tuple(texts) for speaker, texts in found.items()}


def call_json(number: int, *, seconds: float = 300.0, turns: int = 60) -> dict[str, Any]:
    """Call ``number`` in the transcript format: agent and customer in turn, about 25 characters a turn."""
    chance = random.Random(number)
    texts = [_turn_text(chance, _SPEAKERS[at % 2]) for at in range(turns)]
    chars = sum(map(len, texts))
    speech = seconds - _GAP_SECONDS * turns
    said: list[dict[str, Any]] = []
    at = 0.0
    for index, text in enumerate(texts):
        end = at + speech * len(text) / chars
        said.append(
            {
                "speaker": _SPEAKERS[index % 2],
                "start": round(at, 2),
                "end": round(end, 2),
                "text": text,
                "confidence": 0.93,
                "words": _words(text, at, end),
                "prosody": {
                    "voiced_seconds": round(end - at, 2),
                    "chars_per_minute": round(60 * chars / speech, 1),
                    "loudness_db": round(chance.uniform(-29.0, -25.0), 1),
                },
            }
        )
        at = end + _GAP_SECONDS
    return {
        "version": 1,
        "call_id": f"bench-{number:05d}",
        "channel": "voice",
        "direction": "inbound",
        "scenario": ("consultation", "complaint", "order", "after_sales")[number % 4],
        "started_at": "2026-03-02T10:00:00+08:00",
        "duration": seconds,
        "agent": {"id": str(9000 + number % 50), "name": "陈静", "team": "二组"},
        "metadata": {"ring_seconds": 4, "ended_by": "customer"},
        "turns": said,
    }


def _words(text: str, start: float, end: float) -> list[dict[str, Any]]:
    """A word a character, as recognisers give them, evenly spread."""
    each = (end - start) / len(text)
    return [
        {"text": c, "start": round(start + each * i, 2), "end": round(start + each * (i + 1), 2), "probability": 0.95}
        for i, c in enumerate(text)
    ]


def call(number: int, *, seconds: float = 300.0, turns: int = 60) -> Transcript:
    return transcript_from_json(call_json(number, seconds=seconds, turns=turns), f"bench-{number}")


def _turn_text(chance: random.Random, speaker: str) -> str:
    wanted = _CHARS[speaker] * chance.uniform(0.2, 1.1)
    text = ""
    while len(text) < wanted:
        text += chance.choice(sentences()[speaker])
    return text


def base_pack(extra: str | None = None) -> PackFacts:
    """The bundled base pack with all its phrase lists, and with another file of rules when one is given."""
    root = rules_dir()
    files = [*sorted((root / "packs" / "base").glob("*.yaml")), *sorted((root / "phrases").glob("*.yaml"))]
    sources = [SourceFile(str(path.relative_to(root)), path.read_text(encoding="utf-8")) for path in files]
    if extra is not None:
        sources.append(SourceFile("packs/base/extra.yaml", extra))
    pack = load_pack("base", sources, {"company": COMPANY})
    phrases = sum(len(phrase_list.phrases) for phrase_list in pack.lists.values())
    return PackFacts(pack, len(pack.rules), phrases, pack.lexicon.size)


def grown_pack(*, rules: int, phrases: int) -> PackFacts:
    """The base pack grown to so many rules and so many phrases as written.

    Of the rules that are added, three in four forbid a list of phrases and one in four demands one of a list, which is
    looked for by similarity and by sound, too. The phrases are pieces of what agents say in the golden calls with a
    few characters exchanged, so that many of them nearly occur.
    """
    plain = base_pack()
    added = max(1, rules - plain.rules)
    lists = _spread(_made_up(max(added, phrases - plain.phrases)), added)
    lines = ["lists:"]
    for number, made in enumerate(lists):
        lines += [f"  made_{number}:", f"    title: 造词{number}", "    phrases:"]
        lines += [f'      - "{phrase}"' for phrase in made]
    lines.append("rules:")
    section, item = plain.pack.rules[0].section, plain.pack.rules[0].item
    for number in range(added):
        demanded = number % 4 == 3
        lines += [
            f"  - id: made.rule_{number}",
            f"    title: 造规则{number}",
            f"    section: {section}",
            f"    item: {item}",
            "    severity: minor",
            "    why: 测速",
            "    conditions:",
            f"      said: {{operator: phrase, speaker: agent, lists: [made_{number}]}}",
            f"    fault: {'not said' if demanded else 'said'}",
            "    points: -1",
            "    message: 命中「{text}」",
        ]
    return base_pack("\n".join(lines) + "\n")


def _made_up(count: int) -> list[str]:
    """Different texts of three to eight characters."""
    chance = random.Random(20261124)
    said = ["".join(filter(str.isalnum, text)) for text in sentences()["agent"]]
    said = [text for text in said if len(text) >= 8]
    letters = "".join(said)
    made: dict[str, None] = {}
    while len(made) < count:
        text, size = chance.choice(said), chance.randint(3, 8)
        begin = chance.randrange(len(text) - size + 1)
        piece = list(text[begin : begin + size])
        for _ in range(1 + size // 4):
            piece[chance.randrange(size)] = chance.choice(letters)
        made["".join(piece)] = None
    return list(made)


def _spread(texts: list[str], parts: int) -> list[list[str]]:
    return [texts[number::parts] for number in range(parts)]
