"""How long a file says it is; ffmpeg would answer with an estimate from the file size, which hides a cut."""

import re
import struct
from pathlib import Path
from typing import BinaryIO

_MAX_CHUNKS = 64
_UNKNOWN_SIZE = 0xFFFF_FFFF  # written by recorders that stream and never come back to fill it in


def wav_seconds(path: Path) -> float | None:
    """Seconds by the ``fmt`` and ``data`` chunks of a WAV file; None when it does not say."""
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
                known = bytes_per_second > 0 and 0 < size < _UNKNOWN_SIZE
                return size / bytes_per_second if known else None
            bytes_per_second = _byte_rate(file, size) if name == b"fmt " else bytes_per_second
            if name != b"fmt ":
                file.seek(size + size % 2, 1)
    return None


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
    body = file.read(size + size % 2)
    return int(struct.unpack("<I", body[8:12])[0]) if len(body) >= 12 else 0
