"""Rule, figure, picture and line of a call say the same, and what they say is what a second by second count finds.

``QA_DRAWN_CALLS=2000`` draws so many calls; by default a few, for every run of the suite.
"""

import os
import re
from dataclasses import replace
from itertools import groupby

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_engine.domain import (
    Call,
    Channel,
    Exclusion,
    Prosody,
    RuleResult,
    Speaker,
    SpeechSpan,
    Status,
    Transcript,
    Turn,
)
from qa_engine.measures import LEAST_SILENCE_SECONDS, LONG_SILENCE_SECONDS
from qa_engine.reports.timeline import build_timeline
from qa_engine.reports.turns import show_turns
from qa_engine.rules import SourceFile, call_voice, evaluate, load_pack
from qa_engine.scoring import metrics

DRAWN = int(os.environ.get("QA_DRAWN_CALLS", "150"))
STEP = 0.25  # seconds; all times are drawn on this grid, so that a count of its cells is exact
RULES = {
    "silence": "{operator: silence, min_seconds: 3}",
    "breath": "{operator: silence, min_seconds: 1}",
    "edges": "{operator: silence, min_seconds: 3, edges: true}",
    "overlap": "{operator: overlap, by: any}",
    "share": "{operator: talk_ratio, speaker: agent, above: -1}",
    "rate": "{operator: speech_rate, speaker: agent, scope: call, above: 0.001}",
    "turn": "{operator: speech_rate, speaker: agent, above: 0.001}",
    "wait": "{operator: latency, above_seconds: 0}",
    "quiet": "{operator: silence_share, above: -1, holds: counted}",
}
PACK = load_pack(
    "p",
    [
        SourceFile("head.yaml", "pack: {id: p, title: 测试, sections: {s: 服务}}"),
        SourceFile(
            "rules.yaml",
            "rules:\n"
            + "".join(
                f"- {{id: {name}, title: 规则, section: s, message: 坏了, points: {{each: -1, per: hit}}, "
                f"fault: c, conditions: {{c: {condition}}}}}\n"
                for name, condition in RULES.items()
            ),
        ),
    ],
    {},
)
TEXTS = ("嗯", "好的好的", "您先听我说完好吗", "我上周五寄的快递到现在还没有收到", "对对", "")
AGENT = Speaker.AGENT

moments = st.integers(0, 240).map(lambda n: n * STEP)
lengths = st.integers(0, 40).map(lambda n: n * STEP)
spans = st.tuples(moments, lengths).map(lambda pair: (pair[0], pair[0] + pair[1]))


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    start, end = draw(spans)
    voiced = draw(st.none() | st.just((end - start) * 0.75))
    return Turn(
        index=0,
        speaker=draw(st.sampled_from([AGENT, AGENT, Speaker.CUSTOMER, Speaker.CUSTOMER, Speaker.UNKNOWN])),
        text=draw(st.sampled_from(TEXTS)),
        start=start,
        end=end,
        excluded=draw(st.none() | st.none() | st.none() | st.sampled_from(list(Exclusion))),
        prosody=None if voiced is None else Prosody(voiced, draw(st.none() | st.just(210.0))),
    )


@st.composite
def calls(draw: st.DrawFn) -> Transcript:
    """Excluded turns, holds (some malformed), unheard speech, dual mono, chats, calls without times."""
    drawn = sorted(draw(st.lists(turns(), max_size=9)), key=lambda turn: turn.start or 0.0)
    roles = draw(st.sampled_from(["known", "known", "mixed", "dual mono"]))
    if roles == "known":
        drawn = [replace(t, speaker=AGENT) if t.speaker is Speaker.UNKNOWN else t for t in drawn]
    if roles == "dual mono":
        drawn = [replace(turn, speaker=Speaker.UNKNOWN) for turn in drawn]
    untimed = draw(st.sampled_from(["none", "none", "none", "one", "all"]))
    if untimed != "none":
        drawn = [replace(t, start=None, end=None) if untimed == "all" or n == 0 else t for n, t in enumerate(drawn)]
    holds = draw(st.lists(spans.map(list) | st.sampled_from([[5, 1], "x", [1], ["1", 2]]), max_size=3))
    last = max([turn.end or 0.0 for turn in drawn], default=0.0)
    return Transcript(
        call=Call(
            "c",
            channel=draw(st.sampled_from([Channel.VOICE, Channel.VOICE, Channel.VOICE, Channel.CHAT])),
            duration=draw(st.none() | st.just(last + 5.0)),
            metadata={"hold": holds} if holds else {},  # type: ignore[dict-item]
        ),
        turns=tuple(replace(turn, index=n) for n, turn in enumerate(drawn)),
        speech=tuple(
            SpeechSpan(draw(st.sampled_from(list(Speaker))), *span) for span in draw(st.lists(spans, max_size=3))
        ),
        warnings=("dual_mono",) if roles == "dual mono" else (),
    )


