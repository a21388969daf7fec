"""What a rule does with doubts, broken conditions and counts: no silent pass, nothing taken for what is unsure."""

from collections.abc import Callable, Iterator

import pytest

from qa_engine.domain import RuleResult
from qa_engine.rules.operators import base
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import ConditionFields

Judge = Callable[..., RuleResult]

REFUSAL = "c: {operator: phrase, phrases: [这个不归我管], steps: [exact, fuzzy], fuzzy_threshold: 70}"
SURE, UNSURE = "坐席：这个不归我管", "坐席：这个不归咱管"
EACH = "points: {each: -1, per: hit}"


@pytest.fixture
def broken() -> Iterator[None]:
    class Fields(ConditionFields):
        operator: str

    @operator("broken", title="坏的", fields=Fields)
    def run(scope: object) -> None:
        raise ZeroDivisionError

    yield
    del base._REGISTRY["broken"]


def test_an_unsure_hit_alone_is_a_doubt_and_costs_nothing(judge: Judge) -> None:
    result = judge(REFUSAL, UNSURE, rule=EACH)
    assert (result.status, result.points, result.hits) == ("uncertain", 0.0, 0)
    assert [evidence.text for evidence in result.evidence] == ["这个不归咱管"]


@pytest.mark.parametrize("order", [(SURE, UNSURE, UNSURE), (UNSURE, SURE, UNSURE), (UNSURE, UNSURE, SURE)])
def test_unsure_hits_beside_a_sure_one_are_neither_counted_nor_shown(judge: Judge, order: tuple[str, ...]) -> None:
    result = judge(REFUSAL, order, rule=EACH)
    assert (result.status, result.points, result.hits) == ("fail", -1.0, 1)
    assert [evidence.text for evidence in result.evidence] == ["这个不归我管"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_every_hit_costs(judge: Judge, count: int) -> None:
    apart = [line for _ in range(count) for line in (SURE, "客户：怎么会这样")]
    result = judge(REFUSAL, apart, rule=EACH)
    assert (result.points, result.hits, len(result.evidence)) == (-float(count), count, count)


ANCHORED = "d: {operator: phrase, phrases: [不行], anchor: {to: c}}"


@pytest.mark.parametrize("fault", ["d", "c and d", "d or c"])
def test_a_broken_anchor_is_an_error_and_not_beside_the_point(broken: None, judge: Judge, fault: str) -> None:
    result = judge(f"c: {{operator: broken}}\n{ANCHORED}", "坐席：不行", fault=fault)
    assert result.status == "error"
    assert "ZeroDivisionError" in result.reason
    assert (result.points, result.evidence) == (0.0, ())


def test_an_anchor_that_is_not_there_leaves_nothing_to_judge(judge: Judge) -> None:
    result = judge(f"c: {{operator: phrase, phrases: [投诉]}}\n{ANCHORED}", "坐席：不行", fault="d")
    assert (result.status, result.reason) == ("not_applicable", "没有出现「坐席说到「投诉」」，无从定位")


@pytest.mark.parametrize(("anchor", "status"), [(SURE, "fail"), (UNSURE, "uncertain")])
def test_what_stands_beside_an_unsure_hit_is_a_doubt(judge: Judge, anchor: str, status: str) -> None:
    conditions = f"{REFUSAL}\nd: {{operator: phrase, phrases: [自己看着办], anchor: {{to: c, where: after, turns: 2}}}}"
    result = judge(conditions, [anchor, "客户：那怎么办", "坐席：你自己看着办"], fault="d", rule=EACH)
    assert result.status == status
    assert result.points == (-1.0 if status == "fail" else 0.0)
