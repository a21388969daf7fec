"""Every report over a month with a known truth: what was planted is found, what was not is not, in every format."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from benchmarks import month, month_calls, month_people
from qa_engine.domain import Agent, Status
from qa_engine.domain.people import MACHINE
from qa_engine.reports import Period, agent_report, report_kinds
from qa_engine.reports.charts import what_lies_behind
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request
from qa_engine.reports.kinds.agent_compared import colleagues
from qa_engine.reports.numbers import Verdict
from qa_engine.reports.render import MEDIA_TYPES, render
from qa_engine.service import App, FixedClock, open_app, render_report, report_document, sample_calls
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.settings import load_settings
from qa_engine.store import CallFilter, report_rows

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
MARCH = Period(FIRST, LAST)
EVERY = (
    ("monthly", "", FIRST, LAST),
    ("monthly", "二组", FIRST, LAST),
    ("team", "一组", FIRST, LAST),
    ("agent", "8107", FIRST, LAST),
    ("agent", "8309", date(2026, 3, 16), date(2026, 3, 22)),
    ("weekly", "", date(2026, 3, 16), date(2026, 3, 22)),
    ("daily", "", date(2026, 3, 20), date(2026, 3, 20)),
    ("complaints", "", date(2026, 3, 16), date(2026, 3, 22)),
    ("stars", "", FIRST, LAST),
    ("payroll", "", FIRST, LAST),
    ("satisfaction", "", FIRST, LAST),
    ("cases", "", FIRST, LAST),
    ("sampling", "", FIRST, LAST),
)


OF_A_DAY = (
    ("call", "m-000001", None, None),
    ("ledger", "", date(2026, 3, 20), date(2026, 3, 20)),
    ("drift", "", date(2026, 3, 20), date(2026, 3, 20)),
)


def test_every_kind_is_looked_at() -> None:
    assert {kind for kind, *_ in (*EVERY, *OF_A_DAY)} == set(report_kinds())


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("month")
    with open_app(load_settings(home=home), clock=FixedClock(datetime(2026, 4, 2, 1, tzinfo=UTC))) as app:
        month.fill(app, month_calls.Month(calls=2400, first=FIRST))
        yield app


@pytest.fixture(scope="module")
def facts(app: App) -> PeriodFacts:
    return PeriodFacts(DatabaseSource(app), Request(period=MARCH), MARCH)


@pytest.mark.parametrize(("kind", "subject", "first", "last"), [*EVERY, *OF_A_DAY])
def test_every_report_in_every_format_and_again_the_same(
    app: App, kind: str, subject: str, first: date | None, last: date | None
) -> None:
    one, again = (report_document(app, kind, subject, day_from=first, day_to=last, who=MACHINE) for _ in range(2))
    for fmt in MEDIA_TYPES:
        assert render(one, fmt) == render(again, fmt), fmt
    names = {"agent": "agent_report", "call": "call_form"}
    assert json.loads(render(one, "json"))["kind"] == names.get(kind, kind)
    page = render(one, "html").decode()
    assert kind == "call" or "<script" not in page  # a form plays its recording
    for greek in ("σ", "μ", "χ", "α", "p 值"):
        assert greek not in page


WITHOUT_FILTER = ("培训需求",)
"""Sheets of which several rows belong together."""


@pytest.mark.parametrize(("kind", "subject", "first", "last"), [*EVERY, *OF_A_DAY])
def test_every_workbook_is_ready_for_an_office(
    app: App, kind: str, subject: str, first: date | None, last: date | None
) -> None:
    """No formula, numbers of people as text, widths, A4, a print area, heads and filters on long tables; digests and
    nothing else hidden."""
    made = render_report(app, kind, subject, "xlsx", day_from=first, day_to=last, who=MACHINE)
    book = load_workbook(io.BytesIO(made.content))
    assert {sheet.title for sheet in book if sheet.sheet_state != "visible"} <= {"版本"}
    for sheet in (one for one in book if one.sheet_state == "visible"):
        name = f"{kind} {sheet.title}"
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value).startswith("sha256")], name
        assert not [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@")) and not cell.quotePrefix
                    and cell.data_type == "s"], name  # fmt: skip
        setup = sheet.page_setup
        assert (setup.paperSize, setup.fitToWidth, setup.orientation) == (9, 1, "portrait"), name
        assert setup.fitToHeight in ((1, 2) if sheet.title == "考评表" else (0,)), name
        assert sheet.print_area.replace("$", "") == f"'{sheet.title}'!{sheet.dimensions}", name
        widths = [sheet.column_dimensions[get_column_letter(n)].width for n in range(1, sheet.max_column + 1)]
        assert all(4 <= width <= 60 for width in widths), name
        for head in (cell for cell in cells if cell.value == "工号"):
            beneath = [cell for cell in cells if cell.column == head.column and cell.row > head.row]
            people = [cell for cell in beneath if re.fullmatch(r"8[123]\d\d", str(cell.value))]
            assert {(cell.data_type, cell.number_format) for cell in people} == {("s", "@")}, name
        if sheet.freeze_panes:  # one table, whose head is printed on each page
            head = int(sheet.freeze_panes[1:]) - 1
            assert sheet.print_title_rows == f"${head}:${head}", name
            assert sheet.auto_filter.ref or sheet.title in WITHOUT_FILTER, name
        else:
            assert sheet.title not in ("坐席", "通话明细", "界限之内的规则"), name


@pytest.mark.parametrize(("kind", "subject", "first", "last"), EVERY)
def test_a_period_without_calls_is_told(app: App, kind: str, subject: str, first: date, last: date) -> None:
    made = render_report(app, kind, subject, "html", day_from=date(2020, 1, 6), day_to=date(2020, 1, 12), who=MACHINE)
    assert "2020-01-" in made.content.decode()


def test_training_that_helped_is_found_and_that_in_vain_is_not(facts: PeriodFacts) -> None:
    verdicts = {one.training.agent_id: one.effect.verdict for one in facts.effects}
    assert verdicts[month_calls.TRAINED] is Verdict.HELPED
    assert verdicts[month_calls.TRAINED_IN_VAIN] is not Verdict.HELPED


def test_a_training_is_judged_after_four_whole_weeks(facts: PeriodFacts) -> None:
    early = {one.training.agent_id: one for one in facts.effects}
    assert early[month_calls.EARLY].whole
    assert early[month_calls.EARLY].effect.verdict is Verdict.HELPED
    assert early[month_calls.EARLY_IN_VAIN].effect.verdict is not Verdict.HELPED
    assert not early[month_calls.TRAINED].whole


def test_the_changed_rule_is_not_taken_for_people(facts: PeriodFacts) -> None:
    assert [change.rule_id for change in facts.rule_changes] == [month_calls.FURTHER]
    assert facts.rule_changes[0].change.value == pytest.approx(0.18, abs=0.05)
    assert facts.change.moved
    assert abs(facts.alike_change.value or 0.0) < 0.35
    sure = [line for line in facts.agents if line.change.moved_among(len(facts.agents))]
    assert {line.agent_id for line in sure} <= {month_calls.TRAINED}


def test_two_calls_have_no_place_and_no_need(facts: PeriodFacts) -> None:
    newcomer = next(line for line in facts.agents if line.agent_id == month_calls.NEWCOMER)
    assert (newcomer.counted, newcomer.place, newcomer.few) == (2, None, True)
    assert newcomer.level.value is not None
    assert newcomer.score.value is not None
    assert newcomer.level.value > newcomer.score.value
    assert month_calls.NEWCOMER not in {need.agent_id for need in facts.needs}


def test_the_untrained_agent_is_named_for_what_was_planted(facts: PeriodFacts) -> None:
    needs = {(need.agent_id, need.rule.id) for need in facts.needs[:12]}
    assert (month_calls.UNTRAINED, month_calls.RESTATE) in needs
    assert (month_calls.TRAINED_IN_VAIN, month_calls.RESTATE) in needs


def test_the_slow_day_is_out_of_the_ordinary_with_its_cause(app: App) -> None:
    page = render_report(
        app, "daily", day_from=date(2026, 3, 20), day_to=date(2026, 3, 20), who=MACHINE
    ).content.decode()
    found = re.search("03-20 (得分|单项)不平常：</b>([^<]*)", page)
    assert found is not None
    assert re.findall("「(.*?)」", found[2]) == ["长时间静默"]  # and not the rule that changed on the 16th


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 3, 15), "各项都略多"), (date(2026, 3, 16), "03-16 起改版"), (date(2026, 3, 19), "03-16 起改版")],
)
def test_a_rule_that_changed_is_told_as_such(facts: PeriodFacts, day: date, words: str) -> None:
    assert words in what_lies_behind(facts.tally, day, facts.rule_changes)


def test_what_customers_mind_and_ask_anew(app: App) -> None:
    said = render_report(app, "monthly", day_from=FIRST, day_to=LAST, who=MACHINE).content.decode()
    assert "新话题「" in said
    assert "发票" in said.partition("新话题「")[2][:40]
    data = json.loads(
        render_report(app, "satisfaction", format="json", day_from=FIRST, day_to=LAST, who=MACHINE).content
    )
    minded = [one["section"] for one in data["matters_outcome"] if one["difference"]["high"] < -5]
    assert minded
    assert set(minded) == {"服务态度"}


def test_cases_are_a_table_too(app: App) -> None:
    made = render_report(app, "cases", "", "csv", day_from=FIRST, day_to=LAST, who=MACHINE)
    head, *rows = csv.reader(io.StringIO(made.content.decode("utf-8-sig")))
    assert (head[2], head[-1]) == ("例", "制度原文")
    assert {row[2] for row in rows} == {"反例", "正例"}
    assert all(row[3] and row[5] and row[6] for row in rows)


def test_a_month_of_an_agent_is_read_from_figures(app: App) -> None:
    source = DatabaseSource(app)
    lean = source.scored(MARCH, agent_id=month_calls.TRAINED)
    whole = source.inspected(MARCH, agent_id=month_calls.TRAINED)
    assert len(lean) > 60
    assert [call.result.call_id for call in lean] == [call.result.call_id for call in whole]
    for one, other in zip(lean, whole, strict=True):
        assert (one.rate, one.counted, one.day, one.call.started_at) == (
            other.rate, other.counted, other.day, other.call.started_at
        )  # fmt: skip
        assert (one.call.scenario, one.call.duration, one.call.agent) == (
            other.call.scenario, other.call.duration, other.call.agent
        )  # fmt: skip
        assert [(r.id, r.title, r.status, r.points, r.severity, r.section, r.rate) for r in one.result.rules] == [
            (r.id, r.title, r.status, r.points, r.severity, r.section, r.rate) for r in other.result.rules
        ]
    fast = agent_report(Agent(month_calls.TRAINED), lean, period=MARCH)
    full = agent_report(Agent(month_calls.TRAINED), whole, period=MARCH)
    assert (fast.mean, fast.sections, fast.grades, fast.days, fast.rates, fast.calls[0].total) == (
        full.mean, full.sections, full.grades, full.days, full.rates, full.calls[0].total
    )  # fmt: skip
    assert [(lost.rule_id, lost.calls, lost.judged, lost.points) for lost in fast.lost] == [
        (lost.rule_id, lost.calls, lost.judged, lost.points) for lost in full.lost
    ]


def test_the_report_of_an_agent_reads_few_results_whole(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    some = DatabaseSource.some

    def counting(self: DatabaseSource, call_ids: Iterable[str], *, form_url: str = "{call_id}") -> object:
        wanted = list(call_ids)
        asked.append(len(wanted))
        return some(self, wanted, form_url=form_url)

    monkeypatch.setattr(DatabaseSource, "some", counting)
    monkeypatch.setattr(DatabaseSource, "inspected", None)
    data = json.loads(
        render_report(app, "agent", month_calls.TRAINED, "json", day_from=FIRST, day_to=LAST, who=MACHINE).content
    )
    clips = {clip["call_id"] for need in data["needs"] for clip in need["clips"]}
    assert clips
    assert all(clip["words"] or clip["explanation"] for need in data["needs"] for clip in need["clips"])
    assert max(asked) <= 60 + 3 * len(data["lost"])
    made = data["compared"]
    assert made["earlier"] == "2026-02-01 至 2026-02-28"
    assert made["score"]["n"] == data["mean"]["n"]
    assert made["score"]["value"] == pytest.approx(data["mean"]["mean"])
    assert made["score"]["low"] < made["score"]["value"] < made["score"]["high"]
    assert made["alike_change"] is not None  # a rule changed on the 16th
    assert made["csat"]["n"] > 0
    assert made["outcome"]["n"] > 0
    restate = next(item for item in made["items"] if item["rule"]["id"] == month_calls.RESTATE)
    assert restate["rate"]["low"] < restate["rate"]["value"] < restate["rate"]["high"]
    team = made["colleagues"]
    assert team["count"] == 9
    assert team["score"]["low"] < team["score"]["value"] < team["score"]["high"]
    assert team["ahead"]["value"] == pytest.approx(made["score"]["value"] - team["score"]["value"])
    assert month_calls.RESTATE in team["rates"]


def test_no_colleague_is_named_and_few_are_not_told(app: App) -> None:
    page = render_report(
        app, "agent", month_calls.TRAINED, "html", day_from=FIRST, day_to=LAST, who=MACHINE
    ).content.decode()
    assert "其余 9 人合在一起" in page
    others = [name for n, name in enumerate(month_calls.NAMES) if n != 7]
    assert not [name for name in others if name in page]
    few = DatabaseSource(app).tally(Period(FIRST, FIRST), team="一组")
    few.members[2:] = []
    assert colleagues(few, few.members[0].agent_id) is None


def test_recall_is_that_of_calls_drawn_by_seed(app: App) -> None:
    """Clips and chosen calls have hits because they were chosen for them: they say nothing about what is missed."""
    day = Period(date(2026, 3, 3), date(2026, 3, 3))
    drawn = [one.call_id for one in sample_calls(app, day, each=1, seed=1, team="一组", who=MACHINE)]
    source = DatabaseSource(app)
    known = source.some(drawn)
    for call_id in drawn:
        month_people.sign_form(app, call_id, known[call_id].result, month_people.INSPECTORS[0], 1.0)
    with app.database.read() as session:
        counted = report_rows.found_and_missed(session, CallFilter(day_from=day.first, day_to=day.last))
    rules = {rule.id: rule for rule in known[drawn[0]].result.rules}
    for rule_id in rules:
        told = [next(rule for rule in known[call].result.rules if rule.id == rule_id) for call in drawn]
        there = [r for c, r in zip(drawn, told, strict=True) if month_people.truly(c, r, 1.0)]
        found = sum(rule.status is Status.FAIL for rule in there)
        missed = sum(rule.status is not Status.FAIL for rule in there)
        assert counted.get(rule_id, (0, 0)) == (found, missed), rule_id
    page = render_report(app, "sampling", "一组", day_from=day.first, day_to=day.last, who=MACHINE).content.decode()
    assert "随机抽中、已签字：" in page
