"""What the sources of a night hold, taken in: first the lists that say what there should be, then the folders."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from qa_engine.domain.night import NightState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import Fault, FaultKind, FaultyFileError, QaError, StoreError, UsageError
from qa_engine.service.adapters.object_stores import is_store
from qa_engine.service.context import App
from qa_engine.service.intake.expecting import expect_calls
from qa_engine.service.intake.ingest import ingest_paths
from qa_engine.service.night.nightly import Sources, stored_sources
from qa_engine.service.night.objects import Staged, named_as, staged, staged_list
from qa_engine.store import nights
from qa_engine.store.fault_rows import fault_row

MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was wrong: with single files, which the batch and the ledger name, and with lists and folders themselves.

    ``away``: the sources in object stores that could not be read, which are asked for again.
    """

    files: tuple[Fault, ...] = ()
    sources: tuple[Fault, ...] = ()
    away: tuple[Fault, ...] = ()


def take_in_sources(app: App, day: date, *, beat: Callable[[], None] = lambda: None) -> TakenIn:
    """What was wrong with the lists and folders of a night; the rest of them is done. Raises StoreError."""
    sources = stored_sources(app, day)
    faults: list[Fault] = []
    away: list[Fault] = []
    for listed in sources.lists:
        beat()
        try:
            with staged_list(app, listed) if is_store(listed) else nullcontext(Path(listed)) as path:
                read = expect_calls(app, path, day=day, who=MACHINE)
                faults += [named_as(fault, path, listed) for fault in read.faults]
        except StoreError:
            raise
        except QaError as error:
            (away if is_store(listed) else faults).extend(_faults_of(error))
    with ExitStack() as fetched:
        paths: list[Path] = []
        stores: list[tuple[Staged, str]] = []
        for folder in sources.folders:
            if not is_store(folder):
                paths.append(Path(folder))
                continue
            try:
                here = fetched.enter_context(staged(app, folder, beat, night=True))
            except StoreError:
                raise
            except QaError as error:
                away += _faults_of(error)
                continue
            if here is not None:
                paths.append(here.folder)
                stores.append((here, folder))
        found = _folders(app, day, sources, paths, stores, beat)
    return TakenIn(found.files, (*faults, *away, *found.sources), tuple(away))


def _folders(
    app: App,
    day: date,
    sources: Sources,
    paths: Sequence[Path],
    stores: Sequence[tuple[Staged, str]],
    beat: Callable[[], None],
) -> TakenIn:
    def begun(batch: int) -> None:
        with app.database.write() as session:
            night = nights.find(session, day)
            if night is not None:
                night.batch_id = batch

    if not paths:
        return TakenIn()
    manifest = Path(sources.manifest) if sources.manifest else None
    try:
        report = ingest_paths(
            app,
            paths,
            manifest=manifest,
            kind="night",
            day=day,
            begun=begun,
            progress=lambda *_: beat(),
            elsewhere=frozenset().union(*(new.elsewhere for new, _ in stores)),
        )
    except StoreError:
        raise
    except QaError as error:
        return TakenIn(sources=_faults_of(error))
    unread = [fault for fault in report.unread if not _only_missing(fault)]
    unread.sort(key=lambda fault: fault.line is not None)  # whole lists and folders before single rows

    def told(fault: Fault) -> Fault:
        for new, place in stores:
            fault = named_as(fault, new.folder, place)
        return fault

    return TakenIn(
        tuple(told(fault) for fault in report.faults if fault not in unread), tuple(told(one) for one in unread)
    )


def _only_missing(fault: Fault) -> bool:
    """The list is read, and the ledger names the recording that has not come."""
    return fault.line is not None and fault.kind is FaultKind.NO_SUCH_FILE


def _faults_of(error: QaError) -> tuple[Fault, ...]:
    if isinstance(error, FaultyFileError):
        return error.faults
    kind = FaultKind.SETTING if isinstance(error, UsageError) else FaultKind.OTHER
    return (Fault("", None, None, str(error), None, kind, (str(error),)),)


def taken_in(session: Session, day: date, found: TakenIn) -> None:
    """Write down what was wrong, and that machines are at the calls now, unless a source is asked for again."""
    night = nights.find(session, day)
    if night is not None:
        told = {
            "faults": [fault_row(fault) for fault in found.files[:MOST_FAULTS]],
            "sources": [fault_row(fault) for fault in found.sources[:MOST_FAULTS]],
        }
        night.report = json.dumps(told, ensure_ascii=False)
        night.state = (NightState.TAKING_IN if found.away else NightState.WORKING).value
