"""The N-th offence within D days, from the stored results of a real database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qa_engine.domain import canonical_json
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, MemoryBell, PackJudge, get_call, ingest_paths, inspect_call, run_pending
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.jobs.kinds import INSPECT
from qa_engine.service.jobs.quarantine import move_aside
from qa_engine.settings import Settings

PACK = """
pack: {id: small, title: 小规则包, sections: {service_language: 服务用语}}
rules:
  - id: forbidden.refusal
    title: 服务忌语
    section: service_language
    item: forbidden
    severity: minor
    points: -1
    repeat: {within_days: 30, steps: {2: -2, 3: -4}}
    conditions: {refuse: {operator: phrase, phrases: [不行]}}
    fault: refuse
    message: 使用服务忌语「{text}」
    why: 投诉处理准则 5
"""
# call, agent, start, what the recording says
CALLS = [
    ("first", "8026", "2026-01-01T09:00:00+08:00", "rude call"),
    ("polite", "8026", "2026-01-05T09:00:00+08:00", "polite call"),
    ("other-agent", "8031", "2026-01-06T09:00:00+08:00", "rude call"),
    ("second", "8026", "2026-01-10T00:30:00+08:00", "rude call"),
    ("same-moment", "8026", "2026-01-10T00:30:00+08:00", "rude call"),
    ("third", "8026", "2026-01-31T09:00:00+08:00", "rude call"),
    ("late", "8026", "2026-06-01T09:00:00+08:00", "rude call"),
    ("undated", "8026", "", "rude call"),
]
WANTED = {
    "first": (-1.0, "使用服务忌语「不行」"),
    "polite": (0.0, ""),
    "other-agent": (-1.0, "使用服务忌语「不行」"),
    "second": (-2.0, "使用服务忌语「不行」（30 天内第 2 次；此前：01-01 通话 first）"),
    "same-moment": (-2.0, "使用服务忌语「不行」（30 天内第 2 次；此前：01-01 通话 first）"),
    "third": (
        -4.0,
        "使用服务忌语「不行」（30 天内第 4 次；此前：01-01 通话 first、01-10 通话 same-moment、01-10 通话 second）",
    ),
    "late": (-1.0, "使用服务忌语「不行」"),
    "undated": (-1.0, "使用服务忌语「不行」"),
}


@pytest.fixture
def strict(small_rules: Callable[..., Settings]) -> Settings:
    return small_rules(PACK)


@pytest.fixture
def judged(strict: Settings, make_app: Callable[..., App], inbox: Path) -> Callable[..., App]:
    """An application that has judged calls, in the order given."""

    def judge(names: list[str]) -> App:
        app = make_app(settings=strict, judge=PackJudge(strict), bell=MemoryBell())
        rows = {call: (agent, start, said) for call, agent, start, said in CALLS}
        for name in names:
            folder = inbox / name
            folder.mkdir()
            agent, start, said = rows[name]
            (folder / f"{name}.wav").write_text(f"{said}\n{name}")
            facts = f"file,call_id,agent_id,started_at\n{name}.wav,{name},{agent},{start}\n"
            (folder / "manifest.csv").write_text(facts, encoding="utf-8")
            assert ingest_paths(app, [folder]).ok
            run_pending(app)
        return app

    return judge


def verdict(app: App, call_id: str) -> tuple[float, str]:
    result = get_call(app, call_id, who=MACHINE).result
    assert result is not None
    return result.rules[0].points, result.rules[0].message


def test_a_fault_costs_what_earlier_ones_make_of_it(judged: Callable[..., App]) -> None:
    app = judged([name for name, *_ in CALLS])
    assert {name: verdict(app, name) for name in WANTED} == WANTED


def test_earlier_is_what_began_earlier_and_a_later_judgement_adds_nothing(judged: Callable[..., App]) -> None:
    app = judged(["second", "first"])
    assert verdict(app, "second")[0] == -1.0  # nothing was stored before it
    assert verdict(app, "first")[0] == -1.0  # began first, whatever was judged first
    before = canonical_json(get_call(app, "second", who=MACHINE).result)
    assert canonical_json(inspect_call(app, "second")) == before  # judged once, not again


def test_equal_stored_results_give_equal_bytes(judged: Callable[..., App], strict: Settings) -> None:
    app = judged(["first", "second"])
    judge, seen = PackJudge(strict), get_call(app, "second", who=MACHINE)
    assert seen.transcript is not None
    assert seen.transcript_digest is not None
    again = judge.judge(seen.transcript, seen.transcript_digest, offences=StoredOffences(app.database))
    assert canonical_json(again) == canonical_json(seen.result)


def test_a_call_that_was_set_aside_is_no_offence(judged: Callable[..., App]) -> None:
    app = judged(["first"])
    with app.database.write() as session:
        assert move_aside(session, "first", INSPECT, "broken", "as if a person had", now=app.clock.now())
    judged(["second"])
    assert verdict(app, "second")[0] == -1.0
