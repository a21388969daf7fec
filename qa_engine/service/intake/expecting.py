"""What a day should bring: the rows of manifests, and exports of call records (CDR) of the telephone system."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from qa_engine.domain import JsonValue
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, Fault, FaultKind
from qa_engine.service.context import App
from qa_engine.service.intake.facts import CallFacts, read_facts
from qa_engine.service.intake.filenames import id_of_file, last_part
from qa_engine.service.intake.manifest import Manifest, read_rows
from qa_engine.store import ledgers
from qa_engine.store.ledgers import Listed

CDR_COLUMNS: Mapping[str, str] = {
    heading: column
    for column, headings in {
        "talk_seconds": ("通话时长", "通话秒数", "时长", "计费时长", "通话时间长度", "duration", "billsec", "talktime"),
        "answered": ("接通状态", "是否接通", "接听状态", "通话状态", "通话结果", "disposition", "answered"),
    }.items()
    for heading in headings
}
"""What call records say beside the facts of a manifest: how long was spoken, and whether anybody answered."""

NOT_ANSWERED = frozenset(
    {"未接", "未接通", "未接听", "无应答", "忙", "忙线", "占线", "否", "失败", "放弃", "呼损"}
    | {"no", "false", "0", "busy", "failed", "noanswer", "abandoned", "canceled", "cancelled"}
)
_TRIES = 3
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:\.\d+)?")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:秒|s)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListReport:
    """What came of a list. ``not_answered``: rows without talk, of which no recording can exist."""

    named: int
    new: int
    not_answered: int
    faults: tuple[Fault, ...] = ()


def expect_rows(app: App, manifest: Manifest, day: date | None) -> int:
    """Write down what a manifest names, rows with faults too; how many were not known."""
    return _keep(
        app, [one for row in manifest.rows if (one := _listed(app, row.line, row.file, row.facts, day))], manifest.path
    )


def expect_calls(app: App, path: Path, *, day: date | None = None, who: Actor) -> ListReport:
    """Take the call records of a telephone system as what is expected: CSV or JSON Lines, with ``call_id`` or ``file``.

    ``day`` is for rows without a time; without it they belong to today. Rows of calls that nobody answered, or that
    lasted 0 seconds, are counted and not expected. Raises ManifestError when the file cannot be read at all.
    """
    require(who, Right.RUN_NIGHT)
    columns = {**CDR_COLUMNS, **app.settings.manifest_columns}
    listed: list[Listed] = []
    faults: list[Fault] = []
    not_answered = 0
    for row in read_rows(path, columns, needed=("call_id", "file")):
        if isinstance(row, Fault):
            faults.append(row)
            continue
        line, cells = row
        if not _talked(cells):
            not_answered += 1
            continue
        facts, wrong = read_facts(
            {name: value for name, value in cells.items() if name not in ("talk_seconds", "answered")},
            where=str(path),
            line=line,
            zone=app.zone,
            dates=app.settings.date_order,
        )
        file = cells.get("file")
        one = _listed(app, line, file if isinstance(file, str) else None, facts, day)
        if one is not None:
            listed.append(one)
        elif not wrong:
            told = "names neither a call nor a file"
            wrong = [Fault(str(path), line, None, told, "call_id", FaultKind.NAMES_NOTHING)]
        faults += wrong
    return ListReport(len(listed), _keep(app, listed, path), not_answered, tuple(faults))


def _listed(app: App, line: int, file: str | None, facts: CallFacts, day: date | None) -> Listed | None:
    name = last_part(file) if file else None
    key = facts.call_id or (id_of_file(Path(name)) if name else None)
    if key is None:
        return None
    started = facts.started_at
    today = app.clock.now().astimezone(app.zone).date()
    of_day = started.astimezone(app.zone).date() if started else day or today
    return Listed(key, of_day, line, name, facts.agent.id, started)


def _keep(app: App, listed: list[Listed], path: Path) -> int:
    for _ in range(_TRIES):
        try:
            with app.database.write() as session:
                return ledgers.expect(session, listed, source=last_part(str(path)), now=app.clock.now())
        except IntegrityError:
            continue  # somebody else takes the same list at this moment
    raise ConflictError(f"{path}: others keep taking the same list; try again")


def _talked(cells: Mapping[str, JsonValue]) -> bool:
    """False when the record says that nobody answered, or that nothing was said."""
    answered, length = cells.get("answered"), cells.get("talk_seconds")
    if answered is False or (isinstance(answered, str) and _folded(answered) in NOT_ANSWERED):
        return False
    if isinstance(length, int | float):
        return length > 0
    if isinstance(length, str) and (match := _CLOCK.fullmatch(length.strip())):
        return any(int(part) for part in match.groups() if part)
    if isinstance(length, str) and (match := _SECONDS.fullmatch(length.strip())):
        return float(match[1]) > 0
    return True  # unknown: a recording may be there


def _folded(text: str) -> str:
    return "".join(text.lower().split()).replace("_", "")
