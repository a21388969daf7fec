"""Reading a transcript file needs no sound library: nothing of what hears is loaded."""

import subprocess
import sys


def test_the_room_loads_nothing_that_hears_or_serves() -> None:
    heavy = ("av", "numpy", "faster_whisper", "onnxruntime", "sqlalchemy", "celery", "fastapi", "sklearn", "jieba")
    code = f"import sys, qa_engine.contract; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
