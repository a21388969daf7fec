"""From a signed form over an appeal to the last word, all kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import AppealState, DecisionKind, Overturn, ReviewKind, StepKind, Target
from qa_engine.errors import ConflictError, NotFoundError, QaError, UsageError
from qa_engine.fault_wording import error_words
from qa_engine.service import App, FixedClock, get_call
from qa_engine.service.desk import (
    QueueTab,
    Word,
    accept_form,
    appeal_line,
    cases,
    claim,
    decide,
    desk_form,
    list_appeals,
    own_form,
    own_forms,
    queue,
    reopen,
    sign,
)
from qa_engine.service.desk.appeals import _patterns
from tests.desk_centre import HEAD, LI, WANG, ZHANG, ZHOU, filled_desk

K = DecisionKind
REFUSAL = Target(rule="forbidden.refusal")
MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def centre(tmp_path: Path, clock: FixedClock) -> Iterator[App]:
    with filled_desk(tmp_path / "home", clock) as app:
        version = claim(app, "c-faults", who=ZHOU).version
        for target, points in zip(MANUAL, (5.0, 3.0), strict=True):
            word = Word(target, K.SCORE, points=points)
            version = decide(app, "c-faults", word, version=version, who=ZHOU).version
        sign(app, "c-faults", remark="注意用语", lesson="", version=version, who=ZHOU)
        yield app


def test_numbers_that_people_write_are_masked_wherever_they_are_read(centre: App, clock: FixedClock) -> None:
    number = "13812345678"
    appeal_line(centre, "c-faults", REFUSAL, f"请打{number}问客户", who=LI)
    version = claim(centre, "c-faults", who=ZHANG).version
    version = decide(centre, "c-faults", Word(REFUSAL, K.CONFIRM), version=version, who=ZHANG).version
    sign(centre, "c-faults", remark=f"打过{number}，核实无误", lesson="", version=version, who=ZHANG)
    own = own_form(centre, "c-faults", who=LI)
    signed = desk_form(centre, "c-faults", who=HEAD).signed
    assert "138****5678" in str(signed)
    assert "138****5678" in str(own.appeals)
    (appealed,) = desk_form(centre, "c-faults", who=HEAD).appealed
    assert (appealed.key, appealed.title) == ("rule:forbidden.refusal", "服务忌语")
    assert appealed.said == (("李华", "请打138****5678问客户"), ("张敏", "打过138****5678，核实无误"))
    assert number not in str((signed, own, list_appeals(centre, who=HEAD)))


def test_the_first_inspector_is_told_that_another_one_answers(centre: App) -> None:
    appeal_line(centre, "c-faults", REFUSAL, "客户先说的", who=LI)
    assert desk_form(centre, "c-faults", who=ZHOU).waits_for is ReviewKind.APPEAL
    assert desk_form(centre, "c-faults", who=ZHANG).waits_for is None
    assert [queue(centre, who=who).counts[QueueTab.APPEALED] for who in (ZHOU, ZHANG, HEAD)] == [0, 1, 1]
    assert queue(centre, who=ZHOU, tab=QueueTab.APPEALED).rows == ()
    version = claim(centre, "c-faults", who=ZHANG).version
    sign(centre, "c-faults", remark="维持", lesson="", version=version, who=ZHANG)
    assert desk_form(centre, "c-faults", who=ZHANG).waits_for is ReviewKind.SETTLEMENT
    assert desk_form(centre, "c-faults", who=HEAD).waits_for is None


def test_why_an_appeal_is_refused_is_told_in_words(centre: App, clock: FixedClock) -> None:
    def refused(target: Target, words: str = "客户先说的") -> str:
        with pytest.raises(QaError) as error:
            appeal_line(centre, "c-faults", target, words, who=LI)
        return error_words(error.value)

    assert refused(REFUSAL, " ") == "请用 1 至 1000 个字写明为什么不认可"
    assert refused(MANUAL[0]) == "这一项没有失分，无需申诉"
    appeal_line(centre, "c-faults", REFUSAL, "客户先说的", who=LI)
    assert refused(REFUSAL) == "这一项已经申诉过"
    with pytest.raises(ConflictError) as error:
        accept_form(centre, "c-faults", who=LI)
    assert error_words(error.value) == "申诉正在处理，答复之后才能确认"
    clock.advance(30 * 86_400)
    assert refused(MANUAL[1]).startswith("申诉期已于 2026-")


def test_a_lesson_goes_on_through_an_appeal_until_somebody_changes_it(centre: App) -> None:
    version = claim(centre, "c-again", who=ZHOU).version
    for target, points in zip(MANUAL, (5.0, 3.0), strict=True):
        version = decide(centre, "c-again", Word(target, K.SCORE, points=points), version=version, who=ZHOU).version
    sign(centre, "c-again", remark="注意用语", lesson="先致歉再解释", version=version, who=ZHOU)
    appeal_line(centre, "c-again", REFUSAL, "客户先说的", who=WANG)
    told = claim(centre, "c-again", who=ZHANG)
    assert (told.remark, told.lesson) == ("", "先致歉再解释")
    sign(centre, "c-again", remark="维持", lesson=told.lesson, version=told.version, who=ZHANG)
    assert [case.lesson for case in cases(centre, who=HEAD)] == ["先致歉再解释"]


def test_an_agent_sees_own_forms_alone(centre: App) -> None:
    (mine,) = own_forms(centre, who=LI)
    assert (mine.row.call_id, mine.total) == ("c-faults", 30)
    assert own_forms(centre, who=WANG) == ()
    with pytest.raises(NotFoundError):
        own_form(centre, "c-faults", who=WANG)
    with pytest.raises(NotAllowed):
        own_forms(centre, who=ZHOU)
    form = own_form(centre, "c-faults", who=LI)
    assert {line.title for line in form.lost} == {"规范问候", "服务忌语", "信息准确完整"}
    assert form.remark == "注意用语"


def test_accepting_ends_the_right_to_appeal(centre: App) -> None:
    accept_form(centre, "c-faults", who=LI)
    accept_form(centre, "c-faults", who=LI)
    assert own_form(centre, "c-faults", who=LI).own.accepted_at is not None
    with pytest.raises(ConflictError, match="accepted"):
        appeal_line(centre, "c-faults", REFUSAL, "我是转述", who=LI)


def test_after_the_deadline_nothing_is_appealed(centre: App, clock: FixedClock) -> None:
    clock.advance(5 * 86400 + 1)
    with pytest.raises(ConflictError, match="deadline"):
        appeal_line(centre, "c-faults", REFUSAL, "我是转述", who=LI)


@pytest.mark.parametrize(("target", "words"), [(REFUSAL, " "), (Target(rule="tone.cold"), "冤"), (MANUAL[0], "冤")])
def test_what_cannot_be_appealed(centre: App, target: Target, words: str) -> None:
    with pytest.raises(UsageError):
        appeal_line(centre, "c-faults", target, words, who=LI)


def test_another_inspector_answers_and_the_head_has_the_last_word(centre: App) -> None:
    appeal_line(centre, "c-faults", REFUSAL, "客户问的是别家的件，确实不归我们管", who=LI)
    with pytest.raises(ConflictError, match="before"):
        appeal_line(centre, "c-faults", REFUSAL, "再说一次", who=LI)
    assert get_call(centre, "c-faults", who=MACHINE).row.state is CallState.IN_REVIEW
    with pytest.raises(ConflictError, match="somebody else"):
        claim(centre, "c-faults", who=ZHOU)
    waiting = queue(centre, who=ZHANG, tab=QueueTab.APPEALED)
    assert [row.why for row in waiting.rows] == ["申诉：服务忌语"]
    version = claim(centre, "c-faults", who=ZHANG).version
    word = Word(REFUSAL, K.OVERTURN, reason=Overturn.EXCUSED)
    version = decide(centre, "c-faults", word, version=version, who=ZHANG).version
    sign(centre, "c-faults", remark="情有可原", lesson="", version=version, who=ZHANG)
    assert queue(centre, who=ZHANG, tab=QueueTab.APPEALED).rows == ()
    with pytest.raises(ConflictError):
        claim(centre, "c-faults", who=ZHANG)
    version = claim(centre, "c-faults", who=HEAD).version
    sign(centre, "c-faults", remark="同意", lesson="", version=version, who=HEAD)
    (listed,) = list_appeals(centre, who=HEAD)
    assert listed.siblings == ()
    (appeal,) = list_appeals(centre, who=HEAD, siblings_of=listed.id)
    assert appeal.state is AppealState.UPHELD
    assert [(step.kind, step.upheld, step.name) for step in appeal.steps] == [
        (StepKind.RAISED, None, "李华"),
        (StepKind.ANSWERED, True, "张敏"),
        (StepKind.SETTLED, True, "何主管"),
    ]
    assert [(row.call_id, row.corrected) for row in appeal.siblings] == [("c-again", False)]
    version = claim(centre, "c-again", who=HEAD).version
    for said in (word, *(Word(target, K.SCORE, points=3.0) for target in MANUAL)):
        version = decide(centre, "c-again", said, version=version, who=HEAD).version
    sign(centre, "c-again", remark="", lesson="", version=version, who=HEAD)
    (appeal,) = list_appeals(centre, who=HEAD, siblings_of=listed.id)
    assert [(row.call_id, row.corrected) for row in appeal.siblings] == [("c-again", True)]
    form = own_form(centre, "c-faults", who=LI)
    assert form.own.total == 34
    draft = json.loads((centre.settings.home / "golden-drafts" / "c-faults.json").read_text(encoding="utf-8"))
    assert draft["golden"]["fail"] == ["opening.greeting"]
    assert draft["turns"][4]["text"] == "不归我管。"
    reopen(centre, "c-faults", who=HEAD)
    assert claim(centre, "c-faults", who=ZHOU).mine


def test_patterns_without_words_make_no_siblings(centre: App) -> None:
    result = get_call(centre, "c-faults", who=MACHINE).result
    assert result is not None
    rule = next(rule for rule in result.rules if rule.id == "forbidden.refusal")
    found = tuple(replace(one, pattern=r".{6,}") for one in rule.evidence)
    found = (*found, replace(found[0], pattern="不归我{any:3}管"))
    assert _patterns(replace(rule, evidence=found)) == {"不归我{any:3}管"}


def test_the_head_may_decide_otherwise(centre: App) -> None:
    appeal_line(centre, "c-faults", REFUSAL, "冤枉", who=LI)
    version = claim(centre, "c-faults", who=ZHANG).version
    sign(centre, "c-faults", remark="维持", lesson="", version=version, who=ZHANG)
    version = claim(centre, "c-faults", who=HEAD).version
    sign(centre, "c-faults", remark="维持", lesson="", version=version, who=HEAD)
    (appeal,) = list_appeals(centre, who=HEAD)
    assert appeal.state is AppealState.REJECTED
    assert appeal.siblings == ()
    assert not (centre.settings.home / "golden-drafts").exists()
    assert get_call(centre, "c-faults", who=MACHINE).row.state is CallState.FINAL
