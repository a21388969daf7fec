"""The figures beside the score."""

import pytest

from qa_engine.domain import Call, Channel, Exclusion, Prosody, Speaker, SpeechSpan, Turn
from qa_engine.scoring import metrics
from qa_engine.scoring.metrics import excluded_share, unheard_share
from tests.unit.scoring.builders import transcript, turn

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


def test_figures_of_a_small_call() -> None:
    call = transcript(
        [
            turn(A, "您好请问有什么可以帮您", 0, 3, confidence=0.9),  # 11 字 in 3 s
            turn(C, "我想查一下快递", 3.5, 5.5, confidence=0.8),  # 7 字: too few for a rate
            turn(A, "好的", 10.5, 11.5),
        ],
        Call("c", duration=12.0),
    )
    assert metrics(call) == {
        "speech_rate": 220.0,
        "talk_ratio": 0.67,
        "silence_seconds": 5.0,
        "overlap_count": 0.0,
        "duration": 12.0,
        "longest_silence_seconds": 5.0,
        "customer_speech_rate": None,
        "agent_turns": 2.0,
        "customer_turns": 1.0,
        "confidence": 0.861,
        "excluded_share": 0.0,
        "first_reply_seconds": None,
        "mean_reply_seconds": None,
    }


def test_a_chat_is_measured_by_its_replies() -> None:
    call = transcript(
        [turn(C, "在吗", 0, 1), turn(C, "有人吗", 30, 31), turn(A, "您好", 40, 41), turn(A, "请讲", 45, 46),
         turn(C, "包裹呢", 60, 61), turn(A, "明天到", 80, 82)],
        Call("c", channel=Channel.CHAT, duration=90.0),
    )  # fmt: skip
    figures = metrics(call)
    assert (figures["first_reply_seconds"], figures["mean_reply_seconds"]) == (40.0, 30.0)
    assert (figures["agent_turns"], figures["customer_turns"], figures["duration"]) == (3.0, 3.0, 90.0)
    spoken = ("speech_rate", "customer_speech_rate", "talk_ratio", "silence_seconds", "overlap_count")
    assert all(figures[name] is None for name in (*spoken, "longest_silence_seconds"))


def test_without_times_nothing_timed_is_guessed() -> None:
    figures = metrics(transcript([turn(A, "您好"), turn(C, "你好")]))
    assert {name for name, value in figures.items() if value is None} == {
        "speech_rate",
        "talk_ratio",
        "silence_seconds",
        "overlap_count",
        "duration",
        "longest_silence_seconds",
        "customer_speech_rate",
        "confidence",
        "first_reply_seconds",
        "mean_reply_seconds",
    }


def test_nobody_speaks() -> None:
    figures = metrics(transcript([]))
    assert figures["speech_rate"] is None
    assert figures["talk_ratio"] is None
    assert figures["excluded_share"] is None


def test_unknown_roles_have_no_figures_of_a_role() -> None:
    figures = metrics(transcript([turn(U, "您好", 0, 1), turn(U, "你好", 3, 4)]))
    assert figures["agent_turns"] is None
    assert figures["overlap_count"] is None
    assert figures["silence_seconds"] == 2.0


def test_rate_is_of_the_voiced_seconds_when_they_were_measured() -> None:
    spoken = Turn(0, A, "您好请问有什么可以", 0, 6, prosody=Prosody(voiced_seconds=3.0))
    assert metrics(transcript([spoken]))["speech_rate"] == 180.0


@pytest.mark.parametrize(
    ("text", "start", "count"),
    [
        ("请问您的单号是多少", 2.0, 1),
        ("请问您的单号是多少", 2.6, 0),
        ("好的", 1.0, 0),
        ("请问您的单号是多少", 3.0, 0),
    ],
)
def test_overlaps_count_from_half_a_second_and_not_for_listening(text: str, start: float, count: int) -> None:
    call = transcript([turn(C, "我昨天买的沙发想问一下", 0, 3), turn(A, text, start, start + 2)])
    assert metrics(call)["overlap_count"] == count


