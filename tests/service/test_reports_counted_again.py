"""Figures of reports counted again, call by call, from what is stored: by other code than that of the reports."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import correlation, mean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from benchmarks import month, month_calls, month_people
from qa_engine.contract.result import result_from_json
from qa_engine.contract.stored import call_from_text
from qa_engine.domain import Call, CallResult, Direction, Severity, Status
from qa_engine.domain.people import MACHINE
from qa_engine.reports import Period
from qa_engine.reports.period import told
from qa_engine.scoring.sampling import Candidate, draw
from qa_engine.service import App, FixedClock, open_app, render_report, sample_calls
from qa_engine.settings import load_settings
from qa_engine.store import review_tables, tables

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
MOVED = "8102"  # changes the team on the 11th


@dataclass(frozen=True)
class Stored:
    call: Call
    result: CallResult
    team: str
    day: date
    signed: tuple[float, float, bool] | None  # total, possible, veto

    @property
    def percent(self) -> float:
        return 100 * self.result.total / self.result.possible

    def failed(self, rule_id: str) -> bool | None:
        status = next(rule.status for rule in self.result.rules if rule.id == rule_id)
        return {Status.FAIL: True, Status.PASS: False}.get(status)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("counted")
    with open_app(load_settings(home=home), clock=FixedClock(datetime(2026, 4, 2, 1, tzinfo=UTC))) as app:
        month.fill(app, month_calls.Month(calls=1200, first=FIRST))
        with app.database.write() as session:
            moved = (tables.Call.agent_id == MOVED) & (tables.Call.day > date(2026, 3, 10))
            session.execute(update(tables.Call).where(moved).values(team="二组"))
        month_people.talk(app, FIRST, LAST, each=3, waiting=4, chosen=8, clips=40, appeals=6)
        yield app


@pytest.fixture(scope="module")
def stored(app: App) -> Sequence[Stored]:
    """Every call of both months, in order of time."""
    query = (
        select(tables.Call, tables.Result.body, review_tables.Signing)
        .join(tables.Result, tables.Result.id == tables.Call.result_id)
        .outerjoin(review_tables.Signing, review_tables.Signing.id == tables.Call.signing_id)
    )
    with app.database.read() as session:
        found = [
            Stored(
                call_from_text(row.facts), result_from_json(json.loads(body)), row.team or "", row.day,
                None if form is None else (form.total, form.possible, form.veto),
            )
            for row, body, form in session.execute(query)
        ]  # fmt: skip
    return sorted(found, key=lambda one: (one.day, str(one.call.started_at), one.call.call_id))


@pytest.fixture(scope="module")
def march(stored: Sequence[Stored]) -> Sequence[Stored]:
    return [one for one in stored if one.day >= FIRST]


def data(app: App, kind: str, first: date = FIRST, last: date = LAST, subject: str = "") -> Any:
    return json.loads(render_report(app, kind, subject, "json", day_from=first, day_to=last, who=MACHINE).content)


def test_promises(app: App, stored: Sequence[Stored]) -> None:
    first, last = date(2026, 3, 16), date(2026, 3, 22)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=ZONE)
    expected: Counter[str] = Counter()
    for one in stored:
        if not first <= one.day <= last:
            continue
        later = [
            other.call
            for other in stored
            if other.call.customer_number == one.call.customer_number
            and one.call.started_at < other.call.started_at < end  # type: ignore[operator]
        ]
        for promise in one.result.promises:
            assert promise.due is not None
            in_time = [call for call in later if call.started_at <= promise.due]  # type: ignore[operator]
            out = any(call.direction is Direction.OUTBOUND for call in later)
            if any(call.direction is Direction.OUTBOUND for call in in_time):
                expected["已兑现"] += 1
            elif in_time:
                expected["客户先来电"] += 1
            elif promise.due >= end:
                expected["未到期"] += 1
            else:
                expected["逾期兑现" if out else "未兑现"] += 1
    made = data(app, "complaints", first, last)["promises"]
    assert Counter(line["state"] for line in made) == expected
    said = Counter((s.call.call_id, p.text) for s in stored if first <= s.day <= last for p in s.result.promises)
    assert Counter((line["call_id"], line["words"]) for line in made) == said
    begun = {one.call.call_id: one.call.started_at for one in stored}
    assert all(datetime.fromisoformat(line["contact_at"]) == begun[line["contact"]] for line in made if line["contact"])
    assert {"已兑现", "逾期兑现", "未兑现", "未到期"} <= set(expected)


def test_complaints_by_class(app: App, march: Sequence[Stored]) -> None:
    found = Counter(one.result.complaint.title for one in march if one.result.complaint is not None)
    made = data(app, "complaints")
    assert dict(made["classes"]) == found
    assert made["complaints"] == sum(found.values())
    heard = {call_id for cause in made["causes"] for call_id in cause["calls"]}
    assert heard <= {one.call.call_id for one in march if one.result.complaint is not None}
    # each of what these customers say has a word of its own
    first = {word for cause in made["causes"] for word in cause["words"]}
    assert {"态度", "联系"} <= first
    assert sum(cause["count"] for cause in made["causes"]) <= made["complaints"]


def test_calls_and_scores(app: App, march: Sequence[Stored]) -> None:
    made = data(app, "monthly")
    assert made["calls"] == made["counted"] == len(march)
    assert made["score"]["value"] == pytest.approx(mean(one.percent for one in march))
    for line in made["agents"]:
        own = [one for one in march if (one.call.agent.id, one.team) == (line["agent_id"], line["team"])]
        assert line["counted"] == len(own)
        assert line["score"]["value"] == pytest.approx(mean(one.percent for one in own))
        faulty = sum(bool(one.result.failed()) for one in own)
        assert line["faulty"]["value"] == pytest.approx(faulty / len(own))


def test_items(app: App, march: Sequence[Stored]) -> None:
    """Hints cost nothing, though they are counted."""
    for item in data(app, "monthly")["items"]:
        verdicts = [one.failed(item["rule"]["id"]) for one in march]
        assert (item["failed"], item["judged"]) == (verdicts.count(True), len(march) - verdicts.count(None))
        lost = -sum(r.points for one in march for r in one.result.rules if r.id == item["rule"]["id"])
        assert item["points"] == pytest.approx(lost)
        if item["rule"]["severity"] == Severity.INFO.value:
            assert lost == 0
            assert item["failed"] > 0


def test_satisfaction_by_item(app: App, march: Sequence[Stored]) -> None:
    made = data(app, "satisfaction")
    rated = [(one, float(one.call.metadata["csat"])) for one in march if "csat" in one.call.metadata]
    assert made["csat"]["n"] == len(rated)
    assert made["csat"]["value"] == pytest.approx(mean(value for _, value in rated))
    r = correlation([one.percent for one, _ in rated], [value for _, value in rated])
    assert made["score_csat"]["value"] == pytest.approx(r, abs=1e-9)
    assert made["matters_csat"]
    for matter in made["matters_csat"]:
        with_fault = [value for one, value in rated if one.failed(matter["rule_id"]) is True]
        without = [value for one, value in rated if one.failed(matter["rule_id"]) is False]
        assert matter["with_fault"] == len(with_fault) >= 10
        assert matter["difference"]["value"] == pytest.approx(mean(with_fault) - mean(without))


def vetoed(one: Stored) -> bool:
    return one.result.veto if one.signed is None else one.signed[2]


def suspected(one: Stored) -> bool:
    return one.result.veto_suspected and one.signed is None


def test_payroll(app: App, march: Sequence[Stored]) -> None:
    """Of an agent who changed the team each line has its own points; both had those of both once."""
    made = render_report(app, "payroll", "", "csv", day_from=FIRST, day_to=LAST, who=MACHINE)
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    by_line: Mapping[tuple[str, str], list[Stored]] = defaultdict(list)
    for one in march:
        by_line[one.call.agent.id or "", one.team].append(one)
    assert len(rows) == len(by_line) == 31
    assert [row["班组"] for row in rows] == sorted((row["班组"] for row in rows), key="一组二组三组".index)
    for row in rows:
        own = by_line[row["工号"], row["班组"]]
        signed = [one.signed for one in own if one.signed is not None]
        assert (int(row["监听通话"]), int(row["签字通话"])) == (len(own), len(signed))
        if signed:
            assert float(row["签字扣分合计"]) == pytest.approx(sum(p - t for t, p, _ in signed), abs=0.051)
            assert float(row["签字平均得分"]) == pytest.approx(mean(100 * t / p for t, p, _ in signed), abs=0.051)
            machine = mean(one.percent for one in own if one.signed is not None)
            assert float(row["同批机器平均"]) == pytest.approx(machine, abs=0.051)
        assert int(row["一票否决"]) == sum(map(vetoed, own))
        assert int(row["待确认否决"]) == sum(map(suspected, own))
        assert int(row["待复核"]) == sum(one.result.needs_review and one.signed is None for one in own)
    assert any(vetoed(one) and not one.result.veto for one in march), "no veto by a person alone"
    assert any(one.result.needs_review and one.signed for one in march), "no doubt that a person settled"
    assert sum(int(row["签字通话"]) for row in rows) == sum(one.signed is not None for one in march)
    assert sum(row["工号"] == MOVED and int(row["签字通话"]) > 0 for row in rows) == 2


def test_stars(app: App, march: Sequence[Stored]) -> None:
    """Nobody with few calls or a veto that may stand."""
    made = data(app, "stars")
    assert 1 <= len(made["agents"]) < 30
    for line in made["agents"]:
        own = [one for one in march if (one.call.agent.id, one.team) == (line["agent_id"], line["team"])]
        assert line["place"] == 1
        assert len(own) >= 20
        assert not any(vetoed(one) or suspected(one) for one in own)
    assert month_calls.NEWCOMER not in {line["agent_id"] for line in made["agents"]}
    places = {line["agent_id"]: line["place"] for line in data(app, "monthly")["agents"]}
    assert all(places[line["agent_id"]] == 1 for line in made["agents"])


def test_training(app: App, stored: Sequence[Stored]) -> None:
    """Four weeks before and after the day, without it."""
    for one in data(app, "monthly")["effects"]:
        on = date.fromisoformat(one["training"]["done_day"])
        own = [s for s in stored if s.call.agent.id == one["training"]["agent_id"]]
        for part, first, last in (
            ("before", on - timedelta(days=28), on - timedelta(days=1)),
            ("after", on + timedelta(days=1), min(LAST, on + timedelta(days=28))),
        ):
            told = [s.failed(one["training"]["rule_id"]) for s in own if first <= s.day <= last]
            assert one[part] == [told.count(True), len(told) - told.count(None)], one["training"]["agent_id"]


def test_headings(app: App, march: Sequence[Stored]) -> None:
    page = render_report(app, "monthly", day_from=FIRST, day_to=LAST, who=MACHINE).content.decode()
    for title in {section.title for one in march for section in one.result.sections}:
        parts = [s for one in march for s in one.result.sections if s.title == title]
        share = sum(s.score for s in parts) / sum(s.possible for s in parts)
        assert f'first">{title}</td><td class="num" data-k="得分率">{told.fixed(100 * share)}%</td>' in page


def test_rates_as_reviews_correct_them(app: App) -> None:
    """Found too often, so that the corrected rate is under the machine's; overlooked, so that it is over it."""
    items = {item["rule"]["id"]: item for item in data(app, "monthly")["items"]}
    doubted = items[month_people.DOUBTED]
    assert doubted["corrected"]["value"] < 0.85 * doubted["rate"]["value"]
    truth = month_people.RIGHT_OF_DOUBTED * doubted["rate"]["value"]
    assert doubted["corrected"]["low"] <= truth <= doubted["corrected"]["high"]
    overlooked = items[month_people.OVERLOOKED]
    assert overlooked["corrected"]["value"] > overlooked["rate"]["value"]
    truth = month_people.RIGHT * overlooked["rate"]["value"] / month_people.FOUND
    assert overlooked["corrected"]["low"] <= truth <= overlooked["corrected"]["high"]


