"""Roles out of voices and words: both must agree, and what is in doubt stays unknown."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from qa_engine.domain import Call, Speaker, Word
from qa_engine.speech import ScriptedRecogniser, SpeechOptions, transcribe_recording
from qa_engine.speech.options import RoleOptions
from qa_engine.speech.role_words import RoleWords, shares
from qa_engine.speech.roles import name_roles, parted_by_voice, roles_of_labels
from qa_engine.speech.speakers import TwoVoices
from qa_engine.speech.turns import Utterance

OPTIONS = RoleOptions()
A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
SURE = 6.0
TALK = [
    ("您好，请问有什么可以帮您？", SURE),
    ("我的快递怎么还没到？", -SURE),
    ("请您提供一下单号，我帮您查询。", SURE),
    ("你们上次也是这么说的，我要投诉。", -SURE),
    ("非常抱歉给您带来不便，我马上为您登记。", SURE),
]


class Reader:
    """Words that speak for a side: +3 for whom the text says, 0 for the rest."""

    def odds(self, texts: Sequence[str]) -> list[float]:
        return [3.0 if "坐席" in text else -3.0 if "客户" in text else 0.0 for text in texts]


def said(text: str, start: float = 0.0, seconds: float = 2.0) -> Utterance:
    step = seconds / len(text)
    words = (Word(char, start + i * step, start + (i + 1) * step, 0.9) for i, char in enumerate(text))
    return Utterance(0, tuple(words))


def roles(talk: Sequence[tuple[str, float]], reader: object = None) -> list[Speaker]:
    named = name_roles([said(text) for text, _ in talk], [odds for _, odds in talk], reader or Reader(), OPTIONS)
    return [role.speaker for role in named]


def test_both_voices_get_their_names() -> None:
    assert roles(TALK, RoleWords()) == [A, C, A, C, A]
    assert roles([(text, -odds) for text, odds in TALK], RoleWords()) == [A, C, A, C, A]


@pytest.mark.parametrize(
    ("_case", "talk"),
    [
        ("both voices talk like an agent", [("坐席", SURE), ("坐席", -SURE), ("坐席", SURE)]),
        ("one voice alone", [("坐席", SURE), ("客户", SURE)]),
        ("voices that were not told apart", [("坐席", 0.0), ("客户", 0.0)]),
        ("words that say nothing", [("嗯", SURE), ("嗯", -SURE)] * 4),
    ],
)
def test_no_names_without_two_roles(_case: str, talk: list[tuple[str, float]]) -> None:
    assert set(roles(talk)) == {U}


@pytest.mark.parametrize(
    ("text", "odds", "speaker"),
    [
        ("嗯", SURE, A),  # nothing speaks against the voice
        ("坐席", SURE, A),
        ("客户", SURE, U),  # the witnesses contradict each other
        ("坐席", 1.0, U),  # the voice is not sure
        ("客户", -SURE, C),
    ],
)
def test_one_utterance_needs_both_witnesses(text: str, odds: float, speaker: Speaker) -> None:
    around = [("坐席", SURE), ("客户", -SURE)] * 3
    assert roles([*around, (text, odds)])[-1] is speaker


def test_utterances_are_parted_where_the_voice_changes() -> None:
    voice = np.array([0] * 200 + [1] * 200 + [0] * 10 + [1] * 90)
    found = parted_by_voice([said("一二三四五六七八九十", 0.0, 5.0)], TwoVoices(9.0, voice * 2.0 - 1, voice), OPTIONS)
    assert [utterance.text for utterance in found] == ["一二三四", "五六七八九十"]


def test_a_text_without_characters_says_nothing() -> None:
    assert shares("，。…") == {}
    assert len(RoleWords().odds(["", "好的"])) == 2


def test_a_mixed_recording_gets_roles_with_their_doubt(
    sentences: dict, lay: Callable, write_wav: Callable[..., Path]
) -> None:
    """Real voices of the fixtures, words that a recogniser is told to hear: one clip a turn."""
    sounds, texts, at = [], [], 1.0
    for number in range(8):
        spoken = sentences[("agent", "customer")[number % 2]]
        sounds.append((at, spoken.samples))
        texts.append(TALK[number % 4][0])
        at += spoken.seconds + 1.5
    path = write_wav(lay(at + 1, *sounds))
    transcript = transcribe_recording(
        path, Call("c"), recogniser=ScriptedRecogniser({0: texts}), options=SpeechOptions()
    )
    assert [turn.speaker for turn in transcript.turns] == [A, C] * 4
    assert all(turn.role_probability and turn.role_probability >= 0.95 for turn in transcript.turns)
    assert transcript.warnings == ("roles_guessed",)


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        ((("A", "坐席"), ("B", "客户"), ("A", "坐席"), ("B", "客户")), {"A": A, "B": C}),
        ((("1", "客户"), ("2", "坐席"), ("1", "客户"), ("2", "坐席"), ("1", "嗯")), {"1": C, "2": A}),
        ((("A", "坐席"), ("B", "客户")), {}),  # too little
        ((("A", "坐席"), ("B", "坐席"), ("A", "坐席"), ("B", "坐席")), {}),  # two of one side
        ((("A", "坐席"), ("B", "客户"), ("C", "客户"), ("A", "坐席")), {}),
        ((), {}),
    ],
)
def test_two_labels_get_the_roles_that_their_words_tell(
    said: Sequence[tuple[str, str]], roles: dict[str, Speaker]
) -> None:
    assert {label: role.speaker for label, role in roles_of_labels(said, Reader(), OPTIONS).items()} == roles
