"""Drafts of the rules: edited without YAML, tried, backtested by a worker, published as they were seen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import DecisionKind, Overturn, Target
from qa_engine.errors import ConflictError, NotFoundError, RulesError
from qa_engine.service import App, FixedClock, MemoryBell, get_call, open_app, run_pending
from qa_engine.service.authoring import drafts, trials
from qa_engine.service.authoring.compared import pack_diff, rules_diff
from qa_engine.service.authoring.editions import publish, roll_back
from qa_engine.service.centre.profiles import centre_profile, write_profile
from qa_engine.service.desk import Word, claim, decide
from qa_engine.settings import load_settings
from tests.desk_centre import HEAD, PACK, ZHOU, WrittenEar, fill_desk
from tests.service.test_editions import written

REFUSAL = "forbidden.refusal"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("drafts")
    settings = load_settings(home=folder / "home", pack="desk", scorecard="desk")
    with open_app(settings, clock=FixedClock(), bell=MemoryBell(), transcriber=WrittenEar()) as app:
        publish(app, written(folder / "first", PACK), why="第一版", who=HEAD)
        fill_desk(app)
        yield app


@pytest.fixture
def number(centre: App) -> int:
    return drafts.new_draft(centre, "试一试", who=HEAD).number


def test_edited_tried_backtested_published_and_judged_again(centre: App, number: int) -> None:
    found = drafts.draft_rule(centre, number, REFUSAL, who=HEAD)
    assert {one.path: one.value for one in found.numbers} == {"points/each": -2, "points/cap": -5}
    assert found.phrases[0].plain == ("不知道", "不归我管")
    drafts.change_rule(
        centre,
        number,
        REFUSAL,
        numbers={"points/each": -30, "points/cap": -30},
        phrases={"conditions/refuse/phrases": ["不知道", "不归我管", "没法办"]},
        message="说了忌语「{text}」",
        seen=found.file.digest,
        who=HEAD,
    )
    folder = drafts.draft_folder(centre, number)
    changed = {one.path: (one.before, one.after) for one in rules_diff(centre, folder).changed[REFUSAL]}
    assert changed == {
        "points.each": ("-2", "-30"),
        "points.cap": ("-5", "-30"),
        "conditions.refuse.phrases": ("", "没法办"),
        "message": (changed["message"][0], "说了忌语「{text}」"),
    }
    version = claim(centre, "c-faults", who=ZHOU).version
    word = Word(Target(rule=REFUSAL), DecisionKind.OVERTURN, reason=Overturn.BAD_RULE)
    decide(centre, "c-faults", word, version=version, who=ZHOU)
    tried = trials.run_check(centre, number)
    assert tried.green
    assert trials.last_try(centre, number, who=HEAD) == tried
    trials.ask_backtest(centre, number, day_from=None, day_to=None, most=100, who=HEAD)
    assert trials.last_backtest(centre, number, who=HEAD)[0] is not None
    run_pending(centre)
    waiting, tested = trials.last_backtest(centre, number, who=HEAD)
    assert waiting is None
    assert tested is not None
    assert (tested.error, tested.tried, tested.changed, tested.against) == ("", 5, 2, 1)
    assert tested.rows[0].contradicted == ("服务忌语",)
    before = get_call(centre, "c-again", who=MACHINE).result_body
    with pytest.raises(ConflictError):
        trials.publish_draft(centre, number, why="太轻", seen="something else", who=HEAD)
    made = trials.publish_draft(centre, number, why="太轻", seen=drafts.draft_digest(centre, number), who=HEAD)
    assert get_call(centre, "c-again", who=MACHINE).result_body == before
    trials.ask_to_judge_again(centre, made.number, who=HEAD)
    run_pending(centre)
    assert get_call(centre, "c-again", who=MACHINE).result_body != before
    roll_back(centre, 1, who=HEAD)


def test_the_profile_is_published_and_rolled_back_with_the_rules(centre: App, number: int) -> None:
    profile, seen = drafts.draft_profile(centre, number, who=HEAD)
    assert seen == ""
    asked = {**profile.model_dump(), "companies": ["顺达速运"]}
    drafts.write_draft_profile(centre, number, asked, seen=seen, who=HEAD)
    assert rules_diff(centre, drafts.draft_folder(centre, number)).profile
    with pytest.raises(ConflictError, match="检查"):
        trials.publish_draft(centre, number, why="公司名", seen=drafts.draft_digest(centre, number), who=HEAD)
    trials.run_check(centre, number)
    trials.publish_draft(centre, number, why="公司名", seen=drafts.draft_digest(centre, number), who=HEAD)
    assert centre_profile(centre.settings).companies == ("顺达速运",)
    with pytest.raises(ConflictError, match="published"):
        write_profile(centre.settings, profile, replace=True)
    roll_back(centre, 1, who=HEAD)
    assert centre_profile(centre.settings).companies == ()


def test_a_draft_with_faults_says_so_and_is_not_published(centre: App, number: int) -> None:
    name = "packs/desk/desk.yaml"
    held = drafts.draft_file(centre, number, name, who=HEAD)
    with pytest.raises(RulesError, match="YAML"):
        drafts.write_file(centre, number, name, "rules: [", seen=held.digest, who=HEAD)
    drafts.write_file(centre, number, name, held.text.replace("fault: cold", "fault: cool"), seen=held.digest, who=HEAD)
    with pytest.raises(ConflictError, match="改过"):
        drafts.write_file(centre, number, name, held.text, seen=held.digest, who=HEAD)
    tried = trials.run_check(centre, number)
    assert not tried.green
    line = next(n for n, text in enumerate(held.text.splitlines(), 1) if text.strip() == "fault: cold")
    assert f"{name} 第 {line} 行「语气推诿」：fault 里的条件「cool」没有定义，是否想写「cold」？" in tried.errors
    trials.ask_backtest(centre, number, day_from=None, day_to=None, most=5, who=HEAD)
    run_pending(centre)
    tested = trials.last_backtest(centre, number, who=HEAD)[1]
    assert tested is not None
    assert tuple(tested.error.splitlines()) == tried.errors
    drafts.drop_draft(centre, number, who=HEAD)
    with pytest.raises(NotFoundError):
        drafts.open_draft(centre, number, who=HEAD)


def test_an_example_and_a_golden_call_that_come_out_otherwise_are_told_in_words(centre: App, number: int) -> None:
    name = "packs/desk/desk.yaml"
    held = drafts.draft_file(centre, number, name, who=HEAD)
    examples = "examples: {hit: [[坐席：好的。]], miss: [[坐席：不知道。]]}"
    text = held.text.replace("why: 投诉处理准则 5\n", f"why: 投诉处理准则 5\n    {examples}\n", 1)
    drafts.write_file(centre, number, name, text, seen=held.digest, who=HEAD)
    tried = trials.run_check(centre, number)
    assert tried.examples_wrong == (
        "「服务忌语」算问题的第 1 例：应为不达标，实际达标。坐席：好的。",
        "「服务忌语」不算问题的第 1 例：应为达标，实际不达标。坐席：不知道。",
    )


def test_what_a_draft_writes_otherwise_is_told_without_the_brackets_of_a_file(centre: App, number: int) -> None:
    name = "packs/desk/desk.yaml"
    held = drafts.draft_file(centre, number, name, who=HEAD)
    before = held.text + "lists:\n  rude:\n    title: 粗话\n    phrases: [{text: 滚, not_in: [滚动]}, 去死]\n"
    drafts.write_file(centre, number, name, before, seen=held.digest, who=HEAD)
    old = drafts.draft_pack(centre, number, who=HEAD)
    held = drafts.draft_file(centre, number, name, who=HEAD)
    after = before.replace("not_in: [滚动]}", "not_in: [滚烫]}").replace("去死", "闭嘴")
    drafts.write_file(centre, number, name, after, seen=held.digest, who=HEAD)
    found = pack_diff(old, drafts.draft_pack(centre, number, who=HEAD)).lists["rude"]
    assert [(one.before, one.after) for one in found] == [
        ("「滚」的例外：滚动", "「滚」的例外：滚烫"),
        ("去死", "闭嘴"),
    ]


@pytest.mark.parametrize("name", ["../../qa.db", "/etc/passwd", "packs/desk/../desk/desk.yaml", ".draft.json", ""])
def test_only_files_of_the_draft_are_shown(centre: App, number: int, name: str) -> None:
    with pytest.raises(NotFoundError):
        drafts.draft_file(centre, number, name, who=HEAD)


def test_who_may(centre: App, number: int, tmp_path: Path) -> None:
    for act in (drafts.list_drafts, lambda app, who: drafts.open_draft(app, number, who=who)):
        with pytest.raises(NotAllowed):
            act(centre, who=ZHOU)


def test_of_people_who_save_the_same_file_at_once_one_wins(centre: App, number: int) -> None:
    file = drafts.draft_rule(centre, number, REFUSAL, who=HEAD).file

    def save(n: int) -> bool:
        try:
            drafts.write_file(centre, number, file.name, f"{file.text}# {n}\n", seen=file.digest, who=HEAD)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(8))) == 1


def test_a_worker_checks_a_draft_and_tells_how_it_gets_on(
    centre: App, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trials.checking(centre, number, who=HEAD) is None
    trials.ask_check(centre, number, who=HEAD)
    trials.ask_check(centre, number, who=HEAD)  # a second click
    waiting = trials.checking(centre, number, who=HEAD)
    assert waiting is not None
    assert (waiting.told, waiting.failed) == ("", "")
    told: list[str] = []
    real = trials.try_draft

    def watched(*args: Any, progress: Any) -> Any:
        def both(what: str) -> None:
            progress(what)
            under_way = trials.checking(centre, number, who=HEAD)
            told.append(under_way.told if under_way else "")

        return real(*args, progress=both)

    monkeypatch.setattr(trials, "try_draft", watched)
    run_pending(centre)
    assert told[:2] == ["写法", "例句"]
    assert trials.checking(centre, number, who=HEAD) is None
    found = trials.last_try(centre, number, who=HEAD)
    assert found is not None
    assert found.green
    assert found.digest == drafts.draft_digest(centre, number)


def test_a_check_that_fails_for_good_says_so_and_can_be_asked_again(
    centre: App, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    trials.ask_check(centre, number, who=HEAD)
    with monkeypatch.context() as patch:
        patch.setattr(trials, "try_draft", broken)
        for _ in range(8):
            run_pending(centre)
            cast(FixedClock, centre.clock).advance(3600)
    ended = trials.checking(centre, number, who=HEAD)
    assert ended is not None
    assert "failed 3 times" in ended.failed
    trials.ask_check(centre, number, who=HEAD)
    run_pending(centre)
    assert trials.checking(centre, number, who=HEAD) is None


def test_a_check_that_could_not_be_asked_for_or_left_its_mark_can_be_asked_again(
    centre: App, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(trials, "enqueue", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            trials.ask_check(centre, number, who=HEAD)
    assert trials.checking(centre, number, who=HEAD) is None
    cast(FixedClock, centre.clock).advance(1)
    trials.ask_check(centre, number, who=HEAD)
    mark = drafts.draft_folder(centre, number) / trials.CHECKING
    held = mark.read_text()
    run_pending(centre)
    mark.write_text(held)  # by a worker that had lost its lease and told how it got on
    assert trials.checking(centre, number, who=HEAD) is None


def test_what_was_changed_while_it_was_checked_is_not_published(
    centre: App, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = trials.try_draft, drafts.draft_digest(centre, number)
    name = "packs/desk/desk.yaml"
    before = drafts.draft_file(centre, number, name, who=HEAD).text

    def changed(app_settings: Any, folder: Path, **progress: Any) -> Any:
        held = drafts.draft_file(centre, number, name, who=HEAD)
        drafts.write_file(centre, number, name, f"{held.text}# x\n", seen=held.digest, who=HEAD)
        return real(app_settings, folder, **progress)

    monkeypatch.setattr(trials, "try_draft", changed)
    tried = trials.run_check(centre, number)
    assert (tried.green, tried.digest) == (True, "")
    (drafts.draft_folder(centre, number) / name).write_text(before, encoding="utf-8")  # as it was seen, and not tried
    with pytest.raises(ConflictError, match="检查"):
        trials.publish_draft(centre, number, why="x", seen=seen, who=HEAD)
