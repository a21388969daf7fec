"""服务质量综合考评表: the form of one call, as data."""

from dataclasses import dataclass

from qa_engine.domain import (
    Call,
    CallResult,
    Channel,
    CustomerOutcome,
    ItemScore,
    RuleResult,
    ScenarioGuess,
    SectionScore,
    Severity,
    Status,
    Transcript,
)
from qa_engine.reports import wording
from qa_engine.reports.duties import ComplaintBlock, PromiseLine, complaint_block, promise_lines
from qa_engine.reports.findings import (
    Finding,
    anchor_of,
    findings_of,
    label_findings,
    markings_of,
    references_of,
    review_reasons,
)
from qa_engine.reports.signed_form import SignedForm, SignedLines, signed_lines
from qa_engine.reports.timeline import Pin, Timeline, build_timeline
from qa_engine.reports.turns import Mark, TurnLine, show_turns
from qa_engine.rules import NO_MODEL, PART_OF_CALL, TRANSFERRED_FROM
from qa_engine.text import mask_private

_OWN_METADATA = {"ring_seconds", "hold", "ended_by", "csat", PART_OF_CALL, TRANSFERRED_FROM}
_IN_REGISTER = {  # shown with the complaint
    "complaint_class", "complaint_received_at", "first_feedback_at", "solved_at", "result_feedback_at",
}  # fmt: skip
_DOUBTS = (Status.UNCERTAIN, Status.ERROR)
_SHOWN_UNHEARD = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Score:
    """What the machine made of the call. ``rate`` is percent of ``possible``, None when nothing could be scored.

    ``whole`` is the sum of all items of the scorecard that can apply, manual ones included; ``manual`` is the part of
    it that a person still has to give.
    """

    total: float
    possible: float
    rate: float | None
    grade: str
    veto: bool
    veto_suspected: bool
    pending: bool
    lost: float
    manual: float
    deductions: int
    doubts: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line of the score table. ``state``: kept, lost, doubt, manual or not_applicable."""

    id: str
    title: str
    possible: float
    score: float | None
    lost: float
    state: str
    note: str
    findings: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()
    anchors: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """One of the headings with its items."""

    id: str
    title: str
    score: float
    possible: float
    items: tuple[ItemLine, ...]

    @property
    def rate(self) -> float | None:
        return 100.0 * self.score / self.possible if self.possible > 0 else None


@dataclass(frozen=True, slots=True)
class CallForm:
    """Everything the form says, ready to be rendered; phone numbers are masked in all of it."""

    title: str
    call_id: str
    facts: tuple[Fact, ...]
    score: Score
    review_reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    sections: tuple[SectionBlock, ...]
    vetoes: tuple[Finding, ...]
    veto_items: tuple[Finding, ...]
    deductions: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    passed: tuple[Finding, ...]
    not_applicable: tuple[Finding, ...]
    metrics: tuple[Fact, ...]
    timeline: Timeline | None
    turns: tuple[TurnLine, ...]
    timed: bool
    audio_url: str | None
    notice: str | None
    footer: tuple[Fact, ...]
    tone_note: str = ""  # why no tone is shown, empty when it is
    promises: tuple[PromiseLine, ...] = ()
    complaint: ComplaintBlock | None = None
    signed: SignedLines | None = None

    @property
    def excluded_turns(self) -> tuple[TurnLine, ...]:
        return tuple(turn for turn in self.turns if turn.excluded)


def call_form(
    transcript: Transcript,
    result: CallResult,
    *,
    audio_url: str | None = None,
    source_name: str = "",
    signed: SignedForm | None = None,
) -> CallForm:
    """The form of a call. ``audio_url`` is where its reader can play the recording; equal inputs give an equal form."""
    labels = label_findings(result)
    shown = show_turns(transcript, markings_of(result, labels, transcript), references_of(result, labels), result.tones)
    faults = findings_of(result, (Status.FAIL,), labels, shown)
    doubts = findings_of(result, _DOUBTS, labels, shown)
    passed = findings_of(result, (Status.PASS,), labels, shown)
    not_applicable = findings_of(result, (Status.NOT_APPLICABLE,), labels, shown)
    everything = (*faults, *doubts, *passed, *not_applicable)
    by_rule = {finding.rule_id: finding for finding in everything}
    spoken = transcript.call.channel is Channel.VOICE  # the picture is of sound
    notice = result.notice or (transcript.recognition.notice if transcript.recognition is not None else None)
    return CallForm(
        title=wording.CALL_FORM_TITLE,
        call_id=result.call_id,
        facts=_facts(transcript, source_name, result),
        score=_score(result, faults, doubts),
        review_reasons=tuple(review_reasons(result)),
        warnings=(*(wording.warning(key) for key in transcript.warnings), *_unheard_places(transcript)),
        sections=tuple(_section(section, result, by_rule) for section in result.sections),
        vetoes=tuple(f for f in faults if f.severity == Severity.VETO),
        veto_items=tuple(by_rule[rule.id] for rule in result.rules if rule.severity is Severity.VETO),
        deductions=faults,
        doubts=doubts,
        passed=passed,
        not_applicable=not_applicable,
        metrics=metric_facts(result),
        timeline=build_timeline(transcript, _pins((*faults, *doubts)), result.tones) if spoken else None,
        turns=shown.lines,
        timed=any(turn.start is not None for turn in transcript.turns),
        audio_url=audio_url,
        notice=notice,
        footer=_footer(transcript, result),
        tone_note=_tone_note(result),
        promises=promise_lines(result),
        complaint=complaint_block(result.complaint),
        signed=signed_lines(signed, result) if signed is not None else None,
    )


def _others(call: Call, result: CallResult) -> list[Fact]:
    """Who else spoke for the centre: everybody has a form of his own."""
    if not result.agents:
        return []
    whole = call.metadata.get(PART_OF_CALL)
    facts = [
        Fact("本通其他坐席", "、".join(result.agents[1:])),
        Fact("考评范围", "只考评本坐席自己说的话，其他坐席各有一份"),
    ]
    return [*facts, Fact("所属通话", str(whole))] if whole else facts


def _facts(transcript: Transcript, source_name: str, result: CallResult) -> tuple[Fact, ...]:
    call = transcript.call
    agent = " ".join(part for part in (call.agent.name, call.agent.id) if part)
    facts = [
        Fact("通话编号", call.call_id),
        Fact("坐席", agent or wording.UNKNOWN),
        *_others(call, result),
        Fact("班组", call.agent.team or wording.UNKNOWN),
        Fact("通话时间", wording.moment(call.started_at)),
        Fact("通话时长", wording.duration(transcript.duration)),
        Fact("业务场景", _scenario(call.scenario, result.scenario_guess)),
        Fact("方向", wording.DIRECTIONS[call.direction] if call.direction is not None else wording.UNKNOWN),
        Fact("渠道", wording.CHANNELS[call.channel]),
        Fact("客户号码", mask_private(call.customer_number) if call.customer_number else wording.UNKNOWN),
    ]
    if result.scorecard_title:
        facts.append(Fact("考评表", result.scorecard_title))
    metadata = call.metadata
    if isinstance(ring := metadata.get("ring_seconds"), int | float) and not isinstance(ring, bool):
        facts.append(Fact("振铃", f"{wording.number(ring, 1)} 秒"))
    if isinstance(ended_by := metadata.get("ended_by"), str):
        facts.append(Fact("结束方式", wording.ENDED_BY.get(ended_by, ended_by)))
    if (csat := metadata.get("csat")) is not None:
        facts.append(Fact("客户满意度", wording.fact_value("csat", csat)))
    if result.outcome is not None:
        facts.append(Fact("客户离开时的感受（模型推断，不计分）", outcome_words(result.outcome)))
    if source_name:
        heard = transcript.recognition is not None
        facts.append(Fact("录音文件" if heard else "来源文件", mask_private(source_name)))
    own = _OWN_METADATA | (_IN_REGISTER if result.complaint is not None else set())
    facts += [
        Fact(wording.fact_title(key), mask_private(wording.fact_value(key, value)))
        for key, value in metadata.items()
        if key not in own and isinstance(value, str | int | float) and str(value)
    ]
    return tuple(facts)


def outcome_words(outcome: CustomerOutcome) -> str:
    """The outcome with what speaks against content, then what speaks for it."""
    against, content = ([sign.title for sign in outcome.signs if (sign.push > 0) is good] for good in (False, True))
    parts = [f"{said}：{'、'.join(titles)}" for said, titles in (("不利", against), ("有利", content)) if titles]
    return f"{outcome.score}（0–100）" + "".join(f"，{part}" for part in parts)


def _scenario(told: str | None, guess: ScenarioGuess | None) -> str:
    if told is not None or guess is None:
        return wording.scenario(told)
    named = wording.scenario(guess.scenario)
    sure = f"把握 {min(guess.probability, 0.99):.0%}；补传场景即可更正"
    return f"未能判定（最像{named}，{sure}）" if guess.open else f"{named}（模型推断，{sure}）"


def _unheard_places(transcript: Transcript) -> tuple[str, ...]:
    """Speech without words, told with its places: whoever judges the call must know what the machine did not hear."""
    spans = transcript.unheard
    if not spans:
        return ()
    shown = "、".join(
        f"{wording.clock(span.start)} {wording.SPEAKERS[span.speaker]} {wording.number(span.span.seconds, 1)} 秒"
        for span in spans[:_SHOWN_UNHEARD]
    )
    more = f" 等 {len(spans)} 处" if len(spans) > _SHOWN_UNHEARD else ""
    return (f"有说话声但没有识别出文字：{shown}{more}",)


def _score(result: CallResult, faults: tuple[Finding, ...], doubts: tuple[Finding, ...]) -> Score:
    manual = sum(item.possible for section in result.sections for item in section.items if _awaits_person(item))
    return Score(
        total=result.total,
        possible=result.possible,
        rate=100.0 * result.total / result.possible if result.possible > 0 else None,
        grade=result.grade,
        veto=result.veto,
        veto_suspected=result.veto_suspected,
        pending=result.pending or result.possible <= 0,
        lost=result.possible - result.total,
        manual=manual,
        deductions=sum(fault.severity != Severity.INFO for fault in faults),
        doubts=len(doubts),
    )


def _awaits_person(item: ItemScore) -> bool:
    return item.manual and item.score is None


def _section(section: SectionScore, result: CallResult, by_rule: dict[str, Finding]) -> SectionBlock:
    rules = {rule.id: rule for rule in result.rules}
    items = []
    for item in section.items:
        fed = [rules[rule_id] for rule_id in item.rules if rule_id in rules]
        items.append(_item(item, fed, by_rule))
    return SectionBlock(section.id, section.title, section.score, section.possible, tuple(items))


def _item(item: ItemScore, fed: list[RuleResult], by_rule: dict[str, Finding]) -> ItemLine:
    findings = tuple(by_rule[rule.id] for rule in fed if rule.status is Status.FAIL)
    doubts = tuple(by_rule[rule.id] for rule in fed if rule.status in _DOUBTS)
    lost = max(0.0, item.possible - item.score) if item.score is not None else 0.0
    note = ""
    if _awaits_person(item):
        state = "manual"
    elif item.score is None:
        state = "not_applicable"
        reasons = dict.fromkeys(by_rule[rule.id].brief for rule in fed if rule.reason)
        note = "；".join(reasons) or "本次通话不涉及"
    elif findings or lost > 0:
        state = "lost"
        taken = -sum(finding.points for finding in findings)
        if findings and abs(taken - lost) >= 0.005:
            note = f"各项合计 {wording.signed(-taken)} 分，按考评表实扣 {wording.number(lost)} 分"
    else:
        state = "doubt" if doubts else "kept"
    return ItemLine(item.id, item.title, item.possible, item.score, lost, state, note, findings, doubts, item.anchors)


def metric_facts(result: CallResult) -> tuple[Fact, ...]:
    """The figures of a call in words, unmeasured ones left out."""
    facts = []
    for key, value in result.metrics.items():
        if value is None:
            continue
        if key in wording.MOODS:
            facts.append(Fact(wording.MOODS[key], wording.mood(value)))
            continue
        label, unit, factor, decimals = wording.METRICS.get(key, (key, "", 1, 2))
        space = "" if unit in {"%", ""} else " "
        facts.append(Fact(label, f"{wording.number(value * factor, decimals)}{space}{unit}"))
    return tuple(facts)


def _pins(findings: tuple[Finding, ...]) -> list[Pin]:
    pins = []
    for finding in findings:
        mark = Mark.FAULT if finding.status == Status.FAIL else Mark.DOUBT
        starts = sorted({hit.start for hit in finding.hits if hit.start is not None})
        if not starts and finding.at is not None:
            starts = [finding.at]
        for start in starts:
            label = f"{wording.clock(start)} {finding.title}"
            pins.append(Pin(start, mark, finding.label, anchor_of(finding.label), label, finding.severity))
    return pins


def _tone_note(result: CallResult) -> str:
    if result.tones:
        return ""
    if result.tone_model == NO_MODEL:
        return "未判断语气：没有启用语气模型，或规则包没有语气规则"
    return "未判断语气：没有可以判断的话轮"


def _footer(transcript: Transcript, result: CallResult) -> tuple[Fact, ...]:
    facts = [
        Fact("引擎版本", f"qa-engine {result.engine}"),
        Fact("考评表", result.scorecard),
        Fact("规则包", result.pack),
        Fact("文本摘要", result.transcript),
    ]
    if result.tone_model != NO_MODEL:
        facts.append(Fact("语气模型", result.tone_model))
    recognition = transcript.recognition
    if recognition is not None:
        facts += [
            Fact("识别引擎", f"{recognition.engine}，模型 {recognition.model}"),
            Fact("模型摘要", recognition.model_digest),
            Fact("识别设置", recognition.settings_digest),
            Fact("录音摘要", recognition.audio_digest),
        ]
    return tuple(facts)
