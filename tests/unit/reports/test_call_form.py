"""The form of one call, as data."""

from dataclasses import fields, is_dataclass, replace
from types import ModuleType

import pytest

from qa_engine.domain import (
    PENDING_GRADE,
    Agent,
    Call,
    CustomerOutcome,
    ItemScore,
    OutcomeSign,
    SectionScore,
    Severity,
    Status,
    Transcript,
)
from qa_engine.reports import CallForm, call_document, call_form, wording
from qa_engine.reports.call_form import ItemLine, outcome_words
from qa_engine.reports.findings import grounds
from qa_engine.reports.kinds.call_form_tables import call_rows, call_sheets
from qa_engine.reports.render import render_html


@pytest.fixture
def form(build: ModuleType) -> CallForm:
    return call_form(build.transcript(), build.result(), audio_url="/a.wav", source_name="13912345678.wav")


def item(form: CallForm, key: str) -> ItemLine:
    return next(item for section in form.sections for item in section.items if item.id == key)


def test_facts_of_the_call(form: CallForm) -> None:
    facts = {fact.label: fact.value for fact in form.facts}
    assert facts["坐席"] == "李华 8026"
    assert facts["通话时间"] == "2026-03-03 10:42:08"
    assert facts["业务场景"] == "投诉"
    assert facts["结束方式"] == "客户挂机"
    assert facts["客户号码"] == "139****5678"
    assert facts["录音文件"] == "139****5678.wav"


def test_text_that_was_not_heard_here_has_no_recording(build: ModuleType) -> None:
    chat = replace(build.transcript(), recognition=None)
    facts = {fact.label: fact.value for fact in call_form(chat, build.result(), source_name="c-1.json").facts}
    assert facts["来源文件"] == "c-1.json"
    assert "录音文件" not in facts


def test_unknown_facts_are_said_to_be_unknown(build: ModuleType) -> None:
    bare = Transcript(Call("c-0007", agent=Agent()), build.transcript().turns)
    facts = {fact.label: fact.value for fact in call_form(bare, build.result(agent_id=None)).facts}
    assert {facts[key] for key in ("坐席", "班组", "通话时间", "业务场景", "方向", "客户号码")} == {"未提供"}


def test_score_and_what_waits_for_a_person(form: CallForm) -> None:
    score = form.score
    assert (score.total, score.possible, score.lost, score.manual) == (60.0, 85.0, 25.0, 10.0)
    assert score.rate == pytest.approx(70.588, abs=1e-3)
    assert (score.deductions, score.doubts, score.pending) == (7, 2, False)
    manual = [line.id for section in form.sections for line in section.items if line.state == "manual"]
    assert manual == ["mandarin", "complete"]


@pytest.mark.parametrize(
    ("key", "state", "lost"),
    [
        ("opening", "lost", 2.0),
        ("hold", "not_applicable", 0.0),
        ("promise", "doubt", 0.0),
        ("mandarin", "manual", 0.0),
        ("verify", "kept", 0.0),
    ],
)
def test_every_item_says_how_it_stands(form: CallForm, key: str, state: str, lost: float) -> None:
    line = item(form, key)
    assert (line.state, line.lost) == (state, lost)


def test_a_not_applicable_item_gives_its_reason_and_a_manual_one_its_anchors(form: CallForm) -> None:
    assert item(form, "hold").note == "通话中没有保持"
    assert item(form, "mandarin").anchors[0] == (5.0, "普通话标准，吐字清楚")


PREMISE = (
    "前提不成立：未出现「客户说到【客户不接受方案】；或「抱怨」」；"
    "未出现「业务场景为投诉」；未出现「坐席说的话属于所列的句式，并按意思看」"
)
PLACES = "；".join(["没有出现「客户在沉默中呼唤坐席」，无从定位"] * 3)


@pytest.mark.parametrize(
    ("reason", "brief", "parts"),
    [
        ("通话中没有保持", "通话中没有保持", 0),
        (PREMISE, "前提不成立（3 条依据）", 3),
        (f"有的话轮不知是谁说的，无法判断；{PLACES}", "有的话轮不知是谁说的，无法判断（4 条依据）", 4),
        ("未出现「" + "甲；" * 40 + "」", "未出现（1 条依据）", 1),
    ],
)  # fmt: skip
def test_a_long_reason_is_told_in_short_with_its_grounds_apart(reason: str, brief: str, parts: int) -> None:
    head, found = grounds(reason)
    assert len(found) == parts
    assert brief == (f"{head}（{len(found)} 条依据）" if found else head)
    assert not found or "；".join(found) in reason


