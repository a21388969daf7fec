"""A device that is not there is told in one line, with what to do, before anything is heard."""

from pathlib import Path

import pytest

from qa_engine.errors import ModelError
from qa_engine.speech import STARTER, FasterWhisperRecogniser, RecognitionOptions, check_device


def test_every_machine_can_compute_on_its_cpu() -> None:
    for compute_type in ("int8", "default", "auto"):
        check_device("cpu", compute_type)
    check_device("auto", "float16")  # CTranslate2 chooses


def test_a_compute_type_that_the_device_has_not() -> None:
    with pytest.raises(ModelError, match=r"QA_ASR_COMPUTE_TYPE=float99: cpu of this machine has .*int8"):
        check_device("cpu", "float99")


def test_no_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # also where there is one
    told = r"QA_ASR_DEVICE=cuda: .*driver, CUDA 12 and cuDNN 9 .*QA_ASR_DEVICE=cpu"
    with pytest.raises(ModelError, match=told) as fault:
        check_device("cuda", "float16")
    assert "\n" not in str(fault.value)
    with pytest.raises(ModelError, match=told):
        FasterWhisperRecogniser(STARTER, RecognitionOptions(device="cuda")).recognise([])


def test_nothing_of_the_present_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ctranslate2.py").write_text("raise SystemExit('a stranger')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    check_device("cpu", "int8")
