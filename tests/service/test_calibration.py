"""A second inspector does a call again without knowing; blind draws tell what the machine misses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.domain.people import NotAllowed
from qa_engine.domain.review import DecisionKind, Overturn, Target
from qa_engine.errors import ConflictError
from qa_engine.service import App, FixedClock
from qa_engine.service.desk import (
    QueueTab,
    Word,
    after,
    appeal_line,
    calibration,
    claim,
    decide,
    desk_form,
    draw_blindly,
    misses,
    queue,
    sign,
)
from qa_engine.store import reviews
from tests.desk_centre import HEAD, LI, ZHANG, ZHOU, filled_desk

K = DecisionKind
MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home", FixedClock()) as app:
        yield app


def signed(app: App, call_id: str, who: object, *words: Word) -> None:
    version = claim(app, call_id, who=who).version  # type: ignore[arg-type]
    for word in (*words, *(Word(target, K.SCORE, points=5.0) for target in MANUAL)):
        version = decide(app, call_id, word, version=version, who=who).version  # type: ignore[arg-type]
    sign(app, call_id, remark="", lesson="", version=version, who=who)  # type: ignore[arg-type]


def test_the_second_inspector_does_not_know_and_nothing_of_it_counts(
    centre: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after, "drawn", lambda *_: True)
    rules = ("tone.cold", "promise.soon", "wait.please")
    signed(centre, "c-doubts", ZHOU, *(Word(Target(rule=name), K.CONFIRM) for name in rules))
    assert queue(centre, who=ZHOU, tab=QueueTab.SAMPLED).rows == ()
    (waiting,) = queue(centre, who=ZHANG, tab=QueueTab.SAMPLED).rows
    assert (waiting.row.call_id, waiting.why, waiting.row.state.value) == ("c-doubts", "抽检", "sampled")
    blind = desk_form(centre, "c-doubts", who=ZHANG)
    assert (blind.history, blind.signed, len(blind.left)) == ((), (), 5)
    words = [Word(Target(rule=name), K.CONFIRM) for name in rules[:2]]
    signed(centre, "c-doubts", ZHANG, *words, Word(Target(rule=rules[2]), K.OVERTURN, reason=Overturn.EXCUSED))
    with centre.database.read() as session:
        final = reviews.final_scores(session, ["c-doubts"])["c-doubts"]
        verdicts = reviews.rule_verdicts(session)
    assert (final.signed_by, final.total) == ("周岚", 34)
    assert verdicts["wait.please"].doubts_overturned == 0
    found = calibration(centre, who=ZHOU)
    assert (found.pairs, found.whole.pairs, found.whole.same) == (1, 3, 2)
    assert [(one.rule_id, one.first, one.second) for one in found.agenda] == [("wait.please", "周岚", "张敏")]
    assert [one.name for one in found.severities] == ["周岚"]


def test_blind_draws_and_what_they_tell(centre: App) -> None:
    with pytest.raises(NotAllowed):
        draw_blindly(centre, 5, who=ZHOU)
    assert draw_blindly(centre, 5, who=HEAD) == 1
    assert [row.row.call_id for row in queue(centre, who=ZHOU, tab=QueueTab.SAMPLED).rows] == ["c-clean"]
    assert misses(centre, who=ZHOU).looked_at == 0
    signed(centre, "c-clean", ZHOU, Word(Target(rule="opening.greeting"), K.MISSED, points=-4.0))
    found = misses(centre, who=ZHOU)
    assert (found.looked_at, found.unflagged) == (1, 1)
    rules = {one.rule_id: one for one in found.rules}
    assert (rules["opening.greeting"].found, rules["opening.greeting"].missed) == (2, 1)
    assert rules["opening.greeting"].recall is not None
    assert rules["opening.greeting"].recall.value == pytest.approx(2 / 3)


def test_three_to_five_of_a_hundred_are_drawn() -> None:
    drawn = sum(after.drawn(f"call-{n}", n, 0.04) for n in range(5000))
    assert 0.03 <= drawn / 5000 <= 0.05


def test_who_answered_an_appeal_about_a_call_is_no_second_inspector_of_it(
    centre: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after, "drawn", lambda *_: True)
    signed(centre, "c-faults", ZHOU)
    assert [one.row.call_id for one in queue(centre, who=ZHANG, tab=QueueTab.SAMPLED).rows] == ["c-faults"]
    refusal = Target(rule="forbidden.refusal")
    appeal_line(centre, "c-faults", refusal, "客户先问的", who=LI)
    version = claim(centre, "c-faults", who=ZHANG).version
    version = decide(centre, "c-faults", Word(refusal, K.CONFIRM), version=version, who=ZHANG).version
    sign(centre, "c-faults", remark="", lesson="", version=version, who=ZHANG)
    version = claim(centre, "c-faults", who=HEAD).version
    sign(centre, "c-faults", remark="", lesson="", version=version, who=HEAD)
    assert queue(centre, who=ZHANG, tab=QueueTab.SAMPLED).rows == ()
    with pytest.raises(ConflictError):
        claim(centre, "c-faults", who=ZHANG)