def test_the_grounds_open_on_a_page_and_are_not_printed(build: ModuleType) -> None:
    result = build.result()
    rules = tuple(
        replace(rule, reason=PREMISE) if rule.status is Status.NOT_APPLICABLE else rule for rule in result.rules
    )
    page = render_html(call_document(call_form(build.transcript(), replace(result, rules=rules))))
    assert "：前提不成立（3 条依据）" in page
    folded = page[page.index('<details class="folded screen">') :]
    assert folded.count("未出现「业务场景为投诉」") == sum(rule.status is Status.NOT_APPLICABLE for rule in rules)


def test_a_cap_is_said_when_the_item_lost_less_than_its_rules_took(build: ModuleType) -> None:
    result = build.result()
    capped = replace(result.sections[0].items[3], score=6.0)
    section = replace(result.sections[0], items=(*result.sections[0].items[:3], capped))
    form = call_form(build.transcript(), replace(result, sections=(section, *result.sections[1:])))
    assert item(form, "forbidden").note == "各项合计 −6 分，按考评表实扣 4 分"
    assert item(form, "opening").note == ""


def test_a_deduction_tells_when_what_why_and_how_much(form: CallForm) -> None:
    refusal = next(f for f in form.deductions if f.rule_id == "forbidden.refusal")
    assert (refusal.label, refusal.points, refusal.message, refusal.times_taken) == (
        "3",
        -6.0,
        "使用服务忌语「不行」",
        3,
    )
    assert (refusal.section, refusal.item, refusal.severity_label) == ("服务用语", "服务忌语", "一般")
    assert [(hit.clock, hit.speaker, hit.words, hit.how) for hit in refusal.hits] == [
        ("00:35", "坐席", "不行", "原文一致"),
        ("00:39", "坐席", "不归我管", "原文一致"),
        ("00:49", "坐席", "没有办法", "原文一致"),
    ]
    assert [[line.index for line in block] for block in refusal.excerpt] == [[5, 6, 7, 8, 9]]
    assert [line.index for block in refusal.excerpt for line in block if line.focus] == [6, 8]


def test_a_miss_tells_where_it_was_looked_for_and_what_came_near(form: CallForm) -> None:
    offer = next(f for f in form.deductions if f.rule_id == "opening.offer")
    (search,) = offer.searched
    assert (search.window, search.clock_range, search.turns) == ("坐席前 2 个话轮", "00:00–00:12", 2)
    assert search.nearest == "最接近的是「为您服务」（00:00 坐席），与「有什么可以帮您」相似度 56"
    assert (offer.at, offer.words) == (0.6, "")
    thanks = next(f for f in form.deductions if f.rule_id == "closing.thanks_farewell")
    assert thanks.searched[0].nearest == "没有相近的说法"


def test_the_words_of_the_call_that_spoke_for_a_fault_are_shown_and_are_no_hits(build: ModuleType) -> None:
    made = build.result()
    told = tuple(
        build.hit(turn, words, "整通话里最像没有安抚客户的用词之一", operator="left_out", ladder=None, pattern=None)
        for turn, words in ((9, "什么时候"), (8, "没有办法"), (3, "13912345678"))
    )
    rules = tuple(replace(r, call_words=told) if r.id == "opening.offer" else r for r in made.rules)
    form = call_form(build.transcript(), replace(made, rules=rules))
    before = call_form(build.transcript(), made)
    finding = next(f for f in form.deductions if f.rule_id == "opening.offer")
    plain = next(f for f in before.deductions if f.rule_id == "opening.offer")
    placed = "客户「什么时候」（第 10 个话轮）、坐席「没有办法」（第 9 个话轮）、客户「139****5678」（第 4 个话轮）"
    assert finding.told_words == placed
    assert (finding.hits, finding.words, finding.at) == (plain.hits, plain.words, plain.at)
    assert finding.label in form.turns[8].references
    assert ("什么时候", "telling") in [(piece.text, piece.mark) for piece in form.turns[9].pieces]
    assert {line.index for block in finding.excerpt for line in block} >= {3, 8, 9}
    page = render_html(call_document(form))
    assert "客户「什么时候」（第 10 个话轮）" in page
    assert '<mark class="telling">用词依据</mark>' in page
    assert build.PHONE not in page
    assert "用词依据" not in render_html(call_document(before))
    assert [row[13:15] for row in call_rows(form).rows if row[3] == "opening.offer"][:3] == [
        ("客户", "什么时候"),
        ("坐席", "没有办法"),
        ("客户", "139****5678"),
    ]
    checks = next(sheet for sheet in call_sheets(form) if sheet.title == "检查清单").blocks[0]
    assert f"用词依据：{placed}" in repr(checks)


