"""What drift reports are made of: rules with their charts, and whose doing a jump is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qa_engine.reports.control import ControlChart

LEAST_PANEL = 10


class Cause(StrEnum):
    """Where a jump comes from, as a fixed panel of calls tells."""

    PACK = "pack"  # rules, scorecard, models of language or the engine judge the same words otherwise
    RECOGNISER = "recogniser"  # the same sound is heard as other words
    CALLS = "calls"  # the same calls come out the same: those who speak, or the line, changed
    UNKNOWN = "unknown"  # there is no panel, or too small a one


CAUSES = {
    Cause.PACK: "规则包、模型或引擎：样本组文字不变，结论变了",
    Cause.RECOGNISER: "识别：样本组录音不变，识别出的文字变了",
    Cause.CALLS: "来话本身：样本组结论不变，变的是坐席、客户或线路",
    Cause.UNKNOWN: "未能区分：没有样本组，或样本组太小",
}


@dataclass(frozen=True, slots=True)
class PanelCounts:
    """Hits of a rule on the panel: when it was fixed, judged again now, and heard and judged again now."""

    calls: int
    before: int
    judged_again: int
    heard_again: int


def cause_of(moved: float, panel: PanelCounts | None) -> Cause:
    """Whose doing it is, for the most part, that the rate of a rule moved by so much (a share of the calls).

    The panel says how much the rate of the same calls moved, by what judges them and by what hears them; the rest is
    the calls'. One call of the panel that comes out otherwise explains no jump of half of all calls, and a panel that
    moves the other way explains nothing.
    """
    if panel is None or panel.calls < LEAST_PANEL:
        return Cause.UNKNOWN
    way = 1 if moved > 0 else -1
    pack = max(0.0, way * (panel.judged_again - panel.before) / panel.calls)
    recogniser = max(0.0, way * (panel.heard_again - panel.judged_again) / panel.calls)
    shares = {Cause.PACK: pack, Cause.RECOGNISER: recogniser, Cause.CALLS: abs(moved) - pack - recogniser}
    return max(shares, key=lambda cause: shares[cause])


@dataclass(frozen=True, slots=True)
class RuleDrift:
    """A rule with its chart; ``cause`` and ``panel`` are there when its last day jumped and somebody looked."""

    rule_id: str
    title: str
    chart: ControlChart
    cause: Cause | None = None
    panel: PanelCounts | None = None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """All rules of a day: those that jumped, and those that stayed. ``young``: rules with too short a history."""

    day: date
    calls: int
    panel_calls: int
    jumped: tuple[RuleDrift, ...]
    steady: tuple[RuleDrift, ...]
    young: int
