"""What was found in a call: each rule result with its hits quoted, or with where it was looked for in vain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa_engine.domain import CallResult, Evidence, Ladder, RuleResult, Searched, Severity, Speaker, Status, Transcript
from qa_engine.reports.turns import Mark, Marking, ShownTurns, TurnLine, speaker_label
from qa_engine.reports.wording import (
    LADDERS,
    SEVERITIES,
    STATUSES,
    WITNESSES,
    clock,
    clock_range,
    number,
    phrase_pattern,
    signed,
)
from qa_engine.scoring.review import titles_of
from qa_engine.text import mask_private

CALL_WORDS = "用词依据"
_DOUBT = "疑"  # before the number of what a person has to confirm
QUOTED_HITS = 3  # places of one finding that are quoted with the sentences around them; further ones only by time
QUOTED_TURNS = 4  # turns of a searched window that are quoted; in a longer one nothing stands out anyway
_NEAR_SCORE = 50.0  # below it the nearest miss shares hardly more than a character
_SLACK_SECONDS = 0.5  # a measured stretch may begin this little before the turn ends

_MARKS = {Status.FAIL: Mark.FAULT, Status.UNCERTAIN: Mark.DOUBT, Status.ERROR: Mark.DOUBT, Status.PASS: Mark.FOUND}


@dataclass(frozen=True, slots=True)
class QuotedHit:
    """One piece of evidence: what was said when, by whom. ``trigger``: words of the customer that set the rule off.

    ``measured``: the whole turn counts (its loudness, its pace), not particular words of it.
    """

    start: float | None
    end: float | None
    clock: str
    clock_range: str
    speaker: str
    words: str
    how: str
    explanation: str
    turn: int | None
    trigger: bool = False
    measured: bool = False

    @property
    def placed(self) -> str:
        """Whose words, and in which turn."""
        where = f"（第 {self.turn + 1} 个话轮）" if self.turn is not None else ""
        return f"{self.speaker}「{self.words}」{where}"


@dataclass(frozen=True, slots=True)
class Search:
    """Where something was looked for without being found. ``nearest`` is a sentence on what came nearest."""

    window: str
    start: float | None
    end: float | None
    clock_range: str
    turns: int
    nearest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule result as the form tells it. ``label`` numbers deductions 1, 2 … and doubts 疑1, 疑2 …

    ``excerpt`` quotes the call in blocks of consecutive turns: the hits (``focus``) with the sentences around them,
    and what was said where something was looked for in vain.
    """

    label: str
    anchor: str
    rule_id: str
    title: str
    section: str
    item: str
    status: str
    status_label: str
    severity: str
    severity_label: str
    points: float
    message: str
    reason: str
    hits: tuple[QuotedHit, ...] = ()
    searched: tuple[Search, ...] = ()
    excerpt: tuple[tuple[TurnLine, ...], ...] = ()
    times_taken: int = 0
    verdict: str = ""  # what it costs, in words: −2 分, 同一事件…, 一票否决（待确认）
    trust: str = ""  # what spoke for it and how often the rule was right, in words
    call_words: tuple[QuotedHit, ...] = ()  # of the whole call, strongest first, where they spoke for it

    @property
    def told_words(self) -> str:
        """The words of the whole call, each with its speaker and turn: 客户「还没到」（第 5 个话轮）、…"""
        return "、".join(word.placed for word in self.call_words)

    @property
    def at(self) -> float | None:
        """Seconds of the first hit of the agent, else of any hit, else of the window that was searched."""
        starts = [hit.start for hit in self.hits if hit.start is not None and not hit.trigger]
        starts = starts or [hit.start for hit in self.hits if hit.start is not None]
        starts = starts or [search.start for search in self.searched if search.start is not None]
        return min(starts) if starts else None

    @property
    def clock(self) -> str:
        return clock(self.at)

    @property
    def brief(self) -> str:
        """Why the rule was not judged, in a line."""
        head, parts = grounds(self.reason)
        return f"{head}（{len(parts)} 条依据）" if parts else head

    @property
    def grounds(self) -> tuple[str, ...]:
        """All of it, where `brief` is not."""
        return grounds(self.reason)[1]

    @property
    def words(self) -> str:
        """The words of the agent's first hit; empty for something that was not said."""
        return next((hit.words for hit in self.hits if hit.words and not (hit.trigger or hit.measured)), "")


