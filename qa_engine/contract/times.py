"""Times that cannot be seconds of a call: found at the door, so that nothing behind it counts up to them."""

from collections.abc import Iterator

from qa_engine.domain import Transcript
from qa_engine.errors import Fault, FaultKind, TranscriptError
from qa_engine.text import count_chars

LONGEST_SECONDS = 31 * 86_400.0
"""No call and no chat goes on for longer; a moment since 1970 is far beyond it."""

SLOWEST_SECONDS_PER_CHAR = 60.0
"""A turn that takes longer for each 字 is not timed in seconds: said in milliseconds, 字 take some 200."""

_MUCH_LONGER = 3.0  # turns do not end at so many times the duration, and a minute behind it
_THOUSANDFOLD = 500.0  # a duration of so many times the last turn's end is in other units
_MOST_FAULTS = 20
_HINT = "write seconds from the beginning of the call (milliseconds: divide by 1000)"


def check_times(transcript: Transcript, where: str, line: int | None = None) -> None:
    """Raises TranscriptError for times beyond the longest call, slower than anybody speaks, or against the duration."""
    faults = [Fault(where, line, None, message, subject, FaultKind.TIMES) for message, subject in _wrong(transcript)]
    if len(faults) > _MOST_FAULTS:
        rest = len(faults) - _MOST_FAULTS
        more = Fault(where, line, None, f"and {rest} more times of this call", None, FaultKind.MORE, (str(rest),))
        faults = [*faults[:_MOST_FAULTS], more]
    if faults:
        raise TranscriptError(faults)


def beyond(seconds: float) -> str | None:
    """What is wrong with a time on its own; None when it may be one."""
    if seconds <= LONGEST_SECONDS:
        return None
    return f"{seconds:g} s is beyond the longest call ({LONGEST_SECONDS / 86_400:g} days); {_HINT}"


def _wrong(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """Each fault with the part of the call that has it."""
    last = 0.0
    for turn in transcript.turns:
        if turn.start is None or turn.end is None:
            continue
        last = max(last, turn.end)
        subject = f"turns[{turn.index}]"
        if (message := beyond(turn.end)) is not None:
            yield message, subject
        elif turn.end - turn.start > SLOWEST_SECONDS_PER_CHAR * max(1, count_chars(turn.text)):
            yield f"takes {turn.end - turn.start:g} s for {count_chars(turn.text)} characters; {_HINT}", subject
    for number, speech in enumerate(transcript.speech):
        if (message := beyond(speech.end)) is not None:
            yield message, f"speech[{number}]"
    duration = transcript.call.duration
    if duration is None:
        return
    if (message := beyond(duration)) is not None:
        yield message, "duration"
    elif last > _MUCH_LONGER * duration + 60 or (last > 0 and duration > _THOUSANDFOLD * last and duration > 3600):
        yield f"the call lasts {duration:g} s, but its turns end at {last:g} s; {_HINT}", "duration"
