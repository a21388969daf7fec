"""Turns in which a find comes thousands of times: what is asked for each of them does not grow with the turn."""

import pytest

from qa_engine.rules.looking import borders, exclusions, matching
from qa_engine.rules.looking.outcome import MOST_HITS
from qa_engine.text import segment

EACH = "points: {each: -1, per: hit}"


def test_a_word_is_looked_at_with_its_neighbours_only(judge, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    stands = segment.stands
    monkeypatch.setattr(
        borders.segment, "stands", lambda text, start, end: asked.append(len(text)) or stands(text, start, end)
    )
    judge("{operator: phrase, phrases: [不行]}", "坐席：" + "步行不行进" * 300)
    assert len(asked) >= 299
    assert max(asked) < 4 * borders.AROUND


def test_what_excuses_a_whole_turn_is_looked_for_once(judge, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    found = exclusions._found
    monkeypatch.setattr(exclusions, "_found", lambda ready, view: asked.append(ready) or found(ready, view))
    result = judge(
        "{operator: phrase, phrases: [不行], unless: [{near: turn, phrases: [换一个]}]}", "坐席：不行。" * 300
    )
    assert result.status == "fail"
    assert len(asked) == 1


def test_what_is_innocent_is_read_once(judge, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    spans = matching._spans
    monkeypatch.setattr(matching, "_spans", lambda *given: asked.append(given) or spans(*given))
    top = "lists: {no: {title: 拒绝, phrases: [{text: 不行, not_in: [行不行, 不行动]}]}}"
    result = judge("{operator: phrase, lists: [no]}", "坐席：" + "您看行不行。真的不行。" * 300, top=top, rule=EACH)
    assert result.hits == 300
    assert len(asked) == 1


@pytest.mark.parametrize(("exclude", "hits"), [("", 200), (", exclude: ['真不行']", 100)])
def test_expressions_take_each_character_once(judge, exclude: str, hits: int) -> None:
    condition = f"{{operator: regex, patterns: ['不行', '行吗', '行']{exclude}}}"
    assert judge(condition, "坐席：" + "不行吗，真不行。" * 100, rule=EACH).hits == hits


def test_of_finds_without_end_the_first_are_kept(judge) -> None:
    result = judge("{operator: phrase, phrases: [不行]}", "坐席：" + "不行。" * (MOST_HITS + 500), rule=EACH)
    assert result.status == "fail"
    assert result.hits == len(result.evidence) == MOST_HITS
