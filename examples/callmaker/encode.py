"""Containers and codecs that call centres have.

ffmpeg writes them all but AMR-NB: Debian's lacks the encoder, the one inside PyAV has it.

GSM 06.10 and AMR-NB know one channel only, so a call in them is a mono recording.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from callmaker.performance import LINE_RATE


@dataclass(frozen=True, slots=True)
class Format:
    """``options``: ffmpeg's for the output; None for AMR-NB, which PyAV writes."""

    suffix: str
    codec: str
    options: tuple[str, ...] | None
    mono: bool = False


FORMATS = {
    "wav-pcm": Format(".wav", "pcm_s16le", ("-c:a", "pcm_s16le")),
    "wav-mulaw": Format(".wav", "pcm_mulaw", ("-c:a", "pcm_mulaw")),
    "wav-alaw": Format(".wav", "pcm_alaw", ("-c:a", "pcm_alaw")),
    "wav-gsm": Format(".wav", "gsm_ms", ("-c:a", "libgsm_ms"), mono=True),
    # joint stereo would leak one side into the other
    "mp3": Format(".mp3", "mp3", ("-c:a", "libmp3lame", "-b:a", "32k", "-joint_stereo", "0")),
    "m4a": Format(".m4a", "aac", ("-c:a", "aac", "-b:a", "32k", "-movflags", "+faststart")),
    "opus": Format(".opus", "opus", ("-c:a", "libopus", "-b:a", "24k", "-application", "voip")),
    "flac": Format(".flac", "flac", ("-c:a", "flac", "-compression_level", "8")),
    "amr": Format(".amr", "amrnb", None, mono=True),
}
AMR_BITS_PER_SECOND = 12_200


def encode(wave: np.ndarray, name: str, path: Path) -> None:
    """Write float samples in [-1, 1], shape (channels, samples) at ``LINE_RATE``, in the named format.

    Raises ValueError for channels that the codec does not know, CalledProcessError when ffmpeg fails.
    """
    form = FORMATS[name]
    if form.mono and len(wave) != 1:
        raise ValueError(f"{name} knows one channel only; {path.name} has {len(wave)}")
    samples = np.round(wave * 32767).astype("<i2")
    if form.options is None:
        _encode_amr(samples, path)
        return
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "s16le", "-ar", str(LINE_RATE)]
    command += ["-ac", str(len(samples)), "-i", "pipe:0", "-map_metadata", "-1", "-fflags", "+bitexact"]
    command += [*form.options, "-flags:a", "+bitexact", str(path)]
    subprocess.run(command, input=np.ascontiguousarray(samples.T).tobytes(), check=True)


def _encode_amr(samples: np.ndarray, path: Path) -> None:
    with av.open(str(path), "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=LINE_RATE, layout="mono")
        stream.bit_rate = AMR_BITS_PER_SECOND
        frame_size = LINE_RATE // 50
        padded = np.pad(samples, ((0, 0), (0, -samples.shape[1] % frame_size)))
        for begin in range(0, padded.shape[1], frame_size):
            frame = av.AudioFrame.from_ndarray(padded[:, begin : begin + frame_size], format="s16", layout="mono")
            frame.sample_rate, frame.pts = LINE_RATE, begin
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def decode(path: Path) -> tuple[np.ndarray, int]:
    """float32 samples, shape (channels, samples), and their rate in Hz, read by PyAV as the service reads them."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp")
        frames = [out.to_ndarray() for frame in container.decode(stream) for out in resampler.resample(frame)]
        return np.concatenate(frames, axis=1), stream.codec_context.sample_rate
