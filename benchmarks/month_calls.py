"""The calls of a synthetic month as facts and verdicts; `benchmarks.month` says what is planted, and writes them."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
from qa_engine.service import PackJudge
from qa_engine.settings import load_settings

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
SAID = {
    0: "您好，顺达速运，工号{agent_id}为您服务。",
    2: "好的，您说的我核对一下，请稍等。",
    4: "已经为您登记，24小时内回复您，感谢您的来电，再见。",
}
SAYINGS = ((0, "您好，顺达速运", 0.5), (2, "您说的我核对一下", 12.5), (4, "24小时内回复您", 24.5))
"""What agents say in every call: turn, words, seconds."""
NEW_WANT = ("电子发票怎么开", "发票抬头开错了能重开吗", "电子发票发到哪个邮箱")
HERE = "@rules@"


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
            (Speaker.AGENT, SAID[0].format(agent_id=call.agent.id)),
            (Speaker.CUSTOMER, f"{chance.choice(wants)}，单号{chance.randrange(10**6)}。"),
            (Speaker.AGENT, SAID[2]),
            (Speaker.CUSTOMER, f"{chance.choice(wants)}。"),
            (Speaker.AGENT, SAID[4]),
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
        return (Promise(4, (6, 14), f"{hours:g}小时内回复您", hours, start + timedelta(hours=hours), 24.5),)

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
    turn, words, at = SAYINGS[sum(map(ord, rule.id)) % len(SAYINGS)]
    begin = SAID[turn].index(words)
    evidence = Evidence(
        "said",
        "phrase",
        turn,
        Speaker.AGENT,
        at,
        at + 4,
        (begin, begin + len(words)),
        words,
        f"坐席{rule.title}不符合要求",
        None,
        None,
        100.0,
    )
    points = -(rule.each or rule.stake or 2.0) if not rule.points else rule.points
    points = 0.0 if rule.severity in (Severity.VETO, Severity.INFO) else -abs(points)  # what the engine lets them take
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