def test_heard_speech_is_no_silence_even_when_it_was_not_recognised() -> None:
    call = transcript([turn(A, "您好", 0, 1), turn(C, "你好", 9, 10)], speech=(SpeechSpan(C, 4.0, 6.0),))
    assert (metrics(call)["silence_seconds"], metrics(call)["longest_silence_seconds"]) == (6.0, 3.0)


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        ([[1.0, 9.0]], 0.0),
        ([[2.0, 8.5]], 1.0),
        ([["a", 2]], 8.0),
        ("nonsense", 8.0),
        ([[9, 1]], 8.0),
    ],
)
def test_declared_hold_is_no_silence_and_a_malformed_one_is_ignored(hold: object, expected: float) -> None:
    call = transcript([turn(A, "您好", 0, 1), turn(C, "你好", 9, 10)], Call("c", metadata={"hold": hold}))  # type: ignore[dict-item]
    assert metrics(call)["silence_seconds"] == expected


def test_excluded_turns_are_not_measured_but_their_share_is() -> None:
    ghost = turn(C, "请不吝点赞订阅", 5, 6, excluded=Exclusion.GHOST_TEXT)
    call = transcript([turn(A, "您好", 0, 1), ghost])
    assert metrics(call)["customer_turns"] == 0
    assert excluded_share(call) == pytest.approx(7 / 9)


def test_figures_are_rounded_and_told_apart_by_speaker() -> None:
    call = transcript(
        [
            turn(A, "您好请问有什么可以帮您的呢", 0, 3.137, confidence=0.91234),  # 13 字
            turn(C, "我上周五寄的快递到现在还没有收到", 3.5, 7.31, confidence=0.87651),  # 16 字
            turn(A, "好的谢谢", 12.361, 13.5, excluded=Exclusion.LOOP),
            turn(C, "那我等您", 18.0, 19.0),
        ],
        Call("c", duration=19.4567),
    )
    figures = metrics(call)
    assert figures["speech_rate"] == round(13 * 60 / 3.137, 1)
    assert figures["customer_speech_rate"] == round(16 * 60 / 3.81, 1) == 252.0
    assert figures["duration"] == 19.5
    assert figures["excluded_share"] == round(4 / 37, 3)
    assert figures["longest_silence_seconds"] == round(12.361 - 7.311, 1)
    assert figures["silence_seconds"] == round(12.361 - 7.311 + 18.0 - 13.5, 1)


def test_replies_are_rounded() -> None:
    call = transcript(
        [turn(C, "在吗", 0, 1), turn(A, "您好", 10.123, 11), turn(C, "包裹呢", 20, 21), turn(A, "明天到", 30.456, 31)],
        Call("c", channel=Channel.CHAT, duration=40.0),
    )
    figures = metrics(call)
    assert (figures["first_reply_seconds"], figures["mean_reply_seconds"]) == (10.1, 10.3)


def test_how_many_turns_is_not_known_where_it_is_not_known_whose_they_are() -> None:
    figures = metrics(transcript([turn(A, "您好", 0, 1), turn(U, "你好", 1, 2), turn(C, "在", 2, 3)]))
    assert (figures["agent_turns"], figures["customer_turns"], figures["overlap_count"]) == (None, None, None)


@pytest.mark.parametrize(
    ("unheard", "share"), [((), 0.0), (((4.0, 6.0),), 0.2), (((0.0, 4.0), (4.0, 10.0)), 1.0), (((1.0, 3.5),), 0.25)]
)
def test_share_of_speech_without_words(unheard: tuple[tuple[float, float], ...], share: float) -> None:
    heard = (SpeechSpan(A, 0.0, 4.0), SpeechSpan(C, 4.0, 10.0))
    found = unheard_share(transcript(speech=heard, unheard=tuple(SpeechSpan(C, *span) for span in unheard)))
    assert found == pytest.approx(share)


def test_where_no_speech_is_known_none_is_missing() -> None:
    assert unheard_share(transcript()) is None
