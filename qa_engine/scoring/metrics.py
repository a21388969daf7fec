"""The figures of a call that a form shows beside the score.

All are measured on judged turns, by the definitions of :mod:`qa_engine.measures` that rules judge by, too. A figure
that cannot be measured (no times, nobody spoke) is None, never a guess.
"""

from qa_engine.domain import Channel, Speaker, Transcript
from qa_engine.measures import Measures


def metrics(transcript: Transcript) -> dict[str, float | None]:
    """Figures by name; the order of the keys is fixed.

    ``speech_rate`` 字/分钟 of the agent over the turns that are long enough to have a rate · ``talk_ratio`` the agent's
    share of all speaking time, 0–1 · ``silence_seconds`` sum of silences of 1 s and more between the first sound and
    the last, declared holds left out · ``overlap_count`` how often one side cut in (≥ 0.5 s, back-channels apart) ·
    ``duration`` s · ``longest_silence_seconds`` · ``customer_speech_rate`` · ``agent_turns`` · ``customer_turns`` ·
    ``confidence`` and ``excluded_share`` 0–1 · ``first_reply_seconds`` and ``mean_reply_seconds``, in a chat only: how
    long the customer waited for the agent since the first message not yet answered.

    In a chat nothing is spoken: what is measured on speech is None.
    """
    measures = Measures(transcript)
    known = transcript.roles_known
    waits = [w.seconds for w in measures.reply_waits(Speaker.AGENT)] if transcript.call.channel is Channel.CHAT else []
    return {
        "speech_rate": _rounded(measures.rate(Speaker.AGENT), 1),
        "talk_ratio": _rounded(measures.talk_share(Speaker.AGENT), 2),
        "silence_seconds": _rounded(measures.silence_seconds(), 1),
        "overlap_count": float(len(measures.cut_ins)) if measures.overlapping else None,
        "duration": _rounded(transcript.duration, 1),
        "longest_silence_seconds": _rounded(measures.longest_silence_seconds(), 1),
        "customer_speech_rate": _rounded(measures.rate(Speaker.CUSTOMER), 1),
        "agent_turns": float(sum(1 for _ in transcript.turns_of(Speaker.AGENT))) if known else None,
        "customer_turns": float(sum(1 for _ in transcript.turns_of(Speaker.CUSTOMER))) if known else None,
        "confidence": _rounded(transcript.confidence, 3),
        "excluded_share": _rounded(excluded_share(transcript), 3),
        "first_reply_seconds": _rounded(waits[0], 1) if waits else None,
        "mean_reply_seconds": _rounded(sum(waits) / len(waits), 1) if waits else None,
    }


def excluded_share(transcript: Transcript) -> float | None:
    """Share (0–1) of the characters that stand in excluded turns; None when there is no text at all."""
    lengths = [(len(turn.text), turn.excluded is not None) for turn in transcript.turns]
    whole = sum(length for length, _ in lengths)
    return sum(length for length, excluded in lengths if excluded) / whole if whole else None


def unheard_share(transcript: Transcript) -> float | None:
    """Share (0–1) of the seconds of speech for which there are no words; None where no speech is known."""
    whole = sum(span.span.seconds for span in transcript.speech)
    return sum(span.span.seconds for span in transcript.unheard) / whole if whole else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
