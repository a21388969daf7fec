"""Broken recordings: each has a stable reason and a message that names the file and says what to do."""

import struct
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from qa_engine.domain import Call
from qa_engine.errors import RecordingError
from qa_engine.speech import RawFormat, ScriptedRecogniser, SpeechOptions, decode, probe, transcribe_recording
from qa_engine.speech.decoding import write_wav

NOISE = np.random.default_rng(3).normal(0, 0.1, (1, 32_000)).astype(np.float32)


def transcribe(path: Path, **options: object) -> object:
    chosen = SpeechOptions(**options)  # type: ignore[arg-type]
    return transcribe_recording(path, Call("c"), recogniser=ScriptedRecogniser(), options=chosen)


def video(path: Path, *, sound: bool, container: str = "mp4") -> Path:
    with av.open(str(path), "w", format=container) as target:
        pictures = target.add_stream("mpeg4", rate=5)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        track = target.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for _ in range(5):
            target.mux(pictures.encode(av.VideoFrame(64, 64, "yuv420p")))
        if track is not None:
            frame = av.AudioFrame.from_ndarray(NOISE[:, :1024], format="fltp", layout="mono")
            frame.sample_rate = 16_000
            target.mux(track.encode(frame))
            target.mux(track.encode(None))
        target.mux(pictures.encode(None))
    return path


def two_tracks(path: Path) -> Path:
    with av.open(str(path), "w", format="matroska") as target:
        for _ in range(2):
            target.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for stream in target.streams.audio:
            frame = av.AudioFrame.from_ndarray((NOISE * 9000).astype(np.int16), format="s16", layout="mono")
            frame.sample_rate = 16_000
            target.mux(stream.encode(frame))
    return path


