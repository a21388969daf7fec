"""The whole room with the scripted recogniser: from a file to a transcript."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa_engine.domain import Call, Exclusion, Speaker, Transcript, canonical_json
from qa_engine.speech import (
    Clip,
    FilterOptions,
    RecognisedClip,
    Recogniser,
    RecognitionOptions,
    ScriptedRecogniser,
    SpeechOptions,
    audio_digest,
    transcribe_recording,
)

CALL = Call("c-1", scenario="complaint", duration=999.0, metadata={"csat": 5})
SCRIPT = ScriptedRecogniser(
    {0: ["您好顺达速运很高兴为您服务", "您好顺达速运很高兴为您服务"], 1: ["我的包裹还没有收到我要投诉"]}
)
OPTIONS = SpeechOptions()


def transcribe(
    path: Path, told: str | None = "left", recogniser: Recogniser = SCRIPT, options: SpeechOptions = OPTIONS
) -> Transcript:
    return transcribe_recording(path, CALL, recogniser=recogniser, options=options, agent_channel=told)


@pytest.fixture
def call_file(two_sided: np.ndarray, write_wav: Callable[..., Path]) -> Path:
    return write_wav(two_sided)


def test_a_call_of_two_sides(call_file: Path, sentences: dict) -> None:
    transcript = transcribe(call_file)

    said = [(turn.speaker.value, turn.text, turn.excluded) for turn in transcript.turns]
    assert said == [
        ("agent", "您好顺达速运很高兴为您服务", None),
        ("customer", "我的包裹还没有收到我要投诉", None),
        ("agent", "您好顺达速运很高兴为您服务", None),
    ]
    assert [turn.index for turn in transcript.turns] == [0, 1, 2]
    assert [turn.start for turn in transcript.turns] == pytest.approx([1.0, 5.0, 8.0], abs=0.15)
    agent, customer = sentences["agent"].seconds, sentences["customer"].seconds
    assert [turn.end for turn in transcript.turns] == pytest.approx([1 + agent, 5 + customer, 8 + agent], abs=0.2)
    assert [span.speaker.value for span in transcript.speech] == ["agent", "customer", "agent"]
    assert transcript.call == replace(CALL, duration=12.0), "the length is that of the sound, all else stays"
    assert transcript.warnings == ()
    assert transcript.confidence == pytest.approx(0.95)
    for turn in transcript.turns:
        assert turn.text == "".join(word.text for word in turn.words)
        prosody = turn.prosody
        assert prosody is not None
        assert prosody.chars_per_minute == pytest.approx(13 * 60 / prosody.voiced_seconds, abs=0.1)
        assert prosody.loudness_db is not None
        assert prosody.pitch_hz is not None
        assert 60 < prosody.pitch_hz < 450


def test_where_it_comes_from(call_file: Path) -> None:
    recognition = transcribe(call_file).recognition
    assert recognition is not None
    assert recognition.audio_digest == audio_digest(call_file)
    assert recognition.settings_digest == OPTIONS.digest
    assert (recognition.engine, recognition.model, recognition.notice) == ("scripted 1", "scripted", None)


@pytest.mark.parametrize(
    ("told", "roles", "warnings"),
    [
        ("left", ["agent", "customer", "agent"], ()),
        ("right", ["customer", "agent", "customer"], ()),
        (None, ["unknown"] * 3, ("roles_unknown",)),
    ],
)
def test_roles(call_file: Path, told: str | None, roles: list[str], warnings: tuple[str, ...]) -> None:
    transcript = transcribe(call_file, told)
    assert [turn.speaker.value for turn in transcript.turns] == roles
    assert transcript.warnings == warnings
    assert transcript.roles_known is (told is not None)


def test_mono_is_listened_to_once(two_sided: np.ndarray, write_wav: Callable[..., Path]) -> None:
    script = ScriptedRecogniser({0: ["您好" * 13, "x"], 1: ["never asked"]})
    transcript = transcribe(write_wav(two_sided.sum(axis=0)), "left", script)
    assert {turn.speaker for turn in transcript.turns} == {Speaker.UNKNOWN}
    assert "never" not in "".join(turn.text for turn in transcript.turns)
    assert transcript.warnings == ("roles_unknown",)


def test_dual_mono_is_noticed_and_listened_to_once(two_sided: np.ndarray, write_wav: Callable[..., Path]) -> None:
    both = np.stack([two_sided.sum(axis=0)] * 2)
    transcript = transcribe(write_wav(both, "dual.wav", subtype="ULAW"))
    assert transcript.warnings == ("dual_mono", "roles_unknown")
    assert {span.speaker for span in transcript.speech} == {Speaker.UNKNOWN}
    assert sum(span.end - span.start for span in transcript.speech) == pytest.approx(10.9, abs=0.3)


def test_a_channel_on_which_nobody_speaks(two_sided: np.ndarray, write_wav: Callable[..., Path]) -> None:
    one_sided = np.stack([two_sided[0], np.zeros_like(two_sided[0])])
    transcript = transcribe(write_wav(one_sided))
    assert transcript.warnings == ("no_speech_on_channel",)
    assert {turn.speaker for turn in transcript.turns} == {Speaker.AGENT}


def test_echo_of_the_customer_on_the_agents_channel_is_not_the_agents_speech(
    two_sided: np.ndarray, write_wav: Callable[..., Path]
) -> None:
    leaking = two_sided.copy()
    leaking[0] += 0.05 * two_sided[1]
    transcript = transcribe(write_wav(leaking))
    assert [span.speaker.value for span in transcript.speech] == ["agent", "customer", "agent"]
    assert transcript.warnings == ("leak",)


def test_what_the_recogniser_invents_is_kept_and_marked(call_file: Path) -> None:
    script = ScriptedRecogniser({0: ["您好顺达速运很高兴为您服务", "谢谢观看请不吝点赞订阅转发"], 1: ["嗯" * 40]})
    excluded = {turn.text: turn.excluded for turn in transcribe(call_file, recogniser=script).turns}
    assert excluded["嗯" * 40] is Exclusion.LOOP
    assert excluded["您好顺达速运很高兴为您服务"] is None
    assert [reason for text, reason in excluded.items() if "谢谢观看" in text] == [Exclusion.GHOST_TEXT]


def test_what_the_recogniser_did_not_understand_is_not_judged(call_file: Path) -> None:
    unsure = replace(SCRIPT, probability=0.4)
    assert {t.excluded for t in transcribe(call_file, recogniser=unsure).turns} == {Exclusion.LOW_CONFIDENCE}
    lenient = SpeechOptions(filters=FilterOptions(confidence_floor=0.3))
    assert {t.excluded for t in transcribe(call_file, recogniser=unsure, options=lenient).turns} == {None}


def test_same_inputs_give_an_equal_transcript(call_file: Path) -> None:
    assert canonical_json(transcribe(call_file)) == canonical_json(transcribe(call_file))


def test_gain_and_codec_do_not_change_the_words_or_the_turns(
    two_sided: np.ndarray, write_wav: Callable[..., Path]
) -> None:
    plain = transcribe(write_wav(two_sided, "a.wav"))
    quiet = transcribe(write_wav(0.25 * two_sided, "b.wav", subtype="ULAW"))
    assert [(t.speaker, t.text) for t in plain.turns] == [(t.speaker, t.text) for t in quiet.turns]
    assert [t.start for t in plain.turns] == pytest.approx([t.start for t in quiet.turns], abs=0.05)


def test_progress_goes_from_nothing_to_everything(
    sentences: dict, lay: Callable, write_wav: Callable[..., Path]
) -> None:
    sound = lay(40, *((start, sentences["agent"].samples) for start in range(0, 36, 4)))
    options = SpeechOptions(recognition=RecognitionOptions(batch_size=1))
    seen: list[tuple[float, float]] = []
    transcribe_recording(
        write_wav(sound), CALL, recogniser=SCRIPT, options=options, progress=lambda d, t: seen.append((d, t))
    )
    done = [d for d, _ in seen]
    assert {total for _, total in seen} == {40.0}
    assert done == sorted(done)
    assert done[0] == 0.0
    assert done[-1] == 40.0
    assert any(0 < d < 40 for d in done)


@pytest.mark.parametrize(("says", "floor"), [(None, 0.5), (0.7, 0.7), (0.3, 0.5)])
def test_a_model_may_ask_for_a_higher_floor_of_confidence_only(says: float | None, floor: float) -> None:
    suited = replace(SCRIPT.identity, confidence_floor=says).suited(SpeechOptions())
    assert suited.filters.confidence_floor == floor


@pytest.mark.parametrize(("says", "beam"), [(None, 5), (2, 2), (9, 5)])
def test_a_model_may_ask_for_a_narrower_beam_only(says: int | None, beam: int) -> None:
    suited = replace(SCRIPT.identity, beam_size=says).suited(SpeechOptions())
    assert suited.recognition.beam_size == beam


def test_a_model_that_hears_only_short_clips_gets_short_clips(call_file: Path) -> None:
    lengths: list[float] = []

    class Recorder:
        identity = replace(SCRIPT.identity, clip_seconds=6.0)

        def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
            lengths.extend(clip.seconds for clip in clips)
            return SCRIPT.recognise(clips)

    recognition = transcribe(call_file, recogniser=Recorder()).recognition
    assert len(lengths) == 3
    assert max(lengths) <= 6.0
    assert recognition is not None
    assert recognition.settings_digest == Recorder.identity.suited(SpeechOptions()).digest != SpeechOptions().digest


def test_speech_that_was_not_understood_at_all_is_still_speech(call_file: Path) -> None:
    transcript = transcribe(call_file, recogniser=ScriptedRecogniser())
    assert transcript.turns == ()
    assert len(transcript.speech) == 3
