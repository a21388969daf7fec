"""The part of the report of an agent that holds the period against the one before, reviews and customers."""

from collections.abc import Sequence

from qa_engine.reports.agent_calls import AgentCalls, worth_reading
from qa_engine.reports.agent_report import AgentReport, Colleagues, Compared
from qa_engine.reports.coaching import good_example
from qa_engine.reports.document import Block, Cell, Column, Heading, Note, Row, Table
from qa_engine.reports.kinds import Request, Source
from qa_engine.reports.numbers import Estimate, Sums, mean_difference, mean_estimate, rate_estimate
from qa_engine.reports.parts import corrected_words
from qa_engine.reports.period import Tally, told
from qa_engine.reports.period.lines import ItemLine, item_lines
from qa_engine.reports.period.needs import needs
from qa_engine.reports.statistics import LostItem, Period
from qa_engine.reports.training_needs import CLIPS_PER_NEED, MOST_NEEDS, Gain, needed
from qa_engine.reports.wording import number, signed

LEAST_COLLEAGUES = 3  # of fewer one could be told from their mean
LEAST_GAIN = 0.2  # points a call
_EVEN = 60  # calls that are read whole, drawn evenly: a period of so few is read whole


def read_calls(source: Source, lean: AgentCalls, gains: Sequence[Gain] | None) -> tuple[AgentCalls, frozenset[str]]:
    """The calls of the period, those that clips and reasons need with their words; and the evenly drawn ones."""
    rules = [item.rule_id for item, _ in needed(lean.lost_items(), gains)]
    drawn, wanted = worth_reading(lean, even=_EVEN, clips=CLIPS_PER_NEED, rules=rules)
    return lean.with_words(source.briefs(sorted(wanted))), drawn


def compared(source: Source, request: Request, others: Colleagues | None) -> Compared:
    """The sums of the agent over the period and, where it has both ends, over the one before."""
    period = request.period
    closed = period.first is not None and period.last is not None
    earlier = told.before(period) if closed else None
    both = Period(earlier.first, period.last) if earlier is not None else period
    now = source.own(request.subject, period, alike=both)
    was = source.own(request.subject, earlier, alike=both) if earlier is not None else None
    final = mean_estimate(now.final.sums, lowest=0, highest=100)
    return Compared(
        earlier=earlier.label if earlier is not None else "",
        score=mean_estimate(now.score.sums, lowest=0, highest=100),
        change=mean_difference(was.score.sums, now.score.sums) if was is not None else Estimate(0, None),
        alike_change=_alike(was, now),
        final=final,
        machine_of_final=mean_estimate(now.machine_of_final.sums, lowest=0, highest=100),
        csat=mean_estimate(now.csat.sums),
        csat_change=mean_difference(was.csat.sums, now.csat.sums) if was is not None else Estimate(0, None),
        outcome=mean_estimate(now.outcome.sums, lowest=0, highest=100),
        outcome_change=mean_difference(was.outcome.sums, now.outcome.sums) if was is not None else Estimate(0, None),
        items=item_lines(now, was, reviewed=source.reviewed(told.reviews_of(both)), changed=now.changed),
        colleagues=others,
    )


def colleagues(team: Tally, agent_id: str) -> Colleagues | None:
    """What the others of the team have together; None where they are so few that one could be told from it."""
    own = [member for member in team.members if member.agent_id == agent_id]
    others = [member for member in team.members if member.agent_id not in ("", agent_id) and member.score.n]
    if len(others) < LEAST_COLLEAGUES:
        return None

    def pair(name: str) -> tuple[Estimate, Estimate]:
        theirs, mine = (sum((getattr(m, name).sums for m in listed), Sums()) for listed in (others, own))
        highest = float("inf") if name == "csat" else 100.0  # centres ask for it on scales of their own
        return mean_estimate(theirs, lowest=0, highest=highest), mean_difference(theirs, mine)

    places = [member.place for member in others]
    failed, judged = team.failed[places].sum(0), team.judged[places].sum(0)
    rates = {
        rule.id: rate_estimate(float(failed[n]), float(judged[n])) for n, rule in enumerate(team.rules) if judged[n]
    }
    return Colleagues(len(others), *pair("score"), *pair("csat"), *pair("outcome"), rates)


def gains(source: Source, request: Request, team: Tally) -> list[Gain]:
    """What training would regain for the agent, with a good call of a colleague and the sentence of the document."""
    of_team = team.worked_out.get(needs)  # alike for all its agents
    if of_team is None:
        of_team = team.worked_out[needs] = needs(team, least=LEAST_GAIN)
    found = [need for need in of_team if need.agent_id == request.subject][:MOST_NEEDS]
    packs = sorted(team.packs.items(), key=lambda one: (one[1][1], one[0]))
    notes = source.notes(packs[-1][0]) if packs else {}
    good = {need.rule.id: good_example(team, need) for need in found}
    calls = source.some([call for call in good.values() if call], form_url=request.form_url)
    return [
        Gain(
            need,
            notes[need.rule.id].why if need.rule.id in notes else "",
            calls.get(good[need.rule.id] or ""),
        )
        for need in found
    ]


