"""What the sources of a night hold, taken in: first the lists that say what there should be, then the folders."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from qa_engine.domain.night import NightState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import QaError, StoreError
from qa_engine.service.context import App
from qa_engine.service.intake.expecting import expect_calls
from qa_engine.service.intake.ingest import ingest_paths
from qa_engine.service.night.nightly import Sources, stored_sources
from qa_engine.store import nights

MOST_FAULTS = 1000


def take_in_sources(app: App, day: date, *, beat: Callable[[], None] = lambda: None) -> tuple[str, ...]:
    """What was wrong with the lists and folders of a night; the rest of them is done. Raises StoreError."""
    sources = stored_sources(app, day)
    faults = []
    for listed in sources.lists:
        beat()
        try:
            faults += [str(fault) for fault in expect_calls(app, Path(listed), day=day, who=MACHINE).faults]
        except StoreError:
            raise
        except QaError as error:
            faults.append(str(error))
    return (*faults, *_folders(app, day, sources, beat))


def _folders(app: App, day: date, sources: Sources, beat: Callable[[], None]) -> list[str]:
    def begun(batch: int) -> None:
        with app.database.write() as session:
            night = nights.find(session, day)
            if night is not None:
                night.batch_id = batch

    if not sources.folders:
        return []
    paths = [Path(folder) for folder in sources.folders]
    manifest = Path(sources.manifest) if sources.manifest else None
    try:
        report = ingest_paths(
            app, paths, manifest=manifest, kind="night", day=day, begun=begun, progress=lambda *_: beat()
        )
    except StoreError:
        raise
    except QaError as error:
        return [str(error)]
    return [str(fault) for fault in report.faults]


def taken_in(session: Session, day: date, faults: tuple[str, ...]) -> None:
    """Write down what was wrong, and that machines are at the calls now."""
    night = nights.find(session, day)
    if night is not None:
        night.report = json.dumps({"faults": faults[:MOST_FAULTS]}, ensure_ascii=False)
        night.state = NightState.WORKING.value
