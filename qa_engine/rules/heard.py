"""Was the window heard well enough to say that something in it was *not* said?"""

from qa_engine.domain import Span, Speaker
from qa_engine.rules.models import Heard
from qa_engine.rules.region import Region
from qa_engine.rules.view import CallView, TurnView, clock

_NAMES = {Speaker.AGENT: "坐席", Speaker.CUSTOMER: "客户", None: "任何一方", Speaker.UNKNOWN: "未知说话人"}


def doubt(call: CallView, region: Region, speaker: Speaker | None, heard: Heard) -> str:
    """Why an absence in the region is not proven (Chinese), or an empty text when it is.

    Proof needs: turns of the speaker there, none of them excluded, no speech heard that no turn covers, and a mean
    confidence at or above the floor. Imported text has no confidence and no speech spans and is taken as heard.
    """
    if not region.pieces:
        return f"「{region.label}」没有{_NAMES[speaker]}的话，无法判断有没有说过"
    excluded = [v for v in call.all_turns if v.turn.excluded and _is_of(v.turn.speaker, speaker) and _inside(v, region)]
    if excluded:
        at = clock(excluded[0].turn.start)
        place = f"（{at}）" if at else ""
        return f"「{region.label}」有 {len(excluded)} 个话轮识别不可靠、未参与判断{place}"
    unheard = _unheard(call, region, speaker)
    if unheard and max(s.seconds for s in unheard) > heard.max_unheard_seconds:
        longest = max(unheard, key=lambda s: s.seconds)
        return f"「{region.label}」{clock(longest.start)} 处有 {longest.seconds:.1f} 秒说话没有识别出文字"
    confidence = _confidence(region)
    if confidence is not None and confidence < heard.min_confidence:
        return f"「{region.label}」识别置信度 {confidence:.2f} 低于 {heard.min_confidence:.2f}"
    return ""


def _is_of(who: Speaker, speaker: Speaker | None) -> bool:
    return speaker is None or who is speaker


def _inside(view: TurnView, region: Region) -> bool:
    order = view.order
    span = view.turn.span
    if not (region.since[0] <= order <= region.until[0]):
        return False
    return region.times is None or span is None or (span.start < region.times[1] and span.end > region.times[0])


def _unheard(call: CallView, region: Region, speaker: Speaker | None) -> list[Span]:
    """Stretches of the speaker's speech in the region that no turn of the speaker covers."""
    if not call.transcript.speech or not call.timed:
        return []
    low, high = _seconds(call, region)
    turns = sorted(
        (v.turn.span for v in call.all_turns if v.turn.span and _is_of(v.turn.speaker, speaker)), key=lambda s: s.start
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


def _confidence(region: Region) -> float | None:
    """Mean confidence of the pieces' turns by length; None when no turn has one."""
    known = [(p.view.turn.confidence, max(1, len(p.view.turn.text))) for p in region.pieces]
    weighted = [(c, n) for c, n in known if c is not None]
    if not weighted:
        return None
    return sum(c * n for c, n in weighted) / sum(n for _, n in weighted)
