"""A model on disk: comes back as it was, and is refused when it is anything else."""

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LinearRegression

from qa_engine.domain import Call, Exclusion, Speaker, Transcript, Turn
from qa_engine.errors import ToneModelError
from qa_engine.tone import PrecisionPoint, ToneModel
from qa_engine.tone.storage import save
from tests.unit.tone.builders import classifier

AGENT = classifier(**{"w 我们": ("dismissive", 3.0), "c 管": ("dismissive", 6.0)})
CUSTOMER = classifier(Speaker.CUSTOMER, **{"w 骗子": ("angry", 5.0)})
POINT = PrecisionPoint(0.7, 0.93, 31, 0.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path, "own 1", {Speaker.AGENT: AGENT, Speaker.CUSTOMER: CUSTOMER}, {"dismissive": POINT})
    return tmp_path


def call(*turns: tuple[Speaker, str], excluded: Exclusion | None = None) -> Transcript:
    made = (Turn(at, speaker, text, excluded=excluded) for at, (speaker, text) in enumerate(turns))
    return Transcript(Call("c-1"), tuple(made))


def test_a_saved_model_reads_calls(folder: Path) -> None:
    model = ToneModel.load(folder)
    said = model.read(
        call(
            (Speaker.AGENT, "这個不歸我們管。"),
            (Speaker.CUSTOMER, "你们这帮骗子！"),
            (Speaker.UNKNOWN, "不归我们管"),
            (Speaker.AGENT, "不归管。"),
            (Speaker.CUSTOMER, "八零二六，一三八。"),
        )
    )
    assert {turn: reading.label for turn, reading in said.items()} == {0: "dismissive", 1: "angry"}
    assert [word.text for word in said[0].words] == ["我們管"]
    assert said[0].probability > 0.9
    assert (model.name, model.thresholds, model.sure_from) == ("own 1", {"dismissive": POINT}, {"dismissive": 0.7})


def test_excluded_turns_are_not_read(folder: Path) -> None:
    assert not ToneModel.load(folder).read(call((Speaker.AGENT, "不归我们管了"), excluded=Exclusion.LOW_CONFIDENCE))


def test_the_digest_is_of_the_numbers_not_of_the_files(folder: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    save(again, "own 1", {Speaker.AGENT: AGENT, Speaker.CUSTOMER: CUSTOMER}, {"dismissive": POINT})
    changed = classifier(Speaker.CUSTOMER, **{"w 骗子": ("angry", 5.1)})
    save(other, "own 1", {Speaker.AGENT: AGENT, Speaker.CUSTOMER: changed}, {"dismissive": POINT})
    digests = [ToneModel.load(path).digest for path in (folder, again, other)]
    assert digests[0] == digests[1] != digests[2]


def test_equal_input_gives_equal_readings(folder: Path) -> None:
    spoken = call((Speaker.AGENT, "不归我们管"), (Speaker.CUSTOMER, "你们这帮骗子"))
    assert ToneModel.load(folder).read(spoken) == ToneModel.load(folder).read(spoken)


def no_card(folder: Path) -> None:
    (folder / "tone.json").unlink()


def torn_card(folder: Path) -> None:
    (folder / "tone.json").write_text('{"version": 1', encoding="utf-8")


def later_card(folder: Path) -> None:
    card = json.loads((folder / "tone.json").read_text(encoding="utf-8"))
    (folder / "tone.json").write_text(json.dumps({**card, "version": 2}), encoding="utf-8")


def other_features(folder: Path) -> None:
    card = json.loads((folder / "tone.json").read_text(encoding="utf-8"))
    (folder / "tone.json").write_text(json.dumps({**card, "features": "0"}), encoding="utf-8")


def no_classifier(folder: Path) -> None:
    (folder / "agent.skops").unlink()


def torn_classifier(folder: Path) -> None:
    raw = (folder / "agent.skops").read_bytes()
    (folder / "agent.skops").write_bytes(raw[: len(raw) // 2])


def pickled(folder: Path) -> None:
    (folder / "agent.skops").write_bytes(pickle.dumps({"classifier": 1}))


def other_type(folder: Path) -> None:
    skops.io.dump({"classifier": LinearRegression()}, folder / "agent.skops")


def a_function(folder: Path) -> None:
    skops.io.dump({"classifier": np.save}, folder / "agent.skops")


def a_harmless_name_on_a_function_call(folder: Path) -> None:
    schema = {"__class__": "str", "__module__": "builtins", "__loader__": "OperatorFuncNode", "content": "system"}
    with zipfile.ZipFile(folder / "agent.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))


def no_schema(folder: Path) -> None:
    with zipfile.ZipFile(folder / "agent.skops", "w") as archive:
        archive.writestr("other.json", "{}")


def torn_inside(folder: Path) -> None:
    path = folder / "agent.skops"
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("schema.json").header_offset + 60  # within what is packed
    data = bytearray(path.read_bytes())
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(data)


def nested_without_end(folder: Path) -> None:
    with zipfile.ZipFile(folder / "agent.skops", "w") as archive:
        archive.writestr("schema.json", "[" * 100_000)


def other_parts(folder: Path) -> None:
    skops.io.dump({"classifier": 1.0}, folder / "agent.skops")


def swapped(folder: Path) -> None:
    (folder / "agent.skops").write_bytes((folder / "customer.skops").read_bytes())


def of_another_model(folder: Path) -> None:
    save(folder / "b", "b", {Speaker.AGENT: classifier(**{"w 好": ("warm", 1.0)})}, {})
    (folder / "agent.skops").write_bytes((folder / "b" / "agent.skops").read_bytes())


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (no_card, "tone.json: cannot be read (No such file or directory)"),
        (torn_card, "tone.json: no model card of this version"),
        (later_card, "tone.json: no model card of this version (version"),
        (other_features, "made for features 0"),
        (no_classifier, "agent.skops: cannot be read"),
        (torn_classifier, "agent.skops: damaged, or no classifier"),
        (pickled, "agent.skops: damaged, or no classifier (BadZipFile"),
        (
            other_type,
            "agent.skops: holds sklearn.linear_model._base.LinearRegression (ObjectNode), which no classifier has",
        ),
        (a_function, "agent.skops: holds numpy.save ("),
        (a_harmless_name_on_a_function_call, "agent.skops: holds builtins.str (OperatorFuncNode), which no classifier"),
        (no_schema, "agent.skops: damaged, or no classifier"),
        (torn_inside, "agent.skops: damaged, or no classifier (error: Error -3"),
        (nested_without_end, "agent.skops: damaged, or no classifier (RecursionError"),
        (other_parts, "agent.skops: damaged, or no classifier"),
        (swapped, "agent.skops: damaged, or no classifier"),
        (of_another_model, "agent.skops: does not belong to"),
    ],
)
def test_what_is_no_model_is_refused(folder: Path, harm: Callable[[Path], None], told: str) -> None:
    harm(folder)
    with pytest.raises(ToneModelError) as caught:
        ToneModel.load(folder).read_text("不归我们管", Speaker.AGENT)
    assert told in str(caught.value)
    assert "QA_TONE_MODEL" in str(caught.value) or "train it anew" in str(caught.value)