def test_the_customers_words_are_a_trigger_not_a_fault(form: CallForm) -> None:
    apology = next(f for f in form.deductions if f.rule_id == "attitude.no_apology")
    assert (apology.hits[0].words, apology.hits[0].trigger, apology.words) == ("我要投诉", True, "")
    assert [(piece.text, piece.mark) for piece in form.turns[5].pieces if piece.mark] == [("我要投诉", "trigger")]


def test_a_measured_silence_quotes_the_turns_on_both_sides(form: CallForm) -> None:
    silence = next(f for f in form.deductions if f.rule_id == "tone.dead_air")
    assert [[line.index for line in block] for block in silence.excerpt] == [[3, 4]]
    assert silence.hits[0].speaker == "双方"


def test_doubts_and_errors_are_apart_and_cost_nothing(form: CallForm) -> None:
    assert [(f.label, f.rule_id, f.status_label) for f in form.doubts] == [
        ("疑1", "attitude.overpromise", "待复核"),
        ("疑2", "tone.interrupting", "检查出错"),
    ]
    assert all(f.points == 0 and f.reason for f in form.doubts)
    assert form.doubts[0].hits[0].how == "读音相同（88 分，对照「肯定送到」）"


def test_every_rule_is_on_the_form_once(form: CallForm, build: ModuleType) -> None:
    shown = [f.rule_id for f in (*form.deductions, *form.doubts, *form.passed, *form.not_applicable)]
    assert sorted(shown) == sorted(rule.id for rule in build.result().rules)


def test_a_veto_comes_first(build: ModuleType) -> None:
    result = build.result()
    veto = replace(
        next(r for r in result.rules if r.id == "veto.abuse"),
        status=Status.FAIL,
        message="辱骂客户",
        evidence=(build.hit(8, "你自己打", "辱骂"),),
    )
    rules = tuple(veto if r.id == "veto.abuse" else r for r in result.rules)
    form = call_form(build.transcript(), replace(result, rules=rules, veto=True, total=0.0, grade="E"))
    assert (form.deductions[0].rule_id, form.deductions[0].label) == ("veto.abuse", "1")
    assert [f.rule_id for f in form.vetoes] == ["veto.abuse"]
    assert [(f.rule_id, f.status) for f in form.veto_items] == [("veto.abuse", "fail"), ("veto.hang_up", "pass")]
    assert form.deductions[0].severity == Severity.VETO


def test_a_call_that_was_not_understood_is_pending(build: ModuleType) -> None:
    assert call_form(build.transcript(), build.result(grade=PENDING_GRADE, pending=True)).score.pending
    nothing = call_form(build.transcript(), build.result(total=0.0, possible=0.0))
    assert (nothing.score.pending, nothing.score.rate) == (True, None)


def test_no_phone_number_anywhere(form: CallForm, build: ModuleType) -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if is_dataclass(value) and not isinstance(value, type):
            return [text for field in fields(value) for text in texts(getattr(value, field.name))]
        return [text for item in value for text in texts(item)] if isinstance(value, tuple) else []

    assert build.PHONE in build.transcript().turns[3].text
    assert not [text for text in texts(form) if build.PHONE in text]
    assert "手机号是139****5678" in form.turns[3].text


def test_words_that_are_part_of_a_number_are_masked_with_it(build: ModuleType) -> None:
    result = build.result()
    cut = build.hit(3, "123456", "念出号码", speaker=None)
    rule = replace(result.rules[2], evidence=(cut,), searched=())
    form = call_form(build.transcript(), replace(result, rules=(rule,)))
    assert form.deductions[0].hits[0].words == "****56"


