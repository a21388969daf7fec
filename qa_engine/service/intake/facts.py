"""The facts of a call as columns of text, from manifest, sidecar, file name or web form → typed, or located faults."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import TypeVar

from qa_engine.domain import Agent, Call, Channel, Direction, JsonValue
from qa_engine.errors import Fault, FaultKind
from qa_engine.service.intake.filenames import MOST_ID_BYTES

AGENT_CHANNELS = ("left", "right", "0", "1", "mixed")
COLUMNS = (
    "file",
    "call_id",
    "agent_id",
    "agent_name",
    "team",
    "direction",
    "scenario",
    "started_at",
    "agent_channel",
    "customer_number",
    "ring_seconds",
    "ended_by",
    "csat",
)
_KNOWN = frozenset({*COLUMNS, "channel"})
_CALL_ID = re.compile(r"[\w.@-][\w.@:+=-]{0,127}")
_TWELVE_HOURS = re.compile(r"(?P<half>凌晨|上午|中午|下午|晚上|AM|PM|am|pm) *(?P<hour>\d{1,2}):")
# Days since the end of 1899 with a fraction of a day, as spreadsheets keep moments: from 1995 to 2091.
_SPREADSHEET_DAY = re.compile(r"(?:3[5-9]|[4-6]\d)\d{3}\.\d{2,}")
_SPREADSHEET_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001  # a cell knows no zone
_DATES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d_%H%M%S",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
)
_YEAR_LAST = re.compile(r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})(?!\d)")
_HALF_BEHIND = re.compile(r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?) *(?P<half>AM|PM)\b", re.IGNORECASE)
_SPREADSHEET_NUMBER = re.compile(r"(\d+)\.0+")
_YEARS = range(1970, 2200)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What somebody said about a call. ``call_id`` None: nobody gave one. ``metadata`` holds every further column."""

    call_id: str | None = None
    agent: Agent = field(default_factory=Agent)
    channel: Channel | None = None
    direction: Direction | None = None
    scenario: str | None = None
    started_at: datetime | None = None
    agent_channel: str | None = None
    customer_number: str | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)

    def call(self, call_id: str, *, duration: float | None) -> Call:
        return Call(
            call_id=call_id,
            channel=self.channel or Channel.VOICE,
            direction=self.direction,
            scenario=self.scenario,
            started_at=self.started_at,
            duration=duration,
            agent=self.agent,
            customer_number=self.customer_number,
            metadata=dict(self.metadata),
        )

    def with_agent_id(self, digits: int | None) -> "CallFacts":
        """With the 工号 in the form that the centre has for it; see ``agent_id``."""
        if self.agent.id is None:
            return self
        return replace(self, agent=replace(self.agent, id=agent_id(self.agent.id, digits)))

    def over(self, weaker: "CallFacts") -> "CallFacts":
        """These facts, with what they leave open taken from ``weaker``."""
        return replace(
            self,
            call_id=self.call_id or weaker.call_id,
            agent=Agent(
                id=self.agent.id or weaker.agent.id,
                name=self.agent.name or weaker.agent.name,
                team=self.agent.team or weaker.agent.team,
            ),
            channel=self.channel or weaker.channel,
            direction=self.direction or weaker.direction,
            scenario=self.scenario or weaker.scenario,
            started_at=self.started_at or weaker.started_at,
            agent_channel=self.agent_channel or weaker.agent_channel,
            customer_number=self.customer_number or weaker.customer_number,
            metadata={**weaker.metadata, **self.metadata},
        )


class UnfitError(ValueError):
    """A value that a column cannot have; ``kind`` and ``values`` as a fault has them."""

    def __init__(self, kind: FaultKind, message: str, *values: object) -> None:
        super().__init__(message)
        self.kind, self.values = kind, tuple(str(value) for value in values)


