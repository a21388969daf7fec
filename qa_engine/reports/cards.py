"""A finding as a card: what was found, the words it rests on, room for the inspector's decision."""

from collections.abc import Iterator, Sequence

from qa_engine.reports.document import Block, Card, Note, Piece, Quote, Text
from qa_engine.reports.findings import CALL_WORDS, Finding, QuotedHit
from qa_engine.reports.wording import clock

LISTED_HITS = 5  # hits of a finding with a line of their own; the further ones share one
_GRAVE = ("veto", "major")
BOX, WIDE_BOX = Piece(look="box"), Piece(look="box wide")


def label_of(finding: Finding, *, linked: bool = True) -> Piece:
    look = "no" if finding.status == "fail" else "no doubt"
    return Piece(finding.label, look, url=f"#{finding.anchor}" if linked else None)


def time_of(finding: Finding) -> tuple[str | Piece, ...]:
    return () if finding.at is None else (Piece(finding.clock, seconds=finding.at), " ")


def place(seconds: float | None, label: str) -> Piece:
    return Piece(label or "—", "faint") if seconds is None else Piece(label or clock(seconds), seconds=seconds)


def finding_card(finding: Finding, decided: str | None = None, cost: str | None = None) -> Card:
    """``decided`` and ``cost``: what a person said of it in a signed form and what it takes there; None while there is
    room for that to be written."""
    fault = finding.status == "fail"
    belongs = " · ".join(dict.fromkeys(part for part in (finding.section, finding.item) if part))
    head = [
        label_of(finding, linked=False),
        Piece(finding.title, "strong"),
        Piece(belongs, "soft small"),
        Piece(finding.severity_label, "tag fault" if finding.severity in _GRAVE else "tag"),
    ]
    if finding.at is not None:
        head.append(Piece(finding.clock, "small", seconds=finding.at))
    head.append(Piece(cost or finding.verdict, "pts"))
    why: list[str | Piece] = [("如属实：" if not fault and finding.message else "") + finding.message]
    if fault and finding.times_taken > 1:
        why += [" ", Piece(f"计 {finding.times_taken} 次", "tag")]
    body: list[Block] = [Note(tuple(why), "why")]
    if finding.reason:
        body.append(Note(finding.reason, "doubt"))
    if finding.trust:
        body.append(Note(finding.trust, "small soft"))
    body += _evidence(finding)
    body.append(Note(_to_decide(fault) if decided is None else ("复核：", Piece(decided, "strong")), "desk"))
    return Card(tuple(head), tuple(body), "" if fault else "doubt", finding.anchor)


def _to_decide(fault: bool) -> Text:
    boxes: tuple[str | Piece, ...] = (
        ("复核：□ 维持　□ 改为 ", BOX, " 分　□ 撤销") if fault else ("复核：□ 成立，扣 ", BOX, " 分　□ 不成立")
    )
    return (*boxes, "　理由：", WIDE_BOX)


def _evidence(finding: Finding) -> list[Block]:
    blocks: list[Block] = [Note(_hit(hit), "hit") for hit in finding.hits[:LISTED_HITS]]
    further = finding.hits[LISTED_HITS:]
    if further:
        listed: list[str | Piece] = [f"另有 {len(further)} 处："]
        for n, hit in enumerate(further):
            listed += ["、"] if n else []
            listed += [place(hit.start, hit.clock), f"「{hit.words}」" if hit.words else ""]
        blocks.append(Note(tuple(listed), "hit small soft"))
    if finding.call_words:
        blocks.append(Note((Piece(f"{CALL_WORDS}：", "soft"), *_placed(finding.call_words)), "hit"))
    for search in finding.searched:
        where = ("（", place(search.start, search.clock_range), "）") if search.start is not None else ()
        found: Text = (Piece("检查范围：", "soft"), search.window, *where, f"，未找到。{search.nearest}。")
        blocks.append(Note(found, "hit"))
    if finding.excerpt:
        blocks.append(Quote(finding.excerpt))
    return blocks


def _placed(words: Sequence[QuotedHit]) -> Iterator[str | Piece]:
    """Words of the whole call, each to be heard where it is said."""
    for n, word in enumerate(words):
        yield from ("、" if n else "", *((place(word.start, word.clock), " ") if word.clock else ()), word.placed)


def _hit(hit: QuotedHit) -> Text:
    parts: list[str | Piece] = [place(hit.start, hit.clock_range or hit.clock), " "]
    if not hit.measured:
        parts.append(Piece(hit.speaker, "soft"))
        if hit.words:
            parts += [" ", Piece(f"「{hit.words}」", "strong")]
    if hit.how:
        parts += [" ", Piece(hit.how, "tag")]
    return (*parts, " ", Piece(hit.explanation, "soft"))
