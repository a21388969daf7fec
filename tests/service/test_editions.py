"""A change of the rules that is safe: drafted, tried on stored calls, published for ever, taken back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import DecisionKind, Overturn, Target
from qa_engine.errors import ConflictError, NotFoundError, RulesError, UsageError
from qa_engine.service import App, CallFilter, FixedClock, MemoryBell, get_call, inspect_again, open_app
from qa_engine.service.authoring.backtest import backtest
from qa_engine.service.authoring.compared import rules_diff
from qa_engine.service.authoring.editions import draft, editions, publish, roll_back
from qa_engine.service.authoring.outcome_training import calls_inspected
from qa_engine.service.desk import Word, claim, decide, rule_page, rules_page
from qa_engine.service.jobs.leases import Pulse
from qa_engine.service.stages import inspect as inspecting
from qa_engine.service.stages import keeping
from qa_engine.settings import load_settings
from qa_engine.store import calls, tables
from tests.desk_centre import HEAD, PACK, SCORECARD, WANG, ZHOU, WrittenEar, fill_desk

CHEAPER = PACK.replace("points: {each: -2, per: hit, cap: -5}", "points: -30").replace("不归我管", "不归我管我不管")


def written(folder: Path, pack: str) -> Path:
    for name, text in (("packs/desk", pack), ("scorecards", SCORECARD)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "desk.yaml").write_text(text, encoding="utf-8")
    return folder


@contextmanager
def _opened(folder: Path) -> Iterator[App]:
    settings = load_settings(home=folder / "home", pack="desk", scorecard="desk")
    with open_app(settings, clock=FixedClock(), bell=MemoryBell(), transcriber=WrittenEar()) as app:
        publish(app, written(folder / "first", PACK), why="第一版", who=HEAD)
        fill_desk(app)
        yield app


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with _opened(tmp_path) as app:
        yield app


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """For tests that publish nothing."""
    with _opened(tmp_path_factory.mktemp("kept")) as app:
        yield app


def test_drafted_tried_published_and_taken_back(centre: App, tmp_path: Path) -> None:
    first = centre.judge.pack_label
    folder = draft(centre.settings, tmp_path / "draft")
    with pytest.raises(ConflictError):
        draft(centre.settings, folder)
    assert (rules_diff(centre, folder).changed, rules_diff(centre, folder).added) == ({}, ())
    written(tmp_path / "changed", CHEAPER)
    folder = tmp_path / "changed"
    assert set(rules_diff(centre, folder).changed) == {"forbidden.refusal"}
    version = claim(centre, "c-faults", who=ZHOU).version
    word = Word(Target(rule="forbidden.refusal"), DecisionKind.OVERTURN, reason=Overturn.BAD_RULE)
    decide(centre, "c-faults", word, version=version, who=ZHOU)
    tried = {one.call_id: one for one in backtest(centre, folder, CallFilter(), who=HEAD)}
    assert len(tried) == 5
    assert tried["c-faults"].contradicted == ("forbidden.refusal",)
    assert {call_id: one.crossed for call_id, one in tried.items() if one.crossed} == {}
    strict = {one.call_id: one.crossed for one in backtest(centre, folder, CallFilter(), who=HEAD, pass_percent=65.0)}
    assert strict["c-again"] == -1
    assert not tried["c-clean"].difference.changed
    before = get_call(centre, "c-again", who=MACHINE).result_body
    second = publish(centre, folder, why="太轻", who=HEAD)
    assert (second.number, second.current) == (2, True)
    assert centre.judge.pack_label != first
    assert get_call(centre, "c-again", who=MACHINE).result_body == before, "what was judged keeps its result"
    list(inspect_again(centre, CallFilter(text="c-again")))
    assert get_call(centre, "c-again", who=MACHINE).result_body != before
    assert [(one.number, one.current, one.why) for one in editions(centre.settings)] == [
        (2, True, "太轻"),
        (1, False, "第一版"),
    ]
    roll_back(centre, 1, who=HEAD)
    assert centre.judge.pack_label == first
    with pytest.raises(NotFoundError):
        roll_back(centre, 7, who=HEAD)


@pytest.mark.parametrize("batch", [False, True])
def test_a_result_keeps_the_text_of_the_rules_that_judged_it(
    centre: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: bool
) -> None:
    """An edition may be published between the judgement and the storing of what came out."""
    publish(centre, written(tmp_path / "second", CHEAPER), why="第二版", who=HEAD)
    judged_by = centre.judge.pack_digest
    real = inspecting.judge_known

    def judge_known(app: App, *words: Any) -> Any:
        judged = real(app, *words)
        third = CHEAPER.replace("points: -30", "points: -20")
        publish(app, written(tmp_path / "third", third), why="第三版", who=HEAD)
        return judged

    monkeypatch.setattr(inspecting, "judge_known", judge_known)
    if batch:
        monkeypatch.setattr(keeping, "complete_all", lambda *_: None)
        lease = SimpleNamespace(subject="c-again", job_id=1, pulse=Pulse())
        assert inspecting.inspect_many(centre, [lease]) == {}  # type: ignore[list-item]
    else:
        inspecting.inspect_call(centre, "c-again")
    assert centre.judge.pack_digest != judged_by
    with centre.database.read() as session:
        call = calls.find(session, "c-again")
        assert call is not None
        assert call.result is not None
        assert call.result.pack_digest == judged_by
        kept = session.get(tables.Pack, judged_by)
        assert kept is not None
        assert "points: -30" in kept.sources


def test_an_edition_is_never_changed(kept: App) -> None:
    file = next((kept.settings.home / "rules" / "0001").rglob("desk.yaml"))
    assert file.stat().st_mode & 0o222 == 0
    assert os.access(file, os.R_OK)


@pytest.mark.parametrize(
    "pack",
    [
        PACK.replace("fault: refuse", "fault: refused"),
        PACK.replace("    why: 投诉处理准则 5\n", "    why: 投诉处理准则 5\n    examples: {hit: ['坐席：您好。']}\n"),
    ],
    ids=["fault", "example"],
)
def test_a_draft_that_is_not_green_is_not_published(kept: App, tmp_path: Path, pack: str) -> None:
    assert pack != PACK
    with pytest.raises((ConflictError, RulesError)):
        publish(kept, written(tmp_path / "bad", pack), why="x", who=HEAD)
    assert [one.number for one in editions(kept.settings)] == [1]


def test_who_may_and_what_is_no_draft(kept: App, tmp_path: Path) -> None:
    folder = written(tmp_path / "d", PACK)
    with pytest.raises(NotAllowed):
        publish(kept, folder, why="x", who=ZHOU)
    with pytest.raises(NotAllowed):
        list(backtest(kept, folder, CallFilter(), who=ZHOU))
    with pytest.raises(UsageError, match="why"):
        publish(kept, folder, why=" ", who=HEAD)
    with pytest.raises(UsageError, match="no draft"):
        publish(kept, tmp_path, why="x", who=HEAD)


def test_rules_in_words_with_their_hits(kept: App) -> None:
    rows = {row.rule_id: row for row in rules_page(kept, who=WANG)}
    assert rows["forbidden.refusal"].hits == 2
    assert "服务忌语" in rows["forbidden.refusal"].words
    page = rule_page(kept, "forbidden.refusal", who=WANG)
    assert [hit.call_id for hit in page.recent] == ["c-again"], "an agent sees own calls alone"
    assert {hit.call_id for hit in rule_page(kept, "forbidden.refusal", who=HEAD).recent} == {"c-faults", "c-again"}
    with pytest.raises(NotFoundError):
        rule_page(kept, "no.such", who=HEAD)


def test_the_outcome_is_trained_on_what_the_centre_inspected_and_by_whom_the_rules_are_changed(kept: App) -> None:
    found = {transcript.call.call_id: transcript for transcript in calls_inspected(kept, who=HEAD)}
    assert len(found) == 5
    assert all(transcript.turns for transcript in found.values())
    with pytest.raises(NotAllowed):
        list(calls_inspected(kept, who=ZHOU))
