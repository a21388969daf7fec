"""Names for the recogniser, out of the settings and the centre's profile."""

import pytest

from qa_engine.rules import Profile
from qa_engine.service.adapters.speech import SpeechTranscriber
from qa_engine.service.centre.profiles import hot_words, write_profile
from qa_engine.settings import Settings

OWN = Profile(
    companies=("飞鸿物流", "{company}"), departments=("会员部", "(售后|客服)部"), hot_words=("安心达", "飞鸿物流")
)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ""),
        ("金卡 银卡", "金卡 银卡"),
        ("profile", "飞鸿物流 会员部 安心达"),
        ("金卡 profile 安心达", "金卡 安心达 飞鸿物流 会员部"),
    ],
)
def test_the_names_of_the_profile_are_taken_where_they_are_asked_for(
    settings: Settings, asked: str, names: str
) -> None:
    write_profile(settings, OWN)
    chosen = settings.model_copy(update={"asr_hotwords": asked})
    assert hot_words(chosen) == names
    assert SpeechTranscriber(chosen).options.recognition.hotwords == names