def counted(call: Transcript) -> list[tuple[float, float]]:
    """The silences by counting cells of the grid: an account of its own, that shares nothing with the measures."""
    held = [
        (max(0.0, h[0]), h[1])
        for h in call.call.metadata.get("hold", ())  # type: ignore[union-attr]
        if isinstance(h, list) and len(h) == 2 and not isinstance(h[0], str) and h[0] < h[1]
    ]
    heard = [
        (turn.start, turn.end)
        for turn in call.turns
        if turn.excluded not in (Exclusion.GHOST_TEXT, Exclusion.LOW_ENERGY)
    ] + [(span.start, span.end) for span in call.speech]
    if not heard or not call.turns:
        return []
    first, last = min(start for start, _ in heard), max(end for _, end in heard)  # type: ignore[type-var]
    points = {start for start, end in heard if start == end}  # somebody was heard at this moment: it parts two silences
    cells: list[tuple[int, float]] = []
    group = 0
    for n in range(round(first / STEP), round(last / STEP)):  # type: ignore[operator]
        at = n * STEP
        if at in points:
            group += 1
        taken = any(a <= at and at + STEP <= b for a, b in [*heard, *held])  # type: ignore[operator]
        group += taken
        if not taken:
            cells.append((group, at))
    runs = [[at for _, at in run] for _, run in groupby(cells, key=lambda cell: cell[0])]
    return [(run[0], run[-1] + STEP) for run in runs]


def hits(result: RuleResult) -> list[tuple[float, float]]:
    return [(e.start, e.end) for e in result.evidence if e.start is not None and e.end is not None]


def long_ones(found: list[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    return [(start, end) for start, end in found if end - start >= least]


@settings(max_examples=DRAWN, suppress_health_check=[HealthCheck.too_slow])
@given(call=calls())
def test_they_say_the_same(call: Transcript) -> None:
    rules = {result.id: result for result in evaluate(PACK, call)}
    figures = metrics(call)
    picture = build_timeline(call, [])
    lines = show_turns(call, (), {}).lines
    spoken = call.timed and call.call.channel is Channel.VOICE

    # silence
    truth = counted(call) if spoken else []
    shown = long_ones(truth, LONG_SILENCE_SECONDS)
    judged = any(turn.excluded is None for turn in call.turns)  # else no rule judges anything
    if judged:
        assert hits(rules["silence"]) == shown
        assert hits(rules["breath"]) == long_ones(truth, LEAST_SILENCE_SECONDS)
        wanted = Status.NOT_APPLICABLE if not spoken else Status.FAIL if shown else Status.PASS
        assert rules["silence"].status is wanted
    if spoken:
        breaths = [end - start for start, end in long_ones(truth, LEAST_SILENCE_SECONDS)]
        assert figures["silence_seconds"] == round(sum(breaths), 1)
        assert figures["longest_silence_seconds"] == round(max(breaths, default=0.0), 1)
    else:
        assert figures["silence_seconds"] is figures["longest_silence_seconds"] is None
    drawn = [] if picture is None else [(s.start, s.end) for s in picture.silences if s.label.startswith("静默")]
    edges = [] if picture is None else [(s.start, s.end) for s in picture.silences]
    assert drawn == shown
    assert edges == hits(rules["edges"]) or not judged
    told = [line.silence_before for line in lines if line.silence_before is not None]
    ended = [e.end - e.start for e in rules["silence"].evidence if _is_ended(call, e.start)]  # type: ignore[operator,arg-type]
    assert max(told, default=0.0) == round(max(ended, default=0.0), 1)
    assert len(told) <= len(shown)

    # overlap
    cut_ins = rules["overlap"].evidence
    if not spoken or not call.roles_known or not call.sides_apart:
        assert rules["overlap"].status is Status.NOT_APPLICABLE or not cut_ins
        assert figures["overlap_count"] is None
    else:
        assert figures["overlap_count"] == len(cut_ins)
    both = [] if picture is None else picture.overlaps
    assert len(both) == len(cut_ins) == len([line for line in lines if line.overlap is not None])
    assert sorted(e.turn for e in cut_ins if e.turn is not None) == [n.index for n in lines if n.overlap is not None]

    # holds
    held = [] if picture is None else picture.holds
    assert all(not (h.start < end and start < h.end) for h in held for start, end in truth)

    # shares, rates, waits
    _same(rules["share"], figures["talk_ratio"], 0.00551)
    _same(rules["rate"], figures["speech_rate"], 0.551)
    rates = call_voice(call).rates
    steps = [] if picture is None else [s for t in picture.tracks if t.key == "rate" for r in t.lines for s in r.steps]
    agents = [s for s in steps if s.kind == AGENT.value]
    if spoken and call.roles_known:
        assert len(rates) <= len(agents) == len(hits(rules["turn"]))
    if call.call.channel is Channel.CHAT and call.timed and call.roles_known:
        waits = [first_number(e.explanation) for e in rules["wait"].evidence]
        assert (figures["first_reply_seconds"] or 0.0) in (0.0, *waits)
    if rules["quiet"].evidence:
        assert 0.0 <= first_number(rules["quiet"].evidence[0].explanation) <= 1.0


def first_number(text: str) -> float:
    found = re.search(r"\d+(\.\d+)?", text)
    assert found is not None
    return float(found[0])


def _is_ended(call: Transcript, since: float) -> bool:
    """Whether a judged turn begins after a silence: speech that nobody recognised has no line to write it before."""
    return any(turn.excluded is None and turn.start is not None and turn.start > since for turn in call.turns)


def _same(rule: RuleResult, figure: float | None, slack: float) -> None:
    """The figure is what the rule judged by: where one of them is not known, neither is the other."""
    if rule.status is Status.FAIL:
        assert figure is not None
        assert abs(figure - first_number(rule.evidence[0].explanation)) <= slack