def wav_at(rate: int) -> bytes:
    """A WAV file whose header claims any rate."""
    sound = (NOISE[0] * 9000).astype("<i2").tobytes()
    fmt = struct.pack("<HHIIHH", 1, 1, rate & 0xFFFF_FFFF, rate * 2 & 0xFFFF_FFFF, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


def broken(folder: Path, kind: str) -> Path:
    """One broken file of that kind."""
    path = folder / f"{kind}.wav"
    match kind:
        case "missing":
            pass
        case "folder":
            path.mkdir()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("这不是录音，只是一段文字。\n" * 50, encoding="utf-8")
        case "random":
            path.write_bytes(np.random.default_rng(5).bytes(40_000))
        case "playlist":
            path.write_text("#EXTM3U\n#EXTINF:1,\n/etc/hostname\n")
        case "concat":
            path.write_text("ffconcat version 1.0\nfile /etc/hostname\n")
        case "header_only":
            soundfile.write(path, np.zeros(0), 8000)
        case "raw_undeclared":
            path = folder / "call.raw"
            path.write_bytes(b"\xff" * 8000)
        case "six_channels":
            soundfile.write(path, np.repeat(NOISE.T, 6, axis=1), 16_000)
        case "one_hertz":
            soundfile.write(path, NOISE[0, :14_000], 1)
        case "channels_beyond_all_counting":  # ffmpeg leaves such a number out
            path = folder / "call.au"
            path.write_bytes(struct.pack(">4sIIIII", b".snd", 24, 12_000, 1, 8000, 35_571) + b"\x7f" * 12_000)
        case "too_fast":
            path.write_bytes(wav_at(400_000))
        case "two_tracks":
            return two_tracks(folder / "two.mka")
        case "video":
            return video(folder / "film.mp4", sound=True)
        case "video_named_wav":
            return video(path, sound=True)
        case "silent_film":
            return video(folder / "film.mp4", sound=False)
        case "short":
            soundfile.write(path, NOISE[0, :3200], 16_000)
        case "silent":
            soundfile.write(path, np.zeros((80_000, 2)), 8000)
        case "faint_noise":
            soundfile.write(path, NOISE[0] * 0.002, 16_000)
        case "nobody_speaks":
            soundfile.write(path, NOISE[0] * 0.05, 16_000)
    return path


REASONS = [
    ("missing", "missing", "no such file"),
    ("folder", "unreadable", "not a file"),
    ("empty", "empty", "0 bytes"),
    ("text", "unreadable", "not a sound file"),
    ("random", "unreadable", "not a sound file"),
    ("playlist", "unreadable", "not a sound file"),
    ("concat", "unreadable", "not a sound file"),
    ("header_only", "unreadable", "no sound could be decoded"),
    ("raw_undeclared", "unreadable", "QA_RAW_FORMAT"),
    ("six_channels", "too_many_channels", "6 channels"),
    ("one_hertz", "sample_rate", "1 samples a second"),
    ("channels_beyond_all_counting", "unreadable", "channels are not known"),
    ("too_fast", "sample_rate", "400000 samples a second"),
    ("two_tracks", "several_tracks", "2 sound tracks"),
    ("video", "video", "sound track"),
    ("video_named_wav", "video", "sound track"),
    ("silent_film", "no_audio", "no sound track"),
    ("short", "too_short", "0.20 s"),
    ("silent", "silent", "10.0 s of silence"),
    ("faint_noise", "silent", "of silence"),
    ("nobody_speaks", "silent", "nobody speaks"),
]


@pytest.mark.parametrize(("kind", "reason", "part"), REASONS)
def test_reason_and_message(tmp_path: Path, kind: str, reason: str, part: str) -> None:
    path = broken(tmp_path, kind)
    with pytest.raises(RecordingError) as caught:
        transcribe(path)
    assert caught.value.reason == reason
    assert part in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize(
    ("suffix", "codec"), [("flac", "flac"), ("m4a", "aac"), ("ogg", "libopus"), ("wav", "pcm_s16le")]
)
def test_no_more_is_unfolded_than_is_allowed(tmp_path: Path, suffix: str, codec: str) -> None:
    """Ten minutes of silence are some kilobytes; a header may claim that they are a second."""
    path = tmp_path / f"silence.{suffix}"
    with av.open(str(path), "w") as target:
        stream = target.add_stream(codec, rate=16_000, layout="mono")
        for _ in range(600):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), format="s16", layout="mono")
            frame.sample_rate = 16_000
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    claimed = replace(probe(path), seconds=1.0)
    tracemalloc.start()
    try:
        with pytest.raises(RecordingError) as caught:
            decode(path, claimed, max_seconds=20)
        with (tmp_path / "out").open("wb") as out, pytest.raises(RecordingError):
            write_wav(path, claimed, out, max_seconds=20)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.reason == "too_long"
    assert (tmp_path / "out").stat().st_size < 21 * 32_000


def test_a_copy_is_written_in_pieces_and_sounds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "noise.flac"
    soundfile.write(path, np.tile(NOISE, (1, 150)).T, 16_000)
    facts = probe(path)
    tracemalloc.start()
    try:
        with (tmp_path / "copy.wav").open("wb") as target:
            write_wav(path, facts, target, max_seconds=3600)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20, "five minutes are 19 MB as samples"
    finally:
        tracemalloc.stop()
    copy, rate = soundfile.read(tmp_path / "copy.wav", dtype="float32")
    assert rate == 16_000
    assert np.abs(copy - decode(path, facts)[0]).max() < 1e-4


def test_too_long_is_refused_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_engine.speech.pipeline.decode", lambda *_, **__: pytest.fail("decoded"))
    with pytest.raises(RecordingError, match="QA_MAX_RECORDING_HOURS") as caught:
        transcribe(_ten_seconds(tmp_path), max_seconds=5)
    assert caught.value.reason == "too_long"


def _ten_seconds(folder: Path) -> Path:
    path = folder / "ten.wav"
    soundfile.write(path, np.tile(NOISE[0], 5), 16_000)
    return path