BRIEF = 60
"""Characters of a reason that is told as it is; a longer one is told in short, with its grounds for who asks."""


def grounds(reason: str) -> tuple[str, tuple[str, ...]]:
    """A reason in short, and the grounds of a long one: 前提不成立：未出现「…」；未出现「…」 → 前提不成立, both."""
    if len(reason) <= BRIEF:
        return reason, ()
    head, colon, rest = reason.partition("：")
    if not colon or len(head) > BRIEF or "「" in head:
        head, rest = "", reason
    parts: list[str] = []
    depth = 0
    for piece in rest.split("；"):
        if depth:
            parts[-1] += f"；{piece}"
        else:
            parts.append(piece)
        depth += piece.count("「") - piece.count("」")
    return head or parts[0].partition("「")[0].rstrip("，：") or "见依据", tuple(parts)


@dataclass(frozen=True, slots=True)
class Labels:
    """Which rule carries which label on this form."""

    faults: dict[str, str]
    doubts: dict[str, str]

    def of(self, rule: RuleResult) -> str:
        if rule.status is Status.FAIL:
            return self.faults[rule.id]
        return self.doubts.get(rule.id, "")


def label_findings(result: CallResult) -> Labels:
    """Faults are numbered in the order of the form (vetoes first), doubts after them on their own."""
    order = {section.id: n for n, section in enumerate(result.sections)}

    def place(rule: RuleResult) -> tuple[bool, int]:
        return (rule.severity is not Severity.VETO, order.get(rule.section, len(order)))

    faults = sorted((r for r in result.rules if r.status is Status.FAIL), key=place)
    doubts = sorted((r for r in result.rules if r.status in (Status.UNCERTAIN, Status.ERROR)), key=place)
    return Labels(
        {rule.id: str(n) for n, rule in enumerate(faults, 1)},
        {rule.id: f"{_DOUBT}{n}" for n, rule in enumerate(doubts, 1)},
    )


def anchor_of(label: str) -> str:
    return "finding-" + label.replace(_DOUBT, "d")


def markings_of(result: CallResult, labels: Labels, transcript: Transcript) -> list[Marking]:
    """Every span of evidence to be seen in the text; whole turns are not marked, no words of theirs would stand out."""
    texts = {turn.index: turn.text for turn in transcript.turns}
    found = []
    for rule in result.rules:
        mark = _MARKS.get(rule.status, Mark.NONE)
        label = labels.of(rule)
        note = f"{label}．{rule.title}" if label else f"{STATUSES[rule.status]}：{rule.title}"
        found += [
            Marking(word.turn, *word.span, Mark.TELLING, f"{note}（{CALL_WORDS}）")
            for word in rule.call_words
            if word.turn is not None and word.span is not None
        ]
        found += [
            Marking(evidence.turn, *evidence.span, _mark(mark, evidence), note)
            for evidence in rule.evidence
            if evidence.turn is not None
            and evidence.span is not None
            and not _is_measured(evidence, texts.get(evidence.turn, ""))
        ]
    return found


def _mark(mark: Mark, evidence: Evidence) -> Mark:
    """The customer's words can set off a rule, but what is judged is the agent."""
    if evidence.speaker is not Speaker.CUSTOMER:
        return mark
    return Mark.NONE if mark is Mark.FOUND else Mark.TRIGGER


def _is_measured(evidence: Evidence, text: str) -> bool:
    return evidence.ladder is None and (evidence.span is None or evidence.span == (0, len(text)))


