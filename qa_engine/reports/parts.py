"""Blocks that several reports over a period have: figures, tables of agents and rules, needs."""

from collections.abc import Mapping, Sequence

from qa_engine.domain import Evidence, RuleResult, Speaker, Status
from qa_engine.reports.cards import WIDE_BOX
from qa_engine.reports.document import (
    Banner,
    Block,
    Card,
    Cell,
    Column,
    Fact,
    Figure,
    Figures,
    Heading,
    Note,
    Piece,
    Row,
    SignLine,
    SignOff,
    Table,
    Text,
)
from qa_engine.reports.facts import PeriodFacts, TrainingEffect
from qa_engine.reports.numbers import ENOUGH, Verdict, mean_estimate
from qa_engine.reports.period import PackNotes, Tally, told
from qa_engine.reports.period.lines import AgentLine, ItemLine
from qa_engine.reports.period.needs import Coaching, Need, goal_words, need_words, regained_range
from qa_engine.reports.statistics import InspectedCall
from qa_engine.reports.wording import SEVERITIES, clock, number, percent
from qa_engine.text import mask_private

CLIPS = 2
SHOWN_NEEDS = 8
SHOWN_ITEMS = 15  # on pages and paper; a workbook has all
_VERDICTS = {Verdict.HELPED: "good strong", Verdict.DID_NOTHING: "fault strong", Verdict.UNKNOWN: "soft"}


def top_figures(facts: PeriodFacts) -> Figures:
    tally = facts.tally
    faulty = sum(member.faulty for member in tally.members)
    final = mean_estimate(tally.final.sums, lowest=0, highest=100)
    beside = (
        f"同一批通话机器 {number(tally.machine_of_final.sums.mean or 0.0, 1)}" if final.n else "本期没有签字的考评表"
    )
    vetoes = sum(member.vetoes for member in tally.members)
    suspected = sum(member.suspected for member in tally.members)
    calls = Piece(" 通", "unit")
    return Figures(
        (
            Figure("平均得分率（机器）", told.score(facts.score), f"大致 {told.score_range(facts.score)}", noted=True),
            Figure("较上期", told.change(facts.change).split("（")[0], _change_note(facts), noted=True),
            Figure("复核后得分率", told.score(final), f"{final.n} 通；{beside}", noted=True),
            Figure(
                "计分通话", (str(tally.counted), Piece(f" / {tally.calls} 通", "unit")), _uncounted(tally), noted=True
            ),
            Figure("有扣分的通话", (str(faulty), calls), _share(faulty, tally.counted), noted=True),
            Figure("一票否决", (str(vetoes), calls), f"另 {suspected} 通待确认", "fault" if vetoes else "", noted=True),
        )
    )


def _change_note(facts: PeriodFacts) -> str:
    words = told.change(facts.change)
    return words.partition("（")[2].rstrip("分不出，").rstrip("）") + (
        "，分不出高下" if words.endswith("分不出") else ""
    )


def _uncounted(tally: Tally) -> str:
    return f"{tally.uncounted} 通没听清，未计分" if tally.uncounted else "全部计分"


def _share(part: int, whole: int) -> str:
    return f"占 {percent(100 * part / whole, 1)}" if whole else ""


def rule_changes(facts: PeriodFacts) -> list[Block]:
    """What became other rules meanwhile, and what that did to everybody."""
    if not facts.rule_changes:
        return []
    columns = (
        Column("改版的规则"),
        Column("自"),
        Column("改版前出现率"),
        Column("改版后出现率"),
        Column("变化（百分点）"),
    )
    rows = tuple(
        Row(
            (
                Cell(change.title, "first"),
                f"{change.since:%m-%d}",
                _rate_cell(change.before),
                _rate_cell(change.after),
                told.change(change.change, percent=True),
            )
        )
        for change in facts.rule_changes
    )
    told_apart = (
        f"改版对所有人一样起作用，不算到人头上：名次与「同口径」比较都不含改版的规则。"
        f"同口径较上期 {told.change(facts.alike_change)}。"
    )
    return [Heading("本期规则改版的影响"), Table(columns, rows), Note(told_apart)]


