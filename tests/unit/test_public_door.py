"""What programs may import from ``qa_engine`` itself: exactly this, lazily, and judged like the command line judges."""

import json
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

import qa_engine
from qa_engine import testing
from qa_engine.errors import QaError
from qa_engine.service import check_inputs, open_app

RUDE = {
    "version": 1,
    "call_id": "door-1",
    "started_at": "2026-03-02T09:15:00+08:00",
    "agent": {"id": "8026"},
    "turns": [
        {"speaker": "agent", "start": 0.4, "end": 3.1, "text": "您好，顺达速运，工号8026为您服务。"},
        {"speaker": "customer", "start": 3.5, "end": 7.0, "text": "我的快件一直没到，我要投诉你们！"},
        {
            "speaker": "agent",
            "start": 7.4,
            "end": 12.0,
            "text": "这个不归我管，你自己去问。我们明天下午三点前给您回复。",
        },
    ],
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> qa_engine.Pack:
    """Of a centre without a profile, also where a demo has left one in ``var``."""
    home = tmp_path_factory.mktemp("door") / "home"
    return qa_engine.load_pack("base", settings=qa_engine.load_settings(home=home))


def test_the_names_of_the_door() -> None:
    assert set(qa_engine.__all__) == {
        "Agent", "Call", "CallResult", "Evidence", "Fault", "InputError", "NotFoundError", "Pack", "QaError",
        "RuleResult", "RulesError", "Settings", "Severity", "Speaker", "Status", "ToneModelError", "Transcript",
        "TranscriptError", "Turn", "UsageError", "Word", "__version__", "inspect", "load_pack", "load_settings",
        "read_transcript",
    }  # fmt: skip
    for name in qa_engine.__all__:
        assert getattr(qa_engine, name) is not None
        assert name in dir(qa_engine)
    with pytest.raises(AttributeError, match="no attribute 'judge_everything'"):
        qa_engine.judge_everything  # noqa: B018


def test_importing_the_package_imports_nothing_of_it_and_no_library() -> None:
    code = (
        "import sys; import qa_engine; "
        "print([m for m in sys.modules if m.split('.')[0] in ('pydantic', 'numpy', 'yaml', 'sqlalchemy', 'jieba')"
        " or m.startswith('qa_engine.')])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_package_says_that_it_is_typed() -> None:
    assert files(qa_engine).joinpath("py.typed").is_file()


def test_one_call_is_judged_as_the_command_line_does(pack: qa_engine.Pack, tmp_path: Path) -> None:
    path = tmp_path / "door-1.json"
    path.write_text(json.dumps(RUDE, ensure_ascii=False), encoding="utf-8")
    with open_app(qa_engine.load_settings(home=tmp_path / "home")) as app:
        (outcome,) = check_inputs(app, [path])
    assert outcome.result is not None
    given = [RUDE, path, str(path), qa_engine.read_transcript(path)]
    for transcript in given:
        assert qa_engine.inspect(transcript, pack=pack) == outcome.result  # type: ignore[arg-type]


def test_tone_promises_and_complaint_are_there(pack: qa_engine.Pack) -> None:
    result = qa_engine.inspect(RUDE, pack=pack)
    assert result.tones, "the bundled tone model read the turns"
    assert [promise.text for promise in result.promises], "明天下午三点前 is a promise"
    assert result.complaint is not None
    assert "forbidden" in " ".join(rule.id for rule in result.failed())


def test_a_scorecard_by_name(pack: qa_engine.Pack) -> None:
    result = qa_engine.inspect(RUDE, pack=pack, scorecard="standard")
    assert result.scorecard.startswith("standard@sha256:")
    assert pack.label == result.pack
    assert result.scorecard in pack.scorecards
    with pytest.raises(qa_engine.NotFoundError, match="standard"):
        qa_engine.inspect(RUDE, pack=pack, scorecard="no-such-scorecard")


def test_a_transcript_made_in_python(pack: qa_engine.Pack) -> None:
    call = qa_engine.Call(call_id="made", agent=qa_engine.Agent("8026", None, None))
    turn = qa_engine.Turn(0, qa_engine.Speaker.AGENT, "您好。")
    result = qa_engine.inspect(qa_engine.Transcript(call, (turn,)), pack=pack)
    assert result.call_id == "made"
    assert result == qa_engine.inspect(replace(qa_engine.Transcript(call, (turn,))), pack=pack)


def test_wrong_input_says_what_is_wrong(pack: qa_engine.Pack, tmp_path: Path) -> None:
    with pytest.raises(qa_engine.TranscriptError, match="turns"):
        qa_engine.inspect({"turns": "none"}, pack=pack)
    many = tmp_path / "many.jsonl"
    many.write_text("\n".join(json.dumps(RUDE) for _ in range(2)), encoding="utf-8")
    with pytest.raises(qa_engine.TranscriptError, match="holds 2 calls"):
        qa_engine.inspect(many, pack=pack)
    with pytest.raises(qa_engine.NotFoundError, match="no rule pack"):
        qa_engine.load_pack("no-such-pack")
    with pytest.raises(QaError):
        qa_engine.load_pack(tmp_path / "nowhere")


def test_the_fakes_are_public() -> None:
    for name in testing.__all__:
        assert getattr(testing, name).__doc__, name