def _alike(was: Tally | None, now: Tally) -> Estimate | None:
    """Without the rules that changed meanwhile; None where none did."""
    if was is None or not now.changed or len(was.members) != 1 or len(now.members) != 1:
        return None
    return mean_difference(was.members[0].same.sums, now.members[0].same.sums)


COMPARED_TITLES = ("指标", "本期", "大致范围", "通话", "较上期", "同组其他人", "比同组")


def compared_rows(made: Compared) -> list[tuple[str, ...]]:
    """Each figure with its interval, its number of calls, its change, and what the others of the team have."""
    others = made.colleagues
    none = (None, None)
    rows = [
        _line(
            "得分率（机器，%）", made.score, told.change(made.change), (others.score, others.ahead) if others else none
        )
    ]
    if made.alike_change is not None:
        rows.append(("　其中规则改版前后同口径", "", "", "", told.change(made.alike_change), "", ""))
    rows += [
        _line("复核后得分率（%）", made.final, "", none),
        _line("　同一批通话的机器得分率（%）", made.machine_of_final, "", none),
        _line(
            "客户评分",
            made.csat,
            told.change(made.csat_change),
            (others.csat, others.csat_ahead) if others else none,
        ),
        _line(
            "预测的客户满意程度（0–100）",
            made.outcome,
            told.change(made.outcome_change),
            (others.outcome, others.outcome_ahead) if others else none,
        ),
    ]
    return rows


def _line(
    title: str, estimate: Estimate, change: str, team: tuple[Estimate | None, Estimate | None]
) -> tuple[str, ...]:
    places = 2 if "csat" in title else 1
    theirs, ahead = team
    beside = "—"
    if theirs is not None and theirs.n:
        beside = f"{told.score(theirs, places)}（{told.score_range(theirs, places)}，{theirs.n} 通）"
    return (
        title,
        told.score(estimate, places),
        told.score_range(estimate, places) or "—",
        f"{estimate.n} 通",
        (change if estimate.n else "") or "—",
        beside,
        told.change(ahead) if ahead is not None and ahead.value is not None else "—",
    )


def compared_blocks(report: AgentReport) -> list[Block]:
    made = report.compared
    if made is None:
        return []
    columns = (
        Column(COMPARED_TITLES[0]),
        *(
            Column(title, number=n < 3, look="nowrap" if n < 4 else "")
            for n, title in enumerate(COMPARED_TITLES[1:], 1)
        ),
    )
    rows = tuple(Row((Cell(row[0], "first"), *row[1:])) for row in compared_rows(made))
    against = f"上期：{made.earlier}" if made.earlier else "没有限定期间，不与上期比较"
    others = made.colleagues
    team = (
        f"「同组其他人」是 {report.team} 其余 {others.count} 人合在一起，不列姓名。"
        if others
        else f"同组其他有通话的不足 {LEAST_COLLEAGUES} 人，不列同组数字，以免认出是谁。"
    )
    note = f"{team}注明「分不出」的差别不当作高低或进退；没有签字的考评表、客户没有评分时写「—」。"
    return [Heading("与同组、上期、复核、客户评价对照", against), Table(columns, rows), Note(note, "faint small")]


LOST_TITLES = ("出现率大致范围", "同组其他人", "按复核更正", "较上期（百分点）")


def lost_words(report: AgentReport, lost: LostItem) -> tuple[str, str, str, str]:
    """What `LOST_TITLES` name, of one lost item."""
    items = report.compared.items if report.compared is not None else ()
    found: ItemLine | None = next((item for item in items if item.rule.id == lost.rule_id), None)
    few = lost.judged < 1
    span = "" if few else told.rate_range(rate_estimate(lost.calls, lost.judged))
    others = report.compared.colleagues if report.compared is not None else None
    theirs = told.rate(others.rates.get(lost.rule_id)) if others is not None else "—"
    if found is None:
        return span, theirs, "未复核", "—"
    corrected = corrected_words(found)
    if found.changed:
        return span, theirs, corrected, told.RULE_CHANGED
    return span, theirs, corrected, told.change(found.change, percent=True, among=len(items))


def cost(lost: LostItem) -> str:
    return "否决" if lost.severity == "veto" else signed(lost.points)


def final_words(final: float | None) -> str:
    return "—" if final is None else f"{number(final, 1)}%"
