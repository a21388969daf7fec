"""One installation in a temporary folder, with scripted doubles for model and rules and a clock that stands still."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.service import (
    App,
    FixedClock,
    FixedJudge,
    MemoryBell,
    ScriptedTranscriber,
    get_call,
    ingest_paths,
    open_app,
)
from qa_engine.settings import Settings, load_settings

RUDE = "rude call"
SMALL_SCORECARD = """
scorecard:
  id: small
  title: 小考评表
  points: 10
  sections:
    - {{id: {section}, title: 考评项, points: 10, items: [{{id: {item}, title: 细项, points: 10}}]}}
  grades: [{{grade: A, at_least_percent: 90}}, {{grade: B, at_least_percent: 0}}]
"""
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


@pytest.fixture
def small_rules(settings: Settings, tmp_path: Path) -> Callable[..., Settings]:
    """Settings with a pack ``small`` of this text, and a scorecard with the one line its rules are placed on."""

    def make(pack: str, *, section: str = "service_language", item: str = "forbidden") -> Settings:
        root = tmp_path / "rules"
        card = SMALL_SCORECARD.format(section=section, item=item)
        for folder, text in (("packs/small", pack), ("scorecards", card)):
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / "small.yaml").write_text(text, encoding="utf-8")
        given = {**settings.model_dump(exclude_none=True), "rules_dir": root, "pack": "small", "scorecard": "small"}
        return load_settings(**given)

    return make


@pytest.fixture
def ingest(inbox: Path) -> Callable[[App, str], None]:
    """Takes in a recording with this content as call c-1."""

    def put(app: App, content: str) -> None:
        (inbox / "c-1.wav").write_text(content)
        ingest_paths(app, [inbox])

    return put


def only_job(app: App) -> int:
    """The first job of that call."""
    return get_call(app, "c-1", who=MACHINE).jobs[0].id
