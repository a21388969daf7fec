"""Words that stand on both channels at the same time belong to the louder one, and to nobody where all are the same."""

from qa_engine.domain import Exclusion, Prosody, Speaker, Turn
from qa_engine.speech.echoes import without_echoes

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def turn(channel: int, start: float, text: str, loudness: float = -20.0) -> tuple[int, Turn]:
    prosody = Prosody(voiced_seconds=2.0, loudness_db=loudness)
    who = (AGENT, CUSTOMER)[channel]
    return channel, Turn(0, who, text, start, start + 2.5, confidence=0.9, prosody=prosody)


def test_an_echo_belongs_to_the_louder_channel() -> None:
    said = [
        turn(0, 0.0, "您好请问有什么可以帮您"),
        turn(0, 3.0, "明天不行后天上午吧", -33.0),
        turn(0, 9.0, "好的后天上午给您取件您看可以吗"),
        turn(1, 2.9, "明天不行，后天上午吧"),
    ]
    kept, one_sound = without_echoes(said)
    assert not one_sound
    assert [each.excluded for _, each in kept] == [None, Exclusion.LEAK, None, None]
    assert [each.speaker for _, each in kept] == [AGENT, AGENT, AGENT, CUSTOMER]


def test_both_channels_with_the_same_words_have_no_roles() -> None:
    said = [turn(0, 0.0, "您好请问有什么可以帮您"), turn(0, 3.0, "这个不行我要投诉你们")]
    said += [turn(1, 0.1, "您好请问有什么可以帮你", -26.0), turn(1, 3.1, "这个不行，我要投诉你们", -26.0)]
    kept, one_sound = without_echoes(said)
    assert one_sound
    assert {each.speaker for _, each in kept} == {Speaker.UNKNOWN}
    assert [each.excluded for _, each in kept] == [None, None, Exclusion.LEAK, Exclusion.LEAK]


def test_repeating_the_other_is_no_echo() -> None:
    said = [turn(0, 0.0, "订单号是五二八零一六对吗"), turn(1, 3.0, "订单号是五二八零一六对"), turn(1, 6.0, "对的对的")]
    said += [turn(0, 6.0, "对对")]
    assert without_echoes(said) == (said, False)
