"""Fragile or stable: a deduction that hangs on a word the recogniser was not sure of.

Words of low probability in the turns that speak for a fault become words that sound alike, one at a time; where the
fault is gone then, it is a doubt that says which words, and how many of the tries changed it. The tries are few and
always the same; what the models read out of the turns stays as it was.
"""

from collections.abc import Callable, Iterator

from qa_engine.domain import Fragility, RuleResult, Status, Word
from qa_engine.domain.values import replace
from qa_engine.rules.looking.view import CallView, TurnView
from qa_engine.rules.packs.trust import in_doubt
from qa_engine.rules.written.models import Heard
from qa_engine.text import Confusions
from qa_engine.text.soundalikes import soundalikes

_WORDS = 6  # of low probability, those nearest to the evidence
_OTHERS = 3  # texts tried for each
_SHOWN = 3


def doubted(
    result: RuleResult, call: CallView, heard: Heard, confusions: Confusions, judge: Callable[[CallView], Status]
) -> RuleResult:
    """The result of a fault, as a doubt when another hearing of an unsure word would take it away."""
    if result.status is not Status.FAIL:
        return result
    flips, tried, words = 0, 0, []
    for view, first, last, word in _unsure(result, call, heard.fragile_below):
        for other in soundalikes(word.text, confusions, _OTHERS):
            tried += 1
            if judge(call.said_otherwise(view.order, first, last, other)) is not Status.FAIL:
                flips += 1
                words.append(f"{word.text}→{other}")
    if not tried:
        return result
    found = replace(result, fragile=Fragility(flips, tried, tuple(words)))
    if not flips:
        return found
    shown = "、".join(f"「{change}」" for change in words[:_SHOWN])
    reason = f"识别把握低的字词换成同音字词，结论就会变（{shown}；试 {tried} 处，{flips} 处会变），须人工复核"
    return in_doubt(found, reason)


def _unsure(result: RuleResult, call: CallView, below: float) -> Iterator[tuple[TurnView, int, int, Word]]:
    """The words of low probability in the turns of the evidence, nearest to it first: (turn, first, last, word)."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for evidence in result.evidence:
        if evidence.turn is not None and evidence.span is not None:
            spans.setdefault(evidence.turn, []).append(evidence.span)
    found: list[tuple[int, int, int, TurnView, int, Word]] = []
    for view in call.turns:
        if view.turn.index not in spans or view.least_probability >= below:
            continue
        for first, last, word in view.words:
            if word.probability is None or word.probability >= below or not _han(word.text):
                continue
            away = min(max(0, first - end, start - last) for start, end in spans[view.turn.index])
            found.append((away, view.order, first, view, last, word))
    for _, _, first, view, last, word in sorted(found, key=lambda item: item[:3])[:_WORDS]:
        yield view, first, last, word


def _han(text: str) -> bool:
    return 0 < len(text) <= 4 and all("\u4e00" <= char <= "\u9fff" for char in text)
