"""What is put on the shelf is what is taken from it, without the library that wrote it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skops.io

from qa_engine.classify import LinearModel, see
from qa_engine.classify.shelf import Shelf
from qa_engine.errors import ToneModelError
from qa_engine.resources import act_model_dir, tone_model_dir
from tests.unit.tone.builders import classifier

MODEL = classifier(**{"w 我们": ("dismissive", 3.0), "c 管": ("dismissive", 2.0), "w 您": ("warm", 4.0)})


def taken(folder: Path, contents: str) -> LinearModel:
    return Shelf(folder, "card.json", ToneModelError, "make it anew").take("one", MODEL.labels, "one", contents)


def test_a_classifier_comes_back_as_it_was_put(tmp_path: Path) -> None:
    contents = Shelf(tmp_path, "card.json", ToneModelError, "make it anew").put("one", MODEL)
    back = taken(tmp_path, contents)
    assert back.labels == MODEL.labels
    np.testing.assert_array_equal(back.codes, MODEL.codes)
    np.testing.assert_allclose(back.weights, MODEL.weights, atol=4 / 127)
    assert back.log_odds(see(["我们不管您"])) == pytest.approx(MODEL.log_odds(see(["我们不管您"])), abs=0.1)


@pytest.mark.parametrize("file", [act_model_dir() / "agent.skops", tone_model_dir() / "customer.skops"], ids=str)
def test_the_numbers_are_those_that_skops_reads(file: Path) -> None:
    from qa_engine.classify import shelf

    with shelf.zipfile.ZipFile(file) as archive:
        own = shelf._value(shelf.json.loads(archive.read("schema.json")), archive)
    theirs = skops.io.load(file, trusted=[])
    for name in ("codes", "idf", "step"):
        np.testing.assert_array_equal(own[name], theirs[name])
    assert own["unseen_idf"] == theirs["unseen_idf"]
    np.testing.assert_array_equal(own["classifier"]["coef_"], theirs["classifier"].coef_)
    np.testing.assert_array_equal(own["classifier"]["intercept_"], theirs["classifier"].intercept_)


def test_judging_a_call_loads_neither_scikit_learn_nor_skops() -> None:
    code = """
import sys
from qa_engine.domain import Call, Speaker, Transcript, Turn
from qa_engine.service import PackJudge
from qa_engine.settings import Settings
PackJudge(Settings()).judge(Transcript(Call("c"), (Turn(0, Speaker.AGENT, "您好，请问有什么可以帮您？"),)), "d")
print([name for name in sys.modules if name in ("sklearn", "skops", "scipy", "pandas", "pkg_resources")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
