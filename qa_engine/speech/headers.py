"""How long a file says it is; ffmpeg would answer with an estimate from the file size, which hides a cut."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAX_CHUNKS = 64
_UNKNOWN_SIZE = 0xFFFF_FFFF  # written by recorders that stream and never come back to fill it in


@dataclass(frozen=True, slots=True)
class WavHeader:
    """What a WAV file says of itself: bytes of sound a second, where the sound begins, how long it is (bytes)."""

    bytes_per_second: int
    data_start: int
    data_bytes: int

    @property
    def seconds(self) -> float | None:
        """None when it does not say: a recorder that streams writes no size, or the largest."""
        known = self.bytes_per_second > 0 and 0 < self.data_bytes < _UNKNOWN_SIZE
        return self.data_bytes / self.bytes_per_second if known else None


def wav_header(path: Path) -> WavHeader | None:
    """The ``fmt`` and ``data`` chunks of a WAV file; None when it is none, or has no sound."""
    with path.open("rb") as file:
        if file.read(4) not in (b"RIFF", b"RIFX"):
            return None
        file.seek(12)
        bytes_per_second = 0
        for _ in range(_MAX_CHUNKS):
            header = file.read(8)
            if len(header) < 8:
                return None
            name, size = header[:4], struct.unpack("<I", header[4:])[0]
            if name == b"data":
                return WavHeader(bytes_per_second, file.tell(), size)
            bytes_per_second = _byte_rate(file, size) if name == b"fmt " else bytes_per_second
            if name != b"fmt ":
                file.seek(size + size % 2, 1)
    return None


def wav_goes_on(path: Path) -> bool:
    """Whether clearly more sound (over 1 s and over 1 %) lies behind the end that the header of a WAV file declares.

    Further chunks (LIST, id3, bext) are no sound: they say their own sizes, which end with the file.
    """
    header = wav_header(path)
    if header is None or header.seconds is None:
        return False
    end = header.data_start + header.data_bytes
    behind = (path.stat().st_size - end) / header.bytes_per_second
    return behind > max(1.0, 0.01 * header.seconds) and not _chunks_until_end(path, end + end % 2)


def _chunks_until_end(path: Path, start: int) -> bool:
    size = path.stat().st_size
    with path.open("rb") as file:
        for _ in range(_MAX_CHUNKS):
            file.seek(start)
            header = file.read(8)
            if len(header) < 8:
                return start >= size - 1
            if not all(0x20 <= byte < 0x7F for byte in header[:4]):
                return False
            length: int = struct.unpack("<I", header[4:])[0]
            start += 8 + length + length % 2
            if start > size + 1:
                return False
    return False


def mp3_tells_length(path: Path) -> bool:
    """Whether the first frame of an MP3 file is a Xing, Info or VBRI frame, which counts the frames of the file."""
    with path.open("rb") as file:
        head = file.read(10)
        offset = 0
        if head[:3] == b"ID3" and len(head) == 10:
            offset = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(offset)
        return re.search(rb"Xing|Info|VBRI", file.read(256)) is not None


def _byte_rate(file: BinaryIO, size: int) -> int:
    body = file.read(min(size, 40))  # what is behind a fmt chunk's known fields, or claimed to be, is passed over
    file.seek(size + size % 2 - len(body), 1)
    return int(struct.unpack("<I", body[8:12])[0]) if len(body) >= 12 else 0
