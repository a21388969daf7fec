"""Where the words of the whole call spoke for a deduction, who reviews it and whose it is see which, and hear them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qa_engine.contract.stored import result_from_text, result_to_text
from qa_engine.domain import Evidence, Speaker
from qa_engine.domain.people import Role
from qa_engine.domain.review import DecisionKind, Target
from qa_engine.service import App, FixedClock
from qa_engine.service.desk import Word, claim, decide, sign
from qa_engine.store import calls
from qa_engine.web import create_app
from tests.desk_centre import ZHOU, filled_desk
from tests.web.people import client_of, one_of_each

RULE = "opening.greeting"
TOLD = "客户「还没到」（第 2 个话轮）"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The result of c-faults says, too, which words spoke for the missing greeting."""
    with filled_desk(tmp_path / "home", FixedClock(), sign_in=True) as app:
        one_of_each(app)
        with app.database.write() as session:
            call = calls.find(session, "c-faults")
            assert call is not None
            assert call.result is not None
            found = result_from_text(call.result.body)
            word = Evidence("d", "left_out", 1, Speaker.CUSTOMER, 3.7, 4.3, (7, 10), "还没到", "最像的用词之一")
            rules = tuple(replace(rule, call_words=(word,)) if rule.id == RULE else rule for rule in found.rules)
            call.result.body = result_to_text(replace(found, rules=rules))
        yield app


def test_the_desk_shows_the_words_marks_them_and_plays_them(app: App) -> None:
    with client_of(create_app(app), Role.INSPECTOR.value) as client:
        page = client.get("/desk/c-faults").text
    line = page.split(f'data-key="rule:{RULE}"')[1].split("</article>")[0]
    assert f'用词依据：<a href="#" class="seek" data-seconds="3.7">00:03</a> {TOLD}' in line
    assert 'data-turns="1 "' in line, "the turn is shown with the line"
    assert 'class="telling ' in page
    assert page.count("用词依据：") == 1


def test_the_agent_sees_the_words_too(app: App) -> None:
    version = claim(app, "c-faults", who=ZHOU).version
    for item in ("voice_tone/mandarin", "needs/complete"):
        word = Word(Target(section=item.split("/")[0], item=item.split("/")[1]), DecisionKind.SCORE, points=3.0)
        version = decide(app, "c-faults", word, version=version, who=ZHOU).version
    sign(app, "c-faults", remark="", lesson="", version=version, who=ZHOU)
    with client_of(create_app(app), Role.AGENT.value) as client:
        page = client.get("/mine/c-faults").text
    assert f'data-seconds="3.7">▶ 00:03</a> {TOLD}' in page
