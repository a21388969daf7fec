"""A month of synthetic calls with a known truth, written directly as stored results, to see what reports make of it.

    python -m benchmarks.month --home DIR                        # some 6,000 calls of two months
    python -m benchmarks.month --home DIR --people               # and what people said about them (`month_people`)
    python -m benchmarks.month --home DIR --calls 100000         # 100,000 in the last month
    QA_DATABASE_URL=postgresql+psycopg://… python -m benchmarks.month --home DIR

Thirty agents in three teams; days of the week and hours of the day as centres have them, two busy days of a sale.
Planted:

* ``8107`` does not restate what customers want and is trained on the 12th; from then on four of five such faults are
  gone.
* ``8205`` is trained in the same thing on the same day, without effect; ``8203`` is as ``8107`` was and not trained.
* ``8302`` (with effect) and ``8306`` (without) were trained in it on the 2nd, so that four weeks pass within the month.
* On the 16th the pack changes: the rule about further needs finds three times as much, with everybody.
* ``8309`` has two calls in the month, one of them bad.
* Rules of attitude make customers unhappy; rules of wording do not.
* On the 20th the fault of dead air jumps (the system was slow).
* In the last week customers begin to ask about electronic invoices.

Everything is seeded: the same arguments give the same database. Nothing here was ever said by anybody.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.month_people import talk
from qa_engine.contract.result import result_to_json
from qa_engine.contract.stored import call_to_text, transcript_to_text
from qa_engine.domain import (
    Agent,
    Call,
    CallResult,
    ComplaintCase,
    CustomerOutcome,
    Deadline,
    Direction,
    Evidence,
    Promise,
    RuleResult,
    SectionScore,
    Severity,
    Speaker,
    Status,
    Transcript,
    Turn,
    digest,
)
from qa_engine.reports.period import book_of, figures_of
from qa_engine.service import App, FixedClock, PackJudge, open_app
from qa_engine.settings import load_settings
from qa_engine.store import heads, outcomes, report_tables, tables

ZONE = ZoneInfo("Asia/Shanghai")
TEAMS = {"一组": 8100, "二组": 8200, "三组": 8300}
NAMES = [
    "李华",
    "王芳",
    "张伟",
    "刘洋",
    "陈静",
    "杨帆",
    "赵敏",
    "黄磊",
    "周婷",
    "吴刚",
    "徐丽",
    "孙强",
    "马超",
    "朱琳",
    "胡军",
    "郭倩",
    "林峰",
    "何平",
    "高洁",
    "罗勇",
    "梁艳",
    "宋涛",
    "郑爽",
    "谢飞",
    "韩雪",
    "唐杰",
    "冯玉",
    "于洋",
    "董梅",
    "萧然",
]
RESTATE, FURTHER, DEAD_AIR = "needs.restate", "closing.further_needs", "tone.dead_air"
TRAINED, TRAINED_IN_VAIN, UNTRAINED, NEWCOMER = "8107", "8205", "8203", "8309"
EARLY, EARLY_IN_VAIN, EARLY_DAY = "8302", "8306", 2
TRAINING_DAY, CHANGE_DAY, SLOW_DAY, SALE_DAYS = 12, 16, 20, (8, 9)
SCENARIOS = {"consultation": 40, "order": 25, "after_sales": 18, "complaint": 12, "followup": 5}
HOURS = {8: 4, 9: 10, 10: 12, 11: 9, 12: 5, 13: 6, 14: 10, 15: 11, 16: 9, 17: 7, 18: 5, 19: 4}
WANTS = {
    "consultation": ("我想问一下我的快递到哪里了", "你们周末送不送货", "寄到国外要多少钱", "查一下单号什么时候能到"),
    "order": ("我要改一下收货地址", "这个订单能不能取消", "帮我改到明天上午送", "地址写错了要改"),
    "after_sales": ("收到的东西破了要退货", "退款怎么还没有到账", "包装压坏了能不能换", "少了一件东西"),
    "complaint": ("快递员态度太差我要投诉", "等了三天没人联系我要投诉", "丢了件你们怎么赔", "催了好几次都没有用"),
    "followup": ("上次的事情已经解决了", "方便的你说吧", "还是没有收到退款", "可以的谢谢"),
}
NEW_WANT = ("电子发票怎么开", "发票抬头开错了能重开吗", "电子发票发到哪个邮箱")
ROWS_AT_ONCE = 1_000
_HERE = "@rules@"


@dataclass(frozen=True, slots=True)
class Planted:
    """What stands behind the month: how often each agent breaks each rule, and who is in which team."""

    agents: tuple[Agent, ...]
    rates: Mapping[tuple[str, str], float]


@cache
def template() -> tuple[CallResult, PackJudge]:
    """A result of the bundled pack, whose rules and sections the month uses."""
    settings = load_settings(home=Path("unused"), scorecard="standard")
    judge = PackJudge(settings)
    call = Call("t", direction=Direction.INBOUND, scenario="consultation", agent=Agent("8100"))
    transcript = Transcript(call, (Turn(0, Speaker.AGENT, "您好。", 0.0, 1.0), Turn(1, Speaker.CUSTOMER, "喂。", 1, 2)))
    return judge.judge(transcript, "sha256:" + "0" * 64), judge


def plant(chance: random.Random) -> Planted:
    rules = template()[0].rules
    agents = tuple(
        Agent(str(first + n), NAMES[10 * place + n], team)
        for place, (team, first) in enumerate(TEAMS.items())
        for n in range(10)
    )
    usual = {rule.id: _usual(rule, chance) for rule in rules}
    rates = {}
    for agent in agents:
        skill = chance.lognormvariate(0, 0.35)
        for rule in rules:
            rates[agent.id or "", rule.id] = min(0.6, usual[rule.id] * skill * chance.lognormvariate(0, 0.4))
    for agent_id in (TRAINED, TRAINED_IN_VAIN, UNTRAINED, EARLY, EARLY_IN_VAIN):
        rates[agent_id, RESTATE] = 0.45
    return Planted(agents, rates)


def _usual(rule: RuleResult, chance: random.Random) -> float:
    if rule.severity is Severity.VETO:
        return 0.0004
    if rule.id in (RESTATE, FURTHER):
        return 0.1
    return chance.choice((0.005, 0.01, 0.02, 0.03, 0.05, 0.08)) * (0.5 if rule.severity is Severity.MAJOR else 1)


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    weight: float
    last_month: bool  # the one that reports are about


def days(first: date, months: int) -> tuple[Day, ...]:
    """The days of the month that begins at ``first`` and of those before it, with how busy they are."""
    start = first
    for _ in range(months - 1):
        start = (start - timedelta(days=1)).replace(day=1)
    end = (first + timedelta(days=31)).replace(day=1)
    found = []
    day = start
    while day < end:
        weight = (1.15, 1.1, 1.0, 1.0, 1.05, 0.6, 0.5)[day.weekday()]
        last = day >= first
        found.append(Day(day, weight * (1.8 if last and day.day in SALE_DAYS else 1), last))
        day += timedelta(days=1)
    return tuple(found)


class Month:
    """Makes the calls one after the other."""

    def __init__(self, *, calls: int, months: int = 2, before: float = 0.4, first: date, seed: int = 20260301) -> None:
        self.chance = random.Random(seed)
        self.planted = plant(self.chance)
        self.result, self.judge = template()
        self.days = days(first, months)
        now = sum(day.weight for day in self.days if day.last_month)
        self.per_weight = calls / now
        self.before = before
        self.passed = {rule.id: _as(rule, Status.PASS) for rule in self.result.rules}
        self.idle = {rule.id: _as(rule, Status.NOT_APPLICABLE) for rule in self.result.rules}
        self.doubt = {rule.id: _as(rule, Status.UNCERTAIN) for rule in self.result.rules}
        old = self.result.pack
        self.packs = (old, "base@" + digest([old, "changed"]))

    def calls(self) -> Iterator[tuple[Call, Transcript, CallResult]]:
        number = 0
        owed: list[tuple[Call, datetime]] = []  # customers who were promised a call
        newcomer = 0
        for day in self.days:
            count = round(day.weight * self.per_weight * (1 if day.last_month else self.before))
            starts = sorted(self._start(day.day) for _ in range(count))
            for start in starts:
                agent = self.chance.choice(self.planted.agents)
                if agent.id == NEWCOMER:
                    if not day.last_month or newcomer >= 2:
                        agent = self.planted.agents[0]
                    else:
                        newcomer += 1
                number += 1
                due = owed and owed[0][1] < start and agent.id != NEWCOMER and self.chance.random() < 0.9
                back = owed.pop(0)[0] if due else None
                made = self._call(f"m-{number:06d}", agent, start, back)
                result = made[2]
                if result.promises and self.chance.random() < 0.8:
                    owed.append((made[0], start + timedelta(hours=self.chance.uniform(2, 60))))
                    owed.sort(key=lambda one: (one[1], one[0].call_id))
                yield made

    def _start(self, day: date) -> datetime:
        hour = self.chance.choices(list(HOURS), list(HOURS.values()))[0]
        return datetime(
            day.year, day.month, day.day, hour, self.chance.randrange(60), self.chance.randrange(60), tzinfo=ZONE
        )

    def _call(
        self, call_id: str, agent: Agent, start: datetime, back: Call | None
    ) -> tuple[Call, Transcript, CallResult]:
        chance = self.chance
        scenario = chance.choices(list(SCENARIOS), list(SCENARIOS.values()))[0]
        number = f"1{chance.randrange(30, 99)}{chance.randrange(10**8):08d}"
        if back is not None:
            scenario, number, agent = "followup", back.customer_number or number, back.agent
        rules = self._rules(agent, start, scenario)
        if agent.id == NEWCOMER:
            rules = tuple(_failed(r, start) if r.id in (RESTATE, FURTHER) else r for r in rules)
        unhappy = sum(r.status is Status.FAIL and r.section == "service_attitude" for r in rules)
        mood = chance.gauss(78 - 22 * unhappy - (15 if scenario == "complaint" else 0), 10)
        metadata: dict[str, Any] = {"ring_seconds": round(chance.uniform(2, 14), 1), "ended_by": "customer"}
        if chance.random() < 0.25:
            metadata["csat"] = max(1, min(5, round(mood / 20)))
        call = Call(
            call_id,
            direction=Direction.OUTBOUND if scenario == "followup" else Direction.INBOUND,
            scenario=scenario,
            started_at=start,
            duration=round(chance.lognormvariate(5.0, 0.4), 1),
            agent=agent,
            customer_number=number,
            metadata=metadata,
        )
        return call, self._transcript(call, start), self._result(call, rules, start, mood)

    def _rules(self, agent: Agent, start: datetime, scenario: str) -> tuple[RuleResult, ...]:
        found = []
        now = start.date() >= self.days[-1].day.replace(day=1)
        busy = 1.4 if now and start.day in SALE_DAYS else 1.0
        for rule in self.result.rules:
            if (rule.id.startswith("complaint") or "apology" in rule.id) and scenario != "complaint":
                found.append(self.idle[rule.id])
                continue
            rate = self.planted.rates[agent.id or "", rule.id] * busy
            if now and rule.id == RESTATE and agent.id == TRAINED and start.day >= TRAINING_DAY:
                rate *= 0.2
            if now and rule.id == RESTATE and agent.id == EARLY and start.day > EARLY_DAY:
                rate *= 0.2
            if now and rule.id == FURTHER and start.day >= CHANGE_DAY:
                rate = min(0.8, rate * 3)
            if now and rule.id == DEAD_AIR and start.day == SLOW_DAY:
                rate = 0.4
            drawn = self.chance.random()
            found.append(
                _failed(rule, start) if drawn < rate else self.doubt[rule.id] if drawn > 0.985 else self.passed[rule.id]
            )
        return tuple(found)

    def _transcript(self, call: Call, start: datetime) -> Transcript:
        chance = self.chance
        wants = WANTS[call.scenario or ""]
        if start.date() > self.days[-1].day - timedelta(days=7) and chance.random() < 0.15:
            wants = NEW_WANT
        said = [
            (Speaker.AGENT, f"您好，顺达速运，工号{call.agent.id}为您服务。"),
            (Speaker.CUSTOMER, f"{chance.choice(wants)}，单号{chance.randrange(10**6)}。"),
            (Speaker.AGENT, "好的，您说的我核对一下，请稍等。"),
            (Speaker.CUSTOMER, f"{chance.choice(wants)}。"),
            (Speaker.AGENT, "已经为您登记，24小时内回复您，感谢您的来电，再见。"),
        ]
        turns, at = [], 0.5
        for n, (speaker, text) in enumerate(said):
            turns.append(Turn(n, speaker, text, round(at, 1), round(at + 4, 1), 0.95))
            at += 6
        return Transcript(replace(call, duration=None), tuple(turns))

    def _result(self, call: Call, rules: tuple[RuleResult, ...], start: datetime, mood: float) -> CallResult:
        lost: dict[tuple[str, str], float] = {}
        for rule in rules:
            if rule.status is Status.FAIL:
                lost[rule.section, rule.item] = lost.get((rule.section, rule.item), 0.0) - rule.points
        sections = tuple(self._section(section, lost) for section in self.result.sections)
        total, possible = sum(s.score for s in sections), sum(s.possible for s in sections)
        percent = 100 * total / possible
        failed = [rule for rule in rules if rule.status is Status.FAIL]
        changed = start.date() >= self.days[-1].day.replace(day=CHANGE_DAY)
        return replace(
            self.result,
            call_id=call.call_id,
            agent_id=call.agent.id,
            pack=self.packs[changed],
            total=total,
            possible=possible,
            grade="A" if percent >= 90 else "B" if percent >= 80 else "C" if percent >= 70 else "D",
            sections=sections,
            rules=rules,
            metrics={"speech_rate": 230.0, "duration": call.duration},
            needs_review=any(r.status is Status.UNCERTAIN and r.severity is not Severity.INFO for r in rules),
            review_reasons=(),
            veto_suspected=any(rule.severity is Severity.VETO for rule in failed),
            promises=self._promises(start),
            complaint=self._complaint(start) if call.scenario == "complaint" else None,
            outcome=CustomerOutcome(max(0, min(100, round(mood))), ()),
            acts=(),
            tones=(),
        )

    def _section(self, section: SectionScore, lost: Mapping[tuple[str, str], float]) -> SectionScore:
        items = []
        for item in section.items:
            if item.manual:
                items.append(item)
                continue
            score = max(0.0, item.possible - lost.get((section.id, item.id), 0.0))
            items.append(replace(item, score=score))
        counted = [item for item in items if item.score is not None]
        return replace(
            section,
            items=tuple(items),
            score=float(sum(item.score or 0.0 for item in counted)),
            possible=float(sum(item.possible for item in counted)),
        )

    def _promises(self, start: datetime) -> tuple[Promise, ...]:
        if self.chance.random() > 0.12:
            return ()
        hours = self.chance.choice((2.0, 24.0, 48.0))
        return (Promise(4, (6, 14), "24小时内回复您", hours, start + timedelta(hours=hours), 24.5),)

    def _complaint(self, start: datetime) -> ComplaintCase:
        level, title, hours = self.chance.choices(
            (("general", "一般投诉", 24), ("important", "重要投诉", 48), ("urgent", "紧急投诉", 1)), (70, 22, 8)
        )[0]
        first = Deadline(f"{hours} 小时内", start + timedelta(hours=hours), None)
        return ComplaintCase(level, title, "客户说要投诉", start, first, Deadline("解决后 1 小时内"), 1, "我要投诉")


def _as(rule: RuleResult, status: Status) -> RuleResult:
    reason = (
        ""
        if status is Status.PASS
        else "场景不适用"
        if status is Status.NOT_APPLICABLE
        else "只有一个依据，须听录音确认"
    )
    return replace(rule, status=status, points=0.0, evidence=(), searched=(), hits=0, reason=reason, fragile=None)


def _failed(rule: RuleResult, start: datetime) -> RuleResult:
    text = "好的，您说的我核对一下，请稍等。"
    evidence = Evidence(
        "said",
        "phrase",
        2,
        Speaker.AGENT,
        12.5,
        16.5,
        (0, 2),
        text[:2],
        f"坐席{rule.title}不符合要求",
        None,
        None,
        100.0,
    )
    points = -(rule.each or rule.stake or 2.0) if not rule.points else rule.points
    points = -abs(points) if rule.severity is not Severity.VETO else 0.0
    return replace(
        rule,
        status=Status.FAIL,
        points=points,
        evidence=(evidence,),
        searched=(),
        hits=1,
        reason="",
        message=rule.message or f"{rule.title}不符合要求",
    )


# -- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    """Writes calls, transcripts, results, faults and figures as the stages do, many at a time."""

    def __init__(self, app: App, month: Month) -> None:
        self.app, self.month = app, month
        self.zone = ZoneInfo(app.settings.timezone)
        self.fragments: dict[int, tuple[RuleResult, str]] = {}  # with the object, so that its id stays taken
        self.books: dict[str, str] = {}

    def body(self, result: CallResult) -> str:
        """`result_to_text`, with the rules that all calls share written once."""
        parts = []
        for rule in result.rules:
            known = self.fragments.get(id(rule))
            if known is None:
                text = _dumps(result_to_json(replace(result, rules=(rule,)))["rules"][0])
                if rule.status is not Status.FAIL:
                    self.fragments[id(rule)] = (rule, text)
            else:
                text = known[1]
            parts.append(text)
        whole = _dumps(result_to_json(replace(result, rules=())) | {"rules": _HERE})
        return whole.replace(f'"{_HERE}"', f"[{','.join(parts)}]", 1)

    def write(self, at: int, made: Sequence[tuple[Call, Transcript, CallResult]]) -> None:
        now = self.app.clock.now()
        rows: dict[str, list[dict[str, Any]]] = {
            "transcripts": [],
            "results": [],
            "faults": [],
            "figures": [],
            "calls": [],
            "events": [],
        }
        with self.app.database.write() as session:
            for n, (call, transcript, result) in enumerate(made, at):
                self._book(session, result)
                words = transcript_to_text(transcript)
                transcript_digest = digest([call.call_id, words])
                body = self.body(result)
                rows["transcripts"].append(
                    {
                        "id": n,
                        "source_digest": transcript_digest,
                        "settings_digest": "synthetic",
                        "digest": transcript_digest,
                        "body": words,
                        "created_at": now,
                    }
                )
                rows["results"].append(
                    {
                        "id": n,
                        "call_id": call.call_id,
                        "transcript_digest": transcript_digest,
                        "facts_digest": digest(call),
                        "pack_digest": result.pack.partition("@")[2],
                        "scorecard_digest": result.scorecard.partition("@")[2],
                        "models_digest": "none",
                        "edition": "synthetic",
                        "plugins_digest": "none",
                        "engine": result.engine,
                        "total": result.total,
                        "possible": result.possible,
                        "grade": result.grade,
                        "veto": result.veto,
                        "needs_review": result.needs_review,
                        "veto_suspected": result.veto_suspected,
                        "review_weight": result.review_weight,
                        "pending": result.pending,
                        "body": body,
                        "created_at": now,
                    }
                )
                rows["faults"] += [
                    {
                        "result_id": n,
                        "position": place,
                        "rule_id": rule.id,
                        "title": rule.title,
                        "points": rule.points,
                        "severity": rule.severity.value,
                    }
                    for place, rule in enumerate(result.failed())
                ]
                rows["figures"].append(
                    {
                        "result_id": n,
                        "total": result.total,
                        "possible": result.possible,
                        "grade": result.grade,
                        "pending": result.pending,
                        "veto": result.veto,
                        "suspected": result.veto_suspected,
                        "waiting": result.needs_review,
                        "book": self.books[result.pack],
                        **figures_of(result, call, self.zone),
                    }
                )
                assert call.started_at is not None
                flagged = bool(result.failed() or result.needs_review)
                if flagged:
                    rows["events"].append(
                        {"call_pk": n, "actor": "machine", "action": "flagged", "detail": "", "at": call.started_at}
                    )
                rows["calls"].append(
                    {
                        "id": n,
                        "call_id": call.call_id,
                        "agent_id": call.agent.id,
                        "agent_name": call.agent.name,
                        "team": call.agent.team,
                        "channel": call.channel.value,
                        "direction": call.direction.value if call.direction else None,
                        "scenario": call.scenario,
                        "started_at": call.started_at,
                        "day": call.started_at.astimezone(self.zone).date(),
                        "duration_seconds": call.duration,
                        "facts": call_to_text(call),
                        "source_name": f"{call.call_id}.json",
                        "state": "flagged" if flagged else "clean",
                        "warnings": "[]",
                        "received_at": call.started_at,
                        "transcript_id": n,
                        "result_id": n,
                    }
                )
            for name, table in (
                ("transcripts", tables.Transcript),
                ("results", tables.Result),
                ("faults", tables.Fault),
                ("figures", report_tables.Figures),
                ("calls", tables.Call),
                ("events", tables.Event),
            ):
                if rows[name]:
                    session.execute(insert(table), rows[name])
            heads.refresh(session, [row["id"] for row in rows["calls"]])

    def _book(self, session: Session, result: CallResult) -> None:
        if result.pack not in self.books:
            book = book_of(result)
            if session.get(report_tables.RuleBook, book.digest) is None:
                session.add(report_tables.RuleBook(digest=book.digest, body=book.to_text()))
            self.books[result.pack] = book.digest
            session.flush()

    def agents_and_packs(self) -> None:
        now = self.app.clock.now()
        sources = dict(self.month.judge.sources["pack"])
        with self.app.database.write() as session:
            for agent in self.month.planted.agents:
                session.add(
                    tables.Agent(id=agent.id or "", name=agent.name, team=agent.team, known=True, first_seen_at=now)
                )
            for label, text in zip(self.month.packs, (sources, _changed(sources)), strict=True):
                outcomes.save_pack(
                    session, digest=label.partition("@")[2], kind="pack", label=label, sources=text, now=now
                )
            card = self.month.result.scorecard
            texts = self.month.judge.sources["scorecard"]
            outcomes.save_pack(
                session, digest=card.partition("@")[2], kind="scorecard", label=card, sources=texts, now=now
            )

    def trainings(self, first: date) -> None:
        """What was planned for the agents who were trained."""
        now = self.app.clock.now()
        with self.app.database.write() as session:
            for agent_id, team, day in (
                (TRAINED, "一组", TRAINING_DAY),
                (TRAINED_IN_VAIN, "二组", TRAINING_DAY),
                (EARLY, "三组", EARLY_DAY),
                (EARLY_IN_VAIN, "三组", EARLY_DAY),
            ):
                session.add(
                    report_tables.Training(
                        agent_id=agent_id,
                        team=team,
                        rule_id=RESTATE,
                        title="复述确认客户需求",
                        reason="上月约每两通有一通没有复述确认",
                        goal="降到同组较好水平",
                        planned_day=first + timedelta(days=day - 9),
                        planned_by="班长",
                        planned_at=now,
                        done_day=first + timedelta(days=day - 1),
                        done_by="班长",
                        note="",
                    )
                )


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _changed(sources: Mapping[str, str]) -> Mapping[str, str]:
    """The pack with the rule about further needs made stricter."""
    name = next(name for name, text in sources.items() if f"- id: {FURTHER}\n" in text)
    head, _, tail = sources[name].partition(f"- id: {FURTHER}\n")
    return {**sources, name: f"{head}- id: {FURTHER}\n    effective: stricter\n{tail}"}


def fill(app: App, month: Month) -> int:
    """Write the whole month; how many calls there are."""
    writer = Writer(app, month)
    writer.agents_and_packs()
    count, batch = 0, []
    for made in month.calls():
        batch.append(made)
        if len(batch) == ROWS_AT_ONCE:
            writer.write(count + 1, batch)
            count, batch = count + len(batch), []
    if batch:
        writer.write(count + 1, batch)
    writer.trainings(month.days[-1].day.replace(day=1))
    return count + len(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="data folder to fill")
    parser.add_argument("--calls", type=int, default=4_000, help="calls of the last month")
    parser.add_argument("--months", type=int, default=2)
    parser.add_argument(
        "--before", type=float, default=0.4, help="calls of a month before, as a part of the last one's"
    )
    parser.add_argument(
        "--first", type=date.fromisoformat, default=date(2026, 3, 1), help="first day of the last month"
    )
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--people", action="store_true", help="let people draw, sign, decide clips and appeal")
    given = parser.parse_args()
    begin = time.perf_counter()
    month = Month(calls=given.calls, months=given.months, before=given.before, first=given.first, seed=given.seed)
    last = month.days[-1].day
    clock = FixedClock(datetime.combine(last + timedelta(days=2), datetime.min.time(), tzinfo=ZONE))
    with open_app(load_settings(home=given.home), clock=clock) as app:
        count = fill(app, month)
        print(f"{count} calls in {time.perf_counter() - begin:.0f} s")
        if given.people:
            print(talk(app, given.first, last))


if __name__ == "__main__":
    main()
