"""A voice against its own base: this call's median, or what is usual for the agent over earlier calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.rules import Baseline, CallVoice, FixedBaselines, VoiceMeasure, call_voice, evaluate, usual
from qa_engine.rules.examples import transcript_of
from qa_engine.rules.written.models import Dialogue

AT = {"agent": {"id": "8026"}, "started_at": "2026-03-02T10:00:00+08:00"}


def voice(measure: VoiceMeasure, value: float, turns: int = 120, calls: int = 12) -> FixedBaselines:
    return FixedBaselines({("8026", measure): Baseline(value, turns, calls)})


def rates(*values: int) -> list[str]:
    return [f"坐席[{i * 5}-{i * 5 + 4} cpm={value}]：您好这里是顺达速运客服中心" for i, value in enumerate(values)]


RATE, LOUD, PITCH = VoiceMeasure.SPEECH_RATE, VoiceMeasure.LOUDNESS, VoiceMeasure.PITCH
CASES = [
    # base, what earlier calls say, status, explanation or reason
    ("call", voice(RATE, 180), "fail", "该句语速 352 字/分钟，高于本人本次通话中位数 238，为其 1.5 倍（限 1.4 倍）"),
    ("call", None, "fail", "该句语速 352 字/分钟，高于本人本次通话中位数 238，为其 1.5 倍（限 1.4 倍）"),
    ("agent", voice(RATE, 231), "fail", "高于本人此前 12 通、120 句的中位数 231，为其 1.5 倍（限 1.4 倍）"),
    ("agent", voice(RATE, 300), "pass", "比较基准：本人此前 12 通、120 句的中位数 300"),
    ("auto", voice(RATE, 300), "pass", "比较基准：本人此前 12 通、120 句的中位数 300"),
    ("agent", None, "not_applicable", "本人此前只有 0 通、0 句语速记录，不足 5 通、50 句"),
    ("agent", voice(RATE, 231, turns=49), "not_applicable", "12 通、49 句"),
    ("agent", voice(RATE, 231, calls=4), "not_applicable", "4 通、120 句"),
    ("auto", voice(RATE, 300, turns=49), "fail", "高于本人本次通话中位数 238"),
    ("auto", voice(PITCH, 300), "fail", "高于本人本次通话中位数 238"),
]


@pytest.mark.parametrize(("base", "known", "status", "words"), CASES)
def test_rate(make_pack, make_transcript, base: str, known: FixedBaselines | None, status: str, words: str) -> None:
    pack = make_pack(f"c: {{operator: speech_rate, above_median: 1.4, base: {base}}}")
    (result,) = evaluate(pack, make_transcript(rates(230, 238, 352), AT), baselines=known)
    assert result.status == status
    assert words in (result.evidence[0].explanation if result.evidence else result.reason)


def test_a_fault_of_what_was_not_found_says_what_it_was_held_against(make_pack, make_transcript) -> None:
    pack = make_pack("c: {operator: speech_rate, above_median: 1.4, base: agent}", fault="not c")
    (result,) = evaluate(pack, make_transcript(rates(230, 238, 352), AT), baselines=voice(RATE, 300))
    assert (result.status, result.reason) == ("fail", "比较基准：本人此前 12 通、120 句的中位数 300")


@pytest.mark.parametrize("call", [{"agent": {"id": "8026"}}, {"started_at": AT["started_at"]}, {}])
def test_calls_of_nobody_or_of_no_day_have_no_past(make_pack, make_transcript, call: dict) -> None:
    pack = make_pack("c: {operator: speech_rate, above_median: 1.4, base: agent}")
    (result,) = evaluate(pack, make_transcript(rates(230, 238, 352), call), baselines=voice(RATE, 231))
    assert result.status == "not_applicable"


def test_customers_are_not_known(make_pack, make_transcript) -> None:
    lines = [line.replace("坐席", "客户") for line in rates(230, 238, 352)]
    pack = make_pack("c: {operator: speech_rate, speaker: customer, above_median: 1.4, base: auto}")
    (result,) = evaluate(pack, make_transcript(lines, AT), baselines=voice(RATE, 400))
    assert "本次通话中位数 238" in result.evidence[0].explanation


def levels(*values: float) -> list[str]:
    return [f"坐席[{i * 3}-{i * 3 + 2} db={value}]：您好请说" for i, value in enumerate(values)]


@pytest.mark.parametrize("gain", [0.0, -12.0, 7.0])
@pytest.mark.parametrize(("usual", "status"), [(1.5, "fail"), (4.0, "pass")])
def test_loudness_of_other_calls_is_what_the_agent_usually_rises(
    make_pack, make_transcript, gain: float, usual: float, status: str
) -> None:
    """The same call over a softer line: the same verdict."""
    pack = make_pack("c: {operator: loudness, rise_db: 5, base: agent}")
    lines = levels(*(value + gain for value in (-25, -25, -25, -18)))
    (result,) = evaluate(pack, make_transcript(lines, AT), baselines=voice(LOUD, usual))
    assert result.status == status
    if status == "fail":
        assert result.evidence[0].explanation.endswith(
            f"加平时的起伏 {usual} dB（本人此前 12 通、120 句）高 5.5 dB（限 5）"
        )


def test_one_turn_can_be_held_against_the_past(make_pack, make_transcript) -> None:
    pack = make_pack("c: {operator: pitch, rise_semitones: 4, base: auto}")
    call = make_transcript(["坐席[0-2 hz=260]：您好请说"], AT)
    (result,) = evaluate(pack, call, baselines=voice(PITCH, 200))
    assert result.evidence[0].explanation == (
        "该句音调 260 Hz，比本人此前 12 通、120 句的中位数 200 Hz 高 4.5 个半音（限 4）"
    )
    assert evaluate(pack, call)[0].status == "not_applicable"


def test_what_a_call_adds() -> None:
    call = transcript_of(
        Dialogue(
            turns=(
                "坐席[0-4 db=-25 hz=200 cpm=240]：您好这里是顺达速运客服中心",
                "客户[5-9 db=-15 hz=100 cpm=300]：您好这里是顺达速运客服中心",
                "坐席[10-11 db=-24 hz=210 cpm=400]：好的",  # too short for a rate
                "坐席[12-12.5 db=-10 hz=400 cpm=400]：好",  # too short for anything
                "坐席[13-17 db=-20 excluded=low_confidence]：您好这里是顺达速运客服中心",
                "坐席[20-24 db=-26]：您好这里是顺达速运客服中心",
                "坐席[30-34 db=-18]：您好这里是顺达速运客服中心",
            )
        )
    )
    assert call_voice(call) == CallVoice((240.0,), (200.0, 210.0), (-0.5, 0.5, -1.5, 6.5))


def test_what_is_usual() -> None:
    calls = [CallVoice((200.0, 240.0), (), (-1.0, 0.0, 1.0, 4.0)), CallVoice((250.0,), (), ()), CallVoice((), (), ())]
    assert usual(RATE, calls) == Baseline(240.0, 3, 2)
    assert usual(LOUD, calls) == Baseline(3.1, 4, 1)
    assert usual(PITCH, calls) is None


@given(st.lists(st.lists(st.floats(-90, 0).map(lambda db: round(db, 2)), min_size=4, max_size=8), max_size=5))
def test_the_gain_of_a_line_is_in_no_baseline(calls: list[list[float]]) -> None:
    def baseline(gains: list[float]) -> Baseline | None:
        lines = [
            [f"坐席[0-2 db={level + gain:.2f}]：您好" for level in c] for c, gain in zip(calls, gains, strict=True)
        ]
        return usual(LOUD, [call_voice(transcript_of(Dialogue(turns=tuple(turns)))) for turns in lines])

    there, here = baseline([0.0] * len(calls)), baseline([-12.0 - place for place in range(len(calls))])
    assert (there is None) == (here is None)
    if there is not None and here is not None:
        assert here.value == pytest.approx(there.value, abs=0.11)  # rounded to a tenth
