"""The traps that real inspectors fall into: what sounds like a fault and is none, and the other way round."""

import pytest

TOP = """
lists:
  refusal:
    title: 服务忌语
    phrases: [不行, 不知道, 不可以, 不归(我|我们)管, {text: 去找快递员, not_in: [您去找快递员不方便]}]
    not_in: [步行不行进, 行不行]
  promise: {title: 承诺, phrases: [保证, "肯定[能]到", 承诺]}
  blame: {title: 推诿, phrases: ["不是(我|我们)的责任", 责任不在我们]}
  abuse: {title: 辱骂, phrases: [滚, {text: 有病, not_in: [有病假, 有病历, 没有病]}], not_in: [滚筒, 滚动, 滚滚]}
  complaint: {title: 投诉, phrases: [投诉]}
"""
CONDITIONS = {
    "refusal": "{operator: phrase, lists: [refusal], unless: [question, quotation, polite]}",
    "promise": "{operator: phrase, lists: [promise], unless: [negation, question, quotation]}",
    "blame": "{operator: phrase, lists: [blame], unless: [quotation]}",
    "abuse": "{operator: phrase, lists: [abuse], unless: [quotation]}",
    "complaint": "{operator: phrase, speaker: customer, lists: [complaint], unless: [negation]}",
}

TABLE = [
    # refusals that are refusals
    ("refusal", "坐席：不行。", "fail"),
    ("refusal", "坐席：这个不行啊，规定就是这样", "fail"),
    ("refusal", "坐席：不行不行，这不可以", "fail"),
    ("refusal", "坐席：不行不行", "fail"),
    ("refusal", "坐席：我不知道", "fail"),
    ("refusal", "坐席：這個我不知道，不歸我管", "fail"),
    ("refusal", "坐席：不，嗯，知道", "fail"),
    ("refusal", "坐席：不知道你在说什么", "fail"),
    ("refusal", "坐席：不知道什么时候到", "fail"),
    # questions
    ("refusal", "坐席：您看行不行？", "pass"),
    ("refusal", "坐席：您看行不行", "pass"),
    ("refusal", "坐席：请问可不可以留一下电话", "pass"),
    ("refusal", "坐席：您知不知道单号呢", "pass"),
    ("refusal", "坐席：这样不行吗？", "pass"),
    # polite negation
    ("refusal", "坐席：不知道您是否方便接听电话", "pass"),
    ("refusal", "坐席：不知道您现在方便吗", "pass"),
    ("refusal", "坐席：不知道怎么称呼您", "pass"),
    # quotation
    ("refusal", "坐席：您刚才说不行，是哪里不满意呢", "pass"),
    ("refusal", "坐席：快递员他说不可以上楼", "pass"),
    # words in words, sentence borders
    ("refusal", "坐席：步行不行进商场都能到", "pass"),
    ("refusal", "坐席：可以不？行李箱也能寄", "pass"),
    # the customer says it
    ("refusal", ["客户：不行！", "坐席：您好"], "pass"),
    # promises
    ("promise", "坐席：我保证明天到", "fail"),
    ("promise", "坐席：我不能保证明天到", "pass"),
    ("promise", "坐席：这个我没办法跟您保证", "pass"),
    ("promise", "坐席：我不敢向您保证", "pass"),
    ("promise", "坐席：保证不了", "pass"),
    ("promise", "坐席：您说的保证我查一下", "pass"),
    ("promise", "坐席：能不能保证我需要核实", "pass"),
    ("promise", "坐席：不好意思，我保证下午送到", "fail"),
    # shifting blame
    ("blame", "坐席：这不是我们的责任", "fail"),
    ("blame", "坐席：您认为不是我们的责任，那我再核实", "pass"),
    # literal senses
    ("abuse", "坐席：滚筒洗衣机", "pass"),
    ("abuse", "坐席：页面往下滚动", "pass"),
    ("abuse", "坐席：今天有病假", "pass"),
    ("abuse", "坐席：没有病毒", "pass"),
    ("abuse", "坐席：你有病吧", "fail"),
    ("abuse", "坐席：滚", "fail"),
    ("abuse", "坐席：滾！", "fail"),
    # the customer's trigger
    ("complaint", "客户：我要投诉", "fail"),
    ("complaint", "客户：我不投诉你们", "pass"),
    ("complaint", "客户：我没有要投诉的意思", "pass"),
    ("complaint", "客户：不是想投诉", "pass"),
    ("complaint", "客户：我不得不投诉", "fail"),
    ("complaint", ["坐席：您要投诉吗", "客户：查快递"], "pass"),
]


