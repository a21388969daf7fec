"""Working on a call at the desk: claims, decisions, the lock, signing, and what stays when people leave."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from qa_engine.domain import CallState, Status
from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import DecisionKind, Exempt, Overturn, Target
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.reports.call_form import CallForm
from qa_engine.reports.render import render
from qa_engine.service import (
    App,
    CallFilter,
    FixedClock,
    get_call,
    inspect_again,
    list_agents,
    report_document,
    run_pending,
)
from qa_engine.service.desk.appeals import reopen
from qa_engine.service.desk.form import desk_form, key_of, target_of
from qa_engine.service.desk.queue import QueueTab, next_call, queue
from qa_engine.service.desk.sound import call_peaks
from qa_engine.service.desk.work import StaleError, Word, claim, decide, keep_words, let_go, sign
from qa_engine.store import review_tables, reviews
from qa_engine.store.signed_sums import signed_sums
from tests.desk_centre import HEAD, LEAD, WANG, ZHANG, ZHOU, filled_desk

K = DecisionKind
DOUBTS = [Target(rule=name) for name in ("tone.cold", "promise.soon", "wait.please")]
MANUAL = [Target(section="voice_tone", item="mandarin"), Target(section="needs", item="complete")]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def centre(tmp_path: Path, clock: FixedClock) -> Iterator[App]:
    with filled_desk(tmp_path / "home", clock) as app:
        yield app


def answer(app: App, call_id: str, *words: Word, who=ZHOU) -> int:  # type: ignore[no-untyped-def]
    version = claim(app, call_id, who=who).version
    for word in words:
        version = decide(app, call_id, word, version=version, who=who).version
    return version


def everything(*kinds: K) -> list[Word]:
    said = [
        Word(target, kind, reason=Overturn.EXCUSED if kind is K.OVERTURN else "")
        for target, kind in zip(DOUBTS, kinds, strict=True)
    ]
    return [*said, *(Word(target, K.SCORE, points=5.0) for target in MANUAL)]


def test_three_doubts_signed(centre: App) -> None:
    form = desk_form(centre, "c-doubts", who=ZHOU)
    assert {line.target for line in form.asked} == set(DOUBTS)
    assert [line.finding.label for line in form.asked] == ["疑1", "疑2", "疑3"]
    assert len(form.left) == 5
    assert (form.machine.total, form.machine.possible) == (30, 30)
    version = answer(centre, "c-doubts", *everything(K.CONFIRM, K.OVERTURN, K.CONFIRM))
    assert get_call(centre, "c-doubts", who=MACHINE).row.state is CallState.IN_REVIEW
    signed = sign(centre, "c-doubts", remark="注意等待用语", lesson="", version=version, who=ZHOU)
    assert (signed.total, signed.possible, signed.grade) == (36, 40, "A")
    assert get_call(centre, "c-doubts", who=MACHINE).row.state is CallState.FINAL
    with centre.database.read() as session:
        final = reviews.final_scores(session, ["c-doubts", "c-faults"])
    assert list(final) == ["c-doubts"]
    assert (final["c-doubts"].total, final["c-doubts"].machine_total, final["c-doubts"].signed_by) == (36, 30, "周岚")
    row = get_call(centre, "c-doubts", who=MACHINE).row
    assert row.final is not None
    assert (row.final.total, row.total) == (36, 30)  # lists say both
    with centre.database.read() as session:
        (sums,) = signed_sums(session, None, None, None).values()
        assert signed_sums(session, None, None, "nobody") == {}
    assert (sums.calls, sums.final) == (1, 90.0)
    shown = desk_form(centre, "c-doubts", who=ZHOU)
    assert [row.kind for row in shown.history] == [K.CONFIRM, K.OVERTURN, K.CONFIRM, K.SCORE, K.SCORE]
    assert shown.final.total == 36
    assert shown.signed[0].remark == "注意等待用语"
    assert shown.left == ()


def test_a_veto_that_a_person_confirmed_counts_and_one_that_was_overturned_does_not(centre: App) -> None:
    def vetoes() -> tuple[int, int]:
        (sums,) = (one for one in list_agents(centre, who=MACHINE) if one.id == "9012")
        return sums.vetoes, sums.suspected

    assert vetoes() == (0, 1)
    scores = [Word(target, K.SCORE, points=5.0) for target in MANUAL]
    version = answer(centre, "c-veto", Word(Target(rule="veto.private"), K.CONFIRM), *scores)
    sign(centre, "c-veto", remark="", lesson="", version=version, who=ZHOU)
    assert vetoes() == (1, 0)
    reopen(centre, "c-veto", who=HEAD)
    version = answer(centre, "c-veto", Word(Target(rule="veto.private"), K.OVERTURN, Overturn.EXCUSED))
    sign(centre, "c-veto", remark="", lesson="", version=version, who=ZHOU)
    assert vetoes() == (0, 0)


def test_a_signed_form_shows_what_people_decided_beside_what_the_machine_had_said(centre: App) -> None:
    version = answer(centre, "c-doubts", *everything(K.CONFIRM, K.OVERTURN, K.CONFIRM))
    assert form_of(centre, "c-doubts").signed is None  # what is in work is nobody's yet
    sign(centre, "c-doubts", remark="注意等待用语，回电13912345678", lesson="", version=version, who=ZHOU)
    signed = form_of(centre, "c-doubts").signed
    assert signed is not None
    (signature,) = signed.signatures
    assert (signature.name, signature.total, signature.remark) == ("周岚", 36, "注意等待用语，回电139****5678")
    assert (signed.total, signed.possible, signed.grade, signed.open) == (36, 40, "A", False)
    assert [(line.title, line.machine, line.person) for line in signed.decided][-2:] == [
        ("随口承诺", "待复核", "不成立"),
        ("语气推诿", "待复核", "成立"),
    ]
    page = render(report_document(centre, "call", "c-doubts", who=LEAD), "html").decode()
    assert "终审得分" in page
    assert "复核：<b>不成立（" in page
    assert "□ 成立" not in page  # nothing is left to be filled in by hand but the agent's part
    with pytest.raises(NotFoundError):
        report_document(centre, "call", "c-veto", who=LEAD)  # of another team


def test_the_form_in_the_data_folder_is_written_anew_when_it_is_signed(centre: App) -> None:
    version = answer(centre, "c-doubts", *everything(K.CONFIRM, K.OVERTURN, K.CONFIRM))
    run_pending(centre)
    file = centre.settings.reports_dir / "calls" / "c-doubts.html"
    assert "终审得分" not in file.read_text(encoding="utf-8")
    sign(centre, "c-doubts", remark="", lesson="", version=version, who=ZHOU)
    run_pending(centre)
    assert "终审得分" in file.read_text(encoding="utf-8")


def form_of(centre: App, call_id: str) -> CallForm:
    document = report_document(centre, "call", call_id, who=LEAD)
    assert isinstance(document.data, CallForm)
    return document.data


def test_a_form_is_not_signed_while_something_is_open(centre: App) -> None:
    version = answer(centre, "c-doubts", *everything(K.CONFIRM, K.CONFIRM, K.CONFIRM)[:-1])
    with pytest.raises(ConflictError, match="1 lines"):
        sign(centre, "c-doubts", remark="", lesson="", version=version, who=ZHOU)
    assert get_call(centre, "c-doubts", who=MACHINE).row.state is CallState.IN_REVIEW


def test_the_second_inspector_is_told_and_overwrites_nothing(centre: App, clock: FixedClock) -> None:
    mine = claim(centre, "c-faults", who=ZHOU)
    theirs = claim(centre, "c-faults", who=ZHANG)
    assert (theirs.mine, theirs.holder) == (False, "周岚")
    word = Word(Target(rule="opening.greeting"), K.CONFIRM)
    with pytest.raises(StaleError, match="周岚"):
        decide(centre, "c-faults", word, version=theirs.version, who=ZHANG)
    decide(centre, "c-faults", word, version=mine.version, who=ZHOU)
    clock.advance(timedelta(minutes=9, seconds=59).total_seconds())
    assert not claim(centre, "c-faults", who=ZHANG).mine
    clock.advance(2)
    taken = claim(centre, "c-faults", who=ZHANG)
    assert taken.mine
    with pytest.raises(StaleError, match="张敏"):
        decide(centre, "c-faults", word, version=mine.version + 1, who=ZHOU)
    assert len(desk_form(centre, "c-faults", who=ZHANG).history) == 1, "what was decided stays"


def test_two_windows_of_one_person(centre: App) -> None:
    first = claim(centre, "c-faults", who=ZHOU)
    second = claim(centre, "c-faults", who=ZHOU)
    assert second.mine
    kept = keep_words(centre, "c-faults", remark="甲", lesson="", version=first.version, who=ZHOU)
    with pytest.raises(StaleError) as told:
        keep_words(centre, "c-faults", remark="乙", lesson="", version=second.version, who=ZHOU)
    assert told.value.version == kept
    assert claim(centre, "c-faults", who=ZHOU).remark == "甲"


def test_a_call_that_is_let_go_is_free_at_once(centre: App) -> None:
    claim(centre, "c-faults", who=ZHOU)
    let_go(centre, "c-faults", who=ZHOU)
    assert claim(centre, "c-faults", who=ZHANG).mine


def test_words_that_make_no_sense(centre: App) -> None:
    version = claim(centre, "c-faults", who=ZHOU).version
    for word in (
        Word(Target(rule="no.such"), K.CONFIRM),
        Word(Target(rule="forbidden.refusal", hit="9:0-2"), K.OVERTURN, reason=Overturn.QUOTED),
        Word(Target(rule="forbidden.refusal"), K.OVERTURN),
        Word(Target(section="voice_tone", item="mandarin"), K.SCORE, points=9.0),
        Word(Target(section="service_language", item="opening"), K.SCORE, points=1.0),
    ):
        with pytest.raises(UsageError):
            decide(centre, "c-faults", word, version=version, who=ZHOU)
    assert desk_form(centre, "c-faults", who=ZHOU).history == ()
    with pytest.raises(NotFoundError):
        claim(centre, "nobody", who=ZHOU)


def test_rights(centre: App) -> None:
    for who in (LEAD, WANG):
        with pytest.raises(NotAllowed):
            claim(centre, "c-faults", who=who)
    assert desk_form(centre, "c-faults", who=LEAD).row.call_id == "c-faults"
    with pytest.raises(NotFoundError):
        desk_form(centre, "c-veto", who=LEAD)
    with pytest.raises(NotAllowed):
        queue(centre, who=WANG)


def test_one_hit_of_several(centre: App) -> None:
    form = desk_form(centre, "c-faults", who=ZHOU)
    hits = [line for line in form.faults if line.finding.rule_id == "forbidden.refusal"]
    assert [line.at for line in hits] == [pytest.approx(7.7, abs=0.5), pytest.approx(14.0, abs=0.1)]
    assert form.final.total == 22  # −4 greeting, −2 and −2
    answer(centre, "c-faults", Word(hits[0].target, K.OVERTURN, reason=Overturn.QUOTED))
    after = desk_form(centre, "c-faults", who=ZHOU)
    assert after.final.total == 24
    assert [line.decision is not None for line in after.faults if line.finding.rule_id == "forbidden.refusal"] == [
        True,
        False,
    ]
    version = claim(centre, "c-faults", who=ZHOU).version
    decide(centre, "c-faults", Word(hits[0].target, K.WITHDRAW), version=version, who=ZHOU)
    assert desk_form(centre, "c-faults", who=ZHOU).final.total == 22


def test_a_call_in_review_keeps_the_result_it_is_worked_on(centre: App) -> None:
    answer(centre, "c-doubts", everything(K.CONFIRM, K.CONFIRM, K.CONFIRM)[0])
    (again,) = inspect_again(centre, CallFilter(text="c-doubts"))
    assert not again.counts


def test_queue_order_reasons_and_the_next_call(centre: App) -> None:
    found = queue(centre, who=ZHOU)
    assert found.rows[0].row.call_id == "c-veto"
    assert {row.row.call_id for row in found.rows} == {"c-veto", "c-doubts", "c-faults", "c-again"}
    assert found.counts == {QueueTab.FLAGGED: 4, QueueTab.SAMPLED: 0, QueueTab.APPEALED: 0}
    whys = {row.row.call_id: row.why for row in found.rows}
    assert whys["c-veto"] == "疑似私下交易"
    assert whys["c-doubts"] == "语气推诿 等 3 项"
    assert whys["c-faults"].endswith("等 2 项")
    assert next_call(centre, who=ZHOU) == "c-veto"
    claim(centre, "c-veto", who=ZHANG)
    assert next_call(centre, who=ZHOU) != "c-veto"
    held = next(row for row in queue(centre, who=ZHOU).rows if row.row.call_id == "c-veto")
    assert (held.holder, held.mine) == ("张敏", False)
    assert next_call(centre, who=ZHANG) == "c-veto"
    narrowed = queue(centre, who=ZHOU, team="二组")
    assert [row.row.call_id for row in narrowed.rows] == ["c-veto"]
    assert [row.row.call_id for row in queue(centre, who=ZHOU, rule_id="opening.greeting").rows] != []


def test_the_counts_of_the_queue_are_those_of_its_rows(centre: App) -> None:
    claim(centre, "c-veto", who=ZHANG)
    claim(centre, "c-doubts", who=ZHOU)
    let_go(centre, "c-doubts", who=ZHOU)
    filters: tuple[dict[str, Any], ...] = (
        {},
        {"team": "二组"},
        {"team": "三组"},
        {"rule_id": "opening.greeting"},
        {"agent_id": "8026"},
        {"day_from": date(2026, 3, 4)},
        {"day_to": date(2026, 3, 3)},
    )
    numbers = []
    for narrowed in filters:
        found = queue(centre, who=ZHOU, **narrowed)
        assert found.counts[QueueTab.FLAGGED] == len(found.rows), narrowed
        numbers.append(len(found.rows))
    assert numbers[0] == 4
    assert 0 < numbers[1] < 4
    assert numbers[-1] + numbers[-2] == 4


def test_a_veto_is_confirmed_by_a_person(centre: App) -> None:
    version = answer(
        centre, "c-veto", Word(Target(rule="veto.private"), K.CONFIRM), *(Word(t, K.SCORE, points=3.0) for t in MANUAL)
    )
    signed = sign(centre, "c-veto", remark="", lesson="", version=version, who=ZHOU)
    assert (signed.veto, signed.total) == (True, 0)


def test_exempt_lines_leave_both_sums(centre: App) -> None:
    words = [Word(MANUAL[0], K.EXEMPT, reason=Exempt.NO_OCCASION), Word(MANUAL[1], K.SCORE, points=4.0)]
    version = answer(centre, "c-faults", *words)
    signed = sign(centre, "c-faults", remark="", lesson="", version=version, who=ZHOU)
    assert (signed.total, signed.possible) == (26, 35)


def test_verdicts_of_people_by_rule(centre: App) -> None:
    version = answer(centre, "c-doubts", *everything(K.CONFIRM, K.OVERTURN, K.CONFIRM))
    sign(centre, "c-doubts", remark="", lesson="", version=version, who=ZHOU)
    answer(
        centre,
        "c-faults",
        Word(Target(rule="opening.greeting"), K.CONFIRM),
        Word(Target(rule="forbidden.refusal"), K.OVERTURN, reason=Overturn.MISHEARD),
        Word(Target(rule="tone.cold"), K.MISSED, points=-3.0),
    )
    with centre.database.read() as session:
        found = reviews.rule_verdicts(session)
        assert session.scalar(select(func.count(review_tables.Decision.id))) == 8
    assert (found["forbidden.refusal"].overturned, found["forbidden.refusal"].reasons) == (1, {"misheard": 1})
    assert found["opening.greeting"].precision is not None
    assert found["promise.soon"].doubts_overturned == 1
    assert (found["tone.cold"].doubts_confirmed, found["tone.cold"].missed) == (1, 1)


def test_keys_name_targets() -> None:
    for target in (Target(rule="a.b"), Target(rule="a.b", hit="3:0-2"), Target(section="s", item="i")):
        assert target_of(key_of(target)) == target
    for wrong in ("", "rule:", "item:s", "item:/i", "x:y"):
        with pytest.raises(ValueError):
            target_of(wrong)


def test_peaks_are_worked_out_once_by_a_worker(centre: App) -> None:
    assert call_peaks(centre, "c-faults", who=ZHOU) is not None, "flagged: somebody is going to open it"
    assert call_peaks(centre, "c-clean", who=ZHOU) is None
    claim(centre, "c-clean", who=ZHOU)
    claim(centre, "c-clean", who=ZHANG)
    assert run_pending(centre) == 1
    found = call_peaks(centre, "c-clean", who=ZHOU)
    assert found is not None
    assert (found.per_second, len(found.channels), found.agent_first) == (20, 2, True)
    assert [len(channel) for channel in found.channels] == [480, 480]
    left, right = (sum(channel) / 480 for channel in found.channels)
    assert left == pytest.approx(6000 / 32768 * 255 / 2, rel=0.2), "it sounds half of the time"
    assert right == pytest.approx(5000 / 32768 * 255 / 2, rel=0.2)
    let_go(centre, "c-clean", who=ZHOU)
    claim(centre, "c-clean", who=ZHANG)
    assert run_pending(centre) == 0


def test_statuses_in_the_samples(centre: App) -> None:
    result = get_call(centre, "c-doubts", who=MACHINE).result
    assert result is not None
    assert sum(rule.status is Status.UNCERTAIN for rule in result.rules) == 3
