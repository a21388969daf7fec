"""Does the sound of a turn agree with heated words: faster, louder or higher than the speaker's own median of the call?

The limits are of our choice: well above what these measures vary by from one turn to the next, and below the limits at
which the sound alone is a fault. How much they add to the precision of the words was not measured, so they never make a
deduction.
"""

from collections.abc import Callable
from statistics import median

from qa_engine.domain import Turn, semitones
from qa_engine.rules.looking.view import CallView, TurnView

FASTER_TIMES = 1.2
LOUDER_DB = 4.0
HIGHER_SEMITONES = 2.0
LEAST_TURNS = 4  # measured ones, for a median


def agreeing_sound(call: CallView, view: TurnView) -> tuple[str, ...]:
    """What agrees, each as a Chinese phrase with value and base; empty when nothing does or nothing was measured."""
    found = []
    rate = _against(call, view, _rate)
    if rate is not None and rate[0] >= rate[1] * FASTER_TIMES:
        found.append(f"语速 {rate[0]:.0f} 字/分钟，高于本人本次通话中位数 {rate[1]:.0f}")
    loudness = _against(call, view, _loudness)
    if loudness is not None and loudness[0] - loudness[1] >= LOUDER_DB:
        found.append(f"音量比本人本次通话中位数高 {loudness[0] - loudness[1]:.1f} dB")
    pitch = _against(call, view, _pitch)
    if pitch is not None and semitones(*pitch) >= HIGHER_SEMITONES:
        found.append(f"音调比本人本次通话中位数高 {semitones(*pitch):.1f} 个半音")
    return tuple(found)


def _against(call: CallView, view: TurnView, measure: Callable[[Turn], float | None]) -> tuple[float, float] | None:
    """(value of the turn, median of the speaker's turns), None when either is not known."""
    value = measure(view.turn)
    if value is None:
        return None
    speaker = view.turn.speaker
    if (speaker, measure) not in call.medians:
        values = [v for other in call.turns_of(speaker) if (v := measure(other.turn)) is not None]
        call.medians[speaker, measure] = median(values) if len(values) >= LEAST_TURNS else None
    base = call.medians[speaker, measure]
    return None if base is None else (value, base)


def _rate(turn: Turn) -> float | None:
    return turn.prosody.chars_per_minute if turn.prosody else None


def _loudness(turn: Turn) -> float | None:
    return turn.prosody.loudness_db if turn.prosody else None


def _pitch(turn: Turn) -> float | None:
    return (turn.prosody.pitch_hz or None) if turn.prosody else None
