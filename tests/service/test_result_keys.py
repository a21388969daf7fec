"""The key under which a result is stored names the same parts as the result itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qa_engine.contract import facts_digest
from qa_engine.domain import digest_of_parts
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, MemoryBell, PackJudge, get_call, ingest_paths, run_pending
from qa_engine.settings import Settings, load_settings
from qa_engine.store import calls

PACK = """
pack: {id: small, title: 小规则包, sections: {service_language: 服务用语}}
rules:
  - id: forbidden.refusal
    title: 服务忌语
    section: service_language
    item: forbidden
    severity: minor
    points: -1
    conditions: {refuse: {operator: phrase, phrases: [不行]}}
    fault: refuse
    message: 使用服务忌语「{text}」
    why: 投诉处理准则 5
"""


@pytest.fixture
def settings(small_rules: Callable[..., Settings]) -> Settings:
    return small_rules(PACK)


def key_of(app: App, call_id: str) -> dict[str, str]:
    with app.database.read() as session:
        call = calls.find(session, call_id)
        assert call is not None
        assert call.result is not None
        row = call.result
        return {
            "transcript": row.transcript_digest,
            "facts": row.facts_digest,
            "models": row.models_digest,
            "edition": row.edition,
            "plugins": row.plugins_digest,
        }


def judged(make_app: Callable[..., App], settings: Settings, inbox: Path) -> App:
    app = make_app(settings=settings, judge=PackJudge(settings), bell=MemoryBell())
    (inbox / "a.wav").write_text("rude call")
    (inbox / "manifest.csv").write_text("file,call_id,started_at\na.wav,c-1,2026-03-02T23:30:00+08:00\n")
    ingest_paths(app, [inbox])
    run_pending(app)
    return app


def test_a_stored_result_names_its_key(make_app: Callable[..., App], settings: Settings, inbox: Path) -> None:
    app = judged(make_app, settings, inbox)
    result = get_call(app, "c-1", who=MACHINE).result
    assert result is not None
    assert key_of(app, "c-1") == {
        "transcript": result.transcript,
        "facts": result.facts,
        "models": digest_of_parts(result.models),
        "edition": result.edition,
        "plugins": result.plugins,
    }


def test_another_time_zone_is_another_key(make_app: Callable[..., App], settings: Settings, inbox: Path) -> None:
    """Working hours, days and times as they are said are those of the centre's zone."""
    call = get_call(judged(make_app, settings, inbox), "c-1", who=MACHINE).call
    abroad = load_settings(**{**settings.model_dump(exclude_none=True), "timezone": "Europe/Berlin"})
    here, there = PackJudge(settings), PackJudge(abroad)
    assert facts_digest(there.facts_of(call)) != facts_digest(here.facts_of(call))
    assert facts_digest(here.facts_of(there.facts_of(call))) == facts_digest(here.facts_of(call))
