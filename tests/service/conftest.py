"""One installation in a temporary folder, with scripted doubles for model and rules and a clock that stands still."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa_engine.service import App, FixedClock, FixedJudge, MemoryBell, ScriptedTranscriber, open_app
from qa_engine.settings import Settings, load_settings

RUDE = "rude call"
SCRIPTS = {RUDE: (("agent", "您好。"), ("customer", "能退吗？"), ("agent", "不行。"))}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def bell() -> MemoryBell:
    return MemoryBell()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", lease_seconds=60)


@pytest.fixture
def make_app(settings: Settings, clock: FixedClock, bell: MemoryBell) -> Iterator[Callable[..., App]]:
    """Makes applications on the same data folder, as several processes would."""
    opened: list[App] = []

    def make(**doubles: object) -> App:
        given = {"clock": clock, "bell": bell, "transcriber": ScriptedTranscriber(SCRIPTS), "judge": FixedJudge()}
        chosen = given | doubles
        app = open_app(chosen.pop("settings", settings), **chosen)  # type: ignore[arg-type]
        opened.append(app)
        return app

    yield make
    for app in opened:
        app.close()


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    return make_app()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder
