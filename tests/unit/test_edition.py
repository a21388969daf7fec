"""The engine's edition: another one whenever a judging source or library is another one, and only then."""

from pathlib import Path

import pytest

import qa_engine
from qa_engine.edition import JUDGING_LIBRARIES, JUDGING_ROOMS, edition_of, engine_edition

LIBRARIES = {"regex": "1"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name in ("rules/operators/words/phrase.py", "scoring/points.py", "web/app.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("limit = 3\n")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "another"),
    [("rules/operators/words/phrase.py", True), ("scoring/points.py", True), ("web/app.py", False)],
)
def test_a_changed_source(package: Path, changed: str, another: bool) -> None:
    before = edition_of(package, LIBRARIES)
    (package / changed).write_text("limit = 4\n")
    assert (edition_of(package, LIBRARIES) != before) is another


def test_an_added_moved_or_lost_source(package: Path) -> None:
    editions = {edition_of(package, LIBRARIES)}
    (package / "rules/more.py").write_text("")
    editions.add(edition_of(package, LIBRARIES))
    (package / "rules/more.py").rename(package / "rules/other.py")
    editions.add(edition_of(package, LIBRARIES))
    (package / "scoring/points.py").unlink()
    editions.add(edition_of(package, LIBRARIES))
    assert len(editions) == 4


def test_another_version_of_a_library(package: Path) -> None:
    assert edition_of(package, {"regex": "2"}) != edition_of(package, LIBRARIES)


def test_it_is_the_same_in_every_folder_that_the_engine_is_installed_in(package: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for room in ("rules", "scoring", "web"):
        (package / room).rename(elsewhere / room)
    before = edition_of(elsewhere, LIBRARIES)
    (elsewhere / "rules").rename(package / "rules")
    (elsewhere / "scoring").rename(package / "scoring")
    assert edition_of(package, LIBRARIES) == before


def test_the_engine_has_one() -> None:
    assert engine_edition() == engine_edition()
    assert engine_edition().startswith("sha256:")


def test_every_package_is_judging_or_named_here_as_not_judging() -> None:
    """A new room that judges must be in the edition; whoever adds one decides here."""
    others = {"contract", "located", "reports", "speech", "store", "service", "web", "cli"}
    found = {path.parent.name for path in Path(qa_engine.__file__).parent.glob("*/__init__.py")}
    assert found - others <= set(JUDGING_ROOMS)


def test_the_libraries_are_dependencies_of_the_project() -> None:
    text = (Path(qa_engine.__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{name}' in text for name in JUDGING_LIBRARIES)
