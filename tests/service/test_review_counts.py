"""What people decided about faults is counted by rule, and a rule that was often wrong deducts no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import DecisionKind, Overturn, Target
from qa_engine.errors import UsageError
from qa_engine.service import App, FixedClock
from qa_engine.service.authoring.measuring import measure_reviews
from qa_engine.service.centre.packs import load_sources
from qa_engine.service.centre.review_counts import FILE, counts_source
from qa_engine.service.desk.work import Word, claim, decide
from tests.desk_centre import ZHOU, filled_desk

KNOWN = frozenset({"opening.greeting", "forbidden.refusal"})


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home", FixedClock()) as app:
        yield app


def test_confirmed_and_overturned_faults_are_counted_and_read_with_the_pack(centre: App) -> None:
    version = claim(centre, "c-faults", who=ZHOU).version
    for word in (
        Word(Target(rule="opening.greeting"), DecisionKind.CONFIRM),
        Word(Target(rule="forbidden.refusal"), DecisionKind.OVERTURN, reason=Overturn.MISHEARD),
    ):
        version = decide(centre, "c-faults", word, version=version, who=ZHOU).version
    before = load_sources(centre.settings)[1]
    assert measure_reviews(centre, known=KNOWN, who=MACHINE) == {
        "forbidden.refusal": (0, 1),
        "opening.greeting": (1, 1),
    }
    texts, pack = load_sources(centre.settings)
    assert FILE in texts
    assert pack.digest != before.digest  # what judges is part of a result's key
    assert pack.measured["forbidden.refusal"].reviews == (0, 1)
    earlier = before.measured.get("forbidden.refusal")
    assert pack.measured["forbidden.refusal"].golden == (earlier.golden if earlier else (0, 0))  # stays as it was


def test_without_decisions_the_file_says_so(centre: App) -> None:
    assert measure_reviews(centre, known=KNOWN, who=MACHINE) == {}
    load_sources(centre.settings)


def test_only_who_may_change_rules_counts(centre: App) -> None:
    with pytest.raises(NotAllowed):
        measure_reviews(centre, known=KNOWN, who=ZHOU)


def test_a_file_that_is_no_text_is_named(centre: App) -> None:
    (centre.settings.home / FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="rules measure"):
        counts_source(centre.settings)
