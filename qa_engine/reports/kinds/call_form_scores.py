"""The score table of the form of a call."""

from qa_engine.reports.call_form import CallForm, ItemLine, SectionBlock
from qa_engine.reports.cards import label_of, time_of
from qa_engine.reports.document import Cell, Column, Line, Piece, Row, Table, Text
from qa_engine.reports.findings import Finding
from qa_engine.reports.kinds.call_form_signed import final_points
from qa_engine.reports.signed_form import FinalPoints, SignedLines
from qa_engine.reports.wording import number, percent, signed


def score_table(form: CallForm) -> Table:
    """One line an item under its heading; in a signed form what stands beside what the machine gave."""
    rows: list[Row] = []
    record = form.signed
    for section in form.sections:
        rows += [_section_row(section, record), *(_item_row(item, section.id, record) for item in section.items)]
    score = form.score
    short = score.lost if record is None else record.possible - record.total
    lost = (Piece(f"{signed(-short)} 分", "fault"), "　") if short > 0 else ()
    rows.append(
        Row(
            (
                Cell("合计"),
                Cell(number(score.possible)),
                Cell(number(score.total)),
                *_total(record, score.possible),
                Cell(
                    (
                        *lost,
                        Piece("不适用的项不计入满分" if record else "不适用与未评的人工项不计入满分", "soft small"),
                    ),
                    "wide",
                ),
            ),
            "section",
        )
    )
    columns = (
        Column("细项"),
        Column("满分", number=True),
        *((Column("机器", number=True), Column("终审", number=True)) if record else (Column("得分", number=True),)),
        Column("说明", width="46%" if record else "52%"),
    )
    return Table(columns, tuple(rows), "score")


def _total(record: SignedLines | None, machine: float) -> tuple[Cell, ...]:
    """The column of what stands, in a signed form."""
    return (Cell(final_points(FinalPoints(record.total, record.possible), machine)),) if record else ()


def _final(record: SignedLines | None, key: str, machine: float) -> tuple[Cell, ...]:
    if record is None:
        return ()
    points = record.points.get(key)
    lost = points is not None and points.score is not None and points.score < points.possible
    return (Cell(final_points(points, machine), "short" if lost else ""),)


def _section_row(section: SectionBlock, record: SignedLines | None) -> Row:
    rate = section.rate if record is None else record.rate_of(section.id)
    reached = "本次无可计分细项" if rate is None else percent(rate)
    bar = () if rate is None else (Piece(share=rate),)
    got = number(section.score) if section.possible else "—"
    told = Cell((*bar, Piece(reached, "soft small")), "wide")
    final = _final(record, section.id, section.possible)
    return Row((Cell(section.title), Cell(number(section.possible)), Cell(got), *final, told), "section")


def _item_row(item: ItemLine, section: str, record: SignedLines | None) -> Row:
    if item.state == "manual":
        got: Text = "—" if record else Piece(look="box short")
    elif item.score is None:
        got = Piece("不适用", "faint")
    else:
        got = number(item.score)
    final = _final(record, f"{section}/{item.id}", item.possible)
    machine = Cell(got, "short" if item.state == "lost" else "")
    return Row((Cell(item.title), Cell(number(item.possible), "soft"), machine, *final, _item_note(item, record)))


def _item_note(item: ItemLine, record: SignedLines | None) -> Cell:
    if item.state == "manual":
        anchors = "；".join(f"{number(points)} 分：{meaning}" for points, meaning in item.anchors)
        return Cell((Piece("人工评分", "tag"), " ", Piece(anchors, "soft small")), "wide")
    if item.state == "not_applicable":
        return Cell(Piece(item.note, "faint small"), "wide")
    lines = [Line((*_brief(finding), *_said(finding, record))) for finding in item.findings]
    lines += [
        Line(
            (
                label_of(finding),
                " ",
                *time_of(finding),
                Piece(f"{finding.title}：{finding.status_label}", "doubt"),
                *_said(finding, record),
            )
        )
        for finding in item.doubts
    ]
    if item.note:
        lines.append(Line(item.note, "soft small"))
    return Cell(Piece("达标", "good small") if item.state == "kept" else "", "wide", lines=tuple(lines))


def _said(finding: Finding, record: SignedLines | None) -> tuple[str | Piece, ...]:
    """What a person made of it, after what the machine said."""
    said = record.in_short(finding.rule_id) if record else ""
    return (" → ", Piece(said, "strong")) if said else ()


def _brief(finding: Finding) -> tuple[str | Piece, ...]:
    words = f"「{finding.words}」" if finding.words and finding.words not in finding.message else ""
    points = Piece(signed(finding.points), "strong fault nowrap")
    return (label_of(finding), " ", *time_of(finding), f"{words}{finding.message} ", points)
