"""``qa-engine tone``: what it prints, what it refuses, and that nothing is switched."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from qa_engine.cli import app
from qa_engine.domain import Speaker
from qa_engine.errors import InputError, LabelledFileError, ToneModelError, UsageError
from qa_engine.settings import current_settings
from qa_engine.tone import ToneModel
from tests.unit.tone.builders import data_folder, reviewed_file


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QA_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("QA_TONE_MODEL", raising=False)
    current_settings.cache_clear()
    yield
    current_settings.cache_clear()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["tone", *map(str, arguments)])


def test_explain_names_the_words_and_their_places() -> None:
    done = run("explain", "這個不歸我們管，您找別人吧", "--format", "json")
    assert done.exit_code == 0
    reading = json.loads(done.stdout)
    assert reading["label"] == "dismissive"
    assert sum(p for _, p in reading["probabilities"]) == pytest.approx(1.0)
    strongest = reading["words"][0]
    assert strongest["weight"] > 0
    assert "這個不歸我們管，您找別人吧"[slice(*strongest["span"])] == strongest["text"]


def test_explain_shows_a_table_of_classes() -> None:
    done = run("explain", "你们就是骗子，气死我了", "--speaker", "customer")
    assert done.exit_code == 0
    for shown in ("激动", "平静", "不满", "angry"):
        assert shown in done.stdout


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        (["explain", "嗯"], InputError, "too short"),
        (["explain", "不归我们管", "--model", "nowhere"], ToneModelError, "nowhere/tone.json: cannot be read"),
        (["evaluate", "nowhere.csv"], LabelledFileError, "nowhere.csv: cannot be read"),
        (["train", "nowhere.csv", "--out", "m"], LabelledFileError, "nowhere.csv: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], error: type[Exception], told: str) -> None:
    done = run(*arguments)
    assert isinstance(done.exception, error)
    assert told in str(done.exception)


def test_evaluate_counts_by_class(tmp_path: Path) -> None:
    path = reviewed_file(tmp_path / "r.csv", calls=3)
    done = run("evaluate", path, "--format", "json")
    assert done.exit_code == 0
    figures = json.loads(done.stdout)["figures"]
    assert figures["agent"]["count"] == 15
    assert figures["customer"]["count"] == 9
    assert [row["support"] for row in figures["agent"]["classes"]] == [3] * 5
    shown = run("evaluate", path).stdout
    assert "查准率" in shown
    assert "争辩顶撞" in shown


@pytest.fixture
def small_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data_folder(tmp_path / "data")
    monkeypatch.setattr("qa_engine.service.authoring.tone_training.tone_data_dir", lambda: folder)


@pytest.mark.usefixtures("small_corpus")
def test_train_compares_and_writes_but_does_not_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "own"
    done = run("train", reviewed_file(tmp_path / "r.csv"), "--out", out, "--format", "json")
    assert done.exit_code == 0, done.output
    trial = json.loads(done.stdout)
    assert (trial["learnt_calls"], trial["held_out_calls"]) == (13, 7)
    assert trial["held_out_turns"] == trial["after"]["figures"]["agent"]["count"] * 8 / 5
    assert trial["after"]["figures"]["agent"]["accuracy"] == 1.0
    assert trial["before"]["model"] != trial["after"]["model"]
    assert f"QA_TONE_MODEL={out}" in done.stderr
    own = ToneModel.load(out).read_text("快件不归我们管，你找别的部门吧", Speaker.AGENT)
    assert own is not None
    assert own.label == "dismissive"

    monkeypatch.setenv("QA_TONE_MODEL", str(out))
    current_settings.cache_clear()
    again = run("train", tmp_path / "r.csv", "--out", out)
    assert isinstance(again.exception, UsageError)
    assert "is the model in use" in str(again.exception)


@pytest.mark.usefixtures("small_corpus")
def test_the_table_shows_before_and_after(tmp_path: Path) -> None:
    done = run("train", reviewed_file(tmp_path / "r.csv"), "--out", tmp_path / "own")
    assert done.exit_code == 0, done.output
    for shown in ("原 F1", "新 F1", "可扣分", "agent 合计"):
        assert shown in done.stdout


def test_too_few_calls_are_refused(tmp_path: Path) -> None:
    done = run("train", reviewed_file(tmp_path / "r.csv", calls=8), "--out", tmp_path / "own")
    assert isinstance(done.exception, InputError)
    assert "64 reviewed turns of 8 calls are too few" in str(done.exception)
    assert not (tmp_path / "own").exists()
