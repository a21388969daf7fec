"""Blocks about training: whom to coach on what, clips to listen to, and what earlier trainings did."""

from collections.abc import Mapping, Sequence

from qa_engine.domain import Evidence, RuleResult, Speaker, Status
from qa_engine.reports.document import Block, Card, Cell, Column, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts, TrainingEffect
from qa_engine.reports.numbers import Verdict
from qa_engine.reports.parts import rate_cell
from qa_engine.reports.period import PackNotes, Tally, told
from qa_engine.reports.period.needs import Coaching, Need, goal_words, need_words, regained_range
from qa_engine.reports.statistics import InspectedCall
from qa_engine.reports.wording import clock, number
from qa_engine.text import mask_private

CLIPS = 2
SHOWN_NEEDS = 8
_VERDICTS = {Verdict.HELPED: "good strong", Verdict.DID_NOTHING: "fault strong", Verdict.UNKNOWN: "soft"}

COACH_COLUMNS = (
    Column("坐席", look="strong nowrap"),
    Column("工号", look="nowrap"),
    Column("班组", look="nowrap"),
    Column("先练什么（有问题的 / 检查的通话）", look="wide"),
    Column("改好约升（分）", number=True, look="strong nowrap"),
    Column("大致范围", look="nowrap"),
)


def coach_table(listed: Sequence[Coaching]) -> Table:
    """Whom to coach on what, at a glance; who would gain most first."""
    rows = tuple(
        Row(
            (
                Cell(one.name or one.agent_id, "first strong"),
                one.agent_id,
                one.team,
                "；".join(f"{need.rule.title}（{need.failed} / {need.judged}）" for need in one.needs),
                Cell(told.fixed(one.regained), value=round(one.regained, 1)),
                regained_range(one),
            )
        )
        for one in listed
    )
    return Table(COACH_COLUMNS, rows)


def need_cards(facts: PeriodFacts, listed: Sequence[Need], notes: PackNotes) -> list[Block]:
    """Each need with own clips, a colleague's good example, and the sentence of the document."""
    good = {need.rule.id: good_example(facts.tally, need) for need in listed}
    wanted = [call for need in listed for call in (*need.examples[:CLIPS], *filter(None, (good[need.rule.id],)))]
    calls = facts.source.some(wanted, form_url=facts.request.form_url)
    return [_need_card(need, calls, good[need.rule.id], notes) for need in listed]


def good_example(tally: Tally, need: Need) -> str | None:
    """A call that passed the rule, of the colleague of the same team who has the fewest of these faults."""
    place = tally.place_of(need.rule.id)
    assert place is not None
    failed, judged = tally.failed, tally.judged
    others = [m for m in tally.members if m.team == need.team and m.agent_id != need.agent_id]
    others.sort(key=lambda m: ((failed[m.place, place] + 1) / (judged[m.place, place] + 2), m.agent_id))
    models = (tally.model_of(m.place, place) for m in others)
    return next((model[1] for model in models if model is not None), None)


def _need_card(need: Need, calls: Mapping[str, InspectedCall], good: str | None, notes: PackNotes) -> Card:
    head = (
        Piece(f"{need.name} {need.agent_id}".strip(), "strong"),
        Piece(need.rule.title, "strong"),
        Piece(need.rule.section_title, "soft small"),
        Piece(f"约升 {told.fixed(need.regained)} 分（{regained_range(need)}）", "pts plain"),
    )
    body: list[Block] = [
        Note((Piece("依据：", "soft"), f"{need_words(need)}。", Piece("目标：", "soft"), f"{goal_words(need)}。"))
    ]
    note = notes.get(need.rule.id)
    if note is not None and note.why:
        body.append(Note((Piece("制度原文：", "soft"), note.why)))
    own = (calls[call_id] for call_id in need.examples[:CLIPS] if call_id in calls)
    body.extend(Note(("本人：", *clip(call, need.rule.id)), "hit") for call in own)
    if good is not None and good in calls:
        body.append(Note(("同事做得好的：", *clip(calls[good], need.rule.id)), "hit"))
    return Card(head, tuple(body), "need")


def clip(call: InspectedCall, rule_id: str) -> tuple[str | Piece, ...]:
    """A place to listen to: the call at the time of the rule's evidence, with the words."""
    rule = next((rule for rule in call.result.rules if rule.id == rule_id), None)
    evidence = _own_evidence(rule) if rule is not None else None
    at = evidence.start if evidence is not None else None
    url = call.form_url
    if url is not None and at is not None:
        url = f"{url}#t={number(at)}"
    parts: list[str | Piece] = [
        Piece(
            f"{call.result.call_id} {clock(at) if at is not None else ''}".strip(),
            "",
            at,
            url,
            call=call.result.call_id,
        ),
        " ",
        Piece(f"{call.day:%m-%d}" if call.day else "", "faint"),
        " ",
    ]
    if evidence is not None and evidence.text:
        parts += [Piece(f"「{mask_private(evidence.text)}」", "strong"), " "]
    if rule is not None and rule.status is Status.FAIL:
        parts.append(Piece(mask_private(rule.message), "soft"))
    return tuple(parts)


def _own_evidence(rule: RuleResult) -> Evidence | None:
    own = [evidence for evidence in rule.evidence if evidence.speaker is not Speaker.CUSTOMER] or list(rule.evidence)
    return next((evidence for evidence in own if evidence.start is not None), next(iter(own), None))


def effect_table(effects: Sequence[TrainingEffect]) -> list[Block]:
    """What last month's measures did."""
    if not effects:
        return [
            Note(
                "没有登记过已完成的培训；在班长看板的「培训计划」里记下谁、学什么、哪天完成，四周后这里给出效果。",
                "empty",
            )
        ]
    columns = (
        Column("坐席"),
        Column("培训内容"),
        Column("完成日"),
        Column("培训前"),
        Column("培训后"),
        Column("与同组相比（百分点）"),
        Column("结论"),
        Column("说明", look="soft small"),
    )
    rows = []
    for one in effects:
        training, effect = one.training, one.effect
        difference = (
            "—" if effect.difference.value is None else told.change(effect.difference, percent=True).split("，")[0]
        )
        after = f"{one.days_after} 天；同组未参加 {effect.peer_count} 人对照"
        if one.rule_changed:
            after += "；其间改版，范围已放宽"
        verdict = Piece(effect.verdict.value, _VERDICTS[effect.verdict])
        if not one.whole and not effect.reason:
            verdict = Piece(f"未满四周（暂看{effect.verdict.value}）", "soft")
        rows.append(
            Row(
                (
                    Cell(f"{training.agent_name} {training.agent_id}".strip(), "first"),
                    training.title,
                    f"{training.done_day:%m-%d}" if training.done_day else "",
                    rate_cell(one.before),
                    rate_cell(one.after),
                    difference,
                    Cell(verdict),
                    effect.reason or after,
                )
            )
        )
    note = (
        "完成后四周与此前四周相比，再与同组没参加的人比较：旺季等对大家一样的变化已抵消；选中的人本来就会回升的部分也已扣除；"
        "其间规则改版的，范围把改版对各人多少不一的影响也算在内。"
        "负数为比同组多降；满四周才下结论。"
    )
    return [Table(columns, tuple(rows)), Note(note, "faint small")]
