"""What is told of a night: that it will miss its hour, that it ended, and that its ledger does not balance."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from qa_engine.domain import JsonValue
from qa_engine.domain.night import MissingCall, NightProgress, StoredLedger
from qa_engine.errors import Fault
from qa_engine.fault_wording import fault_said
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.outbox import tell
from qa_engine.service.context import App
from qa_engine.text import mask_private
from qa_engine.wording import NOTHING_CAME

SHOWN_FAULTS = 5
SHOWN_NAMES = 5


def tell_late(session: Session, app: App, night: NightProgress, missing: Sequence[MissingCall]) -> None:
    """Once a night, when it is foreseen or has come; with the recordings that are ``missing`` by then."""
    end = "尚无法预计完成时间"
    if night.forecast_end and night.earliest_end and night.latest_end:
        between = f"（{night.earliest_end:%H:%M} 至 {night.latest_end:%m-%d %H:%M}）"
        end = f"预计 {night.forecast_end:%m-%d %H:%M} 完成{between if night.earliest_end < night.latest_end else ''}"
    lines = [
        f"{night.day} 的录音：{night.settled} / {night.calls} 通已处理",
        f"{end}，时限 {night.deadline:%m-%d %H:%M}",
    ]
    if night.hanging:
        until = max(call.until for call in night.hanging)
        lines.append(f"疑似卡住 {len(night.hanging)} 通，最迟 {until:%m-%d %H:%M} 放弃")
    about: dict[str, JsonValue] = {
        "alert": "night_late",
        "day": night.day.isoformat(),
        "lines": [*lines, *_named(missing)],
        "path": _ledger(night.day),
    }
    tell(session, app, Event.ALERT, key=f"night-late:{night.day}", about=about)


def tell_closed(
    session: Session, app: App, drawn: StoredLedger, faults: Sequence[Fault], missing: Sequence[MissingCall]
) -> None:
    """The night ended and its ledger is drawn. An alert besides: it does not balance, or it does only because nothing
    was named and nothing came, or a list or folder could not be read (``faults``)."""
    ledger = drawn.ledger
    figures: dict[str, JsonValue] = {
        "day": ledger.day.isoformat(),
        "number": drawn.number,
        "expected": ledger.expected,
        "scored": ledger.scored,
        "missing": ledger.missing,
        "complete": ledger.complete,
    }
    key = f"{ledger.day}:{drawn.number}"
    tell(session, app, Event.NIGHT_CLOSED, key=f"night-closed:{key}", about=figures)
    if not ledger.complete or ledger.empty or faults:
        lines = [*ledger.open_points(), *_named(missing)]
        lines += [f"{ledger.day}：{NOTHING_CAME}"] if ledger.empty else []
        lines += [mask_private(fault_said(fault)) for fault in faults[:SHOWN_FAULTS]]
        lines += [f"……共 {len(faults)} 处"] if len(faults) > SHOWN_FAULTS else []
        alert = "night_sources" if ledger.complete else "ledger_open"
        about: dict[str, JsonValue] = {**figures, "alert": alert, "lines": [*lines], "path": _ledger(ledger.day)}
        tell(session, app, Event.ALERT, key=f"ledger-open:{key}", about=about)


def _ledger(day: date) -> str:
    return f"/reports/ledger?from={day}&to={day}"


def _named(missing: Sequence[MissingCall]) -> list[str]:
    """The first that are missing, by name, and how many more; ids and names of files may hold numbers."""
    if not missing:
        return []
    names = "、".join(mask_private(one.key) for one in missing[:SHOWN_NAMES])
    more = len(missing) - SHOWN_NAMES
    return [f"缺少：{names}{f' 等，另有 {more} 通，见台账' if more > 0 else ''}"]
