"""Lines, features, samples and batches."""

import batches
import numpy as np
import phones
import pytest
import synthesise
import telephone
import vocabulary
from features import log_mel


@pytest.fixture(scope="module")
def source(voice) -> synthesise.Synthesiser:
    lines = ["您好，请问有什么可以帮您？", "不行。", "请您稍等。"]
    return synthesise.Synthesiser(lambda rng: rng.choice(lines), lambda rng: str(rng.choice(["f1", "m2"])), 5)


def test_features_equal_those_of_faster_whisper() -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    wave = np.random.default_rng(1).standard_normal(24_000).astype(np.float32) * 0.1
    wave[8_000:12_000] = 0
    wanted = FeatureExtractor()(wave, padding=160).T
    found = log_mel(wave)
    assert found.shape == wanted.shape == (151, 80)
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize("law", [telephone.mu_law, telephone.a_law])
def test_companding_is_close_to_what_went_in(law) -> None:
    line = np.linspace(-1, 1, 4_001)
    back = law(line)
    assert np.abs(back - line).max() < 0.04
    assert np.corrcoef(back, line)[0, 1] > 0.9995
    assert len(np.unique(back)) < 260


def test_a_line_keeps_the_length_and_narrows_the_band() -> None:
    voice = np.random.default_rng(2).standard_normal(22_050).astype(np.float32) * 0.1
    line = telephone.through_line(voice, np.random.default_rng(3))
    assert abs(len(line) - 16_000) <= 2
    spectrum = np.abs(np.fft.rfft(line)) ** 2
    assert spectrum[4_400:].sum() < 0.01 * spectrum.sum()


def test_chains_hold_whole_sentences_in_order(source: synthesise.Synthesiser) -> None:
    recording = source.recording(8)
    assert len(recording.segments) > 2
    times = [time for segment in recording.segments for time in (segment.start, segment.end)]
    assert times == sorted(times)
    assert times[-1] <= recording.seconds <= 30


def test_silence_has_no_text(source: synthesise.Synthesiser) -> None:
    assert source.silence().segments == ()


def test_a_batch_tells_what_to_write_and_where_it_sounds(source: synthesise.Synthesiser) -> None:
    ids = vocabulary.ids()
    rng = np.random.default_rng(1)
    sample = source.utterance(4)
    batch = batches.build([sample, source.silence()], rng, batches.Mix(chain_share=0, timestamp_share=0))
    assert batch.mel.shape[2] % batches.FRAME_STEP == 0
    assert batch.phone.shape[1] == batch.mel.shape[2] // 2
    assert batch.tokens[0, :4].tolist() == [
        ids[t] for t in ("<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>")
    ]
    text = sample.segments[0].text
    assert batch.targets[0, 3 : 4 + len(text)].tolist() == [*(ids[c] for c in text), ids["<|endoftext|>"]]
    assert batch.targets[1, :5].tolist() == [
        ids["<|nospeech|>"],
        -100,
        ids["<|notimestamps|>"],
        ids["<|endoftext|>"],
        -100,
    ]
    first = sample.segments[0].characters[0]
    listened = np.flatnonzero(batch.guide[0, 3]) / batches.ENCODER_PER_SECOND
    assert listened[0] <= first.start < first.end <= listened[-1] + 0.06
    np.testing.assert_array_equal(batch.echo[0, 4], batch.guide[0, 3])
    assert set(batch.phone[1]) == {phones.SILENCE}


def test_timed_samples_carry_the_times_of_their_sentences(source: synthesise.Synthesiser) -> None:
    sample = source.chain(4)
    batch = batches.build(
        [sample], np.random.default_rng(1), batches.Mix(chain_share=0, timestamp_share=1), whole_window=True
    )
    assert batch.mel.shape == (1, 80, 3_000)
    zero = vocabulary.ids()["<|0.00|>"]
    found = [(token - zero) * 0.02 for token in batch.targets[0] if token >= zero]
    wanted = [time for segment in sample.segments for time in (segment.start, segment.end)]
    np.testing.assert_allclose(found, wanted, atol=0.011)
