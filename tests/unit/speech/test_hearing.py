"""A second hearing for the clips whose words account for too little, and what is told when that brings nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from qa_engine.domain import Exclusion, Span, Word
from qa_engine.speech import Clip, RecognisedClip, RecogniserIdentity, RecognitionOptions, SpeechOptions
from qa_engine.speech.activity import HOP, ChannelSpeech
from qa_engine.speech.clips import plan_clips
from qa_engine.speech.hearing import Hearing, hear

RATE = 16_000
OPTIONS = SpeechOptions()
SECONDS = 60.0

Answers = Callable[[Clip], RecognisedClip]


@dataclass
class Told:
    """A recogniser that answers by a function, and remembers what it was asked."""

    answer: Answers
    identity: RecogniserIdentity = field(
        default_factory=lambda: RecogniserIdentity("told 1", "told", "sha256:" + "0" * 64)
    )
    asked: list[Clip] = field(default_factory=list)

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        self.asked += clips
        return [self.answer(clip) for clip in clips]


def spread(text: str, clip: Clip, share: float = 1.0, probability: float = 0.9) -> RecognisedClip:
    """``text`` evenly over the first ``share`` of the clip's speech."""
    core = clip.plan.core_spans()
    begin, length = core[0].start, (core[-1].end - core[0].start) * share
    step = length / len(text)
    return RecognisedClip(
        tuple(Word(c, begin + i * step, begin + (i + 1) * step, probability) for i, c in enumerate(text))
    )


