"""The ledger adds up whatever happens; waiting ends when the work does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    Ledger,
    SettleProgress,
    ingest_paths,
    ledgers,
    run_job,
    run_pending,
    status,
    wait_until_settled,
)
from qa_engine.store import jobs


@given(st.dictionaries(st.sampled_from(CallState), st.integers(min_value=0, max_value=1000)))
def test_every_state_is_in_exactly_one_column(counts: dict[CallState, int]) -> None:
    aside = sum(number for state, number in counts.items() if state.aside)
    ledger = Ledger(None, counts, {"reason": aside})
    assert ledger.balanced
    assert ledger.received == ledger.finished + ledger.in_review + ledger.in_progress + ledger.aside
    assert ledger.aside == aside


def test_a_call_aside_without_a_reason_is_noticed() -> None:
    assert not Ledger(None, {CallState.EXCLUDED: 1}).balanced


def test_the_ledger_balances_after_every_single_job(app: App, inbox: Path) -> None:
    for name in ("polite", "silent", "broken", "rude call"):
        (inbox / f"{name}.wav").write_text(name)
    ingest_paths(app, [inbox])
    while True:
        (day,) = ledgers(app, who=MACHINE)
        assert (day.received, day.balanced) == (4, True)
        with app.database.read() as session:
            waiting = jobs.queued(session)
        if not waiting:
            break
        run_job(app, waiting[0].id)
    assert (day.finished, day.in_review, day.aside) == (1, 1, 2)
    assert status(app, who=MACHINE).ledger.received == 4


def test_an_installation_without_calls(app: App) -> None:
    report = status(app, who=MACHINE)
    assert (report.ledger.received, report.ledger.balanced, report.quarantined) == (0, True, ())
    assert [queue.queue for queue in report.queues] == [
        "asr",
        "asr_bulk",
        "asr_archive",
        "inspect",
        "report",
        "peaks",
        "night",
        "rules",
    ]
    assert ledgers(app, who=MACHINE) == ()


@pytest.mark.parametrize("worked", [True, False])
def test_waiting_ends_when_all_is_settled_or_nobody_works(app: App, inbox: Path, worked: bool) -> None:
    for name in ("polite", "broken"):
        (inbox / f"{name}.wav").write_text(name)
    report = ingest_paths(app, [inbox])
    if worked:
        run_pending(app)
    told: list[SettleProgress] = []
    ids = [call.call_id for call in report.calls]
    end = wait_until_settled(app, [*ids, *ids], timeout_seconds=60, on_change=told.append, alive=lambda: False)
    assert told == [end]
    assert (end.done, end.total, end.finished) == ((2, 2, True) if worked else (1, 2, False))


def test_waiting_ends_when_time_is_up(make_app: Callable[..., App]) -> None:
    end = wait_until_settled(make_app(), ["nope"], timeout_seconds=0)
    assert (end.done, end.total) == (0, 1)
