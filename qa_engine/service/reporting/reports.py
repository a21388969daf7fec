"""Every report of the catalogue: as blocks, as bytes, and as files of the data folder."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from qa_engine.domain import digest
from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Reach, Right, Subject, may, reach, require
from qa_engine.errors import NotFoundError, UsageError
from qa_engine.plugins import load_plugins
from qa_engine.private import private_folder
from qa_engine.reports import Document, Period, ReportKind, Request, report_kinds
from qa_engine.reports.document import stamped
from qa_engine.reports.render import MEDIA_TYPES, Format, render
from qa_engine.service.context import App
from qa_engine.service.intake.facts import call_id as checked_id
from qa_engine.service.intake.filenames import cut
from qa_engine.service.night.ledgers import open_days
from qa_engine.service.people.audit import Action, note_look
from qa_engine.service.people.reached import agent_within_reach, within_reach
from qa_engine.service.reading.playback import file_url
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.store import calls, editions, tables

_OF_THE_LEDGER = frozenset({"ledger"})  # says so itself
_OF_THE_NIGHT = frozenset({"ledger", "drift"})  # for those who look after the night
_NAME_BYTES = 180  # of the 255 that a file name has; days, hash and suffix follow
Made = TypeVar("Made")
FORM_FILE = "../calls/{call_id}.html"
"""Where a report that lies in the data folder finds the form of a call."""


@dataclass(frozen=True, slots=True)
class Rendered:
    content: bytes
    media_type: str
    filename: str


def report_document(
    app: App,
    kind: str,
    subject: str = "",
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    audio_url: str | None = None,
    form_url: str = FORM_FILE,
    who: Actor,
) -> Document:
    """A report as blocks. ``subject``: the id of a call or an agent, a team; both days are included.

    Raises NotAllowed where ``who`` may see no such report, and NotFoundError where not this one, or for an unknown
    kind or subject; UsageError where a subject is wanted and none is given, ConflictError for a call without a result.
    """
    found = _asked(app, kind, subject, who)
    request = Request(subject, Period(day_from, day_to), audio_url, form_url)
    document = found.build(DatabaseSource(app), request)
    if found.about == "call" or kind in _OF_THE_LEDGER:
        return document
    return stamped(document, _open_points(app, request))


def made_of_report(
    app: App,
    kind: str,
    subject: str,
    make: Callable[[Document], Made],
    *,
    period: Period,
    form_url: str = FORM_FILE,
    who: Actor,
) -> Made:
    """What ``make`` says of a report over calls, made anew only when something that reports read has changed since.

    ``make`` is a function of a module, known by its name, and gives nothing that is changed afterwards. Raises as
    `report_document`.
    """
    found = _asked(app, kind, subject, who)
    request = Request(subject, period, None, form_url)
    points = _open_points(app, request)
    with app.database.read() as session:
        edition = editions.current(session)
    source = DatabaseSource(app)
    return app.shelf.get(
        (kind, request, source.today, points, make),
        edition,
        lambda: make(stamped(found.build(source, request), points)),
    )


def _asked(app: App, name: str, subject: str, who: Actor) -> ReportKind:
    """The kind of report that ``who`` may see of ``subject``; the look at it is written down."""
    kind = _kind(app, name)
    if not subject and kind.about != "centre":
        raise UsageError(f"the report {name!r} is about one {kind.about}: name it")
    _within_reach(app, kind, subject, who)
    _note(app, kind, subject, who, Action.VIEW_CALL if kind.about == "call" else Action.VIEW_REPORT)
    return kind


def _within_reach(app: App, kind: ReportKind, subject: str, who: Actor) -> None:
    """Raises NotAllowed, or NotFoundError for what is out of reach."""
    right = Right.SEE_CALLS if kind.about == "call" else Right.SEE_REPORTS
    if kind.name in _OF_THE_NIGHT:
        right = Right.SEE_NIGHT
    require(who, right)
    if who.machine:
        return
    with app.database.read() as session:
        if kind.about == "call":
            within_reach(who, right, calls.find(session, subject, bodies=False), subject)
        elif kind.about == "agent":
            agent = session.get(tables.Agent, subject)
            agent_within_reach(who, right, subject, agent.team if agent else None)
        elif kind.about == "team" and not may(who, right, Subject(team=subject)):
            raise NotFoundError(f"no team {subject}")
        elif kind.about == "centre" and reach(who, right) is not Reach.ALL and not _own_team(kind, subject, who, right):
            raise NotAllowed(who, right)


def _own_team(kind: ReportKind, subject: str, who: Actor, right: Right) -> bool:
    """Whether a report of the centre was narrowed to a team of ``who``."""
    return kind.scoped and bool(subject) and may(who, right, Subject(team=subject))


def _note(app: App, kind: ReportKind, subject: str, who: Actor, action: Action, detail: str = "") -> None:
    """Write down who looked at a report; a call is named by its key."""
    if who.machine:
        return
    call_pk = None
    if kind.about == "call":
        with app.database.read() as session:
            call = calls.find(session, subject, bodies=False)
            call_pk = call.id if call else None
    told = f"{kind.name} {subject}".strip() if call_pk is None else kind.name if action is Action.EXPORT else ""
    note_look(app, who, action, call_pk=call_pk, subject=told, detail=detail)


def _open_points(app: App, request: Request) -> tuple[str, ...]:
    """What is missing or in work on the days of the period, of those whose recordings somebody expected."""
    days = open_days(app, request.period.first, request.period.last)
    return tuple(point for ledger in days for point in ledger.open_points())


def render_report(
    app: App,
    kind: str,
    subject: str = "",
    format: str = "html",
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    audio_url: str | None = None,
    form_url: str = FORM_FILE,
    who: Actor,
) -> Rendered:
    """A report as ``html``, ``xlsx``, ``csv`` or ``json``. Raises as `report_document`, and UsageError."""
    wanted = _format(format)
    require(who, Right.EXPORT)
    document = report_document(
        app, kind, subject, day_from=day_from, day_to=day_to, audio_url=audio_url, form_url=form_url, who=who
    )
    _note(app, _kind(app, kind), subject, who, Action.EXPORT, wanted)
    days = "_".join(day.isoformat() for day in (day_from, day_to) if day)
    name = "_".join(part for part in (file_name(subject) if subject else kind, days) if part)
    return Rendered(render(document, wanted), MEDIA_TYPES[wanted], f"{name}.{wanted}")


def write_report(
    app: App,
    kind: str,
    subject: str = "",
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    formats: Sequence[str] = ("html", "xlsx"),
) -> tuple[Path, ...]:
    """Write a report into the folder of its kind; each file appears whole or not at all.

    The page of a call plays the recording from the data folder, where it has a form that browsers play.
    """
    found = _kind(app, kind)
    folder = app.settings.reports_dir / found.folder
    audio_url = file_url(app, subject, folder) if found.about == "call" else None
    return tuple(
        _write(
            folder,
            render_report(
                app, kind, subject, format, day_from=day_from, day_to=day_to, audio_url=audio_url, who=MACHINE
            ),
        )
        for format in formats
    )


def report_folder(app: App, kind: str) -> Path:
    """Where the files of a kind of report go."""
    return app.settings.reports_dir / _kind(app, kind).folder


def file_name(name: str) -> str:
    """An id as a file name: agents' ids come from outside and may hold anything."""
    try:
        return checked_id(name)
    except ValueError:
        plain = "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):x}" for c in name)
        return plain if len(plain.encode()) <= _NAME_BYTES else f"{cut(plain, _NAME_BYTES)}-{digest(name)[-12:]}"


def report_catalogue(app: App, *, who: Actor) -> Mapping[str, ReportKind]:
    """Every report there is, those of plugins among them. Raises SettingsError for a plugin that cannot be loaded."""
    require(who, Right.SEE_REPORTS)
    load_plugins(app.settings.plugins)
    return report_kinds()


def _kind(app: App, name: str) -> ReportKind:
    kinds = report_catalogue(app, who=MACHINE)
    if name not in kinds:
        raise NotFoundError(f"no report {name!r}; there are {', '.join(kinds)}")
    return kinds[name]


def _format(name: str) -> Format:
    found: Format | None = next((known for known in MEDIA_TYPES if known == name), None)
    if found is None:
        raise UsageError(f"{name!r} is no format of a report; there are {', '.join(MEDIA_TYPES)}")
    return found


def _write(folder: Path, rendered: Rendered) -> Path:
    private_folder(folder)
    handle, temporary = tempfile.mkstemp(prefix=".report-", dir=folder)
    path = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(rendered.content)
        return path.replace(folder / rendered.filename)
    finally:
        path.unlink(missing_ok=True)
