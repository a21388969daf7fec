"""Was the window heard well enough to say that something in it was *not* said?"""

from collections.abc import Iterator

from qa_engine.domain import Span, Speaker
from qa_engine.domain.values import dataclass
from qa_engine.rules.looking.region import Region
from qa_engine.rules.looking.view import CallView, Piece, TurnView, clock
from qa_engine.rules.written.models import Heard
from qa_engine.text import count_chars
from qa_engine.wording import WHO

# Where a recogniser understands little it leaves characters out: such a stretch may hide as many as a slow speaker (180
# 字 a minute) says in its time. A faster one would make every drawn-out last syllable a hiding place.
_CHARS_PER_SECOND = 3.0


def doubt(call: CallView, region: Region, speaker: Speaker | None, heard: Heard, *, least_chars: int) -> str:
    """Why an absence in the region is not proven (Chinese), or an empty text when it is.

    Proof needs: turns of the speaker there, none of them excluded, no speech that no turn covers or that is told to be
    unheard, a mean confidence at or above the floor, and no badly heard stretch in which the shortest text that would
    have been enough (``least_chars`` 字) could be hidden: neither a turn under the floor of confidence nor a run of
    words under the floor of probability. Imported text has no confidence and no speech spans and is taken as heard.
    """
    if not region.pieces:
        return f"「{region.label}」没有{WHO[speaker]}的话，无法判断有没有说过"
    excluded = [v for v in call.left_out if _is_of(v.turn.speaker, speaker) and _inside(v, region)]
    if excluded:
        at = clock(excluded[0].turn.start)
        place = f"（{at}）" if at else ""
        return f"「{region.label}」有 {len(excluded)} 个话轮识别不可靠、未参与判断{place}"
    if speaker is not None:
        nobody = [v for v in call.turns_of(Speaker.UNKNOWN) if _inside(v, region)]
        others = [v for v in nobody if v.turn.agent_id is not None]
        if nobody and len(others) == len(nobody):
            return f"「{region.label}」有 {len(others)} 个话轮是其他坐席说的，该由谁说须人工判断"
        if nobody:
            return f"「{region.label}」有 {len(nobody)} 个话轮不知是谁说的，可能就是要找的话"
    unheard = _unheard(call, region, speaker)
    if unheard and max(s.seconds for s in unheard) > heard.max_unheard_seconds:
        longest = max(unheard, key=lambda s: s.seconds)
        return f"「{region.label}」{clock(longest.start)} 处有 {longest.seconds:.1f} 秒说话没有识别出文字"
    confidence = region.confidence
    if confidence is not None and confidence < heard.min_confidence:
        return f"「{region.label}」识别置信度 {confidence:.2f} 低于 {heard.min_confidence:.2f}"
    hardly = [p for p in region.pieces if not _well_heard(p, heard)]
    hiding = next((s for p in hardly for s in _badly_heard(p, heard) if s.room >= least_chars), None)
    if hiding is not None:
        at = clock(hiding.start)
        place = f"{at} 处" if at else "有一处"
        return f"「{region.label}」{place}「{hiding.text}」没有听清，可能就是要找的话"
    return ""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Text that was badly heard, and how many 字 may be behind it."""

    text: str
    start: float | None
    room: int


def _well_heard(piece: Piece, heard: Heard) -> bool:
    confidence = piece.view.turn.confidence
    if confidence is not None and confidence < heard.min_confidence:
        return False
    return piece.view.least_probability >= heard.min_word_probability


def _badly_heard(piece: Piece, heard: Heard) -> Iterator[_Stretch]:
    """The stretches of a turn that was not well heard."""
    turn = piece.view.turn
    if turn.confidence is not None and turn.confidence < heard.min_confidence:
        yield _stretch(piece.view, piece.start, piece.end)
        return
    run: list[tuple[int, int]] = []
    for first, last, word in piece.view.words:
        if first >= piece.end or last <= piece.start:
            continue
        if word.probability is not None and word.probability < heard.min_word_probability:
            run.append((first, last))
        elif run:
            yield _stretch(piece.view, run[0][0], run[-1][1])
            run = []
    if run:
        yield _stretch(piece.view, run[0][0], run[-1][1])


def _stretch(view: TurnView, first: int, last: int) -> _Stretch:
    text = view.turn.text[first:last]
    start, end = view.times(first, last)
    seconds = end - start if start is not None and end is not None else 0.0
    return _Stretch(text, start, max(count_chars(text), int(seconds * _CHARS_PER_SECOND)))


def _is_of(who: Speaker, speaker: Speaker | None) -> bool:
    return speaker is None or who is speaker


def _inside(view: TurnView, region: Region) -> bool:
    order = view.order
    span = view.span
    if not (region.since[0] <= order <= region.until[0]):
        return False
    return region.times is None or span is None or (span.start < region.times[1] and span.end > region.times[0])


def _unheard(call: CallView, region: Region, speaker: Speaker | None) -> list[Span]:
    """Stretches of the speaker's speech in the region that no turn of the speaker covers, or that have no words."""
    if not call.transcript.speech or not call.timed:
        return []
    low, high = _seconds(call, region)
    told = [
        Span(max(s.start, low), min(s.end, high))
        for s in call.transcript.unheard
        if _is_of(s.speaker, speaker) and s.start < high and s.end > low
    ]
    return [*_uncovered(call, speaker, low, high), *told]


def _uncovered(call: CallView, speaker: Speaker | None, low: float, high: float) -> list[Span]:
    turns = sorted(
        (v.span for v in call.all_turns if v.span and _is_of(v.turn.speaker, speaker)), key=lambda s: s.start
    )
    gaps = []
    for speech in call.transcript.speech:
        if not _is_of(speech.speaker, speaker):
            continue
        at, end = max(speech.start, low), min(speech.end, high)
        for turn in turns:
            if turn.end <= at or turn.start >= end:
                continue
            if turn.start > at:
                gaps.append(Span(at, turn.start))
            at = max(at, turn.end)
        if at < end:
            gaps.append(Span(at, end))
    return gaps


def _seconds(call: CallView, region: Region) -> tuple[float, float]:
    """The region in seconds: its own limits, else the times of the turns at its borders."""
    if region.times is not None:
        return region.times
    low, high = 0.0, call.duration or 0.0
    if region.since > (0, 0) and region.since[0] < len(call.all_turns):
        low = call.all_turns[region.since[0]].turn.start or 0.0
    if region.until[0] < len(call.all_turns):
        high = call.all_turns[region.until[0]].turn.end or high
    return low, high
