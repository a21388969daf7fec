"""The recogniser's port, its fake, and what the faster-whisper adapter says when a model is not usable."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qa_engine.domain import Span
from qa_engine.errors import RecogniserError
from qa_engine.speech import (
    ClipOptions,
    FasterWhisperRecogniser,
    HearingOptions,
    RecognitionOptions,
    ScriptedRecogniser,
    SpeechOptions,
    find_model,
)
from qa_engine.speech.activity import ChannelSpeech
from qa_engine.speech.clips import plan_clips
from qa_engine.wording import STARTER_NOTICE

FILES = ("model.bin", "config.json", "tokenizer.json")


def folder_with(path: Path, **contents: str) -> Path:
    path.mkdir()
    for name in FILES:
        (path / name).write_text(contents.get(name.split(".")[0], "{}"), encoding="utf-8")
    return path


def test_importing_the_room_loads_no_model_library() -> None:
    heavy = ("faster_whisper", "ctranslate2", "onnxruntime", "librosa", "numba")
    code = f"import sys, qa_engine.speech; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_construction_loads_nothing_and_asks_nothing() -> None:
    FasterWhisperRecogniser("/no/such/model", RecognitionOptions())


def test_scripted_recogniser_spreads_its_text_over_the_speech() -> None:
    speech = ChannelSpeech((Span(1.0, 2.0), Span(2.5, 3.5)), np.zeros(1200, np.float32))
    (plan,) = plan_clips(0, speech, 12 * 16_000, ClipOptions())
    clip = plan.cut(np.zeros(12 * 16_000, np.float32))
    recogniser = ScriptedRecogniser({0: ["您好请讲"]}, probability=0.8)
    (answer,) = recogniser.recognise([clip])
    words = plan.restore(answer.words)
    assert "".join(word.text for word in words) == "您好请讲"
    assert [word.start for word in words] == pytest.approx([1.0, 1.5, 2.5, 3.0], abs=0.06)
    assert {word.probability for word in words} == {0.8}
    assert recogniser.recognise([clip]) == [answer]


def test_scripted_recogniser_is_silent_where_the_script_ends() -> None:
    speech = ChannelSpeech((Span(1.0, 2.0),), np.zeros(300, np.float32))
    (plan,) = plan_clips(1, speech, 3 * 16_000, ClipOptions())
    (answer,) = ScriptedRecogniser({0: ["您好"]}).recognise([plan.cut(np.zeros(48_000, np.float32))])
    assert answer.words == ()


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda tmp: str(tmp / "nowhere"), "no such folder"),
        (lambda tmp: str(folder_with(tmp / "m")), "cannot be loaded"),
        (lambda tmp: str(_without(folder_with(tmp / "m"), "model.bin")), "model.bin is missing"),
        (lambda tmp: str(_without(folder_with(tmp / "m"), "tokenizer.json")), "ct2-transformers-converter"),
        (lambda tmp: str(_with_card(folder_with(tmp / "m"), '{"clip_seconds": 300}')), "clip_seconds"),
        (lambda tmp: str(_with_card(folder_with(tmp / "m"), '{"confidence_floor": 70}')), "confidence_floor"),
        (lambda tmp: str(_with_card(folder_with(tmp / "m"), "{")), "Correct it or remove it"),
        (lambda tmp: str(_with_card(folder_with(tmp / "m"), '["x"]')), "Correct it or remove it"),
        (lambda tmp: str(_with_card(folder_with(tmp / "m"), '{"notice": 3}')), "Correct it or remove it"),
    ],
)
def test_unusable_model_folders(tmp_path: Path, make: object, part: str) -> None:
    recogniser = FasterWhisperRecogniser(make(tmp_path), RecognitionOptions())  # type: ignore[operator]
    with pytest.raises(RecogniserError, match=part):
        recogniser.recognise([])


def _without(folder: Path, name: str) -> Path:
    (folder / name).unlink()
    return folder


def _with_card(folder: Path, text: str) -> Path:
    (folder / "qa_engine_model.json").write_text(text, encoding="utf-8")
    return folder


def test_a_model_that_is_not_there_says_what_to_run() -> None:
    with pytest.raises(RecogniserError, match=r"qa-engine models add large-v9"):
        find_model("large-v9")


def test_a_model_in_the_local_cache_needs_no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def cached(name: str, local_files_only: bool = False) -> str:
        asked.append(local_files_only)
        return str(folder_with(tmp_path / "cache"))

    monkeypatch.setattr("faster_whisper.utils.download_model", cached)
    model = find_model("large-v3-turbo")
    assert (model.name, model.notice, asked) == ("large-v3-turbo", None, [True])


def test_card_gives_name_and_notice(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "m")
    assert (find_model(str(folder)).name, find_model(str(folder)).notice) == ("m", None)
    card = {"name": "华东客服 v2", "notice": "试用", "clip_seconds": 12, "confidence_floor": 0.7, "licence": "x"}
    _with_card(folder, json.dumps(card, ensure_ascii=False))
    model = find_model(str(folder))
    assert (model.name, model.notice, model.clip_seconds) == ("华东客服 v2", "试用", 12.0)
    assert model.confidence_floor == 0.7
    assert FasterWhisperRecogniser(str(folder), RecognitionOptions()).identity.confidence_floor == 0.7


def test_known_weights_have_their_floor_without_a_card_and_the_card_counts_over_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path / "m", model="weights")
    assert find_model(str(folder)).confidence_floor is None
    known = {hashlib.sha256(b"weights").hexdigest(): {"confidence_floor": 0.6, "beam_size": 2}}
    monkeypatch.setattr("qa_engine.speech.models.finding.FLOORS", known)
    assert (find_model(str(folder)).confidence_floor, find_model(str(folder)).beam_size) == (0.6, 2)
    _with_card(folder, '{"name": "m", "confidence_floor": 0.7}')
    assert (find_model(str(folder)).confidence_floor, find_model(str(folder)).beam_size) == (0.7, 2)


def test_the_starter_always_carries_its_notice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "weights")
    monkeypatch.setattr("qa_engine.speech.models.finding.starter_model_dir", lambda: folder)
    assert find_model("starter").notice == STARTER_NOTICE == "演示识别模型"


def test_weights_digest_is_that_of_model_bin_and_follows_the_file(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "m", model="one")
    assert find_model(str(folder)).weights_digest == "sha256:" + hashlib.sha256(b"one").hexdigest()
    (folder / "model.bin").write_text("three", encoding="utf-8")
    assert find_model(str(folder)).weights_digest == "sha256:" + hashlib.sha256(b"three").hexdigest()


def test_options_digest_covers_what_changes_the_output_and_nothing_else() -> None:
    base = SpeechOptions()
    assert base.digest == SpeechOptions().digest
    same = SpeechOptions(max_seconds=60, recognition=RecognitionOptions(threads=3))
    assert same.digest == base.digest
    for other in (
        SpeechOptions(recognition=RecognitionOptions(beam_size=1)),
        SpeechOptions(recognition=RecognitionOptions(mode="sequential")),
        SpeechOptions(clips=ClipOptions(max_seconds=20)),
        SpeechOptions(hearing=HearingOptions(hole_seconds=2.0)),
        SpeechOptions(silent_db=-50.0),
    ):
        assert other.digest != base.digest