def heard(answer: Answers, *spans: tuple[float, float], options: SpeechOptions = OPTIONS) -> tuple[Hearing, Told]:
    speech = ChannelSpeech(tuple(Span(*span) for span in spans), np.zeros(int(SECONDS * RATE) // HOP, np.float32))
    sound = np.zeros(int(SECONDS * RATE), np.float32)
    recogniser = Told(answer)
    plans = plan_clips(0, speech, len(sound), options.clips)
    (hearing,) = hear([sound], [plans], recogniser, options, lambda share: None)
    return hearing, recogniser


def text_of(hearing: Hearing) -> str:
    return "".join(word.text for clip in hearing.clips for word in clip.words)


def test_what_was_heard_well_is_heard_once() -> None:
    hearing, recogniser = heard(lambda clip: spread("您好请讲您好请讲", clip), (1, 3), (5, 7))
    assert text_of(hearing) == "您好请讲" * 4
    assert [clip.plan.again for clip in recogniser.asked] == [False, False]
    assert hearing.unheard == ()


def test_a_clip_that_ends_after_its_first_sentence_is_cut_at_its_pause_and_heard_again() -> None:
    def answer(clip: Clip) -> RecognisedClip:
        if not clip.plan.again:
            return spread("您好很高兴为您服务", clip, share=0.4)
        return spread("您好很高兴为您服务" if clip.plan.start < 2 * RATE else "请问有什么可以帮您", clip)

    hearing, recogniser = heard(answer, (1, 3), (3.6, 6))
    assert text_of(hearing) == "您好很高兴为您服务请问有什么可以帮您"
    assert [len(clip.plan.cores) for clip in recogniser.asked] == [2, 1, 1]
    assert hearing.unheard == ()


def test_the_first_hearing_is_kept_when_the_second_brings_no_more() -> None:
    def answer(clip: Clip) -> RecognisedClip:
        return RecognisedClip() if clip.plan.again else spread("您好", clip, share=0.2)

    hearing, _ = heard(answer, (1, 3), (3.6, 6))
    assert text_of(hearing) == "您好"
    assert [(span.start, span.end) for span in hearing.unheard] == [(2.4, 3.0), (3.6, 6.0)]


def test_a_clip_without_words_is_heard_again_and_then_told() -> None:
    hearing, recogniser = heard(lambda clip: RecognisedClip(), (1, 3), (9, 9.4))
    assert len(recogniser.asked) == 4
    assert [(span.start, span.end) for span in hearing.unheard] == [(1.0, 3.0), (9.0, 9.4)]


@pytest.mark.parametrize(
    "bad",
    [lambda clip: spread("虽然" * 12, clip), lambda clip: RecognisedClip(spread("好", clip).words, broken_off=True)],
)
def test_a_loop_is_heard_again(bad: Answers) -> None:
    hearing, _ = heard(lambda clip: spread("这个月的账单", clip) if clip.plan.again else bad(clip), (1, 3))
    assert text_of(hearing) == "这个月的账单"


def test_a_clip_with_far_fewer_characters_than_the_speaker_says_is_heard_again() -> None:
    """The words are stretched over the whole of it, so no hole shows."""

    def answer(clip: Clip) -> RecognisedClip:
        thin = clip.plan.start > 20 * RATE and not clip.plan.again
        return spread("嗯好" if thin else "您好很高兴为您服务啊", clip)

    hearing, recogniser = heard(answer, (1, 3), (5, 7), (9, 11), (25, 27.5))
    assert [clip.plan.again for clip in recogniser.asked].count(True) == 1
    assert text_of(hearing) == "您好很高兴为您服务啊" * 4


def test_short_answers_are_not_thin() -> None:
    def answer(clip: Clip) -> RecognisedClip:
        return spread("嗯" if clip.plan.spoken_seconds < 1 else "您好很高兴为您服务啊", clip)

    hearing, recogniser = heard(answer, (1, 3), (5, 7), (9, 11), (14, 14.6), (20, 20.5))
    assert len(recogniser.asked) == 5
    assert hearing.unheard == ()


def test_a_clip_in_another_language_is_not_judged() -> None:
    def answer(clip: Clip) -> RecognisedClip:
        foreign = clip.plan.start > 8 * RATE
        words = spread("哈罗我想问一下啊", clip).words
        return RecognisedClip(words, "en", 0.97, 0.01) if foreign else RecognisedClip(words, "zh", 0.97, 0.97)

    hearing, _ = heard(answer, (1, 3.1), (5, 7.5), (10, 13))
    assert [clip.excluded for clip in hearing.clips] == [None, None, Exclusion.OTHER_LANGUAGE]


def test_a_machine_on_the_line_is_not_judged() -> None:
    def answer(clip: Clip) -> RecognisedClip:
        machine = clip.plan.start < 4 * RATE
        return spread("查件请按一，寄件请按二，人工请按零" if machine else "您好很高兴为您服务啊", clip)

    hearing, _ = heard(answer, (1, 4.5), (6, 8.5), (10, 12.5))
    assert [clip.excluded for clip in hearing.clips] == [Exclusion.ANNOUNCEMENT, None, None]


def test_a_foreign_channel_is_asked_about_clip_by_clip() -> None:
    def answer(clip: Clip) -> RecognisedClip:
        told = ("en", 0.97, 0.01) if clip.plan.tell_language else (None, 0.0, 1.0)
        return RecognisedClip(spread("哈罗我想问一下啊", clip).words, *told)

    spans = [(3.0 * i + 1, 3.0 * i + 3.1) for i in range(7)]
    hearing, _ = heard(answer, *spans)
    assert {clip.excluded for clip in hearing.clips} == {Exclusion.OTHER_LANGUAGE}


def test_an_unsure_guess_of_the_language_excludes_nothing() -> None:
    for guess in (("ja", 0.8, 0.15), ("ja", 0.4, 0.05)):
        hearing, _ = heard(lambda clip, g=guess: RecognisedClip(spread("您好请讲您好请讲", clip).words, *g), (1, 3.5))
        assert [clip.excluded for clip in hearing.clips] == [None]


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("顺达速运 达摩院 桥下", Exclusion.GHOST_TEXT),
        ("達摩院，橋下", Exclusion.GHOST_TEXT),
        ("达摩院", None),
        ("您好达摩院", None),
    ],
)
def test_hot_words_read_out_are_no_speech(text: str, excluded: Exclusion | None) -> None:
    options = SpeechOptions(recognition=RecognitionOptions(hotwords="顺达速运 达摩院 桥下"))
    hearing, _ = heard(lambda clip: spread(text, clip), (1, 2.5), options=options)
    assert [clip.excluded for clip in hearing.clips] == [excluded]
