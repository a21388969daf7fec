"""What is known about a recording before it is decoded, and how a headerless file is declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_engine.errors import UsageError

LEAST_RATE, MOST_RATE = 4_000, 192_000
"""Hz between which sound is taken: speech needs the first, and from a header that says less an hour of sound would be
unfolded out of some kilobytes."""

_DEMUXERS = {
    "g722": "g722",
    "g729": "g729",
    "mulaw": "mulaw",
    "ulaw": "mulaw",
    "pcmu": "mulaw",
    "alaw": "alaw",
    "pcma": "alaw",
    "s16le": "s16le",
    "s16be": "s16be",
    "u8": "u8",
}


@dataclass(frozen=True, slots=True)
class RawFormat:
    """The declared format of a headerless file."""

    codec: str  # mulaw, alaw, s16le, s16be, u8, g722 or g729
    sample_rate: int  # Hz
    channels: int  # 1 or 2

    @classmethod
    def parse(cls, text: str) -> "RawFormat":
        """Read ``codec,rate,channels`` such as ``mulaw,8000,2``; the channels may be left out. Raises UsageError."""
        parts = [part.strip().lower() for part in text.split(",")]
        shape = f"raw format {text!r}: write codec,rate,channels, for example mulaw,8000,2"
        if len(parts) not in (2, 3) or not all(part.isdecimal() and part.isascii() for part in parts[1:]):
            raise UsageError(shape)
        if parts[0] not in _DEMUXERS:
            raise UsageError(f"{shape}; codecs: {', '.join(sorted(_DEMUXERS))}")
        rate, channels = int(parts[1]), int(parts[2]) if len(parts) == 3 else 1
        if not LEAST_RATE <= rate <= MOST_RATE:
            raise UsageError(
                f"raw format {text!r}: {rate} Hz is no sample rate of a recording ({LEAST_RATE} to {MOST_RATE})"
            )
        if channels not in (1, 2):
            raise UsageError(f"raw format {text!r}: 1 or 2 channels can be used, not {channels}")
        return cls(_DEMUXERS[parts[0]], rate, channels)

    def __str__(self) -> str:
        return f"{self.codec},{self.sample_rate},{self.channels}"


NAMED_FORMATS: Mapping[str, RawFormat] = {
    **dict.fromkeys((".ulaw", ".mulaw", ".ul", ".pcmu", ".g711u"), RawFormat("mulaw", 8_000, 1)),
    **dict.fromkeys((".alaw", ".al", ".pcma", ".g711a"), RawFormat("alaw", 8_000, 1)),
    ".g722": RawFormat("g722", 16_000, 1),
    ".g729": RawFormat("g729", 8_000, 1),
    ".sln": RawFormat("s16le", 8_000, 1),
    **{f".sln{thousands}": RawFormat("s16le", thousands * 1000, 1) for thousands in (8, 12, 16, 24, 32, 48)},
}
"""Files without a header whose suffix says what they hold (as Asterisk and FreeSWITCH write them); a declared format
goes before it."""

RAW_SUFFIXES = frozenset({*NAMED_FORMATS, ".raw", ".pcm", ".g711"})
"""Suffixes of files without a header: read as the declared :class:`RawFormat`, by their suffix, or not at all."""


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a recording is. ``seconds`` is measured by walking through its packets, not read from the header.

    ``declared_seconds`` is what the header says (None: nothing).
    """

    container: str  # ffmpeg's name of the container, for example "wav", "mp3", "mov,mp4,m4a,3gp,3g2,mj2"
    codec: str  # ffmpeg's name of the codec, for example "pcm_mulaw", "gsm_ms", "amrnb"
    channels: int
    sample_rate: int  # Hz, before resampling
    seconds: float
    declared_seconds: float | None
    size_bytes: int
    raw: RawFormat | None = None
    beyond_header: bool = False  # the file holds clearly more sound than its header says; all of it is read


def is_cut_off(declared_seconds: float | None, seconds: float) -> bool:
    """True when ``seconds`` of sound are clearly (over 1 s and over 1 %) fewer than were declared."""
    return declared_seconds is not None and declared_seconds - seconds > max(1.0, 0.01 * declared_seconds)


def declared_format(path: Path, declared: RawFormat | None) -> RawFormat | None:
    """How a headerless file is read: as declared, else by its suffix. None for files that say it themselves."""
    suffix = path.suffix.lower()
    return (declared or NAMED_FORMATS.get(suffix)) if suffix in RAW_SUFFIXES else None
