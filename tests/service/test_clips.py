"""Clips of one rule, and texts that were heard wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE, NotAllowed
from qa_engine.domain.review import DecisionKind, Overturn, Target
from qa_engine.errors import ConflictError, UsageError
from qa_engine.fault_wording import error_words
from qa_engine.service import App, FixedClock, get_call, read_audit
from qa_engine.service.desk import clip_batch, clip_verdict, correct_text, hot_words, more_clips, queue, rules_page
from qa_engine.service.desk.form import desk_form, target_of
from qa_engine.service.desk.work import StaleError, Word, claim, decide, sign
from qa_engine.service.people.audit import Action
from tests.desk_centre import HEAD, WANG, ZHANG, ZHOU, fill_desk, filled_desk, open_desk

K = DecisionKind
RULE = "forbidden.refusal"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[App]:
    with filled_desk(tmp_path / "home", FixedClock()) as app:
        yield app


def test_every_hit_is_a_clip_and_every_verdict_counts(centre: App) -> None:
    batch = clip_batch(centre, RULE, who=ZHOU)
    assert [(clip.call_id, clip.end) for clip in batch.clips if clip.start is not None] != []
    assert len(batch.clips) == 4, "two calls, two hits each"
    assert batch.waiting == 2
    assert all(
        clip.end - clip.start == pytest.approx(8)
        for clip in batch.clips
        if clip.start is not None and clip.end is not None
    )
    assert all("fault" in {p.mark.value for line in clip.lines for p in line.pieces} for clip in batch.clips)
    one, two, three, four = batch.clips
    clip_verdict(centre, one.call_id, Word(target_of(one.key), K.CONFIRM), who=ZHOU)
    clip_verdict(centre, two.call_id, Word(target_of(two.key), K.OVERTURN, Overturn.MISHEARD), who=ZHOU)
    found = clip_verdict(centre, three.call_id, Word(target_of(three.key), K.CONFIRM), who=ZHANG)
    assert (found.confirmed, found.overturned, found.reasons) == (2, 1, {"misheard": 1})
    assert found.precision is not None
    assert found.precision.of == 3
    left = clip_batch(centre, RULE, who=ZHOU)
    assert [(clip.call_id, clip.key) for clip in left.clips] == [(four.call_id, four.key)], "its other hit is decided"
    assert left.waiting == 1
    assert desk_form(centre, one.call_id, who=ZHOU).final.total == 24, "the verdict stands on the form"
    back = clip_verdict(centre, two.call_id, Word(target_of(two.key), K.WITHDRAW), who=ZHOU)
    assert back.overturned == 0
    again = {clip.key for clip in clip_batch(centre, RULE, who=ZHOU).clips}
    assert again == {two.key, four.key}, "what was taken back is asked again"
    clip_verdict(centre, three.call_id, Word(Target(rule=RULE), K.CONFIRM), who=ZHOU)
    assert {clip.call_id for clip in clip_batch(centre, RULE, who=ZHOU).clips} == {two.call_id}, "of all its hits"


def test_clips_of_later_calls_are_read_in_portions(tmp_path: Path) -> None:
    with open_desk(tmp_path / "home", FixedClock()) as app:
        fill_desk(app, tuple((f"c-{n:02}", "8026", "faults", f"2026-03-04T10:{10 + n}:00+08:00") for n in range(20)))
        batch = clip_batch(app, RULE, who=ZHOU)
        portions = [tuple(f"c-{n:02}" for n in numbers) for numbers in (range(11, 3, -1), range(3, -1, -1))]
        assert batch.later == tuple(portions)
        assert [clip.call_id for clip in batch.clips] == [f"c-{n:02}" for n in range(19, 11, -1) for _ in "ab"]
        assert batch.waiting == 20
        more = more_clips(app, RULE, portions[0], who=ZHOU, limit=40)
        assert [clip.call_id for clip in more] == [call for call in portions[0] for _ in "ab"]
        assert len({(clip.call_id, clip.key) for clip in (*batch.clips, *more)}) == 32
        assert more_clips(app, RULE, portions[0], who=ZHOU, limit=3) == more[:3]
        clip_verdict(app, more[0].call_id, Word(target_of(more[0].key), K.CONFIRM), who=ZHANG)
        clip_verdict(app, more[2].call_id, Word(Target(rule=RULE), K.OVERTURN, Overturn.MISHEARD), who=ZHANG)
        assert more_clips(app, RULE, portions[0], who=ZHOU, limit=40) == (more[1], *more[4:]), "decided meanwhile"
        assert len(clip_batch(app, RULE, who=ZHOU, limit=15).clips) == 15
        assert clip_batch(app, RULE, who=ZHOU, limit=15).later == (), "there are as many as were wanted"
        assert more_clips(app, "opening.nothing", portions[0], who=ZHOU, limit=40) == ()
        with pytest.raises(UsageError):
            more_clips(app, RULE, [*portions[0], "c-00"], who=ZHOU, limit=40)
        with pytest.raises(NotAllowed):
            more_clips(app, RULE, portions[0], who=WANG, limit=40)


def test_verdicts_on_calls_of_long_ago_count_for_the_rules_page(tmp_path: Path) -> None:
    clock = FixedClock()
    with filled_desk(tmp_path / "home", clock) as app:
        clock.advance(timedelta(days=270).total_seconds())
        one, *_ = clip_batch(app, RULE, who=ZHOU).clips
        clip_verdict(app, one.call_id, Word(target_of(one.key), K.CONFIRM), who=ZHOU)
        (row,) = (row for row in rules_page(app, who=ZHOU) if row.rule_id == RULE)
        assert row.verdicts.confirmed == 1, "the thirty days end with the newest call, not with today"


def test_what_a_clip_cannot_tell_waits_at_the_desk(centre: App) -> None:
    (clip, *_) = (one for one in clip_batch(centre, RULE, who=ZHOU).clips if one.call_id == "c-again")
    version = claim(centre, clip.call_id, who=ZHOU).version
    for line in map(target_of, desk_form(centre, clip.call_id, who=ZHOU).left):
        kind = K.SCORE if line.rule is None else K.CONFIRM
        word = Word(line, kind, points=0.0 if line.rule is None else None)
        version = decide(centre, clip.call_id, word, version=version, who=ZHOU).version
    sign(centre, clip.call_id, remark="", lesson="", version=version, who=ZHOU)
    assert clip.call_id not in {row.row.call_id for row in queue(centre, who=ZHANG).rows}
    clip_verdict(centre, clip.call_id, Word(target_of(clip.key), K.LOOK), who=ZHANG)
    waiting = {row.row.call_id: row.why for row in queue(centre, who=ZHANG).rows}
    assert waiting[clip.call_id] == "要看整通：服务忌语"
    assert clip.key not in {one.key for one in clip_batch(centre, RULE, who=ZHOU).clips if one.call_id == clip.call_id}
    clip_verdict(centre, clip.call_id, Word(target_of(clip.key), K.CONFIRM), who=ZHOU)
    why = {row.row.call_id: row.why for row in queue(centre, who=ZHANG).rows}
    assert "整通" not in why[clip.call_id], "somebody looked"


def test_a_verdict_from_elsewhere_is_seen_by_who_works_on_the_call(centre: App) -> None:
    version = claim(centre, "c-faults", who=ZHOU).version
    clip_verdict(centre, "c-faults", Word(Target(rule=RULE), K.CONFIRM), who=ZHANG)
    with pytest.raises(StaleError):
        decide(centre, "c-faults", Word(Target(rule=RULE), K.CONFIRM), version=version, who=ZHOU)


def test_a_verdict_that_arrives_twice_is_one_and_that_of_another_person_stands(centre: App) -> None:
    one, other, *_ = clip_batch(centre, RULE, who=ZHOU).clips
    for _ in range(2):
        clip_verdict(centre, one.call_id, Word(target_of(one.key), K.OVERTURN, Overturn.MISHEARD), who=ZHOU)
    changes = read_audit(centre, who=HEAD, action=Action.VERDICT).rows
    assert len(changes) == 1, "sent again, as the answer was lost"
    for kind in (K.CONFIRM, K.WITHDRAW, K.LOOK):
        with pytest.raises(ConflictError) as refused:
            clip_verdict(centre, one.call_id, Word(target_of(one.key), kind), who=ZHANG)
        assert error_words(refused.value) == "周岚 已经判为不成立，没有覆盖"
    clip_verdict(centre, one.call_id, Word(target_of(one.key), K.WITHDRAW), who=ZHOU)
    found = clip_verdict(centre, one.call_id, Word(target_of(one.key), K.CONFIRM), who=ZHANG)
    assert (found.confirmed, found.overturned) == (1, 0)
    clip_verdict(centre, other.call_id, Word(Target(rule=RULE), K.CONFIRM), who=ZHANG)
    with pytest.raises(ConflictError):  # a word about the rule speaks for its hits
        clip_verdict(centre, other.call_id, Word(target_of(other.key), K.OVERTURN, Overturn.QUOTED), who=ZHOU)


def test_who_may_and_what_is_no_verdict_on_a_clip(centre: App) -> None:
    with pytest.raises(NotAllowed):
        clip_batch(centre, RULE, who=WANG)
    with pytest.raises(UsageError):
        clip_verdict(centre, "c-faults", Word(Target(rule=RULE), K.POINTS, points=-1.0), who=ZHOU)


def test_a_corrected_text_is_judged_again_beside_the_first(centre: App) -> None:
    before = get_call(centre, "c-doubts", who=MACHINE)
    version = claim(centre, "c-doubts", who=ZHOU).version
    said = "这个应该能到，您自己去找派件员。"
    version = correct_text(
        centre, "c-doubts", turn=4, heard="这个一定能到，你自己去找派件员。", said=said, version=version, who=ZHOU
    )
    after = get_call(centre, "c-doubts", who=MACHINE)
    assert before.transcript_digest != after.transcript_digest
    assert after.transcript is not None
    turn = after.transcript.turns[4]
    assert turn.text == said
    assert "".join(word.text for word in turn.words) == "这个应该能到您自己去找派件员"
    starts = [word.start for word in turn.words]
    assert starts == sorted(starts)
    assert 12.0 <= starts[0] < starts[-1] < 14.6
    form = desk_form(centre, "c-doubts", who=ZHOU)
    assert {line.finding.rule_id for line in form.asked} == {"tone.cold", "wait.please"}, "no promise was made"
    assert next(turn.corrected for turn, _ in form.turns if turn.line.index == 4).startswith("周岚 改：")
    words = {(word.said, word.heard): word.times for word in hot_words(centre, who=ZHOU)}
    assert words == {("应该", "一定"): 1, ("您自己", "你自己"): 1}
    found = decide(centre, "c-doubts", Word(Target(rule="tone.cold"), K.CONFIRM), version=version, who=ZHOU)
    assert found.final.transcript == after.transcript_digest


@pytest.mark.parametrize(("turn", "said"), [(4, ""), (40, "好"), (5, "我打他电话138****5678没人接。")])
def test_what_cannot_be_corrected(centre: App, turn: int, said: str) -> None:
    version = claim(centre, "c-doubts", who=ZHOU).version
    with pytest.raises(UsageError):
        correct_text(centre, "c-doubts", turn=turn, heard="x", said=said, version=version, who=ZHOU)
    assert claim(centre, "c-doubts", who=ZHOU).version == version
