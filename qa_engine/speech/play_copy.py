"""``python -P -m qa_engine.speech.play_copy``: a recording as WAV that browsers play, in a process of its own.

Sound from outside is decoded under a bound of memory, beside the web service and not in it. On stdout, when it fails:
the reason and the message of a RecordingError as JSON.
"""

import argparse
import json
import sys
from pathlib import Path

from qa_engine.errors import RecordingError
from qa_engine.lifeline import end_with
from qa_engine.memory import limit_memory
from qa_engine.speech.audio_facts import RawFormat, declared_format
from qa_engine.speech.decoding import write_wav
from qa_engine.speech.probing import probe

MEMORY_GB = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--raw", default=None, help="format of headerless files")
    parser.add_argument("--silenced", type=_stretches, default=(), help="seconds without sound: 3.2-4.9,7.0-8.1")
    parser.add_argument("--max-seconds", type=float, required=True)
    parser.add_argument("--starter", type=int, required=True, help="pid of the process that this one shall end with")
    asked = parser.parse_args()
    end_with(asked.starter)
    limit_memory(MEMORY_GB)
    declared = declared_format(asked.source, RawFormat.parse(asked.raw) if asked.raw else None)
    try:
        with asked.target.open("wb") as target:
            facts = probe(asked.source, declared)
            write_wav(asked.source, facts, target, max_seconds=asked.max_seconds, silenced=asked.silenced)
    except RecordingError as error:
        print(json.dumps({"reason": error.reason, "message": str(error)}))
        return 1
    except MemoryError:
        print(json.dumps({"reason": "memory", "message": f"{asked.source}: takes over {MEMORY_GB:g} GB to decode."}))
        return 1
    return 0


def _stretches(text: str) -> tuple[tuple[float, float], ...]:
    pairs = (part.split("-") for part in text.split(","))
    return tuple((float(start), float(end)) for start, end in pairs)


if __name__ == "__main__":
    sys.exit(main())