class Columns:
    """Reads typed values out of columns of text and collects every fault with its place."""

    def __init__(self, columns: Mapping[str, JsonValue], *, where: str, line: int | None = None) -> None:
        self._columns = columns
        self._where, self._line = where, line
        self.faults: list[Fault] = []

    def fault(self, column: str, error: UnfitError) -> None:
        self.faults.append(Fault(self._where, self._line, None, str(error), column, error.kind, error.values))

    def text(self, column: str) -> str | None:
        value = self._columns.get(column)
        if value is None or isinstance(value, bool | list | dict):
            if isinstance(value, bool | list | dict):
                told = f"must be text, not {type(value).__name__}"
                self.fault(column, UnfitError(FaultKind.NO_TEXT_VALUE, told))
            return None
        return str(value).strip() or None

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(column)
        if text is None:
            return None
        try:
            return parse(text)
        except UnfitError as error:
            self.fault(column, error)
            return None


def read_facts(
    columns: Mapping[str, JsonValue], *, where: str, line: int | None, zone: tzinfo, dates: str | None = None
) -> tuple[CallFacts, list[Fault]]:
    """Columns → facts. Unknown columns become metadata. A fault makes only its own column unknown.

    ``dates``: what 03/02/2026 means, ``dmy`` or ``mdy``; None: nobody said, and it is a fault.
    """
    unfit = {name: message for name, value in columns.items() if (message := _unfit(name, value))}
    columns = {name: value for name, value in columns.items() if name not in unfit}
    reader = Columns(columns, where=where, line=line)
    for name, message in unfit.items():
        reader.fault(name.encode("ascii", "backslashreplace").decode(), UnfitError(FaultKind.UNFIT, message))
    ring_seconds = reader.read("ring_seconds", seconds)
    ended_by = reader.read("ended_by", _one_of("agent", "customer"))
    csat = reader.read("csat", number)
    read: dict[str, JsonValue] = {"ring_seconds": ring_seconds, "ended_by": ended_by, "csat": csat}
    metadata = {name: value for name, value in read.items() if value is not None}
    metadata |= {name: value for name, value in columns.items() if name not in _KNOWN and value not in (None, "")}
    direction = reader.read("direction", _one_of("inbound", "outbound"))
    channel = reader.read("channel", _one_of("voice", "chat"))
    facts = CallFacts(
        call_id=reader.read("call_id", call_id),
        agent=Agent(id=reader.text("agent_id"), name=reader.text("agent_name"), team=reader.text("team")),
        channel=Channel(channel) if channel else None,
        direction=Direction(direction) if direction else None,
        scenario=reader.text("scenario"),
        started_at=reader.read("started_at", lambda text: moment(text, zone, dates)),
        agent_channel=reader.read("agent_channel", _one_of(*AGENT_CHANNELS)),
        customer_number=reader.text("customer_number"),
        metadata=metadata,
    )
    return facts, reader.faults