def references_of(result: CallResult, labels: Labels) -> dict[int, list[str]]:
    """For each turn the labels of the findings whose evidence, or words that spoke for them, lie in it."""
    references: dict[int, list[str]] = {}
    for rule in result.rules:
        label = labels.of(rule)
        for evidence in (*rule.evidence, *rule.call_words):
            if label and evidence.turn is not None and label not in references.setdefault(evidence.turn, []):
                references[evidence.turn].append(label)
    return {turn: sorted(found, key=_by_label) for turn, found in references.items()}


def is_doubt(label: str) -> bool:
    """Whether a label is that of a finding that a person has to confirm."""
    return label.startswith(_DOUBT)


def _by_label(label: str) -> tuple[bool, int]:
    return (is_doubt(label), int(label.removeprefix(_DOUBT)))


def findings_of(
    result: CallResult, statuses: Iterable[Status], labels: Labels, turns: ShownTurns
) -> tuple[Finding, ...]:
    """The rules of these statuses as findings, in the order of their labels."""
    titles = {section.id: section.title for section in result.sections}
    items = {(section.id, item.id): item.title for section in result.sections for item in section.items}
    rules = {rule.id: rule.title for rule in result.rules}
    wanted = frozenset(statuses)
    found = [
        _finding(rule, labels.of(rule), titles, items, turns, rules) for rule in result.rules if rule.status in wanted
    ]
    return tuple(sorted(found, key=lambda finding: _by_label(finding.label) if finding.label else (True, 0)))


def verdict_of(rule: RuleResult, rule_titles: dict[str, str]) -> str:
    """What the result costs, in words; for what is no fault that it costs nothing."""
    if rule.status is not Status.FAIL:
        return f"{STATUSES[rule.status]}，未扣分"
    if rule.severity is Severity.VETO:
        return "一票否决" if rule.confirmed else "一票否决待人工确认，未计入得分"
    dearer = rule_titles.get(rule.same_event, rule.same_event)
    same = f"与「{dearer}」是同一事件，{'其余部分另扣' if rule.points else '不重复扣分'}" if dearer else ""
    if not rule.points:
        return same or "提示，不扣分"
    return f"{signed(rule.points)} 分" + (f"（{same}）" if same else "")


def trust(rule: RuleResult) -> str:
    """Who spoke for a fault or a doubt, and how often faults of the rule were right; empty where nothing is known."""
    if rule.status not in (Status.FAIL, Status.UNCERTAIN):
        return ""
    parts = []
    if rule.witnesses:
        parts.append("证据：" + "、".join(WITNESSES.get(name, name) for name in rule.witnesses))
    if (precision := rule.precision) is not None:
        parts.append(
            f"本规则实测 {precision.of} 次命中，{precision.right} 次属实"
            f"（大致 {100 * precision.low:.0f}–{100 * precision.high:.0f}%）"
        )
    return "；".join(parts)


def _finding(
    rule: RuleResult,
    label: str,
    titles: dict[str, str],
    items: dict[tuple[str, str], str],
    turns: ShownTurns,
    rule_titles: dict[str, str],
) -> Finding:
    evidence = sorted(rule.evidence, key=lambda e: (e.start is None, e.start or 0.0, e.turn or 0))
    return Finding(
        label=label,
        anchor=anchor_of(label) if label else "",
        rule_id=rule.id,
        title=rule.title,
        section=titles.get(rule.section, ""),
        item=items.get((rule.section, rule.item), ""),
        status=rule.status.value,
        status_label=STATUSES[rule.status],
        severity=rule.severity.value,
        severity_label=SEVERITIES[rule.severity],
        points=rule.points,
        message=mask_private(rule.message),
        reason=mask_private(rule.reason),
        verdict=verdict_of(rule, rule_titles),
        trust=trust(rule),
        hits=tuple(_hit(one, turns) for one in evidence),
        searched=tuple(_search(one, turns) for one in rule.searched),
        excerpt=_excerpt(evidence, rule, turns) if label else (),
        times_taken=rule.hits,
        call_words=tuple(_hit(one, turns) for one in rule.call_words),
    )


