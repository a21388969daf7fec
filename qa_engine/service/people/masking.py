"""Telephone, identity and card numbers hidden from whoever has no right to them: in text, words, evidence and sound.

Masks keep the length of a text, so that spans of evidence and places of words stay right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa_engine.domain import Call, CallResult, Evidence, JsonValue, RuleResult, Span, Speaker, Transcript, Turn
from qa_engine.domain.people import Actor, Right, Subject, may
from qa_engine.text import mask_private, mask_turns

AROUND_SECONDS = 0.08
"""Silenced before and after a hidden word: recognisers place words no better."""
AFTER_SECONDS = 1.0
"""How long after the end that a recogniser gives it a word may still be heard, where no other word follows."""
FOREVER = 1e6
"""Seconds; longer than any recording."""
_DIGITS = frozenset("0123456789〇零一二三四五六七八九十两幺")


def sees_numbers(who: Actor, *, agent_id: str | None, team: str | None) -> bool:
    """Whether ``who`` may see the numbers of a call of this agent and team."""
    return may(who, Right.SEE_NUMBERS, Subject(agent_id, team))


def masked_call(call: Call) -> Call:
    """The facts with every number hidden, those of the metadata among them."""
    return replace(
        call,
        customer_number=mask_private(call.customer_number) if call.customer_number else call.customer_number,
        metadata={key: _masked(value) for key, value in call.metadata.items()},
    )


def masked_transcript(transcript: Transcript) -> Transcript:
    """Every number hidden, those that are dictated over several turns among them."""
    shown = zip(transcript.turns, _masked_texts(transcript), strict=True)
    return replace(
        transcript, call=masked_call(transcript.call), turns=tuple(_masked_turn(turn, text) for turn, text in shown)
    )


def _masked_texts(transcript: Transcript) -> tuple[str, ...]:
    """What is shown of each turn; the same as on forms."""
    speakers = [(t.speaker, t.agent_id, t.label if t.speaker is Speaker.UNKNOWN else None) for t in transcript.turns]
    return mask_turns([turn.text for turn in transcript.turns], speakers)


def _masked_turn(turn: Turn, text: str) -> Turn:
    label = mask_private(turn.label) if turn.label else turn.label
    if text == turn.text:
        return turn if label == turn.label else replace(turn, label=label)
    words = tuple(
        replace(word, text=shown) if shown != word.text else word
        for word, shown in zip(turn.words, _words(turn, text), strict=True)
    )
    return replace(turn, text=text, words=words, label=label)


def masked_result(result: CallResult, transcript: Transcript | None) -> CallResult:
    """A result whose evidence shows of each turn what the masked turn shows."""
    shown: _Shown = {}
    if transcript is not None:
        texts = zip(transcript.turns, _masked_texts(transcript), strict=True)
        shown = {turn.index: (turn.text, text) for turn, text in texts}
    complaint = result.complaint
    if complaint is not None:
        complaint = replace(complaint, basis=mask_private(complaint.basis), text=mask_private(complaint.text))
    return replace(
        result,
        rules=tuple(_rule(rule, shown) for rule in result.rules),
        review_reasons=tuple(mask_private(reason) for reason in result.review_reasons),
        promises=tuple(
            replace(promise, text=_piece(promise.text, promise.turn, promise.span, shown))
            for promise in result.promises
        ),
        complaint=complaint,
    )


def hidden_spans(transcript: Transcript) -> tuple[Span, ...]:
    """The seconds in which hidden numbers are spoken, apart and in order.

    A whole turn where its words do not spell its text, all between its neighbours where it has no times: what cannot be
    placed is not heard.
    """
    spans: list[Span] = []
    for place, (turn, text) in enumerate(zip(transcript.turns, _masked_texts(transcript), strict=True)):
        if text == turn.text:
            continue
        shown = _words(turn, text)
        hidden = [n for n, word in enumerate(turn.words) if shown[n] != word.text]
        spans += [_reach(turn, n) for n in hidden]
        if not hidden or _spelled(turn.text) != _spelled("".join(word.text for word in turn.words)):
            spans.append(turn.span or _between(transcript, place))
    return _merged(spans)


def _reach(turn: Turn, n: int) -> Span:
    """The seconds of a word. Recognisers end words early: it is heard until the next one, or the edge of its turn."""
    word = turn.words[n]
    next_start = turn.words[n + 1].start if n + 1 < len(turn.words) else turn.end
    start = word.start if n or turn.start is None else max(turn.start, word.start - AFTER_SECONDS)
    end = max(word.end, min(word.end + AFTER_SECONDS, next_start if next_start is not None else word.end))
    return Span(max(0.0, min(start, word.start) - AROUND_SECONDS), end + AROUND_SECONDS)


def _between(transcript: Transcript, place: int) -> Span:
    """Where a turn without times lies: behind all before it, in front of all after it."""
    ends = [turn.end for turn in transcript.turns[:place] if turn.end is not None]
    starts = [turn.start for turn in transcript.turns[place + 1 :] if turn.start is not None]
    start, end = max(ends, default=0.0), min(starts, default=FOREVER)
    return Span(start, end) if start < end else Span(0.0, FOREVER)


def _spelled(text: str) -> str:
    return "".join(filter(str.isalnum, text))


_Shown = Mapping[int, tuple[str, str]]
"""Turn → its text, and the same masked."""


def _rule(rule: RuleResult, shown: _Shown) -> RuleResult:
    return replace(
        rule,
        message=mask_private(rule.message),
        reason=mask_private(rule.reason),
        evidence=tuple(_evidence(one, shown) for one in rule.evidence),
        call_words=tuple(_evidence(one, shown) for one in rule.call_words),
        searched=tuple(
            replace(one, nearest=replace(one.nearest, text=_piece(one.nearest.text, one.nearest.turn, None, shown)))
            if one.nearest
            else one
            for one in rule.searched
        ),
    )


def _evidence(one: Evidence, shown: _Shown) -> Evidence:
    text = _piece(one.text, one.turn, one.span, shown)
    told = one.explanation.replace(one.text, text) if one.text else one.explanation
    pattern = mask_private(one.pattern) if one.pattern else one.pattern
    return replace(one, text=text, explanation=mask_private(told), pattern=pattern)


def _piece(text: str, turn: int | None, span: tuple[int, int] | None, shown: _Shown) -> str:
    """A piece of a turn as the masked turn shows it: half a number is not known for one by itself."""
    whole, masked = shown.get(turn, ("", "")) if turn is not None else ("", "")
    at = span[0] if span is not None and whole[span[0] : span[1]] == text else whole.find(text) if text else -1
    return masked[at : at + len(text)] if at >= 0 else mask_private(text)


def _words(turn: Turn, masked: str) -> list[str]:
    """The words of a turn as the masked text shows them; what does not stand in the text loses its digits.

    A number stands where nothing else was said before it, any other word where no number is passed over: another
    occurrence of the same digit further on tells nothing.
    """
    shown: list[str] = []
    at = 0
    for word in turn.words:
        said = word.text.strip()
        place = turn.text.find(said, at) if said else -1
        passed = _spelled(turn.text[at:place]) if place >= 0 else ""
        if place < 0 or (passed and not _DIGITS.isdisjoint(passed + said)):
            shown.append("".join("*" if char in _DIGITS else char for char in word.text))
            continue
        at = place + len(said)
        shown.append(word.text.replace(said, masked[place:at]))
    return shown


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _masked(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return mask_private(value)
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = mask_private(str(value))
        return value if text == str(value) else text
    return value
