"""The catalogue of reports. A kind is one file of this folder: its name, what it is about, and how it is built.

A kind builds a `Document` of blocks from what a `Source` tells it; pages, workbooks, CSV and JSON follow from the
blocks, and command line and pages from the catalogue.
"""

import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Literal, Protocol, TypeVar

from qa_engine.domain import Agent, CallResult, Transcript
from qa_engine.domain.night import LedgerOfDay
from qa_engine.reports.agent_calls import AgentCalls
from qa_engine.reports.agent_report import UncountedCall
from qa_engine.reports.causes import Complained
from qa_engine.reports.document import Document
from qa_engine.reports.drift import DriftReport
from qa_engine.reports.period import PackNotes, PromiseOfCall, Reviewed, SampledCall, Signed, Tally, Training
from qa_engine.reports.signed_form import SignedForm
from qa_engine.reports.statistics import WHOLE_TIME, InspectedCall, Period
from qa_engine.reports.topics import Said

About = Literal["call", "agent", "team", "centre"]


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call with its result. ``source_name`` is the file that it came from; ``signed`` what people made of it."""

    transcript: Transcript
    result: CallResult
    source_name: str
    signed: SignedForm | None = None


class Source(Protocol):
    """Where reports have their calls from."""

    def call(self, call_id: str) -> StoredCall:
        """Raises NotFoundError, or ConflictError when the call is not inspected."""

    def agent(self, agent_id: str) -> Agent:
        """Raises NotFoundError."""

    def inspected(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None, form_url: str = "{call_id}"
    ) -> Sequence[InspectedCall]:
        """The calls of the period that have a result, the oldest first."""

    def uncounted(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None
    ) -> Sequence[UncountedCall]:
        """The calls of the period that have none, with the reason."""

    def scored(self, period: Period, *, agent_id: str, form_url: str = "{call_id}") -> AgentCalls:
        """The calls of an agent as their figures tell: verdicts, points and scores, the oldest first. For a long period
        instead of `inspected`; `some` reads the few whole whose words are shown."""

    def ledger(self, day: date | None) -> LedgerOfDay:
        """The ledger of a day; None: of the newest day that has calls."""

    def drift(self, day: date | None) -> DriftReport:
        """Every rule of a day against its history; None: of the newest day that has calls."""

    # -- over many calls, without reading them one by one --------------------------------------------------------------

    @property
    def today(self) -> date:
        """The centre's day of now."""

    def tally(self, period: Period, *, team: str | None = None, alike: Period | None = None) -> Tally:
        """The sums of the period, added up from those of its days. ``alike``: rules that changed within this longer
        period count as changed, so that two tallies can be compared without them."""

    def own(self, agent_id: str, period: Period, *, alike: Period | None = None) -> Tally:
        """The same of one agent: what is kept by member and rule, and the sums of it; not by day, hour or scenario."""

    def verdicts(
        self, rule_id: str, period: Period, *, team: str | None = None
    ) -> Mapping[str, Mapping[date, tuple[int, int]]]:
        """(calls with the fault, calls judged) of one rule, by agent and day."""

    def changed(self, period: Period, *, team: str | None = None) -> frozenset[str]:
        """The rules that became others within the period."""

    def some(self, call_ids: Iterable[str], *, form_url: str = "{call_id}") -> Mapping[str, InspectedCall]:
        """These calls with their results; those without one are left out. For clips: each is read whole."""

    def briefs(self, call_ids: Iterable[str]) -> Mapping[str, CallResult]:
        """The results of these calls with the rules that failed alone, without sections, tones and acts."""

    def notes(self, pack: str) -> PackNotes:
        """The rules of a pack (its label) as they were written, by id; empty when its text is not kept."""

    def reviewed(self, period: Period, *, team: str | None = None) -> Mapping[str, Reviewed]:
        """What reviews found out about rules on calls of the period, by rule id."""

    def trainings(self, period: Period, *, agent_id: str | None = None, team: str | None = None) -> Sequence[Training]:
        """The trainings that were planned or done in the period, in the order of their planning."""

    def promises(
        self, period: Period, *, agent_id: str | None = None, team: str | None = None
    ) -> Sequence[PromiseOfCall]:
        """The promises of the calls of the period with the later contacts of their customers."""

    def complaints(self, period: Period, *, team: str | None = None) -> Sequence[tuple[str, str]]:
        """(call id, title of the class) of the complaints of the period, the oldest first."""

    def complained(self, call_ids: Sequence[str]) -> Sequence[Complained]:
        """What the customers of these calls said, and what the centre noted as the cause of their complaints."""

    def sampled(self, period: Period, *, team: str | None = None) -> Sequence[SampledCall]:
        """The calls of the period that were drawn for a check."""

    def flagged(self, period: Period, *, team: str | None = None) -> Mapping[tuple[str, str], tuple[int, int]]:
        """By agent and team: of the calls of the period that were flagged and not drawn, how many, and how many of them
        are signed."""

    def signed(self, period: Period, *, agent_id: str | None = None, team: str | None = None) -> Sequence[Signed]:
        """The signed forms of the period's calls, the oldest first."""

    def wants(self, period: Period, *, team: str | None = None, most: int) -> Sequence[Said]:
        """What customers said in ``most`` calls drawn evenly from the period, for topics."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. ``subject``: id of the call or agent, name of the team; empty for the centre.

    ``form_url`` is where the reader finds the form of a call, with ``{call_id}`` in it; ``audio_url`` is where the
    recording of the call plays.
    """

    subject: str = ""
    period: Period = WHOLE_TIME
    audio_url: str | None = None
    form_url: str = "../calls/{call_id}.html"


Build = Callable[[Source, Request], Document]
B = TypeVar("B", bound=Build)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One entry of the catalogue. ``folder`` is where its files go in the folder of reports.

    ``scoped``: a report of the centre that can be of one team, too, which is then its subject.
    """

    name: str
    title: str
    about: About
    folder: str
    build: Build
    scoped: bool = False


_REGISTRY: dict[str, ReportKind] = {}


def report_kind(name: str, *, title: str, about: About, folder: str, scoped: bool = False) -> Callable[[B], B]:
    """Registers the decorated function ``(Source, Request) -> Document`` as the report ``name``."""

    def register(build: B) -> B:
        if name in _REGISTRY:
            raise ValueError(f"report {name} is registered twice")
        _REGISTRY[name] = ReportKind(name, title, about, folder, build, scoped)
        return build

    return register


def report_kinds() -> Mapping[str, ReportKind]:
    """Every report by its name."""
    _find()
    return dict(sorted(_REGISTRY.items()))


@cache
def _find() -> None:
    """Import every file of this folder, so that it registers what it declares."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
