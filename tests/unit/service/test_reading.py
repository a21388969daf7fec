"""Roles of speakers whom a written call only numbers."""

import json

import pytest

from qa_engine.contract.plain_text import parse_txt
from qa_engine.domain import Speaker
from qa_engine.resources import rules_dir
from qa_engine.service.intake.reading import with_roles

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
CALL = """{0}：您好，顺达速运客服中心，工号8026为您服务，请问有什么可以帮您？
{1}：我的快递五天了还没到，我要投诉你们。
{0}：非常抱歉给您带来不便，请您提供一下运单号，我帮您查询。
{1}：你们到底什么时候能送到啊，我都等了好久了。
"""


@pytest.mark.parametrize("labels", [("A", "B"), ("说话人2", "说话人1"), ("甲", "乙"), ("声道1", "声道0")])
def test_the_words_say_who_is_who(labels: tuple[str, str]) -> None:
    found = with_roles(parse_txt(CALL.format(*labels), "t", "c"))
    assert [turn.speaker for turn in found.turns] == [A, C, A, C]
    assert all((turn.role_probability or 0) >= 0.95 for turn in found.turns)
    assert found.warnings == ("roles_guessed",)


def test_the_agents_channel_is_told_and_not_guessed() -> None:
    found = with_roles(parse_txt(CALL.format("声道1", "声道0"), "t", "c"), "left")
    assert [turn.speaker for turn in found.turns] == [C, A, C, A]
    assert found.warnings == ()


OTHERS = CALL.format("A", "B") + "坐席：喂\n班长：不归我管\n"


@pytest.mark.parametrize("text", [OTHERS, CALL.format("A", "A"), "A：喂\nB：喂\n", CALL.format("A", "B") + "C：喂\n"])
def test_what_is_not_sure_stays_unknown(text: str) -> None:
    found = with_roles(parse_txt(text, "t", "c"))
    assert {turn.speaker for turn in found.turns if turn.label in ("A", "B", "C")} == {U}


def test_golden_calls_with_numbered_speakers_get_no_wrong_role() -> None:
    named = 0
    for path in sorted((rules_dir() / "golden").glob("*.json")):
        turns = json.loads(path.read_text(encoding="utf-8"))["turns"]
        sides = {"agent": "说话人1", "customer": "说话人2"}
        text = "".join(f"{sides[turn['speaker']]}：{turn['text']}\n" for turn in turns if turn["speaker"] in sides)
        if not text:
            continue
        found = with_roles(parse_txt(text, "t", "c"))
        told = {turn.label: turn.speaker for turn in found.turns}
        assert told.get("说话人1") in (A, U, None)
        assert told.get("说话人2") in (C, U, None)
        named += told.get("说话人1") is A
    assert named >= 100
