"""The ledger of a day: counted, drawn, compared with the day before, and opened again by what comes late."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa_engine.domain.night import BatchLine, DayLedger, LedgerOfDay, MissingCall, StoredLedger
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError
from qa_engine.service.context import App
from qa_engine.store import batches, calls, ledgers, night_tables, nights
from qa_engine.wording import LEDGER

SHOWN_NAMES = 1000
SHOWN_BATCHES = 50
_TRIES = 3
FIRST = "首次结账"


def day_ledger(app: App, day: date, *, who: Actor) -> LedgerOfDay:
    """Everything about the ledger of a day, as it is now. Writes nothing but what it found of listed calls."""
    require(who, Right.SEE_NIGHT)
    with app.database.write() as session:
        ledgers.match(session, day)
        ledgers.match(session, day - timedelta(days=1))
        return _of_day(app, session, day)


def draw_ledger(app: App, day: date, *, who: Actor) -> StoredLedger:
    """Draw the ledger of a day: the drawing that says what is so now, the last one if it does, else a new one."""
    require(who, Right.RUN_NIGHT)
    for _ in range(_TRIES):
        try:
            with app.database.write() as session:
                ledgers.match(session, day)
                found = _of_day(app, session, day)
                last = found.drawn[-1] if found.drawn else None
                if last is not None and last.ledger == found.now:
                    return last
                number, why, now = len(found.drawn) + 1, found.opened_again or FIRST, app.clock.now()
                ledgers.keep(session, found.now, number=number, why=why, now=now)
                calls.note(
                    session,
                    None,
                    actor=who.id,
                    action="ledger",
                    detail=f"{day} {number}: {found.now.complete}",
                    now=now,
                )
                return StoredLedger(found.now, number, now, why)
        except IntegrityError:
            continue  # somebody else draws the same ledger at this moment
    raise ConflictError(f"others keep drawing the ledger of {day}; try again")


def ledger_days(app: App, *, who: Actor, first: date | None = None, last: date | None = None) -> tuple[date, ...]:
    """The days that have a ledger, be it open or drawn, the newest first."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        return ledgers.days(session, first=first, last=last)


def open_days(app: App, first: date | None, last: date | None) -> tuple[DayLedger, ...]:
    """The ledgers of a period that do not balance, the oldest first: of days with a list, or drawn before."""
    with app.database.read() as session:
        suspects = ledgers.perhaps_open(session, first=first, last=last)
    if not suspects:
        return ()
    with app.database.write() as session:
        found = []
        for day in suspects:
            ledgers.match(session, day)
            if not (ledger := ledgers.count(session, day)).complete:
                found.append(ledger)
        return tuple(found)


def _of_day(app: App, session: Session, day: date) -> LedgerOfDay:
    zone = app.zone
    drawn = tuple(replace(one, drawn_at=one.drawn_at.astimezone(zone)) for one in ledgers.drawn(session, day))
    now = ledgers.count(session, day)
    last = drawn[-1] if drawn else None
    before = ledgers.count(session, day - timedelta(days=1))
    late = ledgers.came_after(session, day, last.drawn_at, SHOWN_NAMES) if last else ()
    handed_in = batches.newest(session, limit=SHOWN_BATCHES, day=day)
    return LedgerOfDay(
        now=now,
        drawn=drawn,
        before=before if before.expected else None,
        missing=tuple(_local(one, zone) for one in ledgers.missing(session, day)[:SHOWN_NAMES]),
        in_work=ledgers.working(session, day, SHOWN_NAMES),
        late=late,
        batches=tuple(_line(batch, zone) for batch in handed_in),
        left=batches.left(session, handed_in, SHOWN_NAMES),
        opened_again=_why(last, now, late),
        begun=nights.find(session, day) is not None,
        faults=nights.source_faults(session, day)[:SHOWN_NAMES],
    )


def _local(one: MissingCall, zone: ZoneInfo) -> MissingCall:
    return replace(one, started_at=one.started_at.astimezone(zone)) if one.started_at else one


def _line(batch: night_tables.Batch, zone: ZoneInfo) -> BatchLine:
    return BatchLine(
        kind=batch.kind,
        source=batch.source,
        manifest=batch.manifest,
        started_at=batch.started_at.astimezone(zone),
        finished=batch.finished_at is not None,
        seen=batch.seen,
        taken=batch.taken,
        duplicate=batch.duplicate,
        waiting=batch.waiting,
        refused=batch.refused,
        skipped=batch.skipped,
    )


def _why(last: StoredLedger | None, now: DayLedger, late: tuple[str, ...]) -> str:
    """What differs from the last drawing, in words."""
    if last is None or last.ledger == now:
        return ""
    old, new = last.ledger.figures, now.figures
    parts = [f"结账后又收到 {len(late)} 通"] if late else []
    parts += [f"{label} {old[name]} → {new[name]}" for name, label in LEDGER.items() if old[name] != new[name]]
    return "，".join(parts) or "原因有变"
