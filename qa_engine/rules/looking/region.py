"""Where a condition looks: windows and anchors turned into pieces of turns."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_engine.domain import Speaker
from qa_engine.domain.values import cached_property
from qa_engine.rules.looking.outcome import Hit, Position
from qa_engine.rules.looking.view import CallView, Piece, TurnView, clock
from qa_engine.rules.written.fields import WHERE_TITLE, WHO_TITLE, Anchor, Who, Window, speaker_of


@dataclass(frozen=True)
class Region:
    """Pieces of turns of one speaker, in order; ``label`` says in Chinese where that is.

    ``since``/``until`` bound everything that lies between turns (silences, excluded turns): positions always, seconds
    (``times``) when the call has times.
    """

    pieces: tuple[Piece, ...]
    label: str
    since: Position
    until: Position
    times: tuple[float, float] | None = None

    def covers(self, hit: Hit) -> bool:
        """True when the hit lies inside, by its characters and, if the window has seconds, by its times."""
        if hit.span is not None and hit.turn is not None:
            piece = self._by_order.get(hit.begin[0])
            if piece is None or not (piece.start <= hit.span[0] and hit.span[1] <= piece.end):
                return False
        elif not (self.since <= hit.begin and hit.finish <= self.until):
            return False
        if self.times is None or hit.start is None:
            return True
        return self.times[0] <= hit.start < self.times[1] or (hit.start == self.times[1] == hit.end)

    @cached_property
    def orders(self) -> Sequence[int]:
        """The places of the pieces' turns in the call, rising."""
        return [piece.view.order for piece in self.pieces]

    # The whole call as a role's region is shared by most conditions: what each asks of it is worked out once.

    @cached_property
    def plain(self) -> str:
        """The plain texts of the pieces' turns, a line each."""
        return "\n".join([piece.view.scanned.plain.text for piece in self.pieces])

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """The indices of the pieces' turns."""
        return tuple([piece.view.turn.index for piece in self.pieces])

    @cached_property
    def first_start(self) -> float | None:
        """Seconds: when the first of the turns begins; None where no times are known."""
        return min([p.view.turn.start for p in self.pieces if p.view.turn.start is not None], default=None)

    @cached_property
    def last_end(self) -> float | None:
        """Seconds: when the last of the turns ends; None where no times are known."""
        return max([p.view.turn.end for p in self.pieces if p.view.turn.end is not None], default=None)

    @cached_property
    def confidence(self) -> float | None:
        """Mean confidence of the turns by length; None when no turn has one."""
        known = [(p.view.turn.confidence, max(1, len(p.view.turn.text))) for p in self.pieces]
        weighted = [(c, n) for c, n in known if c is not None]
        if not weighted:
            return None
        return sum(c * n for c, n in weighted) / sum(n for _, n in weighted)

    @cached_property
    def _by_order(self) -> Mapping[int, Piece]:
        return {piece.view.order: piece for piece in self.pieces}


_WHOLE_LABEL = "通话全程"


def window_region(call: CallView, who: Who | None, window: Window) -> Region:
    """The part of the call that a window means; the caller has made sure that times are there when it needs them."""
    if not window.model_fields_set:
        known: Region | None = call.kept.get(who)
        if known is None:
            known = call.kept[who] = _region(call, who, window)
        return known
    return _region(call, who, window)


def _region(call: CallView, who: Who | None, window: Window) -> Region:
    views = call.turns_of(speaker_of(who))
    labels: list[str] = []
    title = WHO_TITLE[who or "any"]
    begin, end = 0, len(views)
    if window.first_turns is not None:
        end = min(end, window.first_turns)
        labels.append(f"{title}前 {window.first_turns} 个话轮")
    if window.last_turns is not None:
        begin = max(begin, len(views) - window.last_turns)
        labels.append(f"{title}最后 {window.last_turns} 个话轮")
    if window.skip_turns is not None:
        begin = max(begin, window.skip_turns)
        labels.append(f"跳过{title}前 {window.skip_turns} 个话轮")
    pieces = call.pieces_of(speaker_of(who))[begin:end]
    times = _window_times(call, window, labels)
    if times is not None:
        pieces = tuple([piece for piece in pieces if _touches(piece.view, times)])
    label = "、".join(labels) or f"{_WHOLE_LABEL}的{title}话轮"
    since, until = _bounds(call, window, pieces)
    return Region(pieces, label, since, until, times)


def nobodys_region(call: CallView, region: Region) -> Region:
    """The turns between the ends of a region that nobody knows who said; those of another agent are known to be his."""
    pieces = tuple(
        Piece(view, 0, len(view.turn.text))
        for view in call.turns_of(Speaker.UNKNOWN)
        if view.turn.agent_id is None
        and region.since[0] <= view.order <= region.until[0]
        and (region.times is None or _touches(view, region.times))
    )
    return Region(pieces, "不知是谁说的话轮", region.since, region.until, region.times)