def _hit(evidence: Evidence, turns: ShownTurns) -> QuotedHit:
    line = turns.by_index.get(evidence.turn) if evidence.turn is not None else None
    start = evidence.start
    if start is None and line is not None:
        start = line.start
    return QuotedHit(
        start=start,
        end=evidence.end,
        clock=clock(start),
        clock_range=clock_range(start, evidence.end),
        speaker=speaker_label(evidence.speaker),
        words=_words(evidence, turns),
        how=_how(evidence),
        explanation=mask_private(evidence.explanation),
        turn=evidence.turn,
        trigger=evidence.speaker is Speaker.CUSTOMER,
        measured=_is_measured(evidence, line.text if line is not None else ""),
    )


def _words(evidence: Evidence, turns: ShownTurns) -> str:
    """The matched words, masked as part of their sentence: a number cut in two is still hidden."""
    words = mask_private(evidence.text)
    if evidence.turn is None or evidence.span is None or evidence.turn not in turns.by_index:
        return words
    shown = turns.by_index[evidence.turn].text[slice(*evidence.span)]
    return shown if len(shown) == len(evidence.text) else words


def _how(evidence: Evidence) -> str:
    if evidence.ladder is None:
        return ""
    label = LADDERS[evidence.ladder]
    if evidence.ladder is Ladder.EXACT:
        return label
    pattern = f"，对照「{mask_private(evidence.pattern)}」" if evidence.pattern else ""
    return f"{label}（{number(evidence.score, 0)} 分{pattern}）"


def _excerpt(evidence: Sequence[Evidence], rule: RuleResult, turns: ShownTurns) -> tuple[tuple[TurnLine, ...], ...]:
    focus: list[int] = []
    quoted: set[int] = set()
    for one in evidence:
        if one.turn is None:
            quoted.update(turns.beside(one.start, one.end, slack=_SLACK_SECONDS))
        elif one.turn not in focus and len(focus) < QUOTED_HITS:
            focus.append(one.turn)
            quoted.update(turns.around(one.turn))
    quoted.update(word.turn for word in rule.call_words if word.turn is not None)
    for search in rule.searched:
        if len(search.turns) <= QUOTED_TURNS:
            quoted.update(search.turns)
        elif search.nearest is not None and search.nearest.score >= _NEAR_SCORE:
            quoted.add(search.nearest.turn)
    return tuple(tuple(replace(line, focus=line.index in focus) for line in block) for block in turns.blocks(quoted))


def _search(searched: Searched, turns: ShownTurns) -> Search:
    looked_at = turns.quote(searched.turns)
    start, end = searched.start, searched.end
    if start is None:
        start = next((line.start for line in looked_at if line.start is not None), None)
        end = next((line.end for line in reversed(looked_at) if line.end is not None), None)
    nearest = "没有相近的说法"
    if searched.nearest is not None and searched.nearest.score < _NEAR_SCORE:
        nearest = f"没有相近的说法（相似度最高 {number(searched.nearest.score, 0)}）"
    elif searched.nearest is not None:
        line = turns.by_index.get(searched.nearest.turn)
        where = f"（{line.clock} {line.speaker_label}）" if line is not None else ""
        nearest = (
            f"最接近的是「{mask_private(searched.nearest.text)}」{where}，"
            f"与「{phrase_pattern(searched.nearest.pattern)}」相似度 {number(searched.nearest.score, 0)}"
        )
    return Search(searched.window, start, end, clock_range(start, end), len(searched.turns), nearest)


def review_reasons(result: CallResult) -> Iterator[str]:
    """Why a person has to look, as people read it: rules by their titles alone, numbers masked."""
    rules = [(rule.id, rule.title) for rule in result.rules]
    for reason in result.review_reasons:
        titles = titles_of(reason, rules)
        yield mask_private(f"{reason.partition('：')[0]}：{'、'.join(titles)}" if titles else reason)
