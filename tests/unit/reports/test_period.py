"""What is kept of a result, and the sums over many of them, against counting one by one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from qa_engine.domain import Agent, Call, Promise, Status
from qa_engine.reports import InspectedCall
from qa_engine.reports.numbers import Estimate, Sums
from qa_engine.reports.period import (
    CallFigures,
    RuleBook,
    RuleLine,
    Tally,
    book_of,
    figures_of,
    promised_of,
    tally_of,
    told,
)
from qa_engine.reports.period.batch import pairs_of, sums_by
from qa_engine.reports.period.needs import Need, coachings, goal_words, regained_words

ZONE = ZoneInfo("Asia/Shanghai")
AGENTS = (Agent("8026", "李华", "一组"), Agent("8027", "王芳", "一组"), Agent("8028", "张伟", "二组"))


def figures(call: InspectedCall, agent: Agent, *, pending: bool = False) -> CallFigures:
    kept = figures_of(call.result, call.call, ZONE)
    made = call.result
    assert call.day is not None
    return CallFigures(
        made.call_id, call.day, agent.id, agent.name, agent.team, call.call.scenario, call.call.duration,
        kept["hour"], made.total, made.possible, made.grade, pending, made.veto, made.veto_suspected,  # type: ignore[arg-type]
        made.needs_review, book_of(made).digest, kept["statuses"], kept["points"], kept["sections"],  # type: ignore[arg-type]
        kept["csat"], kept["outcome"], None, None, None,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture(scope="module")
def calls(build: ModuleType) -> Sequence[InspectedCall]:
    made: Sequence[InspectedCall] = build.month_of_calls(30)
    return made


@pytest.fixture(scope="module")
def tally(calls: Sequence[InspectedCall]) -> Tally:
    books = {(book := book_of(call.result)).digest: book for call in calls}
    rows = [figures(call, AGENTS[n % 3]) for n, call in enumerate(calls)]
    return tally_of([rows[:7], rows[7:]], books.__getitem__)


def test_counts_are_those_of_the_calls(calls: Sequence[InspectedCall], tally: Tally) -> None:
    for member, agent in zip(tally.members, AGENTS, strict=True):
        own = [call for n, call in enumerate(calls) if AGENTS[n % 3] == agent]
        assert (member.agent_id, member.team, member.calls) == (agent.id, agent.team, len(own))
        assert member.sums.mean == pytest.approx(sum(call.rate or 0.0 for call in own) / len(own))
        for place, rule in enumerate(tally.rules):
            found = [one for call in own for one in call.result.rules if one.id == rule.id]
            failed = [one for one in found if one.status is Status.FAIL]
            assert tally.failed[member.place, place] == len(failed), rule.id
            assert tally.judged[member.place, place] == len(failed) + sum(o.status is Status.PASS for o in found)
            assert tally.doubted[member.place, place] == sum(
                o.status in (Status.UNCERTAIN, Status.ERROR) for o in found
            )
            assert tally.lost[member.place, place] == pytest.approx(-sum(one.points for one in failed))


def test_sums_by_day_hour_and_heading(calls: Sequence[InspectedCall], tally: Tally) -> None:
    assert tally.calls == tally.counted == len(calls)
    assert sum(day.n for day in tally.days.values()) == len(calls)
    assert sum(hour.n for hour in tally.hours.values()) == len(calls)
    language = [section for call in calls for section in call.result.sections if section.title == "服务用语"]
    assert tally.sections["服务用语"] == pytest.approx(
        [
            len(language),
            sum(s.score for s in language),
            sum(s.possible for s in language),
            sum(s.score**2 for s in language),
            sum(s.possible**2 for s in language),
            sum(s.score * s.possible for s in language),
        ]
    )
    assert tally.csat.n == len(calls)
    worst = min((call.rate or 0.0, call.result.call_id) for call in calls)
    assert min(member.worst for member in tally.members if member.worst) == worst


def test_memory_does_not_grow_with_the_calls(calls: Sequence[InspectedCall]) -> None:
    rows = [figures(call, AGENTS[n % 3]) for n, call in enumerate(calls)]
    books = {book_of(call.result).digest: book_of(call.result) for call in calls}
    tally = tally_of([rows] * 40, books.__getitem__)
    assert tally.calls == 40 * len(rows)
    assert all(len(listed) <= 4 for listed in tally.examples.values())
    assert tally.counts("failed").shape == (3, len(tally.rules))


def test_a_call_without_a_grade_is_counted_apart(calls: Sequence[InspectedCall]) -> None:
    books = {book_of(call.result).digest: book_of(call.result) for call in calls}
    tally = tally_of([[figures(calls[0], AGENTS[0], pending=True)]], books.__getitem__)
    assert (tally.calls, tally.counted, tally.uncounted) == (1, 0, 1)
    assert tally.failed.sum() == 0


@pytest.mark.parametrize(
    ("machine", "signed", "told"),
    [
        ((False, True, True), None, (0, 1, 1)),
        ((False, True, True), (0.0, True), (1, 0, 0)),
        ((False, True, True), (90.0, False), (0, 0, 0)),
        ((True, False, False), (90.0, False), (0, 0, 0)),
        ((True, False, False), None, (1, 0, 0)),
        ((False, False, False), (0.0, True), (1, 0, 0)),
    ],
)
def test_a_signed_form_settles_vetoes_and_doubts(
    calls: Sequence[InspectedCall], machine: tuple[bool, bool, bool], signed: tuple[float, bool] | None,
    told: tuple[int, int, int],
) -> None:  # fmt: skip
    """What a person signed counts, also beside a machine that saw nothing or only suspected it."""
    books = {book_of(call.result).digest: book_of(call.result) for call in calls}
    veto, suspected, waiting = machine
    row = figures(calls[0], AGENTS[0])._replace(veto=veto, suspected=suspected, waiting=waiting)
    if signed is not None:
        row = row._replace(final_total=signed[0], final_possible=100.0, final_veto=signed[1])
    member = tally_of([[row]], books.__getitem__).members[0]
    assert (member.vetoes, member.suspected, member.waiting) == told


def test_points_of_changed_rules_are_given_back_for_comparison(calls: Sequence[InspectedCall]) -> None:
    books = {book_of(call.result).digest: book_of(call.result) for call in calls}
    rows = [figures(call, AGENTS[0]) for call in calls]
    tally = tally_of([rows], books.__getitem__, frozenset({"forbidden.refusal"}))
    assert tally.members[0].same.total > tally.members[0].score.total


def test_a_book_comes_back_from_its_text(build: ModuleType) -> None:
    book = book_of(build.result())
    again = RuleBook.from_text(book.to_text())
    assert again == book
    assert again.digest == book.digest
    assert book.rules[2].item_title == "规范开始语"


@pytest.mark.parametrize(
    ("given", "kept"), [(5, 5.0), ("4", 4.0), ("4.5", 4.5), ("好", None), (True, None), (None, None), ("nan", None)]
)
def test_satisfaction_as_manifests_have_it(given: object, kept: float | None, build: ModuleType) -> None:
    call = Call("c-1", metadata={"csat": given})  # type: ignore[dict-item]
    assert figures_of(build.result(), call, ZONE)["csat"] == kept


def test_hours_are_the_centres_and_customers_are_not_named(build: ModuleType) -> None:
    call = Call("c-1", started_at=datetime(2026, 3, 1, 1, 30, tzinfo=UTC), customer_number="13912345678")
    kept = figures_of(build.result(), call, ZONE)
    assert kept["hour"] == 9
    assert "139" not in str(kept["customer"])
    assert kept["customer"] == figures_of(build.result(), Call("c-2", customer_number="13912345678"), ZONE)["customer"]


def test_promises_come_back(build: ModuleType) -> None:
    due = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=24)
    made = build.result(
        promises=(Promise(3, (0, 4), "回复您", 24.0, due, 12.5), Promise(4, (0, 2), "寄出", None, None, None))
    )
    first, second = promised_of(str(figures_of(made, Call("c-1"), ZONE)["promises"]))
    assert (first.turn, first.due, first.hours, first.kind) == (3, due, 24.0, "reply")
    assert (second.due, second.said_at) == (None, None)
    assert date(2026, 3, 3) == due.date()


def test_a_model_of_a_rule_is_the_best_call_that_passed_it(calls: Sequence[InspectedCall], tally: Tally) -> None:
    results = {call.result.call_id: call for call in calls}
    assert tally.models
    for (place, rule), (rate, call_id) in tally.models.items():
        verdict = next(one.status for one in results[call_id].result.rules if one.id == tally.rules[rule].id)
        assert verdict is Status.PASS
        assert results[call_id].rate == pytest.approx(rate)
        own = [call for n, call in enumerate(calls) if AGENTS[n % 3].id == tally.members[place].agent_id]
        assert call_id in {call.result.call_id for call in own}


def test_columns_of_many_calls_are_read_at_once() -> None:
    rows, places, first, second = pairs_of(["3:-2;17:-3.5", "", "0:-1"], ":")
    assert (rows.tolist(), places.tolist()) == ([0, 0, 2], [0, 1, 0])
    assert (first.tolist(), second.tolist()) == ([3, 17, 0], [-2, -3.5, -1])
    assert [len(part) for part in pairs_of(["", ""], ":")] == [0, 0, 0, 0]
    alike = pairs_of(["0:-1", "3:-2;17:-3.5", "0:-1", "3:-2;17:-3.5"], ":")
    assert [part.tolist() for part in alike] == [
        [0, 1, 1, 2, 3, 3],
        [0, 0, 1, 0, 0, 1],
        [0, 3, 17, 0, 3, 17],
        [-1, -2, -3.5, -1, -2, -3.5],
    ]
    summed = dict(sums_by(["b", "a", "b"], np.array([1.0, np.nan, 3.0])))
    assert summed == {"b": Sums(2, 4.0, 10.0), "a": Sums()}


def need(agent_id: str, rule_id: str, regained: float) -> Need:
    rule = RuleLine(rule_id, rule_id, "", "", "", "", "minor")
    estimate, span = Estimate(20, 0.2, 0.1, 0.4), (regained - 0.3, regained + 0.4)
    return Need(agent_id, agent_id, "一组", rule, 4, 20, estimate, 0.0, 0.1, regained, 1.0, (), *span)


def test_needs_add_up_for_one_agent_and_never_over_agents() -> None:
    found = [need("8026", "a", 0.8), need("8027", "a", 0.7), need("8027", "b", 0.5), need("8027", "c", 0.1)]
    first, second = coachings(found, each=2)
    assert (first.agent_id, [one.rule.id for one in first.needs]) == ("8027", ["a", "b"])
    assert regained_words(first) == "改好这两项，得分约升 1.2 分（0.8–1.8）"  # 1.2 ∓ 1.06·0.3·√2, 1.06·0.4·√2
    assert regained_words(second) == "改好这一项，得分约升 0.8 分（0.5–1.2）"
    assert goal_words(first.needs[0]) == "四周内出现率降到 1% 以下"


def test_teams_stand_as_people_count_them() -> None:
    """By code point 三 comes before 二."""
    names = ["十二组", "二组", "三组", "一组", "十组", "二十组", "组10", "组2", "夜班"]
    counted = sorted(names, key=told.team_order)
    assert [name for name in counted if name.endswith("组")] == ["一组", "二组", "三组", "十组", "十二组", "二十组"]
    assert counted.index("组2") < counted.index("组10")


def test_a_change_that_is_sure_only_alone_is_not_called_alike() -> None:
    """「−0.6（−1.1 至 −0.1），分不出」 contradicted itself: the range leaves 0 out."""
    change = Estimate(100, -0.6, -1.1, -0.1)
    assert told.change(change) == "−0.6（−1.1 至 −0.1）"
    assert told.change(change, among=8) == "−0.6（−1.1 至 −0.1），不足以断定"
    assert told.change(Estimate(100, -0.3, -0.8, 0.3), among=8) == "−0.3（−0.8 至 +0.3），分不出"
    assert told.change_look(change, good=1, among=8) == "soft"


def test_a_list_of_people_is_counted_in_people() -> None:
    assert told.listed(["甲", "乙", "丙"], 2, "人") == "甲、乙等 3 人"
    assert told.listed(["甲 8101", "乙 8102", "丙 8103"], 2, "人") == "甲 8101、乙 8102 等 3 人"
    assert told.listed(["甲", "乙"], 2, "人") == "甲、乙"
