"""Recordings good and broken, made with PyAV."""

from pathlib import Path

import av
import numpy as np


def write_audio(
    path: Path,
    samples: np.ndarray,
    rate: int = 8000,
    *,
    codec: str = "pcm_s16le",
    container: str | None = None,
    layout: str | None = None,
) -> Path:
    """Encode ``samples`` (channels × length, float −1…1) into ``path``."""
    channels = samples.shape[0]
    layout = layout or {1: "mono", 2: "stereo"}[channels]
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        pcm = (samples.clip(-1, 1) * 32767).astype(np.int16)
        step = rate * 10
        resampler = av.AudioResampler(format=stream.format or "s16", layout=layout, rate=rate)
        for begin in range(0, pcm.shape[1], step):
            packed = np.ascontiguousarray(pcm[:, begin : begin + step].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate, begin
            for ready in resampler.resample(frame):
                output.mux(stream.encode(ready))
        output.mux(stream.encode(None))
    return path


def write_video(path: Path) -> Path:
    """Half a second of a grey picture with a tone."""
    with av.open(str(path), "w") as output:
        picture = output.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound = output.add_stream("aac", rate=16000, layout="mono")
        for index in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 128, np.uint8), format="rgb24")
            frame.pts = index
            output.mux(picture.encode(frame))
        tone = av.AudioFrame.from_ndarray(noise(1, 0.5, 16000).astype(np.float32), format="fltp", layout="mono")
        tone.sample_rate, tone.pts = 16000, 0
        output.mux(sound.encode(tone))
        output.mux(picture.encode(None))
        output.mux(sound.encode(None))
    return path


def noise(channels: int, seconds: float, rate: int = 8000, level: float = 0.1) -> np.ndarray:
    """White noise, the same every time."""
    return np.random.default_rng(1).normal(0, level, (channels, int(seconds * rate)))


def silence(channels: int, seconds: float, rate: int = 8000) -> np.ndarray:
    return np.zeros((channels, int(seconds * rate)))
