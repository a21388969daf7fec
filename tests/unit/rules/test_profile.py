"""The centre's profile: which parts of opening and closing are judged, and how it is read, written and changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Agent, Call, Channel, Direction, Speaker, Status, Transcript, Turn
from qa_engine.errors import RulesError
from qa_engine.rules import (
    PARTS,
    UNSET,
    DemandLevel,
    Profile,
    SourceFile,
    When,
    Wish,
    evaluate,
    load_pack,
    profile_text,
    read_profile,
    with_wishes,
)

PACK = """
pack: {id: p, title: 测试, sections: {s: 服务用语}}
lists:
  staff_number: {title: 工号, phrases: ["工号{digits}"]}
  company_or_department: {title: 公司, phrases: ["{company}", 客服中心]}
rules:
- id: opening
  title: 报公司工号
  section: s
  points: -3
  message: 没有报
  conditions:
    company: {operator: phrase, lists: [company_or_department], part: company}
    number: {operator: phrase, lists: [staff_number], part: staff_number}
  fault: not company or not number
"""


def judged(text: str, profile: Profile = UNSET, **facts: object) -> tuple[Status, str]:
    call = Call("c", agent=Agent("8026"), **facts)  # type: ignore[arg-type]
    pack = load_pack("p", [SourceFile("p.yaml", PACK)], {}, profile=profile)
    result = evaluate(pack, Transcript(call, (Turn(0, Speaker.AGENT, text),)))[0]
    return result.status, result.reason


def profile(**parts: str) -> Profile:
    return Profile.model_validate({"companies": ["飞鸿物流"], "parts": [parts]})


CASES = [
    ("您好，飞鸿物流，工号8026。", {"company": "demanded", "staff_number": "demanded"}, "pass"),
    ("您好，飞鸿物流。", {"company": "demanded", "staff_number": "demanded"}, "fail"),
    ("您好，飞鸿物流。", {"company": "demanded"}, "pass"),
    ("您好，飞鸿物流。", {"company": "demanded", "staff_number": "wished"}, "pass"),
    ("您好。", {"company": "demanded", "staff_number": "wished"}, "fail"),
    ("您好，工号8026。", {"staff_number": "wished"}, "pass"),
    ("您好。", {"staff_number": "wished"}, "not_applicable"),
    ("您好。", {}, "not_applicable"),
    ("您好，飞鸿物流，工号8026。", {}, "not_applicable"),
]


@pytest.mark.parametrize(("text", "parts", "status"), CASES)
def test_what_the_centre_does_not_demand_costs_nothing(text: str, parts: dict[str, str], status: str) -> None:
    assert judged(text, profile(**parts))[0] == status


def test_a_centre_without_a_name_loses_no_points_for_it() -> None:
    found = judged("您好，请问有什么可以帮您？")
    assert found == (
        Status.NOT_APPLICABLE,
        "本中心只是希望报公司（部门），没有做到不扣分",
    )
    assert judged("您好，这里是客服中心，工号8026。")[0] is Status.PASS


def test_the_form_of_the_number_and_the_departments_are_the_centres_own() -> None:
    own = Profile.model_validate(
        {"departments": ["会员部"], "staff_number_forms": ["我是小{name}"],
         "parts": [{"company": "demanded", "staff_number": "demanded"}]}
    )  # fmt: skip
    assert judged("您好，会员部，我是小李。", own)[0] is Status.PASS
    assert judged("您好，我是小李。", own)[0] is Status.FAIL


def test_the_first_row_that_fits_says_what_is_wanted() -> None:
    rows = {"parts": [{"when": {"channel": "chat"}}, {"when": {"scenario": "followup"}, "farewell": "wished"},
                      {"farewell": "demanded"}]}  # fmt: skip
    own = Profile.model_validate(rows)
    chat = Call("c", channel=Channel.CHAT, scenario="followup")
    assert own.level("farewell", chat) is DemandLevel.NOT_ASKED
    assert own.level("farewell", Call("c", scenario="followup")) is DemandLevel.WISHED
    assert own.level("farewell", Call("c")) is DemandLevel.DEMANDED  # nobody says that it is a 回访


def test_hours_and_limits_of_the_centre_win_and_the_rest_stays_the_packs() -> None:
    text = PACK.replace("sections:", "calendar: {holidays: [2026-10-01]}, sections:")
    own = Profile.model_validate({"calendar": {"working_hours": "08:00-20:00"}, "reply_limit_hours": 24})
    pack = load_pack("p", [SourceFile("p.yaml", text)], {}, profile=own)
    assert (pack.header.calendar.working_hours, len(pack.header.calendar.holidays)) == ("08:00-20:00", 1)
    assert pack.header.reply_limit_hours == 24
    assert pack.digest != load_pack("p", [SourceFile("p.yaml", text)], {}).digest


def test_a_direction_that_nobody_says_is_the_profiles() -> None:
    own = Profile(direction="outbound")
    assert own.told(Call("c")).direction is Direction.OUTBOUND
    assert own.told(Call("c", direction=Direction.INBOUND)).direction is Direction.INBOUND


FAULTS = [
    ("profile: {companys: [甲]}", "profile.yaml:1:.*companys"),
    ("profile: {parts: [{company: demanded}]}", "companies 或 departments"),
    ("profile: {parts: [{greeting: must}]}", "profile.yaml:1"),
    ("profile: {staff_number_forms: ['工号{nope}']}", "不认识的槽位"),
    ("profile: {calendar: {working_hours: 20:00-08:00}}", "早于下班时间"),
    ("parts: []", "以「profile:」开头"),
    ("profile: {}\nprofile: {}", "profile.yaml:2"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_faulty_profile_names_the_place(text: str, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        read_profile(SourceFile("profile.yaml", text))


def test_a_wish_about_some_calls_leaves_the_others_alone() -> None:
    own = with_wishes(UNSET, [Wish("staff_number", DemandLevel.DEMANDED, When(direction=("outbound",)))])
    outbound, inbound = Call("c", direction=Direction.OUTBOUND), Call("c", direction=Direction.INBOUND)
    assert own.level("staff_number", outbound) is DemandLevel.DEMANDED
    for call in (inbound, Call("c"), Call("c", channel=Channel.CHAT, direction=Direction.INBOUND)):
        assert own.level("staff_number", call) is UNSET.level("staff_number", call)


scenarios = st.sampled_from(["consultation", "complaint", "followup", "telesales"])
whens = st.builds(
    When,
    scenario=st.lists(scenarios, max_size=2, unique=True).map(tuple),
    direction=st.lists(st.sampled_from(["inbound", "outbound"]), max_size=1).map(tuple),
    channel=st.lists(st.sampled_from(["voice", "chat"]), max_size=1).map(tuple),
)
wishes = st.builds(Wish, st.sampled_from(sorted(PARTS)), st.sampled_from(list(DemandLevel)), whens)
calls = st.builds(
    Call,
    st.just("c"),
    channel=st.sampled_from(list(Channel)),
    direction=st.sampled_from([*Direction, None]),
    scenario=st.none() | scenarios,
)


@given(st.lists(wishes, max_size=4), calls)
def test_wishes_change_exactly_the_calls_they_are_about_and_the_file_keeps_them(found: list[Wish], call: Call) -> None:
    own = with_wishes(Profile(companies=("甲",)), found)
    for part in PARTS:
        wanted = UNSET.level(part, call)
        for wish in found:
            if wish.part == part and wish.when.fits(call):
                wanted = wish.level
        assert own.level(part, call) is wanted
    again = read_profile(SourceFile("profile.yaml", profile_text(own)))
    assert [again.level(part, call) for part in PARTS] == [own.level(part, call) for part in PARTS]


def test_names_for_the_recogniser_are_kept_and_change_no_verdict() -> None:
    own = Profile(hot_words=("安心达",))
    assert read_profile(SourceFile("profile.yaml", profile_text(own))).hot_words == ("安心达",)
    packs = [load_pack("p", [SourceFile("p.yaml", PACK)], {"company": "甲"}, profile=each) for each in (UNSET, own)]
    assert packs[0].digest == packs[1].digest
