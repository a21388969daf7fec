"""The voice: a time for every syllable."""

import numpy as np
import pytest


@pytest.mark.parametrize("name", ["f1", "m3", "Annie", "steph"])
@pytest.mark.parametrize("rate", [150, 300])
def test_times_are_in_order_and_within_the_sound(voice, name: str, rate: int) -> None:
    speech = voice.speak_hanzi("您好，顺达速运，工号八零三六，很高兴为您服务。", voice=name, rate=rate)
    assert "".join(each.text for each in speech.characters) == "您好顺达速运工号八零三六很高兴为您服务"
    times = [time for each in speech.characters for time in (each.start, each.end)]
    assert times == sorted(times)
    assert all(each.end - each.start > 0.03 for each in speech.characters)
    assert times[-1] <= speech.seconds
    assert speech.samples.dtype == np.float32
    assert 0.05 < np.abs(speech.samples).max() <= 1


def test_faster_speech_is_shorter(voice) -> None:
    slow, fast = (voice.speak_hanzi("请您稍等一下", rate=rate).seconds for rate in (150, 300))
    assert fast < slow * 0.7


def test_syllables_sound_where_they_are_said_to(voice) -> None:
    speech = voice.speak_hanzi("您好，，，，再见", rate=150)
    gap = slice(
        *(
            int(time * voice.SAMPLE_RATE)
            for time in (speech.characters[1].end + 0.05, speech.characters[2].start - 0.02)
        )
    )
    loud = np.abs(speech.samples).max()
    assert np.abs(speech.samples[gap]).max() < loud / 20


def test_the_same_words_take_the_same_time(voice) -> None:
    # Breath and flutter are random inside the library; lengths are not.
    first, again = (voice.say("ni2 hao3", "f2") for _ in range(2))
    np.testing.assert_allclose(first.syllables, again.syllables, atol=0.001)
    assert abs(len(first.samples) - len(again.samples)) < 20


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("你好", ["ni2", "hao3"]),
        ("不对", ["bu2", "dui4"]),
        ("女", ["nv3"]),
        ("嗯，", ["en", ","]),
        ("银行", ["yin2", "hang2"]),
    ],
)
def test_readings(text: str, readings: list[str]) -> None:
    import espeak

    found = [reading if text[0] != "嗯" else reading.rstrip("12345") for _, reading in espeak.syllables_of(text)]
    assert found == readings


@pytest.mark.parametrize("text", ["工号8036", "OK好"])
def test_what_has_no_reading_is_refused(text: str) -> None:
    import espeak

    with pytest.raises(espeak.SpeechFailedError, match="as they are spoken"):
        espeak.syllables_of(text)


def test_an_unknown_voice_is_refused(voice) -> None:
    with pytest.raises(voice.SpeechFailedError, match="no voice variant"):
        voice.say("ni2", "no-such-voice")