def _bounds(call: CallView, window: Window, limited: tuple[Piece, ...]) -> tuple[Position, Position]:
    """The stretch of the call between the first and the last thing that the window can mean."""
    since: Position = (0, 0)
    until: Position = (len(call.all_turns), 0)
    if limited and (window.last_turns is not None or window.skip_turns is not None):
        since = (limited[0].view.order, 0)
    if limited and window.first_turns is not None:
        until = (limited[-1].view.order, limited[-1].end)
    return since, until


def _window_times(call: CallView, window: Window, labels: list[str]) -> tuple[float, float] | None:
    if not window.timed:
        return None
    duration = call.duration or 0.0
    start, end = 0.0, call.last_second + 0.001
    if window.first_seconds is not None:
        end = min(end, window.first_seconds)
        labels.append(f"前 {window.first_seconds:g} 秒")
    if window.last_seconds is not None:
        start = max(start, duration - window.last_seconds)
        labels.append(f"最后 {window.last_seconds:g} 秒")
    if window.from_seconds is not None:
        start = max(start, window.from_seconds)
        labels.append(f"{window.from_seconds:g} 秒之后")
    if window.to_seconds is not None:
        end = min(end, window.to_seconds)
        labels.append(f"{window.to_seconds:g} 秒之前")
    if window.from_percent is not None or window.to_percent is not None:
        low, high = window.from_percent or 0.0, 100.0 if window.to_percent is None else window.to_percent
        start = max(start, duration * low / 100)
        end = min(end, duration * high / 100 + 0.001)
        labels.append(f"通话的 {low:g}%–{high:g}%")
    return start, end


def _touches(view: TurnView, times: tuple[float, float]) -> bool:
    span = view.span
    return span is not None and span.start < times[1] and span.end >= times[0]


def anchored(call: CallView, region: Region, who: Who | None, anchor: Anchor, hits: Sequence[Hit]) -> Region:
    """The part of ``region`` beside any of some ``hits``; touching pieces of one turn become one."""
    speaker = speaker_of(who)
    if anchor.where == "after" and anchor.turns is None:
        kept = _all_after(region, min([hit.finish for hit in hits]))
    else:
        kept = _some_beside(call, region, anchor, hits, speaker)
    bounds = [_beside_bounds(call, anchor, hit, speaker) for hit in hits]
    since = max(region.since, min([first for first, _ in bounds]))
    until = min(region.until, max([last for _, last in bounds]))
    allowed = region.times
    times = [
        _beside_times(anchor, hit)
        for hit in hits
        if anchor.seconds is not None and hit.start is not None and hit.end is not None
    ]
    if times:
        low, high = min(t[0] for t in times), max(t[1] for t in times)
        allowed = (low, high) if allowed is None else (max(low, allowed[0]), min(high, allowed[1]))
        kept = tuple(p for p in kept if _touches(p.view, allowed))
    return Region(kept, _anchor_label(region, who, anchor, hits), since, until, allowed)


def _all_after(region: Region, place: Position) -> tuple[Piece, ...]:
    """What of a region lies after a place."""
    order, char = place
    kept = region.pieces[bisect_left(region.orders, order) :]
    if not kept or kept[0].view.order > order:
        return kept
    view, start, end = kept[0]
    begun = Piece(view, max(start, char), end)
    return (begun, *kept[1:]) if begun.start < end else kept[1:]


def _some_beside(
    call: CallView, region: Region, anchor: Anchor, hits: Sequence[Hit], speaker: Speaker | None
) -> tuple[Piece, ...]:
    """What of a region lies beside any of the hits."""
    pieces: dict[int, tuple[int, int]] = {}
    for hit in hits:
        for piece in _near(region, anchor, hit):
            cut = _cut(call, piece, anchor, hit, speaker)
            if cut is not None:
                old = pieces.get(piece.view.order)
                pieces[piece.view.order] = cut if old is None else (min(old[0], cut[0]), max(old[1], cut[1]))
    return tuple([Piece(p.view, *pieces[p.view.order]) for p in region.pieces if p.view.order in pieces])


def _near(region: Region, anchor: Anchor, hit: Hit) -> tuple[Piece, ...]:
    """The pieces that can lie beside a hit at all: the one of its turn, and as many as the anchor has turns."""
    if anchor.where not in ("after", "before"):
        return region.pieces
    turns = len(region.pieces) if anchor.turns is None else anchor.turns
    if anchor.where == "after":
        first = bisect_left(region.orders, hit.finish[0])
        return region.pieces[first : first + 1 + turns]
    last = bisect_right(region.orders, hit.begin[0])
    return region.pieces[max(0, last - 1 - turns) : last]


