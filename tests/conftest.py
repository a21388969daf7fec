"""Rules for the whole suite: in CI nothing is skipped; no test reads the settings of the machine it runs on."""

import logging
import os
from collections.abc import Generator, Iterator

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import Phase, settings

settings.register_profile("qa-engine", deadline=None)  # a slow machine is no fault of the code
# whether a mutant is noticed, not by what smallest example; the same answer every time
settings.register_profile(
    "mutants", deadline=None, database=None, derandomize=True, max_examples=25, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("qa-engine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected failure"
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips itself as a whole never comes to the hook above."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, which CI does not allow: {reason}"
    return report


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No ``QA_`` variable, cached settings, log handler or file mask of others; a test sets what it needs."""
    import structlog

    from qa_engine.settings import current_settings

    for name in [name for name in os.environ if name.startswith("QA_")]:
        monkeypatch.delenv(name)
    current_settings.cache_clear()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    mask = os.umask(0o022)
    yield
    os.umask(mask)  # a command run within the tests closes what it makes to others
    current_settings.cache_clear()
    if root.handlers != handlers:  # a command set up its logs, on a stream that ends with the test
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


@pytest.fixture
def bucket() -> Iterator[MemoryFileSystem]:
    """An object store in memory (``memory://``), empty before and after."""
    memory = MemoryFileSystem()
    memory.store.clear()
    yield memory
    memory.store.clear()
