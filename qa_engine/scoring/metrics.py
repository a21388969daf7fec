"""The figures of a call that a form shows beside the score.

All are measured on judged turns. A figure that cannot be measured (no times, nobody spoke) is None, never a guess.
Sources: 字 as :func:`qa_engine.text.count_chars` counts them; times are seconds from the start of the call.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from qa_engine.domain import Channel, Span, Speaker, Transcript, Turn
from qa_engine.text import count_chars

MIN_GAP_SECONDS = 1.0
"""Shorter pauses are the breath between two turns; only longer ones add to ``silence_seconds``."""

MIN_OVERLAP_SECONDS = 0.5
"""Both speak at once for at least so long; shorter ones are how people take turns."""

BACK_CHANNEL_CHARS = 3
"""An overlapping turn of at most so many 字 (嗯、好的、对对对) listens, it does not cut in."""


def metrics(transcript: Transcript) -> dict[str, float | None]:
    """Figures by name; the order of the keys is fixed.

    ``speech_rate`` 字/分钟 of the agent over the agent's own speaking time · ``talk_ratio`` the agent's share of all
    speaking time, 0–1 · ``silence_seconds`` sum of pauses of 1 s and more, declared holds left out ·
    ``overlap_count`` how often both spoke at once (≥ 0.5 s, back-channels apart) · ``duration`` s ·
    ``longest_silence_seconds`` · ``customer_speech_rate`` · ``agent_turns`` · ``customer_turns`` ·
    ``confidence`` and ``excluded_share`` 0–1 · ``first_reply_seconds`` and ``mean_reply_seconds``, in a chat only: how
    long the customer waited for the agent since the first message not yet answered.

    In a chat nothing is spoken: what is measured on speech is None.
    """
    chat = transcript.call.channel is Channel.CHAT
    timed = transcript.timed and not chat
    agent = list(transcript.turns_of(Speaker.AGENT))
    customer = list(transcript.turns_of(Speaker.CUSTOMER))
    gaps = pauses(transcript) if timed else None
    agent_seconds = None if chat else _speaking_seconds(agent)
    customer_seconds = None if chat else _speaking_seconds(customer)
    waits = _reply_waits(transcript) if chat else []
    both = None if agent_seconds is None or customer_seconds is None else agent_seconds + customer_seconds
    return {
        "speech_rate": _rounded(_rate(agent, agent_seconds), 1),
        "talk_ratio": _rounded(agent_seconds / both, 2) if both and agent_seconds is not None else None,
        "silence_seconds": None if gaps is None else _rounded(sum(gap.seconds for gap in gaps), 1),
        "overlap_count": float(overlap_count(agent, customer)) if timed and transcript.roles_known else None,
        "duration": _rounded(transcript.duration, 1),
        "longest_silence_seconds": None
        if gaps is None
        else _rounded(max((gap.seconds for gap in gaps), default=0.0), 1),
        "customer_speech_rate": _rounded(_rate(customer, customer_seconds), 1),
        "agent_turns": float(len(agent)) if transcript.roles_known else None,
        "customer_turns": float(len(customer)) if transcript.roles_known else None,
        "confidence": _rounded(transcript.confidence, 3),
        "excluded_share": _rounded(excluded_share(transcript), 3),
        "first_reply_seconds": _rounded(waits[0], 1) if waits else None,
        "mean_reply_seconds": _rounded(sum(waits) / len(waits), 1) if waits else None,
    }


def _reply_waits(transcript: Transcript) -> list[float]:
    waits: list[float] = []
    asked: float | None = None
    for turn in transcript.turns:
        if turn.start is None:
            continue
        if turn.speaker is Speaker.CUSTOMER:
            asked = turn.start if asked is None else asked
        elif turn.speaker is Speaker.AGENT and asked is not None:
            waits.append(max(0.0, turn.start - asked))
            asked = None
    return waits


def excluded_share(transcript: Transcript) -> float | None:
    """Share (0–1) of the characters that stand in excluded turns; None when there is no text at all."""
    lengths = [(len(turn.text), turn.excluded is not None) for turn in transcript.turns]
    whole = sum(length for length, _ in lengths)
    return sum(length for length, excluded in lengths if excluded) / whole if whole else None


def unheard_share(transcript: Transcript) -> float | None:
    """Share (0–1) of the seconds of speech for which there are no words; None where no speech is known."""
    whole = sum(span.span.seconds for span in transcript.speech)
    return sum(span.span.seconds for span in transcript.unheard) / whole if whole else None


def pauses(transcript: Transcript) -> list[Span]:
    """Stretches of at least ``MIN_GAP_SECONDS`` between the first and the last speech in which nobody speaks.

    What voice activity detection heard counts as speech too, recognised or not. Holds that the metadata declare
    are not silence.
    """
    speaking = [turn.span for turn in transcript.turns if turn.span is not None]
    speaking += [span.span for span in transcript.speech]
    bounds = [span for span in speaking if span.seconds > 0]
    busy = _merged([*bounds, *_holds(transcript)])
    return [Span(a.end, b.start) for a, b in pairwise(busy) if b.start - a.end >= MIN_GAP_SECONDS]


def overlap_count(agent: Sequence[Turn], customer: Sequence[Turn]) -> int:
    """How many pairs of turns of the two sides overlap for ``MIN_OVERLAP_SECONDS`` or longer, back-channels apart."""
    ours = [turn for turn in agent if count_chars(turn.text) > BACK_CHANNEL_CHARS]
    theirs = [turn for turn in customer if count_chars(turn.text) > BACK_CHANNEL_CHARS]
    return sum(
        1
        for mine in ours
        for yours in theirs
        if mine.span is not None
        and yours.span is not None
        and mine.span.overlap_seconds(yours.span) >= MIN_OVERLAP_SECONDS
    )


def _holds(transcript: Transcript) -> list[Span]:
    """Declared holds, malformed entries left out: metadata come from outside."""
    declared = transcript.call.metadata.get("hold")
    found: list[Span] = []
    for entry in declared if isinstance(declared, list) else []:
        if isinstance(entry, list) and len(entry) == 2:
            start, end = entry
            if isinstance(start, int | float) and isinstance(end, int | float) and start < end:
                found.append(Span(float(start), float(end)))
    return found


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _speaking_seconds(turns: Sequence[Turn]) -> float | None:
    """Voiced seconds where they were measured, else the length of the turns; None when times are unknown."""
    seconds = 0.0
    for turn in turns:
        if turn.prosody is not None:
            seconds += turn.prosody.voiced_seconds
        elif turn.span is not None:
            seconds += turn.span.seconds
        else:
            return None
    return seconds


def _rate(turns: Sequence[Turn], seconds: float | None) -> float | None:
    if not seconds:
        return None
    return sum(count_chars(turn.text) for turn in turns) * 60.0 / seconds


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