def _rate_cell(counts: tuple[int, int]) -> str:
    failed, judged = counts
    return f"{percent(100 * failed / judged, 1)}（{failed} / {judged} 通）" if judged else "—"


AGENT_COLUMNS = (
    Column("名次", number=True, named=True, look="nowrap"),
    Column("坐席", look="strong nowrap"),
    Column("工号", named=True, look="nowrap"),
    Column("计分通话", number=True, named=True),
    Column("得分率", number=True, named=True, look="strong"),
    Column("大致范围", named=True, look="nowrap"),
    Column("靠拢后", number=True, named=True),
    Column("较上期（同口径）", named=True),
    Column("有扣分", number=True, named=True),
    Column("复核后（同批机器分，通话）", named=True),
)


def agent_table(lines: Sequence[AgentLine], *, link: str | None = None) -> Table:
    rows = []
    among = len(lines)
    for line in lines:
        url = link.format(agent_id=line.agent_id) if link else None
        final = "—"
        if line.final.n:
            final = f"{told.score(line.final)}（{number(line.machine_of_final or 0.0, 1)}，{line.final.n} 通）"
        rows.append(
            Row(
                (
                    told.place(line.place, line.last_place),
                    Cell(Piece(line.name or line.agent_id, url=url), "first"),
                    Cell(line.agent_id),
                    line.counted,
                    Cell(told.score(line.score), value=_round(line.score.value)),
                    told.score_range(line.score) or "—",
                    Cell(told.score(line.level), value=_round(line.level.value)),
                    Cell(told.change(line.change, among=among), told.change_look(line.change, good=1, among=among)),
                    Cell(told.rate(line.faulty, 0), value=None if line.counted else ""),
                    final,
                ),
                "faint" if line.few else "",
            )
        )
    return Table(AGENT_COLUMNS, tuple(rows), filters=True, frozen=True)


def agent_notes(lines: Sequence[AgentLine]) -> list[Block]:
    few = [line.label for line in lines if line.few]
    notes: list[Block] = [
        Note(
            "名次写成范围（如 2–6）的，现有通话分不出先后；都写 1 的并列第一。变化注明「分不出」的，不当作进步或退步。"
            "「靠拢后」：通话少的人，得分率向全组靠拢。",
            "soft small",
        )
    ]
    if few:
        notes.append(
            Banner("ask", f"{told.listed(few, 6)}：不足 {ENOUGH} 通，不排名，不作考核依据；数字已向全组靠拢。")
        )
    return notes


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


ITEM_COLUMNS = (
    Column("扣分项"),
    Column("考评项", look="soft nowrap"),
    Column("程度", look="nowrap"),
    Column("出现 / 检查", number=True, named=True, look="nowrap"),
    Column("出现率", number=True, named=True, look="strong"),
    Column("大致范围", named=True, look="nowrap"),
    Column("按复核更正", named=True),
    Column("较上期（百分点）", named=True),
    Column("合计扣分", number=True, named=True, look="fault"),
)


def item_table(items: Sequence[ItemLine], most: int = SHOWN_ITEMS) -> Table:
    """The rules that cost most; a page shows ``most`` of them."""
    rows = []
    for item in items:
        corrected = corrected_words(item)
        change: Text = told.change(item.change, percent=True, among=len(items))
        if item.changed:
            change = "规则改版，不比较"
        rows.append(
            Row(
                (
                    Cell(Piece(item.rule.title, "strong"), "first"),
                    item.rule.section_title,
                    Cell(_severity(item.rule.severity)),
                    f"{item.failed} / {item.judged}",
                    Cell(
                        told.rate(item.rate), value=None if item.rate.value is None else round(100 * item.rate.value, 1)
                    ),
                    told.rate_range(item.rate),
                    corrected,
                    Cell(change, "" if item.changed else told.change_look(item.change, good=-1, among=len(items))),
                    Cell(
                        "否决" if item.rule.severity == "veto" else number(item.points, 1), value=round(item.points, 1)
                    ),
                )
            )
        )
    return Table(ITEM_COLUMNS, tuple(rows), filters=True, frozen=True, shown=most)


