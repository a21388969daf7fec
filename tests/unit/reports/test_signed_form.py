"""The form that a person signed: what stands beside what the machine had said, in every format."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType

import pytest
from openpyxl import load_workbook

from qa_engine.domain import CallResult, ItemScore, Severity, Status
from qa_engine.domain.review import DecisionKind, Lane
from qa_engine.reports.call_form import CallForm, call_form
from qa_engine.reports.kinds.call_form import call_document
from qa_engine.reports.render import MEDIA_TYPES, Format, render
from qa_engine.reports.signed_form import Decided, Signature, SignedForm

K = DecisionKind
TABOO = "attitude.overpromise"  # a doubt of the standard result


def decided(hour: int, kind: DecisionKind, **more: object) -> Decided:
    return Decided(datetime(2026, 3, 4, hour, tzinfo=UTC), "周岚", kind, **more)  # type: ignore[arg-type]


def final_of(result: CallResult) -> CallResult:
    """The doubt costs two points, everything else stays."""
    rules = tuple(replace(rule, status=Status.FAIL, points=-2.0) if rule.id == TABOO else rule for rule in result.rules)
    return replace(result, rules=rules, total=58.0, possible=90.0, grade="D")


def signed_form(build: ModuleType, *words: Decided, final: CallResult | None = None, open: bool = False) -> CallForm:
    result = build.result()
    name = Signature(datetime(2026, 3, 4, 11, tzinfo=UTC), "周岚", 58.0, 90.0, "D", "少说保证，回电13912345678")
    first = Signature(datetime(2026, 3, 4, 9, tzinfo=UTC), "张宁", 60.0, 90.0, "C", "")
    words = words or (decided(10, K.CONFIRM, rule=TABOO, machine=Status.UNCERTAIN),)
    record = SignedForm(final or final_of(result), (name, first), words, open)
    return call_form(build.transcript(), result, signed=record)


def page(form: CallForm) -> str:
    return render(call_document(form), "html").decode()


def test_both_scores_stand_on_the_page(build: ModuleType) -> None:
    told = page(signed_form(build))
    for words in (
        "终审得分",
        "58<small> / 90</small>",
        "机器得分",
        "60<small> / 85</small>",
        "此前 张宁 于 2026-03-04 09:00:00",
    ):
        assert words in told, words
    assert "回电139****5678" in told
    assert build.PHONE not in told
    assert "需要人工复核" not in told


def test_the_card_of_a_doubt_says_what_became_of_it(build: ModuleType) -> None:
    told = page(signed_form(build))
    assert "终审：−2 分" in told
    assert "复核：<b>成立，周岚</b>" in told
    assert "未作判断，以机器结论为准" in told  # the faults that nobody spoke of
    assert "□ 维持" not in told


def test_a_word_that_was_taken_back_is_shown_as_such(build: ModuleType) -> None:
    form = signed_form(
        build,
        decided(10, K.OVERTURN, rule=TABOO, reason="excused", note="客户同意"),
        decided(9, K.CONFIRM, rule=TABOO, stands=False, lane=Lane.CLIP),
    )
    assert form.signed is not None
    assert [line.said for line in form.signed.decided] == ["不成立", "成立（片段复核）（后有更改）"]
    assert [line.person for line in form.signed.about(TABOO)] == ["不成立"]
    assert form.signed.decided[0].reason == "情有可原；客户同意"


def test_a_veto_counts_as_the_person_said(build: ModuleType) -> None:
    result = build.result()
    rules = tuple(
        replace(rule, status=Status.FAIL, severity=Severity.VETO) if rule.id == TABOO else rule for rule in result.rules
    )
    vetoed = page(signed_form(build, final=replace(result, rules=rules, veto=True, total=0.0)))
    assert "一票否决（终审）：过度承诺" in vetoed
    assert "一票否决（终审）" not in page(signed_form(build))


def test_points_are_red_where_they_are_short_in_their_own_column(build: ModuleType) -> None:
    def with_scores(result: CallResult, scores: dict[str, float]) -> CallResult:
        def scored(item: ItemScore) -> ItemScore:
            return replace(item, score=scores.get(item.id, item.score))

        sections = tuple(replace(one, items=tuple(map(scored, one.items))) for one in result.sections)
        return replace(result, sections=sections, total=85.0, possible=85.0)

    final = with_scores(build.result(), {"forbidden": 10.0, "verify": 6.0})  # the machine: 4 of 10, 10 of 10
    table = re.search('<table class="score">.*?</table>', page(signed_form(build, final=final)), re.DOTALL)
    assert table is not None
    rows = re.findall("<tr.*?</tr>", table[0], re.DOTALL)

    def cells(title: str) -> list[str]:
        row = next(row for row in rows if f">{title}</td>" in row)
        return ["short" in look for look in re.findall("<td([^>]*)>", row)][2:4]

    assert cells("服务忌语") == [True, False], "corrected to full points"
    assert cells("核对关键信息") == [False, True]
    assert cells("致歉安抚") == [True, True]
    total = next(row for row in rows if ">合计</td>" in row)
    assert "fault" not in total, "nothing is missing in the end"


@pytest.mark.parametrize("open", [True, False])
def test_an_appeal_says_that_it_may_change(build: ModuleType, open: bool) -> None:
    assert ("以下一次签名为准" in page(signed_form(build, open=open))) is open


def test_the_workbook_is_filled_in(build: ModuleType) -> None:
    book = load_workbook(io.BytesIO(render(call_document(signed_form(build)), "xlsx")))
    said = [str(cell.value) for row in book["考评表"].iter_rows() for cell in row if cell.value is not None]
    for words in ("终审", "58 / 90", "周岚　2026-03-04 11:00:00", "58 / 90　D"):
        assert words in said, words
    assert not any("待人工评分" in one or "需要人工复核" in one for one in said)  # nothing waits any more
    at = said.index("逐项判断")  # on the form, not on a page of its own
    assert said[at + 7 : at + 10] == ["过度承诺", "待复核", "成立"]


def test_the_table_has_a_column_of_the_persons_word(build: ModuleType) -> None:
    head, *rows = table(signed_form(build))
    at = head.index("复核")
    assert {row[at] for row in rows if row[3] == TABOO} == {"成立，周岚"}
    assert {row[at] for row in table(call_form(build.transcript(), build.result()))[1:]} == {""}


def table(form: CallForm) -> list[list[str]]:
    return list(csv.reader(io.StringIO(render(call_document(form), "csv").decode("utf-8-sig"))))


@pytest.mark.parametrize("fmt", list(MEDIA_TYPES))
def test_the_same_form_gives_the_same_bytes(build: ModuleType, fmt: Format) -> None:
    assert render(call_document(signed_form(build)), fmt) == render(call_document(signed_form(build)), fmt)