def _cut(call: CallView, piece: Piece, anchor: Anchor, hit: Hit, speaker: Speaker | None) -> tuple[int, int] | None:
    """The characters of a piece that lie beside a hit, None when it does not touch."""
    order = piece.view.order
    low, high = piece.start, piece.end
    if anchor.where == "same_turn":
        return (low, high) if hit.turn is not None and hit.begin[0] <= order <= hit.finish[0] else None
    if anchor.where == "after":
        return _cut_after(call, order, (low, high), anchor, hit, speaker)
    if anchor.where == "before":
        return _cut_before(call, order, (low, high), anchor, hit, speaker)
    if hit.begin[0] <= order <= hit.finish[0]:
        return low, high
    return _cut_after(call, order, (low, high), anchor, hit, speaker) or _cut_before(
        call, order, (low, high), anchor, hit, speaker
    )


def _cut_after(
    call: CallView, order: int, place: tuple[int, int], anchor: Anchor, hit: Hit, speaker: Speaker | None
) -> tuple[int, int] | None:
    low, high = place
    if order < hit.finish[0]:
        return None
    if order == hit.finish[0]:
        low = max(low, hit.finish[1])
        return (low, high) if low < high else None
    if anchor.turns is not None and _turns_between(call, hit.finish[0], order, speaker) > anchor.turns:
        return None
    return low, high


def _cut_before(
    call: CallView, order: int, place: tuple[int, int], anchor: Anchor, hit: Hit, speaker: Speaker | None
) -> tuple[int, int] | None:
    low, high = place
    if order > hit.begin[0]:
        return None
    if order == hit.begin[0]:
        high = min(high, hit.begin[1])
        return (low, high) if low < high else None
    if anchor.turns is not None and _turns_between(call, order - 1, hit.begin[0] - 1, speaker) > anchor.turns:
        return None
    return low, high


def _turns_between(call: CallView, after: int, until: int, speaker: Speaker | None) -> int:
    """How many judged turns of the speaker lie in (after, until]."""
    orders = call.orders_of(speaker)
    return max(0, bisect_right(orders, until) - bisect_right(orders, after))


def _beside_bounds(call: CallView, anchor: Anchor, hit: Hit, speaker: Speaker | None) -> tuple[Position, Position]:
    first: Position = (0, 0)
    last: Position = (len(call.all_turns), 0)
    if anchor.turns is not None:
        following = [v for v in call.turns_of(speaker) if v.order > hit.finish[0]][: anchor.turns]
        last = (following[-1].order, len(following[-1].turn.text)) if following else _turn_end(call, hit.finish)
        leading = [v for v in call.turns_of(speaker) if v.order < hit.begin[0]]
        leading = leading[len(leading) - anchor.turns :] if anchor.turns < len(leading) else leading
        first = (leading[0].order, 0) if leading and anchor.turns else (hit.begin[0], 0)
    match anchor.where:
        case "after":
            return hit.finish, last
        case "before":
            return first, hit.begin
        case "around":
            return first, last
    return (hit.begin[0], 0), _turn_end(call, hit.finish)


def _turn_end(call: CallView, at: Position) -> Position:
    if at[0] < len(call.all_turns):
        return at[0], len(call.all_turns[at[0]].turn.text)
    return at


def _beside_times(anchor: Anchor, hit: Hit) -> tuple[float, float]:
    assert hit.start is not None
    assert hit.end is not None
    seconds = anchor.seconds or 0.0
    low = hit.start - seconds if anchor.where in ("before", "around") else hit.end
    high = hit.end + seconds + 0.001 if anchor.where in ("after", "around") else hit.start
    return (hit.start, hit.end) if anchor.where == "same_turn" else (low, high)


def _anchor_label(region: Region, who: Who | None, anchor: Anchor, hits: Sequence[Hit]) -> str:
    first = hits[0]
    at = clock(first.start)
    named = f"「{first.text}」" if first.text else "该处"
    named += f"（{at}）" if at else ""
    named += f"等 {len(hits)} 处" if len(hits) > 1 else ""
    limits = []
    if anchor.turns is not None:
        limits.append(f"{WHO_TITLE[who or 'any']} {anchor.turns} 个话轮内")
    if anchor.seconds is not None:
        limits.append(f"{anchor.seconds:g} 秒内")
    base = "" if region.label.startswith(_WHOLE_LABEL) else f"{region.label}中，"
    return f"{base}{named}{WHERE_TITLE[anchor.where]}" + (f"的{'、'.join(limits)}" if limits else "")
