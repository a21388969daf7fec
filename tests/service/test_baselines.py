"""A voice against the agent's earlier calls, out of the transcripts of a real database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_engine.domain import RuleResult, Speaker, canonical_json
from qa_engine.domain.people import MACHINE
from qa_engine.rules import Baseline, VoiceMeasure
from qa_engine.service import App, MemoryBell, PackJudge, get_call, ingest_paths, run_pending
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.jobs.kinds import INSPECT
from qa_engine.service.jobs.quarantine import move_aside
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.settings import Settings

PACK = """
pack: {id: small, title: 小规则包, sections: {voice_tone: 语气语调}}
rules:
  - id: tone.own_rate
    title: 比平时快
    section: voice_tone
    item: speech_rate
    severity: minor
    points: -1
    conditions: {fast: {operator: speech_rate, above_median: 1.3, base: auto, base_turns: 15}}
    fault: fast
    message: 语速 {value} 字/分钟
    why: 语速要平缓
"""
TEXT = "您好这里是顺达速运客服中心"
USUAL = [(f"usual-{day}", "8026", f"2026-01-{day:02}T09:00:00+08:00", (228, 231, 234)) for day in range(1, 6)]
QUICK = ("quick", "8026", "2026-02-01T09:00:00+08:00", (340, 344, 348))


@pytest.fixture
def own_rules(small_rules: Callable[..., Settings]) -> Settings:
    return small_rules(PACK, section="voice_tone", item="speech_rate")


@pytest.fixture
def judged(own_rules: Settings, make_app: Callable[..., App], inbox: Path) -> Callable[..., App]:
    """An application that has judged calls: (id, agent, start, 字/分钟 of each turn)."""

    def judge(*calls: tuple[str, str, str, tuple[int, ...]]) -> App:
        app = make_app(settings=own_rules, judge=PackJudge(own_rules), bell=MemoryBell())
        for call_id, agent, start, rates in calls:
            turns = [
                {
                    "speaker": "agent",
                    "start": 5.0 * place,
                    "end": 5.0 * place + 4,
                    "text": TEXT,
                    "prosody": {"voiced_seconds": 4.0, "chars_per_minute": rate},
                }
                for place, rate in enumerate(rates)
            ]
            call = {"version": 1, "call_id": call_id, "agent": {"id": agent}, "started_at": start, "turns": turns}
            (inbox / f"{call_id}.json").write_text(json.dumps(call), encoding="utf-8")
        assert ingest_paths(app, [inbox]).ok
        run_pending(app)
        return app

    return judge


def verdict(app: App, call_id: str = "quick") -> RuleResult:
    result = get_call(app, call_id, who=MACHINE).result
    assert result is not None
    return result.rules[0]


def test_a_whole_call_in_a_hurry_is_seen_against_the_calls_before(judged: Callable[..., App]) -> None:
    found = verdict(judged(*USUAL, QUICK))
    assert found.status == "fail"
    assert found.evidence[0].explanation == (
        "该句语速 340 字/分钟，高于本人此前 5 通、15 句的中位数 231，为其 1.5 倍（限 1.3 倍）"
    )


@pytest.mark.parametrize(
    "calls",
    [
        USUAL[:4],  # too few
        [(call_id, "8031", start, rates) for call_id, _, start, rates in USUAL],  # another agent's
        [(call_id, agent, start.replace("2026-01", "2026-02"), rates) for call_id, agent, start, rates in USUAL],
        [(call_id, agent, start, rates[:1]) for call_id, agent, start, rates in USUAL],
    ],
    ids=["few calls", "another agent", "later calls", "few turns"],
)
def test_without_a_past_this_call_is_the_base(judged: Callable[..., App], calls: list) -> None:
    assert verdict(judged(*calls, QUICK)).status == "pass"


def test_calls_that_were_set_aside_are_no_past(judged: Callable[..., App]) -> None:
    app = judged(*USUAL)
    with app.database.write() as session:
        assert move_aside(session, "usual-1", INSPECT, "broken", "as if a person had", now=app.clock.now())
    assert verdict(judged(QUICK)).status == "pass"


def test_equal_stored_calls_give_equal_bytes(judged: Callable[..., App], own_rules: Settings) -> None:
    app = judged(*USUAL, QUICK)
    seen = get_call(app, "quick", who=MACHINE)
    assert seen.transcript is not None
    assert seen.transcript_digest is not None
    again = PackJudge(own_rules).judge(seen.transcript, seen.transcript_digest, baselines=StoredBaselines(app.database))
    assert canonical_json(again) == canonical_json(seen.result)


def test_a_pass_says_what_it_was_held_against(judged: Callable[..., App]) -> None:
    calm = ("calm", "8026", "2026-02-01T09:00:00+08:00", (230, 232, 236))
    found = verdict(judged(*USUAL, calm), "calm")
    assert (found.status, found.reason) == ("pass", "比较基准：本人此前 5 通、15 句的中位数 231")


def test_the_base_is_of_the_agents_own_turns_and_the_form_shows_whose_they_are(app: App, inbox: Path) -> None:
    """Behind a transfer somebody else speaks: fast as he is, he changes nobody's usual rate."""
    turns = [
        {"speaker": "agent", "start": 0.0, "end": 4.0, "text": TEXT, "prosody": prosody(230)},
        {"speaker": "customer", "start": 5.0, "end": 6.0, "text": "好的"},
        {"speaker": "agent", "start": 20.0, "end": 24.0, "text": TEXT, "prosody": prosody(400)},
    ]
    call = {"call_id": "t-1", "agent": {"id": "8026"}, "started_at": "2026-01-02T09:00:00+08:00", "turns": turns}
    moved = {"metadata": {"transferred_to": "9012", "transfer_at": 10.0}}
    (inbox / "t-1.json").write_text(json.dumps(call | moved), encoding="utf-8")
    assert ingest_paths(app, [inbox]).ok
    run_pending(app)
    base = StoredBaselines(app.database).before(
        measure=VoiceMeasure.SPEECH_RATE, agent_id="8026", moment=datetime(2026, 2, 1, tzinfo=UTC)
    )
    assert base == Baseline(230.0, 1, 1)
    shown = DatabaseSource(app).call("t-1").transcript
    assert [turn.speaker for turn in shown.turns] == [Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN]


def prosody(rate: int) -> dict[str, float]:
    return {"voiced_seconds": 4.0, "chars_per_minute": rate}