@pytest.mark.parametrize(("name", "lines", "status"), TABLE)
def test_trap(judge, name: str, lines: str | list[str], status: str) -> None:
    result = judge(CONDITIONS[name], lines, top=TOP)
    assert result.status == status, (result.evidence, result.reason)


@pytest.mark.parametrize(
    ("phrase", "said", "status"),
    [
        ("不是我们的责任", "这步是我们的责任", "uncertain"),
        ("不归我们管", "这个不归我们官", "uncertain"),
        ("不归我们管", "这个布贵我们管", "uncertain"),
        ("不归我们管", "这个布贵我们管理", "pass"),  # inside of another word
        ("不行", "步行", "pass"),
    ],
)
def test_a_forbidden_phrase_that_only_sounds_alike_never_costs_points(
    judge, phrase: str, said: str, status: str
) -> None:
    result = judge(f"{{operator: phrase, phrases: [{phrase}]}}", f"坐席[conf=0.9]：{said}", rule="points: -5")
    assert result.status == status
    assert result.points == 0


@pytest.mark.parametrize(
    ("phrase", "said", "ladder"),
    [
        ("感谢您的来电", "感谢您的来电，再见", "exact"),
        ("感谢您的来电", "感谢您来电", "fuzzy"),
        ("感谢您的来电", "感谢您的来店", "fuzzy"),
        ("请您稍等", "请您烧等", "pinyin"),
        ("请您稍等", "请您少等", "pinyin"),
        ("您好", "宁好", "pinyin"),
        ("您好", "您豪", None),
        ("很高兴为您服务", "很高兴为您福务", "fuzzy"),
        ("工号{digits}", "公号八零二六", "pinyin"),
        ("工号{digits}", "工号八零二六", "exact"),
        ("{company}客服", "顺大速运客服", "fuzzy"),
        ("能帮您", "楞帮您", "pinyin"),
        ("感谢您的来电", "不感谢您的来电话", "exact"),
        ("为您办理退款", "不为您办退款", None),
        ("四十八小时内回复您", "二十四小时内回复您", None),
    ],
)
def test_a_mandated_phrase_profits_from_the_ladder(judge, phrase: str, said: str, ladder: str | None) -> None:
    result = judge(f'{{operator: phrase, phrases: ["{phrase}"]}}', f"坐席[conf=0.9]：{said}", fault="not c")
    assert result.status == ("pass" if ladder else "fail")
    assert [hit.ladder for hit in result.evidence] == ([ladder] if ladder else [])


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("[已]{any:6}办理", "可以帮你"),  # by sound anything may stand between
        ("报{any:6}单号", "抱歉，请问您的单号"),
        ("再见", "现在间隔"),  # inside of other words
    ],
)
def test_by_sound_a_duty_is_only_done_whole_and_in_whole_words(judge, phrase: str, said: str) -> None:
    assert (
        judge(f'{{operator: phrase, phrases: ["{phrase}"]}}', f"坐席[conf=0.9]：{said}", fault="not c").status == "fail"
    )


@pytest.mark.parametrize("channel", ["voice", "chat"])
def test_what_was_typed_is_not_compared_by_sound(judge, channel: str) -> None:
    condition = "{operator: phrase, phrases: [请您稍等], steps: [exact, pinyin]}"
    typed = judge(condition, "坐席：请您烧等", fault="not c", call={"channel": channel})
    assert typed.status == "fail"


def test_a_forbidden_phrase_that_is_only_similar_never_costs_points(judge) -> None:
    condition = "{operator: phrase, phrases: [这件事不归我们部门管], steps: [exact, fuzzy]}"
    near = judge(condition, "坐席：这件事儿不归我们部门管", rule="points: -5")
    assert (near.status, near.points, near.evidence[0].ladder) == ("uncertain", 0.0, "fuzzy")
    assert "近似" in near.reason
