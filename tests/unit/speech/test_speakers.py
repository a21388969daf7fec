"""Two people in one channel: words go to voices, and one person alone is not called two."""

from collections.abc import Callable

import numpy as np
import pytest

from qa_engine.domain import Span, Word
from qa_engine.speech.speaker_encoder import BANDS, OnnxSpeakerEncoder, mel_powers
from qa_engine.speech.speakers import tell_apart


@pytest.fixture(scope="module")
def encoder() -> OnnxSpeakerEncoder:
    return OnnxSpeakerEncoder()


@pytest.fixture(scope="module")
def talk(sentences: dict, lay: Callable) -> tuple[np.ndarray, list[tuple[Span, str]]]:
    """Four turns each of the two voices in one channel, with 0.3 s between them."""
    sounds, truth, at = [], [], 1.0
    for name in ["agent", "customer"] * 4:
        spoken = sentences[name]
        sounds.append((at, spoken.samples))
        truth.append((Span(at, at + spoken.seconds), name))
        at += spoken.seconds + 0.3
    return lay(at + 1, *sounds), truth


def test_vectors_have_length_one(encoder: OnnxSpeakerEncoder) -> None:
    vectors = encoder.encode(np.random.default_rng(1).uniform(0, 1, (70, 100, BANDS)).astype(np.float32))
    assert vectors.shape == (70, 256)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


def test_features_follow_the_frames(sentences: dict) -> None:
    samples = sentences["agent"].samples
    assert mel_powers(samples).shape == (len(samples) // 160 + 1, BANDS)


def test_turns_go_to_their_voices(talk: tuple, encoder: OnnxSpeakerEncoder) -> None:
    samples, truth = talk
    voices = tell_apart(samples, [span for span, _ in truth], encoder)
    assert voices is not None
    assert voices.separation > 4.5
    words = [Word("字", span.start + at, span.start + at + 0.1) for span, _ in truth for at in (0.3, 1.5, 2.7)]
    found = np.array(voices.of(words)).reshape(len(truth), 3)
    agent = found[[name == "agent" for _, name in truth]]
    customer = found[[name == "customer" for _, name in truth]]
    assert agent.mean() in (0.0, 1.0)
    assert customer.mean() == 1.0 - agent.mean()
    for span, name in truth:
        assert (voices.odds(span) > 0) == ((name == "agent") == bool(agent[0, 0]))


def test_a_moment_of_speech_is_not_told_apart(sentences: dict, encoder: OnnxSpeakerEncoder) -> None:
    samples = sentences["agent"].samples
    assert tell_apart(samples, [Span(0.0, 2.0)], encoder) is None
    assert tell_apart(samples, [], encoder) is None


def test_the_same_sound_gives_the_same_answer(talk: tuple, encoder: OnnxSpeakerEncoder) -> None:
    samples, truth = talk
    spans = [span for span, _ in truth]
    first, second = tell_apart(samples, spans, encoder), tell_apart(samples, spans, OnnxSpeakerEncoder())
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.evidence, second.evidence)
