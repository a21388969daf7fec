"""Who said what: small inputs as they come from other programs, judged as the command judges them."""

from pathlib import Path

import pytest

from qa_engine.domain import CallResult, Speaker, Status
from qa_engine.service import check_inputs, open_app
from qa_engine.settings import Settings
from tests.unit.field.reading import INPUTS, speakers, transcript

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


def judged(path: Path, home: Path) -> CallResult:
    with open_app(Settings(home=home)) as app:
        (outcome,) = check_inputs(app, [path], jobs=1)
    assert outcome.error is None
    assert outcome.result is not None
    return outcome.result


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("c01_third_speaker.txt", [A, C, A, C, U, A, C, A]),
        ("c02_agent_label_with_name.txt", [A, C, A, C, A, C, A]),
        ("c04_blank_line_in_cue.srt", [A, C, A]),
        ("c05_no_millis.srt", [A, C]),
        ("c06_empty_cue_bom_crlf_100h.srt", [A, A]),
        ("c07_invisible_marks.srt", [A, C]),
        ("c08_voices.vtt", [A, C, A, A]),
        ("c09_two_voices_one_cue.vtt", [A, A, C, A]),
        ("c33_named.json", [A, C, A, C, A, C, A]),
        ("c43_label_only_on_change.srt", [A, A, C, C, A, A, C]),
    ],
)
def test_speakers(name: str, expected: list[Speaker]) -> None:
    assert speakers(name) == expected


def test_what_the_shift_lead_says_costs_nobody_and_goes_to_a_person(tmp_path: Path) -> None:
    result = judged(INPUTS / "c01_third_speaker.txt", tmp_path)
    assert result.failed() == ()
    assert any("班长" in reason for reason in result.review_reasons)


@pytest.mark.parametrize("name", ["c02_agent_label_with_name.txt", "c43_label_only_on_change.srt"])
def test_the_words_of_a_named_agent_cost(name: str, tmp_path: Path) -> None:
    assert any(r.id.startswith("forbidden.") and r.status is Status.FAIL for r in judged(INPUTS / name, tmp_path).rules)


@pytest.mark.parametrize("name", ["c09_two_voices_one_cue.vtt", "c09b_right.vtt"])
def test_two_voices_in_one_cue_are_two_turns(name: str, tmp_path: Path) -> None:
    result = judged(INPUTS / name, tmp_path)
    assert result.failed() == ()
    assert result.total == result.possible


def test_the_second_line_of_a_cue_and_its_hundredth_hour_are_kept() -> None:
    assert transcript("c04_blank_line_in_cue.srt").turns[1].text == "我的快递到哪了？单号尾号三三零七。"
    assert transcript("c06_empty_cue_bom_crlf_100h.srt").turns[1].start == 360006.5


def test_the_second_agent_costs_the_first_nothing(tmp_path: Path) -> None:
    result = judged(INPUTS / "g20_transfer_two_agents.json", tmp_path)
    assert {rule.id for rule in result.failed()} <= {"voice.speech_rate", "tone.speech_rate"}
    by = {rule.id: rule for rule in result.rules}
    assert by["forbidden.refusal"].status is Status.PASS, "the words are known to be the other's: not even a doubt"
    assert "其他坐席" in by["closing.thanks_farewell"].reason, "who had to take leave is for a person to say"
    assert any("坐席 8099" in reason for reason in result.review_reasons)
    (second,) = result.parts
    assert (result.agents, second.agent_id) == (("8026", "8099"), "8099")
    assert any(rule.id == "forbidden.refusal" for rule in second.failed())