def test_decode_stops_at_the_limit_whatever_was_probed(tmp_path: Path) -> None:
    path = _ten_seconds(tmp_path)
    with pytest.raises(RecordingError) as caught:
        decode(path, probe(path), max_seconds=5)
    assert caught.value.reason == "too_long"


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.mp3", tmp_path / "cover.mp3"
    soundfile.write(plain, NOISE[0], 16_000, format="MP3")
    picture = _png()
    apic = b"\x00image/png\x00\x03\x00" + picture
    frame = b"APIC" + struct.pack(">I", len(apic)) + b"\x00\x00" + apic
    size = bytes((len(frame) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + size + frame + plain.read_bytes())
    with av.open(str(path)) as container:
        assert container.streams.video, "the fixture must hold a picture"
    assert probe(path).seconds == pytest.approx(2.0, abs=0.1)


def _png() -> bytes:
    codec = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt = 16, 16, "rgb24"
    codec.time_base = Fraction(1, 1)
    frame = av.VideoFrame(16, 16, "rgb24")
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])


@pytest.mark.parametrize(
    ("name", "container", "encoder"),
    [
        ("cut.mp3", "mp3", "libmp3lame"),
        ("cut.flac", "flac", "flac"),
        ("cut.wav", "wav", "pcm_s16le"),
        ("cut.webm", "webm", "libopus"),
    ],
)
def test_a_file_cut_short_gives_what_is_there(
    encode: Callable[..., Path], two_sided: np.ndarray, name: str, container: str, encoder: str
) -> None:
    path = encode(two_sided, name, container, encoder, 48_000 if encoder == "libopus" else 16_000)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    facts = probe(path)
    assert facts.declared_seconds == pytest.approx(12.0, abs=0.1)
    transcript = transcribe(path)
    assert "truncated" in transcript.warnings  # type: ignore[attr-defined]
    assert 2.0 < transcript.call.duration < 11.0  # type: ignore[attr-defined]


def test_an_m4a_cut_short_has_no_index_and_is_unreadable(encode: Callable[..., Path], two_sided: np.ndarray) -> None:
    path = encode(two_sided, "cut.m4a", "mp4", "aac", 16_000)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(RecordingError, match="copied whole") as caught:
        probe(path)
    assert caught.value.reason == "unreadable"


def test_length_that_ffmpeg_only_guesses_is_not_taken_for_declared(
    encode: Callable[..., Path], two_sided: np.ndarray
) -> None:
    amr = encode(two_sided[:1], "call.amr", "amr", "libopencore_amrnb", 8000, bit_rate=4750)
    assert probe(amr).declared_seconds is None
    mp3 = encode(two_sided, "call.mp3", "mp3", "libmp3lame", 16_000)
    data = mp3.read_bytes()
    mp3.write_bytes(data[data.index(b"\xff", data.index(b"Info") if b"Info" in data else data.index(b"Xing")) :])
    assert probe(mp3).declared_seconds is None


def test_damage_in_the_middle_keeps_the_times_behind_it(tmp_path: Path, sentences: dict, lay: Callable) -> None:
    """Damaged FLAC frames become silence of the same length."""
    path = tmp_path / "damaged.flac"
    soundfile.write(path, lay(12, (9.0, sentences["agent"].samples[: 2 * 16_000])), 16_000)
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
    path.write_bytes(bytes(data))
    samples = decode(path, probe(path))
    level = np.sqrt(np.square(samples[0][: 12 * 16_000 // 1600 * 1600].reshape(-1, 1600)).mean(axis=1))
    assert int(np.flatnonzero(level > 0.02)[-1]) == pytest.approx(110, abs=12)
    assert samples.shape[1] / 16_000 == pytest.approx(12.0, abs=0.6)


def test_raw_file_shorter_than_a_sample_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ulaw"
    path.write_bytes(b"\xff")
    with pytest.raises(RecordingError):
        transcribe(path, raw_format=RawFormat("mulaw", 8000, 2))