def _unfit(name: str, value: JsonValue) -> str | None:
    """Why a value could not be kept: a database and a JSON file must take it and give it back."""
    try:
        json.dumps([name, value], ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return "holds half a character (a lone surrogate); export the text again"
    except (ValueError, RecursionError):
        return "holds a number or a nesting that JSON has no words for"
    return (
        "holds a NUL character; export the text again" if "\0" in (value if isinstance(value, str) else name) else None
    )


def call_id(text: str) -> str:
    """A call id is used in addresses and file names, so it must be plain."""
    if not _CALL_ID.fullmatch(text) or text.startswith("."):
        raise UnfitError(
            FaultKind.BAD_ID,
            "a call id is made of letters, digits and . _ - @ : + =, at most 128, not beginning with a dot",
        )
    if len(text.encode()) > MOST_ID_BYTES:
        most = MOST_ID_BYTES, MOST_ID_BYTES // 3
        raise UnfitError(
            FaultKind.LONG_ID, f"a call id has at most {most[0]} bytes, {most[1]} Chinese characters", *most
        )
    return text


def agent_id(text: str, digits: int | None = None) -> str:
    """A 工号 in one form: ００２６ and 0026.0 (a spreadsheet's number) are 0026; with ``digits`` 26 is, too."""
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = _SPREADSHEET_NUMBER.sub(r"\1", folded)
    return folded.zfill(digits) if digits is not None and folded.isdecimal() else folded


def look_alikes(given: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """What is told of ids that are easily one person's: 0026 and 26, a08 and A08. Of those that are given now only."""
    given = set(given)
    groups: dict[str, set[str]] = {}
    for agent in given | set(known):
        folded = agent_id(agent).casefold()
        alike = folded.lstrip("0") or folded if folded.isdecimal() else folded
        groups.setdefault(alike, set()).add(agent)
    return [
        f"agents {', '.join(sorted(group))} look like one person: set QA_AGENT_ID_DIGITS or mend the manifest"
        for _, group in sorted(groups.items())
        if len(group) > 1 and group & given
    ]


def moment(text: str, zone: tzinfo, dates: str | None = None) -> datetime:
    """ISO 8601, or the usual forms of telephone systems; without an offset it is in ``zone``. On that zone's clocks.

    ``dates``: see `read_facts`.
    """
    plain = _TWELVE_HOURS.sub(
        _of_24, _HALF_BEHIND.sub(r"\g<half>\g<clock>", unicodedata.normalize("NFKC", text).strip())
    )
    parsed = _parsed(_year_first(plain, dates))
    if parsed is None:
        told = f"{text!r} is no date and time; write 2026-03-02T09:15:00+08:00 or 2026-03-02 09:15:00"
        raise UnfitError(FaultKind.BAD_TIME, told, text)
    return likely(parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(zone)


def _year_first(text: str, dates: str | None) -> str:
    """03/02/2026 as 2026/03/02 or 2026/02/03; where nobody said which, only what can be but one of them."""
    match = _YEAR_LAST.match(text)
    if match is None:
        return text
    first, second = int(match["first"]), int(match["second"])
    order = dates or ("dmy" if first > 12 >= second else "mdy" if second > 12 >= first or first == second else None)
    if order is None:
        told = f"{text!r}: day or month first? Say so in QA_DATE_ORDER (dmy or mdy), or write 2026-03-02"
        raise UnfitError(FaultKind.DATE_ORDER, told, text)
    day, month = (first, second) if order == "dmy" else (second, first)
    return f"{match['year']}/{month}/{day}{text[match.end() :]}"


def _parsed(text: str) -> datetime | None:
    if _SPREADSHEET_DAY.fullmatch(text):
        return (_SPREADSHEET_BEGINS + timedelta(days=float(text), seconds=0.5)).replace(microsecond=0)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _DATES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # the zone is added by the caller
        except ValueError:
            continue
    return None


def _of_24(match: re.Match[str]) -> str:
    """下午 3:15 as 15:15."""
    hour = int(match["hour"]) % 12 if match["half"].lower() in ("凌晨", "上午", "am") else int(match["hour"])
    return f"{hour + 12 if match['half'].lower() in ('下午', '晚上', 'pm') and hour < 12 else hour}:"


def likely(moment: datetime) -> datetime:
    """The moment itself; an UnfitError for years in which nobody telephoned, and which no calendar here can turn."""
    if moment.year not in _YEARS:
        years = _YEARS.start, _YEARS.stop - 1
        told = f"the year {moment.year} is not between {years[0]} and {years[1]}"
        raise UnfitError(FaultKind.BAD_YEAR, told, moment.year, *years)
    return moment


def number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UnfitError(FaultKind.BAD_NUMBER, f"{text!r} is no number", text)
    return value


def seconds(text: str) -> float:
    value = number(text)
    if value < 0:
        raise UnfitError(FaultKind.BAD_NUMBER, f"{text!r}: seconds cannot be negative", text)
    return value


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in allowed:
            told = f"{text!r} is not one of {', '.join(allowed)}"
            raise UnfitError(FaultKind.NOT_ONE_OF, told, text, "、".join(allowed))
        return text.lower()

    return parse
