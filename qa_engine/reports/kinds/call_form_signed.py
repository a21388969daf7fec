"""The signed part of the form of a call: what people decided, beside what the machine had said."""

from collections.abc import Sequence

from qa_engine.reports.call_form import Score
from qa_engine.reports.document import (
    Banner,
    Block,
    Cell,
    Column,
    Figure,
    Figures,
    Heading,
    Note,
    Piece,
    Row,
    Table,
    Text,
)
from qa_engine.reports.signed_form import DecidedLine, FinalPoints, SignedLines
from qa_engine.reports.wording import number, percent

DECIDED = ("项目", "机器", "人工", "理由", "判断人", "时间")
STILL_OPEN = "申诉或重新复核中，以下一次签名为准。"


def signed_vetoes(signed: SignedLines) -> str:
    return f"一票否决（终审）：{'、'.join(signed.vetoes.values())}"


def signed_figures(signed: SignedLines, machine: Score) -> list[Block]:
    """What stands, the machine's beside it, and who signed."""
    last, *before = signed.signatures
    blocks: list[Block] = [
        Figures(
            (
                Figure("终审得分", (number(signed.total), Piece(f" / {number(signed.possible)}", "unit"))),
                Figure("终审得分率", percent(signed.rate)),
                Figure("终审等级", signed.grade or "—", look="fault" if signed.veto else ""),
                Figure("机器得分", (number(machine.total), Piece(f" / {number(machine.possible)}", "unit"))),
                Figure("机器等级", machine.grade or "—"),
                Figure("人工判断", (str(len(signed.decided)), Piece(" 条", "unit"))),
            )
        ),
        Note((Piece(f"{last.name} 于 {last.at} 签名", "strong"), f"；评语：{last.remark}" if last.remark else "")),
    ]
    for line in before:
        was = f"{number(line.total)}/{number(line.possible)} {line.grade}"
        blocks.append(Note(f"此前 {line.name} 于 {line.at} 签名：{was}", "small soft"))
    if signed.open:
        blocks.append(Banner("ask", STILL_OPEN))
    return blocks


def decided_table(signed: SignedLines) -> list[Block]:
    """Every word of a person, the newest first."""
    if not signed.decided:
        return []
    rows = tuple(
        Row(
            (
                Cell(line.title, "first"),
                line.machine,
                Cell(line.said if line.stands else Piece(line.said, "faint")),
                Cell(line.reason or "—", "wide"),
                line.name,
                line.at,
            )
        )
        for line in signed.decided
    )
    widths = ("", "6em", "8em", "", "5em", "11em")
    columns = tuple(Column(title, width=width) for title, width in zip(DECIDED, widths, strict=True))
    return [Heading("逐项判断", f"{len(rows)} 条，新的在前"), Table(columns, rows)]


def final_points(points: FinalPoints | None, machine: float) -> Text:
    """Points that stand; with the most there could be where that is not what the machine had counted with."""
    if points is None or points.score is None:
        return Piece("不适用", "faint")
    most = "" if points.possible == machine else f" / {number(points.possible)}"
    return (Piece(number(points.score), "strong"), Piece(most, "soft small")) if most else number(points.score)


def decision_text(lines: Sequence[DecidedLine]) -> str:
    """What stands about one finding, in one line; empty where nobody said anything."""
    return "；".join(f"{line.person}{f'（{line.reason}）' if line.reason else ''}，{line.name}" for line in lines)