def corrected_words(item: ItemLine) -> str:
    """The rate as reviews correct it, or why it is not corrected."""
    if item.corrected is None:
        return f"复核太少（{item.checks} 条）" if item.checks else "未复核"
    return f"{told.rate(item.corrected)}（{told.rate_range(item.corrected)}）"


def _severity(key: str) -> Piece:
    label = next((label for severity, label in SEVERITIES.items() if severity.value == key), key)
    return Piece(label, "tag fault" if key in ("veto", "major") else "tag")


# -- training ---------------------------------------------------------------------------------------------------------

COACH_COLUMNS = (
    Column("坐席", look="strong nowrap"),
    Column("工号", look="nowrap", named=True),
    Column("班组", look="nowrap", named=True),
    Column("先练什么（有问题的 / 检查的通话）", look="wide"),
    Column("改好约升（分）", number=True, named=True, look="strong nowrap"),
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
    others = [
        m
        for m in tally.members
        if m.team == need.team and m.agent_id != need.agent_id and (m.place, place) in tally.models
    ]
    best = min(
        others,
        key=lambda m: ((failed[m.place, place] + 1) / (judged[m.place, place] + 2), m.agent_id),
        default=None,
    )
    return tally.models[best.place, place][1] if best is not None else None


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
        return [Note("没有登记过已完成的培训；用「培训登记」记下谁、学什么、哪天完成，四周后这里给出效果。", "empty")]
    columns = (
        Column("坐席"),
        Column("培训内容"),
        Column("完成日"),
        Column("培训前"),
        Column("培训后"),
        Column("比同组多降（百分点）"),
        Column("结论"),
        Column("说明", look="soft small"),
    )
    rows = []
    for one in effects:
        training, effect = one.training, one.effect
        difference = (
            "—"
            if effect.difference.value is None
            else told.change(effect.difference, percent=True).replace("，分不出", "")
        )
        after = f"{one.days_after} 天；同组未参加 {effect.peer_count} 人对照"
        verdict = Piece(effect.verdict.value, _VERDICTS[effect.verdict])
        if not one.whole and not effect.reason:
            verdict = Piece(f"未满四周（暂看{effect.verdict.value}）", "soft")
        rows.append(
            Row(
                (
                    Cell(f"{training.agent_name} {training.agent_id}".strip(), "first"),
                    training.title,
                    f"{training.done_day:%m-%d}" if training.done_day else "",
                    _rate_cell(one.before),
                    _rate_cell(one.after),
                    difference,
                    Cell(verdict),
                    effect.reason or after,
                )
            )
        )
    note = (
        "完成后四周与此前四周相比，再与同组没参加的人比较：改版、旺季等对大家一样的变化已抵消；选中的人本来就会回升的部分也已扣除。"
        "负数为下降；满四周才下结论。"
    )
    return [Table(columns, tuple(rows)), Note(note, "faint small")]


def drawn_words(drawn: int, calls: int) -> str:
    """How many calls topics were made of, and how these were chosen."""
    if drawn >= calls:
        return f"全部 {drawn} 通，按用词归类"
    return f"本期 {calls} 通按时间先后每隔约 {round(calls / max(1, drawn))} 通取一通，共 {drawn} 通，按用词归类"


def sign_off(title: str, *entries: str) -> list[Block]:
    write = SignLine(kind="write")
    line = SignLine(tuple((f"{entry} ", WIDE_BOX) for entry in entries))
    return [SignOff(title, (write, write, line))]


def versions(tally: Tally) -> tuple[Fact, ...]:
    return tuple(Fact("规则包", pack) for pack in sorted(tally.packs))


def notes_of(facts: PeriodFacts) -> PackNotes:
    """The rules as the newest pack of the period has them."""
    packs = sorted(facts.tally.packs.items(), key=lambda one: (one[1][1], one[0]))
    return facts.source.notes(packs[-1][0]) if packs else {}
