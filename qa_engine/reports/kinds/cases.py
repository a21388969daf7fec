"""案例库与考核题目: good and bad clips with their lesson, and questions with the answer by rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_engine.domain import RuleResult, Severity, Speaker
from qa_engine.reports.coaching import clip
from qa_engine.reports.document import Block, Card, Document, Heading, Note, Piece, Rows
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.parts import notes_of, over_days, versions
from qa_engine.reports.period import PackNotes, told
from qa_engine.reports.period.lines import ItemLine
from qa_engine.reports.statistics import InspectedCall
from qa_engine.reports.wording import clock, number
from qa_engine.text import mask_private

TITLE = "案例库与考核题目"
_CASES, _EACH, _LESSONS = 12, 2, 20


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer by rule."""

    rule_id: str
    question: str
    answer: str
    call_id: str


@dataclass(frozen=True, slots=True)
class CaseData:
    title: str
    period: str
    questions: tuple[Question, ...]


@report_kind("cases", title=TITLE, about="centre", folder="cases", scoped=True)
def report(source: Source, request: Request) -> Document:
    """Cases of the month of the period (or the one that is due) of the centre or of the team ``request.subject``."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    chosen = [item for item in facts.items if item.rule.severity != Severity.INFO.value][:_CASES]
    bad = {item.place: _bad(facts, item) for item in chosen}
    good = {item.place: _good(facts, item) for item in chosen}
    wanted = [call for item in chosen for call in (*bad[item.place], good[item.place]) if call]
    calls = source.some(wanted, form_url=request.form_url)
    notes = notes_of(facts)
    questions = tuple(
        q for item in chosen for call in bad[item.place][:1] if (q := _question(item, call, calls, notes))
    )
    return over_days(
        "cases",
        TITLE,
        request,
        period.label,
        blocks=(
            Heading("质检员写下的教训", "来自签字的考评表"),
            *_lessons(source, facts),
            Heading("案例", "机器找出的片段，用前请听一遍原声"),
            *(_case(item, bad[item.place], good[item.place], calls, notes) for item in chosen),
            *([] if chosen else [Note("本期没有可用的案例。", "empty")]),
            Heading("考核题目", f"{len(questions)} 题", page=True),
            *(Note((Piece(f"{n}．", "strong"), q.question)) for n, q in enumerate(questions, 1)),
            Heading("参考答案", page=True),
            *(Note((Piece(f"{n}．", "strong"), q.answer)) for n, q in enumerate(questions, 1)),
        ),
        footer=versions(facts.tally),
        table=_rows(chosen, bad, good, calls, notes),
        data=CaseData(TITLE, period.label, questions),
    )


def _bad(facts: PeriodFacts, item: ItemLine) -> tuple[str, ...]:
    found = [listed[-1] for (_, rule), listed in sorted(facts.tally.examples.items()) if rule == item.place]
    return tuple(found[:_EACH])


def _good(facts: PeriodFacts, item: ItemLine) -> str:
    """A call that passed the rule, of the agent who has the fewest of these faults."""
    failed, judged = facts.tally.failed, facts.tally.judged
    found = [
        ((failed[m, rule] + 1) / (judged[m, rule] + 2), call)
        for (m, rule), (_, call) in facts.tally.models.items()
        if rule == item.place
    ]
    return min(found)[1] if found else ""


def _lessons(source: Source, facts: PeriodFacts) -> list[Block]:
    signed = [form for form in source.signed(facts.period, team=facts.team) if form.lesson][-_LESSONS:]
    if not signed:
        return [Note("本期签字的考评表没有写教训。", "empty")]
    return [
        Note(
            (
                Piece(form.call_id, url=facts.request.form_url.format(call_id=form.call_id)),
                f"　{number(100 * form.total / form.possible if form.possible else 0.0, 1)}%　",
                mask_private(form.lesson),
            )
        )
        for form in signed
    ]


def _case(
    item: ItemLine, bad: tuple[str, ...], good: str, calls: Mapping[str, InspectedCall], notes: PackNotes
) -> Card:
    head = (
        Piece(item.rule.title, "strong"),
        Piece(item.rule.section_title, "soft small"),
        Piece(told.rate_with(item.rate), "small soft"),
    )
    body: list[Block] = []
    note = notes.get(item.rule.id)
    if note is not None and note.why:
        body.append(Note((Piece("制度原文：", "soft"), note.why)))
    body += [Note((Piece("反例：", "fault"), *clip(calls[call], item.rule.id)), "hit") for call in bad if call in calls]
    if good in calls:
        body.append(Note((Piece("正例：", "good"), *clip(calls[good], item.rule.id)), "hit"))
    return Card(head, tuple(body), "need")


_CSV_COLUMNS = ("检查项", "考评项", "例", "通话编号", "日期", "坐席", "工号", "时间", "原话", "说明", "制度原文")


def _rows(
    chosen: Sequence[ItemLine],
    bad: Mapping[int, tuple[str, ...]],
    good: Mapping[int, str],
    calls: Mapping[str, InspectedCall],
    notes: PackNotes,
) -> Rows:
    """One line a clip."""
    rows = []
    for item in chosen:
        for name, listed in (("反例", bad[item.place]), ("正例", (good[item.place],))):
            for call in (calls[call_id] for call_id in listed if call_id in calls):
                rule = next((rule for rule in call.result.rules if rule.id == item.rule.id), None)
                at = _at(rule) if rule is not None else None
                why = notes[item.rule.id].why if item.rule.id in notes else ""
                said = mask_private(rule.message) if rule is not None and name == "反例" else ""
                words = _words(rule) if rule is not None else ""
                who = call.call.agent
                day = call.day.isoformat() if call.day else ""
                head = (item.rule.title, item.rule.section_title, name, call.result.call_id, day)
                rows.append((*head, who.name or "", who.id or "", at, words, said, why))
    return Rows(_CSV_COLUMNS, tuple(rows))


def _at(rule: RuleResult) -> str:
    own = next((evidence.start for evidence in rule.evidence if evidence.start is not None), None)
    return clock(own) if own is not None else ""


def _question(item: ItemLine, call_id: str, calls: Mapping[str, InspectedCall], notes: PackNotes) -> Question | None:
    call = calls.get(call_id)
    rule = next((rule for rule in call.result.rules if rule.id == item.rule.id), None) if call is not None else None
    if rule is None:
        return None
    words = _words(rule)
    said = f"坐席说：「{words}」" if words else f"听通话 {call_id}"
    note = notes.get(item.rule.id)
    why = f"依据：{note.why}" if note is not None and note.why else ""
    question = f"{said}。这样做有什么问题？按规范应当怎样说？"
    cost = "一票否决项。" if item.rule.severity == "veto" else f"每次扣 {number(abs(rule.each or rule.points), 1)} 分。"
    answer = f"「{item.rule.title}」：{mask_private(rule.message)}。{cost}{why}"
    return Question(item.rule.id, question, answer, call_id)


def _words(rule: RuleResult) -> str:
    own = [evidence.text for evidence in rule.evidence if evidence.speaker is Speaker.AGENT and evidence.text]
    return mask_private(own[0]) if own else ""
