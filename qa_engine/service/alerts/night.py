"""What is told of a night: that it will miss its hour, that it ended, and that its ledger does not balance."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from qa_engine.domain import JsonValue
from qa_engine.domain.night import NightProgress, StoredLedger
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.outbox import tell
from qa_engine.service.context import App
from qa_engine.wording import NOTHING_CAME

SHOWN_FAULTS = 5


def tell_late(session: Session, app: App, night: NightProgress) -> None:
    """Once a night, when it is foreseen or has come."""
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
        "lines": [*lines],
        "path": "/status",
    }
    tell(session, app, Event.ALERT, key=f"night-late:{night.day}", about=about)


def tell_closed(session: Session, app: App, drawn: StoredLedger, faults: Sequence[str]) -> None:
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
        path = f"/reports/ledger?from={ledger.day}&to={ledger.day}"
        lines = [*ledger.open_points(), *([f"{ledger.day}：{NOTHING_CAME}"] if ledger.empty else [])]
        lines += [*faults[:SHOWN_FAULTS], *([f"……共 {len(faults)} 处"] if len(faults) > SHOWN_FAULTS else [])]
        alert = "night_sources" if ledger.complete else "ledger_open"
        about: dict[str, JsonValue] = {**figures, "alert": alert, "lines": [*lines], "path": path}
        tell(session, app, Event.ALERT, key=f"ledger-open:{key}", about=about)