def test_metrics_in_words_without_the_unmeasured(form: CallForm) -> None:
    assert [(fact.label, fact.value) for fact in form.metrics] == [
        ("坐席语速", "231 字/分钟"),
        ("坐席说话占比", "48%"),
        ("静默合计", "15.2 秒"),
        ("双方同时说话", "1 次"),
        ("通话时长", "75 秒"),
        ("最长静默", "9.4 秒"),
        ("识别可信度", "89%"),
    ]


def test_notice_of_the_demonstration_model(build: ModuleType) -> None:
    assert call_form(build.transcript(), build.result(notice=None)).notice == build.NOTICE
    assert call_form(build.transcript(notice=None), build.result(notice=None)).notice is None


def test_rules_outside_the_scorecard_still_appear(build: ModuleType) -> None:
    section = SectionScore("other", "其他", 1.0, 1.0, (ItemScore("one", "一项", 1.0, 1.0, rules=("gone.rule",)),))
    form = call_form(build.transcript(), build.result(sections=(section,)))
    assert len(form.deductions) == 7
    assert item(form, "one").state == "kept"


def test_equal_inputs_give_an_equal_form(build: ModuleType) -> None:
    assert call_form(build.transcript(), build.result()) == call_form(build.transcript(), build.result())


def test_a_measure_of_a_whole_turn_hides_no_words(build: ModuleType) -> None:
    result = build.result()
    text = build.transcript().turns[6].text
    loud = build.hit(6, text, "音量高 9 dB", operator="loudness", ladder=None)
    rules = tuple(replace(r, evidence=(loud,)) if r.id == "tone.loudness" else r for r in result.rules)
    form = call_form(build.transcript(), replace(result, rules=rules))
    finding = next(f for f in form.deductions if f.rule_id == "tone.loudness")
    assert (finding.words, finding.hits[0].measured) == ("", True)
    assert [piece.text for piece in form.turns[6].pieces if piece.mark == "fault"] == ["不行", "不归我管"]
    assert finding.label in form.turns[6].references


def test_the_customers_words_are_never_shown_as_good_wording(build: ModuleType) -> None:
    rule = replace(build.rules()[0], evidence=(build.hit(5, "投诉", "客户提出投诉"), build.hit(0, "您好", "已问候")))
    form = call_form(build.transcript(), build.result(rules=(rule,)))
    assert [piece.mark for piece in form.turns[5].pieces] == [""]
    assert (form.passed[0].words, form.turns[0].pieces[0].mark) == ("您好", "found")


def test_a_far_nearest_miss_is_only_counted(build: ModuleType) -> None:
    rule = build.rules()[2]
    far = replace(rule.searched[0], nearest=replace(rule.searched[0].nearest, score=31.0))
    form = call_form(build.transcript(), build.result(rules=(replace(rule, searched=(far,)),)))
    assert form.deductions[0].searched[0].nearest == "没有相近的说法（相似度最高 31）"


def test_what_speaks_for_and_against_the_customer_being_content_is_told_apart() -> None:
    signs = (OutcomeSign("demand", "客户发怒或要求投诉", -0.9), OutcomeSign("helped", "坐席给出办法、时限或选择", 0.5))
    assert (
        outcome_words(CustomerOutcome(17, signs))
        == "17（0–100），不利：客户发怒或要求投诉，有利：坐席给出办法、时限或选择"
    )
    assert outcome_words(CustomerOutcome(60)) == "60（0–100）"


def test_fields_of_a_manifest_are_named_in_chinese() -> None:
    told = {"transferred_to": "8030", "transfer_at": 65.0, "vip": True, "crm_id": "A-7", "客户等级": "金卡"}
    assert {wording.fact_title(key): wording.fact_value(key, value) for key, value in told.items()} == {
        "转接给": "8030",
        "转接时刻": "01:05",
        "清单列 vip": "是",
        "清单列 crm_id": "A-7",
        "客户等级": "金卡",
    }


def test_why_a_person_has_to_look_is_told_without_ids_of_rules(build: ModuleType) -> None:
    result = build.result()
    rule, other = result.rules[:2]
    said = (
        f"机器无法确定：{rule.title}（{rule.id}）、{other.title}（{other.id}）",
        "部分话轮未参与检查：三成（等候音）",
    )
    told = call_form(build.transcript(), replace(result, review_reasons=said)).review_reasons
    assert told == (f"机器无法确定：{rule.title}、{other.title}", said[1])
