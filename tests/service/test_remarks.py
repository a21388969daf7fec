"""What inspectors wrote is there for the next one: phrases, remarks on an agent, lessons; and numbers by right."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import DecisionKind
from qa_engine.service import App, FixedClock, read_audit
from qa_engine.service.desk import Word, cases, claim, decide, desk_form, reveal, sign, target_of
from qa_engine.service.desk.remarks import USUAL
from tests.desk_centre import HEAD, LEAD, LI, ZHANG, ZHOU, filled_desk

K = DecisionKind


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home", FixedClock()) as app:
        yield app


def signed(app: App, call_id: str, *, remark: str, lesson: str = "", who: object = ZHOU) -> None:
    version = claim(app, call_id, who=who).version  # type: ignore[arg-type]
    for target in map(target_of, desk_form(app, call_id, who=ZHOU).left):
        word = Word(target, K.CONFIRM) if target.rule else Word(target, K.SCORE, points=5.0)
        version = decide(app, call_id, word, version=version, who=who).version  # type: ignore[arg-type]
    sign(app, call_id, remark=remark, lesson=lesson, version=version, who=who)  # type: ignore[arg-type]


def test_phrases_that_come_again_and_colleagues_remarks(centre: App) -> None:
    assert desk_form(centre, "c-again", who=ZHOU).phrases == USUAL
    signed(centre, "c-doubts", remark="先安抚再解释。单号请念两遍。", who=ZHANG)
    signed(centre, "c-faults", remark="先安抚再解释；电话13800001234已回。", who=ZHOU)
    form = desk_form(centre, "c-again", who=ZHOU)
    assert form.phrases == USUAL, "nothing was said twice"
    signed(centre, "c-veto", remark="先安抚再解释。", who=ZHANG)
    form = desk_form(centre, "c-again", who=ZHOU)
    assert form.phrases[0] == "先安抚再解释。"
    assert [(one.name, one.call_id, one.words) for one in form.remarks] == [
        ("张敏", "c-doubts", "先安抚再解释。单号请念两遍。")
    ]
    seen = desk_form(centre, "c-clean", who=ZHOU).remarks[0].words
    assert "138****1234" in seen
    assert desk_form(centre, "c-clean", who=LI).remarks == ()


def test_lessons_are_found_as_far_as_one_sees(centre: App) -> None:
    signed(centre, "c-faults", remark="", lesson="被追问时不要说不归我管")
    signed(centre, "c-veto", remark="", lesson="客户议价时怎样守住规矩")
    assert [one.call_id for one in cases(centre, who=HEAD)] == ["c-veto", "c-faults"]
    assert [one.call_id for one in cases(centre, who=LEAD)] == ["c-faults"], "of the own team"
    assert [one.call_id for one in cases(centre, who=LI)] == ["c-faults"], "an agent's own"
    assert cases(centre, who=replace(LI, agent_id="9999")) == ()
    (found,) = cases(centre, who=HEAD, rule_id="forbidden.refusal")
    assert found.faults[0] in ("服务忌语", "规范问候")
    assert [one.call_id for one in cases(centre, who=HEAD, text="议价")] == ["c-veto"]
    assert cases(centre, who=HEAD, text="%") == ()


def test_numbers_are_shown_by_right_and_written_down(centre: App) -> None:
    with pytest.raises(NotAllowed):
        reveal(centre, "c-doubts", who=ZHOU)
    told = reveal(centre, "c-doubts", who=HEAD)
    (turn,) = told.turns
    assert "13812345678" in turn[1]
    assert [row.actor for row in read_audit(centre, who=MACHINE, action="reveal").rows] == ["he"]
