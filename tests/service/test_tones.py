"""Results and the tone model: stored by its digest, with what it read, and only where a rule asks for it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from qa_engine.domain import Status, ToneReading, canonical_json
from qa_engine.domain.people import MACHINE
from qa_engine.errors import ToneModelError
from qa_engine.reports import result_from_json, result_to_json
from qa_engine.rules import FixedTones, NoTones
from qa_engine.service import App, MemoryBell, PackJudge, get_call, ingest_paths, inspect_call, run_pending
from qa_engine.service.adapters.tone_model import open_tones
from qa_engine.settings import Settings, load_settings
from qa_engine.store import tables

WORDS = """
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
TONE = """
  - id: tone.cold
    title: 语气冷漠
    section: service_language
    severity: info
    conditions: {cold: {operator: tone, classes: dismissive, above: 0.7}}
    fault: cold
    message: 语气冷漠（把握 {value}%）
    why: 坐席 5
"""
COLD = {
    0: ToneReading(0, "neutral", (("warm", 0.2), ("neutral", 0.8), ("dismissive", 0.0))),
    1: ToneReading(1, "calm", (("calm", 0.9), ("dissatisfied", 0.1), ("angry", 0.0))),
    2: ToneReading(2, "dismissive", (("warm", 0.0), ("neutral", 0.1), ("dismissive", 0.9))),
}


@pytest.fixture
def judged(
    small_rules: Callable[..., Settings], make_app: Callable[..., App], inbox: Path
) -> Callable[[FixedTones], App]:
    """An application that judged one call with a tone model; the next model finds the same call and database."""
    settings = small_rules(WORDS + TONE)
    (inbox / "c-1.wav").write_text("rude call")

    def judge(tones: FixedTones) -> App:
        app = make_app(settings=settings, judge=PackJudge(settings, tones=tones), bell=MemoryBell())
        ingest_paths(app, [inbox])
        run_pending(app)
        return app

    return judge


def results(app: App) -> int:
    with app.database.read() as session:
        return session.scalar(select(func.count()).select_from(tables.Result)) or 0


def test_the_same_model_gives_the_same_row_and_bytes(judged: Callable[[FixedTones], App]) -> None:
    first = get_call(judged(FixedTones(COLD)), "c-1", who=MACHINE).result
    app = judged(FixedTones(COLD))
    assert canonical_json(inspect_call(app, "c-1")) == canonical_json(first)
    assert results(app) == 1


def test_another_model_gives_another_result_and_both_are_kept(judged: Callable[[FixedTones], App]) -> None:
    before = get_call(judged(FixedTones(COLD)), "c-1", who=MACHINE).result
    app = judged(FixedTones({}, "sha256:other"))
    after = inspect_call(app, "c-1")
    assert before is not None
    assert {rule.id: rule.status for rule in before.rules}["tone.cold"] is Status.UNCERTAIN
    assert {rule.id: rule.status for rule in after.rules}["tone.cold"] is Status.NOT_APPLICABLE
    assert (before.tone_model, after.tone_model) == ("sha256:fixed", "sha256:other")
    assert get_call(app, "c-1", who=MACHINE).result == after
    assert results(app) == 2


def test_what_was_read_stands_in_the_result(judged: Callable[[FixedTones], App]) -> None:
    app = judged(FixedTones(COLD))
    result = get_call(app, "c-1", who=MACHINE).result
    assert result is not None
    assert [reading.label for reading in result.tones] == ["neutral", "calm", "dismissive"]
    assert result.metrics["agent_unfriendly_share"] == 0.5
    assert "mood_start" not in result.metrics  # one turn of the customer has no beginning and no end
    assert result.needs_review
    flag = next(rule for rule in result.rules if rule.id == "tone.cold")
    assert (flag.points, flag.message, flag.evidence[0].turn) == (0.0, "语气冷漠（把握 90%）", 2)
    obj = result_to_json(result)
    assert (obj["tone_model"], obj["tones"][2]["probabilities"]["dismissive"]) == ("sha256:fixed", 0.9)
    assert result_from_json(obj) == result


def test_a_pack_that_asks_for_no_tone_does_not_depend_on_the_model(small_rules: Callable[..., Settings]) -> None:
    judge = PackJudge(small_rules(WORDS), tones=FixedTones(COLD))
    assert judge.models == {}
    assert PackJudge(small_rules(WORDS + TONE), tones=FixedTones(COLD)).models == {"tone": "sha256:fixed"}


def test_the_setting_says_which_model_reads(tmp_path: Path) -> None:
    assert open_tones(load_settings()).digest.startswith("sha256:")
    assert isinstance(open_tones(load_settings(tone_model="none")), NoTones)
    with pytest.raises(ToneModelError, match="nowhere"):
        open_tones(load_settings(tone_model=str(tmp_path / "nowhere")))
