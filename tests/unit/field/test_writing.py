"""The same call written otherwise gets the same verdict."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import opencc
import pytest

from qa_engine.contract import transcript_from_json
from qa_engine.domain import CallResult, Status, Transcript
from qa_engine.resources import rules_dir
from qa_engine.service import PackJudge
from qa_engine.settings import Settings
from tests.unit.field.reading import transcript

GOLDEN = sorted((rules_dir() / "golden").glob("*.json"))


@pytest.fixture(scope="module")
def judge() -> PackJudge:
    return PackJudge(Settings())


def failed(result: CallResult) -> list[str]:
    return [rule.id for rule in result.rules if rule.status is Status.FAIL]


def verdicts(result: CallResult) -> dict[str, tuple[Status, float, int]]:
    return {rule.id: (rule.status, rule.points, rule.hits) for rule in result.rules}


def test_a_threat_in_traditional_characters_is_one(judge: PackJudge) -> None:
    traditional = judge.judge(transcript("d50_trad_threat.json"), "d")
    simplified = judge.judge(transcript("d51_simp_threat.json"), "d")
    assert verdicts(traditional) == verdicts(simplified)
    assert any(rule.id == "veto.abuse" and rule.status is not Status.PASS for rule in traditional.rules)


def test_five_days_with_blanks_between_the_characters_are_five_days(judge: PackJudge) -> None:
    assert "adapt.reply_time" in failed(judge.judge(transcript("d54_spaced_characters.json"), "d"))


WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
RADICAL = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")
WAYS: dict[str, Callable[[str], str]] = {
    **{name: opencc.OpenCC(name).convert for name in ("s2t", "s2tw", "s2twp", "s2hk")},
    "blanks": " ".join,
    "no_break_blanks": "\u00a0".join,
    "wide": lambda text: "".join(WIDE.get(char, char) for char in text),
    "radicals": lambda text: "".join(RADICAL.get(char, char) for char in text),
    "spoken_digits": lambda text: re.sub(r"(?<!\d)\d{3,}(?!\d)", lambda m: m[0].translate(SPOKEN), text),
    "unseen_marks": lambda text: "\u200e" + "\u200b".join(text),
    "no_punctuation": lambda text: "".join(c for c in text if not unicodedata.category(c).startswith("P")) or "问",
}
EXCEPTIONS = {
    ("complaint-hang-up", "no_punctuation"),  # 「喂？喂？」 as 喂喂: the customer hears nothing
    ("chat-unanswered", "no_punctuation"),  # a message that is nothing but a question mark
}


@pytest.mark.parametrize("way", WAYS)
def test_golden_calls_written_otherwise(way: str, judge: PackJudge) -> None:
    """A third of the calls for each way, all of them over the ways."""
    write, different = WAYS[way], set()
    for path in GOLDEN[list(WAYS).index(way) % 3 :: 3]:
        call = json.loads(path.read_text(encoding="utf-8"))
        del call["golden"]
        plain = without_words(transcript_from_json(call, path.name))
        written = replace(plain, turns=tuple(replace(turn, text=write(turn.text)) for turn in plain.turns))
        if verdicts(judge.judge(written, "d")) != verdicts(judge.judge(plain, "d")):
            different.add(path.stem)
    assert different <= {stem for stem, exception in EXCEPTIONS if exception == way}


def without_words(told: Transcript) -> Transcript:
    """Words are of the text as it was; nothing rewrites them."""
    return replace(told, turns=tuple(replace(turn, words=()) for turn in told.turns))
