"""Can CTranslate2 compute as the settings ask, on this machine?"""

import subprocess
import sys

from qa_engine.errors import ModelError

_ASK = "import ctranslate2, sys; print(*sorted(ctranslate2.get_supported_compute_types(sys.argv[1])))"
_ANY = ("default", "auto")
_SECONDS = 60.0


def check_device(device: str, compute_type: str) -> None:
    """Nothing, or ModelError with what to do.

    A process of its own asks: one that has looked at a graphics card once cannot hand it on to its children.
    """
    if device == "auto":
        return
    command = [sys.executable, "-P", "-c", _ASK, device]  # -P: nothing of the folder that we were started in
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ModelError(f"QA_ASR_DEVICE={device}: no answer within {_SECONDS:.0f} s; look at its driver.") from None
    cpu = "set QA_ASR_DEVICE=cpu and QA_ASR_COMPUTE_TYPE=int8"
    if asked.returncode:
        why = (asked.stderr.strip().splitlines() or ["no answer"])[-1].removeprefix("RuntimeError: ")
        raise ModelError(
            f"QA_ASR_DEVICE={device}: the recogniser cannot compute there on this machine ({why})."
            f" Install NVIDIA's driver, CUDA 12 and cuDNN 9 (docs/recognition.md), or {cpu}."
        )
    able = asked.stdout.split()
    if compute_type not in (*_ANY, *able):
        raise ModelError(
            f"QA_ASR_COMPUTE_TYPE={compute_type}: {device} of this machine has {', '.join(able)}."
            f" Choose one of them, or {cpu}."
        )
