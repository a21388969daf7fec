"""The real rooms behind the ports: sound is decoded, rules are judged, forms are written; only words are scripted."""

import json
import re
from pathlib import Path
from zipfile import is_zipfile

import pytest

from qa_engine.domain import CallState, Status
from qa_engine.domain.people import MACHINE
from qa_engine.resources import example_calls_dir
from qa_engine.service import (
    App,
    MemoryBell,
    PackJudge,
    check_inputs,
    get_call,
    ingest_paths,
    open_app,
    playable_file,
    render_report,
    run_pending,
    write_report,
)
from qa_engine.service.adapters.speech import SpeechTranscriber
from qa_engine.settings import Settings, load_settings
from qa_engine.speech import ScriptedRecogniser

PACK = """
pack: {id: small, title: 小规则包, sections: {service_language: 服务用语}}
rules:
  - id: opening.company
    title: 报公司名
    section: service_language
    item: opening
    severity: minor
    points: -2
    conditions: {named: {operator: phrase, lists: [company]}}
    fault: not named
    message: 未报公司名
    why: 坐席 5
  - id: forbidden.refusal
    title: 服务忌语
    section: service_language
    item: forbidden
    severity: minor
    points: -3
    conditions: {refuse: {operator: phrase, phrases: [不归我管]}}
    fault: refuse
    message: 使用服务忌语「{text}」
    why: 投诉处理准则 5
"""
PHRASES = "lists: {company: {title: 公司, phrases: ['{company}']}}\n"
SCORECARD = """
scorecard:
  id: small
  title: 小考评表
  points: 10
  sections:
    - id: service_language
      title: 服务用语
      points: 10
      items:
        - {id: opening, title: 开始语, points: 4}
        - {id: forbidden, title: 忌语, points: 6}
  grades: [{grade: A, at_least_percent: 90}, {grade: B, at_least_percent: 0}]
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    root = tmp_path / "rules"
    for folder, name, text in (
        ("packs/small", "pack.yaml", PACK),
        ("phrases", "company.yaml", PHRASES),
        ("scorecards", "small.yaml", SCORECARD),
    ):
        (root / folder).mkdir(parents=True)
        (root / folder / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def real_settings(tmp_path: Path, rules: Path) -> Settings:
    return load_settings(home=tmp_path / "home", rules_dir=rules, pack="small", scorecard="small", company="顺达速运")


@pytest.fixture
def real(real_settings: Settings) -> App:
    agent, customer = ["您好，顺达速运，这个不归我管。"] * 20, ["我要退货。"] * 20
    recogniser = ScriptedRecogniser({0: customer, 1: agent})
    return open_app(
        real_settings, bell=MemoryBell(), transcriber=SpeechTranscriber(real_settings, recogniser=recogniser)
    )


def test_sound_to_forms(real: App, inbox: Path) -> None:
    source = example_calls_dir() / "demo-10.wav"
    (inbox / "call.wav").write_bytes(source.read_bytes())
    (inbox / "manifest.csv").write_text(
        "file,call_id,agent_id,agent_name,agent_channel,started_at\ncall.wav,c-1,8026,李华,right,2026-03-02 09:00\n",
        encoding="utf-8",
    )
    with real as app:
        assert ingest_paths(app, [inbox]).ok
        run_pending(app)
        detail = get_call(app, "c-1", who=MACHINE)
        assert detail.row.state is CallState.FLAGGED, detail.jobs
        assert detail.result is not None
        assert [rule.status for rule in detail.result.rules] == [Status.PASS, Status.FAIL]
        assert detail.row.total == 7.0
        assert detail.recording is not None
        assert (detail.recording.container, detail.recording.channels) == ("wav", 2)
        assert "不归我管" in render_report(app, "call", "c-1", "html", who=MACHINE).content.decode()
        page = (app.settings.reports_dir / "calls" / "c-1.html").read_text(encoding="utf-8")
        (source,) = set(re.findall(r'src="([^"#]+)"', page))
        assert (app.settings.reports_dir / "calls" / source).resolve() == app.recordings.path(
            detail.recording.sha256, ".wav"
        ).resolve()
        assert json.loads(render_report(app, "call", "c-1", "json", who=MACHINE).content)
        paths = write_report(app, "agent", "8026")
        assert [path.name for path in paths] == ["8026.html", "8026.xlsx"]
        assert is_zipfile(paths[1])
        assert "李华" in render_report(app, "agent", "8026", "csv", who=MACHINE).content.decode("utf-8-sig")
        playable = playable_file(app, "c-1", who=MACHINE)
        assert playable.media_type == "audio/wav"
        assert playable.path.read_bytes()[:4] == b"RIFF"
        (checked,) = check_inputs(app, [inbox / "call.wav"])
        assert checked.result == detail.result


def test_the_company_of_the_settings_fills_the_slot(real_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    turns = [{"speaker": "agent", "text": "您好，顺达速运。", "start": 0.0, "end": 2.0, "confidence": 0.9}]
    path.write_text(json.dumps({"call_id": "t", "turns": turns}), encoding="utf-8")
    totals = {}
    for company in ("顺达速运", "远方物流"):
        settings = load_settings(**{**real_settings.model_dump(exclude_none=True), "company": company})
        with open_app(settings) as app:
            (outcome,) = check_inputs(app, [path])
        assert outcome.result is not None
        totals[company] = outcome.result.rules[0].status
    assert totals["顺达速运"] is Status.PASS
    assert totals["远方物流"] is not Status.PASS


def test_a_pack_of_ones_own_folder(real_settings: Settings, rules: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    (own / "pack.yaml").write_text(PACK.replace("id: small", "id: mine"), encoding="utf-8")
    assert PackJudge(real_settings, pack_folder=own).pack_label.startswith("mine@sha256:")


def test_a_rule_that_no_line_of_the_scorecard_counts_stops_the_judge(real_settings: Settings, rules: Path) -> None:
    from qa_engine.errors import RulesError

    (rules / "packs" / "small" / "pack.yaml").write_text(PACK.replace("item: opening", "item: begin"), encoding="utf-8")
    with pytest.raises(RulesError, match=r"packs/small/pack\.yaml:4: \[opening\.company\] 这条规则改变不了得分"):
        PackJudge(real_settings)


@pytest.mark.parametrize(
    ("pack", "scorecard", "words"),
    [("nope", "small", "there are: small"), ("../packs/small", "small", "no name"), ("small", "nope", "nope")],
)
def test_a_pack_or_scorecard_that_is_not_there(real_settings: Settings, pack: str, scorecard: str, words: str) -> None:
    from qa_engine.errors import QaError

    settings = load_settings(**{**real_settings.model_dump(exclude_none=True), "pack": pack, "scorecard": scorecard})
    with pytest.raises(QaError, match=words):
        PackJudge(settings)


def test_text_that_is_not_utf8_is_told(real_settings: Settings, rules: Path) -> None:
    from qa_engine.errors import UsageError

    (rules / "packs" / "small" / "pack.yaml").write_bytes(PACK.encode("gb18030"))
    with pytest.raises(UsageError, match="not UTF-8"):
        PackJudge(real_settings)


def test_each_call_is_scored_on_the_scorecard_for_it(real_settings: Settings, rules: Path, tmp_path: Path) -> None:
    """Unless one is named, by setting or by the caller; the result and the store say which it was."""
    chat = SCORECARD.replace("id: small", "id: talk\n  applies_to: {channel: chat}")
    general = SCORECARD.replace("id: small", "id: standard")
    for name, text in (("talk.yaml", chat), ("standard.yaml", general)):
        (rules / "scorecards" / name).write_text(text, encoding="utf-8")
    turns = [{"speaker": "agent", "text": "您好，顺达速运。", "start": 0.0, "end": 2.0, "confidence": 0.9}]
    calls = [{"call_id": channel, "channel": channel, "turns": turns} for channel in ("voice", "chat")]
    path = tmp_path / "two.jsonl"
    path.write_text("".join(json.dumps(call) + "\n" for call in calls), encoding="utf-8")
    settings = load_settings(**real_settings.model_dump(exclude_none=True, exclude={"scorecard"}))

    def used(app: App, scorecard: str | None = None) -> list[str]:
        results = [outcome.result for outcome in check_inputs(app, [path], scorecard=scorecard)]
        return [result.scorecard.partition("@")[0] for result in results if result is not None]

    with open_app(settings, bell=MemoryBell()) as app:
        assert used(app) == ["standard", "talk"]
        assert used(app, "small") == ["small", "small"]
        assert ingest_paths(app, [path]).ok
        run_pending(app)
        stored = [get_call(app, call_id, who=MACHINE).result for call_id in ("voice", "chat")]
        assert [r.scorecard.partition("@")[0] for r in stored if r is not None] == ["standard", "talk"]
    with open_app(real_settings) as app:
        assert used(app) == ["small", "small"]
