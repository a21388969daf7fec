"""The sound of a turn beside the speaker's own median of the call; worked out once a call, however long it is."""

from dataclasses import replace

import pytest

from qa_engine.domain import Call, Prosody, Speaker, Transcript, Turn
from qa_engine.rules.looking import agreement
from qa_engine.rules.looking.agreement import agreeing_sound
from qa_engine.rules.looking.lexicon import Lexicon
from qa_engine.rules.looking.view import CallView
from qa_engine.rules.ports.tones import NoTones
from qa_engine.text import Confusions

PLAIN = Prosody(voiced_seconds=1.0, loudness_db=-30.0, pitch_hz=200.0, chars_per_minute=240.0)


def seen(*turns: Prosody | None) -> CallView:
    """The agent's turns of a call, and one shrill turn of the customer."""
    said = [Turn(at, Speaker.AGENT, "您好", prosody=prosody) for at, prosody in enumerate(turns)]
    other = Prosody(voiced_seconds=1.0, loudness_db=0.0, pitch_hz=500.0, chars_per_minute=900.0)
    said.append(Turn(len(said), Speaker.CUSTOMER, "喂", prosody=other))
    lexicon = Lexicon(Confusions(()))
    lexicon.build()
    return CallView(Transcript(Call("c"), tuple(said)), lexicon, NoTones())


@pytest.mark.parametrize(
    ("prosody", "said"),
    [
        (PLAIN, ()),
        (replace(PLAIN, chars_per_minute=287.9), ()),
        (replace(PLAIN, chars_per_minute=288.0), ("语速 288 字/分钟，高于本人本次通话中位数 240",)),
        (replace(PLAIN, loudness_db=-26.1), ()),
        (replace(PLAIN, loudness_db=-26.0), ("音量比本人本次通话中位数高 4.0 dB",)),
        (replace(PLAIN, pitch_hz=224.0), ()),
        (replace(PLAIN, pitch_hz=225.0), ("音调比本人本次通话中位数高 2.0 个半音",)),
        (None, ()),
    ],
)
def test_limits(prosody: Prosody | None, said: tuple[str, ...]) -> None:
    call = seen(PLAIN, PLAIN, PLAIN, PLAIN, prosody)
    assert agreeing_sound(call, call.turns[4]) == said


@pytest.mark.parametrize(("measured", "agrees"), [(3, False), (4, True)])
def test_a_median_needs_four_turns_the_turn_itself_among_them(measured: int, agrees: bool) -> None:
    call = seen(*[PLAIN] * (measured - 1), replace(PLAIN, loudness_db=-10.0))
    assert bool(agreeing_sound(call, call.turns[measured - 1])) is agrees


def test_a_long_call_asks_for_each_median_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(agreement, "median", lambda values: asked.append(len(values)) or 1.0)
    call = seen(*[PLAIN] * 50)
    for view in call.turns:
        agreeing_sound(call, view)
    assert asked == [50, 50, 50]
