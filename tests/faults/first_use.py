"""Six processes at once, of which each hears a recording, with an empty HOME, TMPDIR and data folder; many rounds.

Run as a program: ``python first_use.py FOLDER ROUNDS RECORDING…``. The processes of a round are forked from this one,
which has imported the engine and used nothing of it: what a library makes at its first use, six make at once.
"""

import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

import av  # noqa: F401  # imported once for all rounds: imports are most of what a fresh process costs
import numpy as np  # noqa: F401

from qa_engine.service import FixedJudge, ingest_paths, open_app, run_pending
from qa_engine.service.adapters.speech import SpeechTranscriber
from qa_engine.settings import load_settings
from qa_engine.speech import ScriptedRecogniser


def hear(home: Path, recording: Path) -> None:
    settings = load_settings(home=home / "data", log_level="ERROR")
    said = ScriptedRecogniser({0: ["您好，工號八零二六為您服務，請問有什麼可以幫您"]})
    transcriber = SpeechTranscriber(settings, recogniser=said)
    with open_app(settings, transcriber=transcriber, judge=FixedJudge()) as app:
        report = ingest_paths(app, [recording])
        assert report.ok, report.faults
        run_pending(app)


def child(home: Path, recording: Path) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.alarm(120)
        os.environ |= {"HOME": str(home), "TMPDIR": str(home / "tmp"), "XDG_CACHE_HOME": str(home / "cache")}
        tempfile.tempdir = None
        hear(home, recording)
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it was, this is not the parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> int:
    folder, rounds, recordings = Path(sys.argv[1]), int(sys.argv[2]), [Path(path) for path in sys.argv[3:]]
    for number in range(rounds):
        home = folder / str(number)
        (home / "tmp").mkdir(parents=True)
        children = [child(home, recording) for recording in recordings]
        ends = [os.waitpid(pid, 0)[1] for pid in children]
        if any(ends):
            print(f"round {number}: {ends}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
