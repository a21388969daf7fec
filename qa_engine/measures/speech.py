"""How fast and how much somebody speaks. 字 as :func:`qa_engine.text.count_chars` counts them."""

from collections.abc import Iterable

from qa_engine.domain import Turn
from qa_engine.measures.limits import RATE_CHARS, RATE_SECONDS, VOICE_SECONDS
from qa_engine.text import count_chars

_NO_TIME = 0.01  # seconds; a shorter turn has no pace


def turn_rate(turn: Turn, *, least_chars: int = RATE_CHARS, least_seconds: float = RATE_SECONDS) -> float | None:
    """字/分钟 of a turn: as measured on the sound, else by voiced seconds or its times; None for too short a turn."""
    if turn.start is None or turn.end is None:
        return None
    seconds = turn.end - turn.start
    if seconds < max(least_seconds, _NO_TIME):
        return None
    chars = count_chars(turn.text)
    if chars < least_chars:
        return None
    prosody = turn.prosody
    if prosody is not None and prosody.chars_per_minute is not None:
        return prosody.chars_per_minute
    voiced = prosody.voiced_seconds if prosody is not None and prosody.voiced_seconds > 0 else seconds
    return chars * 60 / voiced


def rate(turns: Iterable[Turn], *, least_chars: int = RATE_CHARS, least_seconds: float = RATE_SECONDS) -> float | None:
    """字/分钟 over several turns together: all 字 by all time of speech, of the turns that have a rate."""
    chars, seconds = 0, 0.0
    for turn in turns:
        found = turn_rate(turn, least_chars=least_chars, least_seconds=least_seconds)
        if found:
            own = count_chars(turn.text)
            chars += own
            seconds += own * 60 / found
    return chars * 60 / seconds if seconds else None


def speaking_seconds(turns: Iterable[Turn]) -> float | None:
    """Seconds of speech: voiced ones where they were measured, else those of the turn; None where one has no times."""
    seconds = 0.0
    for turn in turns:
        if turn.prosody is not None:
            seconds += turn.prosody.voiced_seconds
        elif turn.span is not None:
            seconds += turn.span.seconds
        else:
            return None
    return seconds


def loudness(turn: Turn, *, least_seconds: float = VOICE_SECONDS) -> float | None:
    """dB of a turn relative to full scale; None where it was not measured, or is too short to tell."""
    if turn.prosody is None or turn.span is None or turn.span.seconds < least_seconds:
        return None
    return turn.prosody.loudness_db


def pitch(turn: Turn, *, least_seconds: float = VOICE_SECONDS) -> float | None:
    """Hz of a turn; None where it was not measured, or is too short to tell."""
    if turn.prosody is None or turn.span is None or turn.span.seconds < least_seconds:
        return None
    return turn.prosody.pitch_hz
