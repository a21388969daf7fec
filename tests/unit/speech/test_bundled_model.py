"""The bundled model through the whole room, on speech whose words and times are known."""

from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from qa_engine.domain import Call, Speaker, Transcript, canonical_json
from qa_engine.resources import starter_model_dir
from qa_engine.speech import (
    STARTER,
    FasterWhisperRecogniser,
    RecognitionOptions,
    SpeechOptions,
    transcribe_recording,
)
from qa_engine.wording import STARTER_NOTICE

AGENT_STARTS = (1.0, 45.0)
CUSTOMER_STARTS = (20.0,)


@pytest.fixture(scope="module")
def call_samples(sentences: dict, lay: Callable[..., np.ndarray]) -> np.ndarray:
    """The agent's sentence at 1 s and again 40 s later on the right channel, the customer's at 20 s on the left."""
    agent, customer = sentences["agent"].samples, sentences["customer"].samples
    left = lay(52, *((start, customer) for start in CUSTOMER_STARTS))
    return np.stack([left, lay(52, *((start, agent) for start in AGENT_STARTS))])


@pytest.fixture
def call_file(call_samples: np.ndarray, write_wav: Callable[..., Path]) -> Path:
    return write_wav(call_samples[:, ::2], rate=8000, subtype="ULAW")


def transcribe(path: Path, mode: str, recogniser: FasterWhisperRecogniser | None = None) -> Transcript:
    recognition = RecognitionOptions(mode=mode)  # type: ignore[arg-type]
    return transcribe_recording(
        path,
        Call("c"),
        recogniser=recogniser or FasterWhisperRecogniser(STARTER, recognition),
        options=SpeechOptions(recognition=recognition),
        agent_channel="right",
    )


def said_by(transcript: Transcript, speaker: Speaker) -> list[tuple[str, float]]:
    """Characters with the start of their word, punctuation left out."""
    return [
        (character, word.start)
        for turn in transcript.turns
        if turn.speaker is speaker
        for word in turn.words
        for character in word.text
        if character.isalnum()
    ]


def true_words(sentences: dict, name: str, starts: tuple[float, ...]) -> list[tuple[str, float]]:
    return [(text, start + begin) for start in starts for text, begin, _ in sentences[name].characters]


def matched_errors(heard: list[tuple[str, float]], truth: list[tuple[str, float]]) -> list[float]:
    """Errors of the starts of the characters that were heard right, in order."""
    blocks = SequenceMatcher(None, [c for c, _ in heard], [c for c, _ in truth], autojunk=False).get_matching_blocks()
    return [abs(heard[b.a + i][1] - truth[b.b + i][1]) for b in blocks for i in range(b.size)]


def test_the_bundled_model_is_there_and_says_what_it_is() -> None:
    identity = FasterWhisperRecogniser(STARTER, RecognitionOptions()).identity
    assert identity.notice == STARTER_NOTICE
    assert identity.engine.startswith("faster-whisper 1.")
    assert identity.model_digest.startswith("sha256:")
    assert (starter_model_dir() / "model.bin").stat().st_size < 20e6


@pytest.mark.parametrize("mode", ["batched", "sequential"])
def test_words_and_their_times(call_file: Path, sentences: dict, mode: str) -> None:
    """Two utterances of one channel 40 s apart must come back to their own times."""
    transcript = transcribe(call_file, mode)
    assert [turn.speaker for turn in transcript.turns] == [Speaker.AGENT, Speaker.CUSTOMER, Speaker.AGENT]
    for speaker, name, starts in (
        (Speaker.AGENT, "agent", AGENT_STARTS),
        (Speaker.CUSTOMER, "customer", CUSTOMER_STARTS),
    ):
        truth = true_words(sentences, name, starts)
        errors = matched_errors(said_by(transcript, speaker), truth)
        assert len(errors) >= 0.8 * len(truth), "\n".join(turn.text for turn in transcript.turns)
        assert median(errors) <= 0.15
        assert max(errors) <= 1.0
    assert {turn.excluded for turn in transcript.turns} == {None}
    assert transcript.recognition is not None
    assert transcript.recognition.notice == STARTER_NOTICE


def test_same_recording_gives_the_same_bytes(call_file: Path) -> None:
    """Also from another recogniser object, with another number of threads."""
    options = RecognitionOptions(threads=1)
    first = canonical_json(transcribe(call_file, "batched"))
    assert canonical_json(transcribe(call_file, "batched")) == first
    assert canonical_json(transcribe(call_file, "batched", FasterWhisperRecogniser(STARTER, options))) == first


def test_the_neighbours_in_a_batch_change_nothing(call_samples: np.ndarray, write_wav: Callable[..., Path]) -> None:
    """The customer's words are the same whether the agent's clips are decoded beside them or not."""
    both = transcribe(write_wav(call_samples, "both.wav"), "batched")
    alone = call_samples.copy()
    alone[1] = 0
    one = transcribe(write_wav(alone, "one.wav"), "batched")
    assert said_by(one, Speaker.CUSTOMER) == said_by(both, Speaker.CUSTOMER)