def test_what_was_drawn(app: App, march: Sequence[Stored]) -> None:
    made = data(app, "sampling")
    calls = Counter(one.call.agent.id for one in march)
    drawn = Counter(one["agent_id"] for one in made["listed"])
    assert drawn == {agent: min(3, count) for agent, count in calls.items()}
    again = sample_calls(app, Period(FIRST, LAST), each=3, seed=1, mark=False, who=month_people.HEAD)
    other = sample_calls(app, Period(FIRST, LAST), each=3, seed=2, mark=False, who=month_people.HEAD)
    listed = {one["call_id"] for one in made["listed"]}
    assert {one.call_id for one in again} <= listed  # appealed ones are no candidates any more
    assert {one.call_id for one in other} != {one.call_id for one in again}
    page = render_report(app, "sampling", day_from=FIRST, day_to=LAST, who=MACHINE).content.decode()
    for name, first, last in (("上旬", 1, 10), ("中旬", 11, 20), ("下旬", 21, 31)):
        counts = [
            sum(first <= day.day <= last for day in days)
            for days in ([one.day for one in march], [date.fromisoformat(one["day"]) for one in made["listed"]])
        ]
        assert f'first">3 月{name}</td><td class="num" data-k="计分通话">{counts[0]}</td>' in page
        assert f'<td class="num" data-k="抽中">{counts[1]}</td>' in page
    # even over the month: of three drawn calls each third of the agent's calls has one
    candidates = [
        Candidate(one.call.call_id, one.call.agent.id or "", one.day, one.call.scenario or "") for one in march
    ]
    for agent, own in draw(candidates, each=3, seed=1).items():
        every = sorted((one.day, one.call_id) for one in candidates if one.agent_id == agent)
        if len(every) >= 9:
            places = sorted(every.index((one.day, one.call_id)) for one in own)
            first, second = len(every) // 3, len(every) * 2 // 3
            assert places[0] < first <= places[1] < second <= places[2], agent
