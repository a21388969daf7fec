"""phrase, regex, absence, similar, repeat: one table each."""

import pytest

LISTS = """
lists:
  filler: {title: 口头禅, phrases: [嗯嗯, 那个, 然后]}
  thanks: {title: 感谢, phrases: ["感谢[您的](来电|等待)", 谢谢]}
  harsh: {title: 严重忌语, phrases: [烦死了]}
  refusal: {title: 忌语, phrases: [不行, 不行了], include: [harsh]}
"""

PHRASE = [
    ("{operator: phrase, lists: [refusal]}", "坐席：这可不行", "fail", ["不行"]),
    ("{operator: phrase, lists: [refusal]}", "坐席：真烦死了", "fail", ["烦死了"]),
    ("{operator: phrase, lists: [refusal]}", "坐席：那不行了", "fail", ["不行了"]),
    ("{operator: phrase, lists: [refusal], speaker: customer}", "客户：不行", "fail", ["不行"]),
    ("{operator: phrase, lists: [refusal], speaker: any}", ["客户：不行", "坐席：不行"], "fail", ["不行", "不行"]),
    ("{operator: phrase, lists: [refusal], min_hits: 2}", "坐席：不行", "pass", []),
    ("{operator: phrase, lists: [refusal], min_hits: 2}", "坐席：不行，真的不行", "fail", ["不行", "不行"]),
    (
        "{operator: phrase, lists: [filler], min_hits: 3}",
        "坐席：嗯嗯，然后那个，然后",
        "fail",
        ["嗯嗯", "然后", "那个", "然后"],
    ),
    (
        '{operator: phrase, phrases: ["工号[是]{digits}"]}',
        "坐席：我的工号是八零二六一定帮您",
        "fail",
        ["工号是八零二六"],
    ),
    ('{operator: phrase, phrases: ["工号{digits:4}"]}', "坐席：工号80261", "pass", []),
    ('{operator: phrase, phrases: ["工号{digits}"]}', "坐席：工号八", "fail", ["工号八"]),
    ('{operator: phrase, phrases: ["我是{name}客服"]}', "坐席：我是李华客服", "fail", ["我是李华客服"]),
    ('{operator: phrase, phrases: ["{company}客服"]}', "坐席：順達速運客服", "fail", ["順達速運客服"]),
    ('{operator: phrase, phrases: ["您{any:3}吗"]}', "坐席：您方便吗", "fail", ["您方便吗"]),
    ('{operator: phrase, phrases: ["您{any:3}吗"]}', "坐席：您现在方不方便吗", "pass", []),
    ("{operator: phrase, phrases: [稍等, 抱歉], need: all}", "坐席：抱歉，请稍等", "fail", ["抱歉", "稍等"]),
    ("{operator: phrase, phrases: [稍等, 抱歉], need: all}", "坐席：抱歉", "pass", []),
    ('{operator: phrase, phrases: ["(稍|等)等", 抱歉, 您好], need: 2}', "坐席：稍等，等等", "pass", []),
    ('{operator: phrase, phrases: ["(稍|等)等", 抱歉, 您好], need: 2}', "坐席：稍等，您好", "fail", ["稍等", "您好"]),
    ("{operator: phrase, lists: [thanks], need: none}", "坐席：再见", "fail", []),
    ("{operator: phrase, lists: [thanks], need: none}", "坐席：感谢来电", "pass", ["感谢来电"]),
]


@pytest.mark.parametrize(("condition", "lines", "status", "texts"), PHRASE)
def test_phrase(judge, condition: str, lines: str | list[str], status: str, texts: list[str]) -> None:
    result = judge(condition, lines, top=LISTS)
    assert (result.status, [hit.text for hit in result.evidence]) == (status, texts)


def test_a_phrase_hit_says_everything_about_itself(judge) -> None:
    result = judge("{operator: phrase, lists: [refusal]}", ["客户：能退吗", "坐席[2-4]：这个不行。"], top=LISTS)
    (hit,) = result.evidence
    assert (hit.condition, hit.operator, hit.turn, hit.speaker) == ("c", "phrase", 1, "agent")
    assert (hit.span, hit.text, hit.pattern, hit.ladder, hit.score) == ((2, 4), "不行", "不行", "exact", 100.0)
    assert hit.explanation == "坐席说「不行」，属于「忌语」"


REGEX = [
    ("{operator: regex, patterns: ['单号[0-9]{4,}']}", "坐席：单号，一二三四五", "fail", ["单号，一二三四五"]),
    ("{operator: regex, patterns: ['单号[0-9]+'], exclude: ['单号1234']}", "坐席：单号1234", "pass", []),
    ("{operator: regex, patterns: ['您.{0,3}吗']}", "坐席：您在，吗", "fail", ["您在，吗"]),
    ("{operator: regex, patterns: ['好[?]'], over: marked}", "坐席：好？", "fail", ["好？"]),
    ("{operator: regex, patterns: ['好？'], over: shown}", "坐席：好？", "fail", ["好？"]),
    ("{operator: regex, patterns: ['VIP']}", "坐席：您是ＶＩＰ客户", "fail", ["ＶＩＰ"]),
    ("{operator: regex, patterns: ['不行'], unless: [question]}", "坐席：行不行", "pass", []),
    ("{operator: regex, patterns: ['加.{0,4}微信', '微信'], min_hits: 2}", "坐席：加一下微信", "pass", []),
    ("{operator: regex, patterns: ['x*']}", "坐席：好", "pass", []),
]


@pytest.mark.parametrize(("condition", "lines", "status", "texts"), REGEX)
def test_regex(judge, condition: str, lines: str | list[str], status: str, texts: list[str]) -> None:
    result = judge(condition, lines)
    assert (result.status, [hit.text for hit in result.evidence]) == (status, texts)


ABSENCE = [
    ("{operator: absence, lists: [thanks]}", "坐席：再见", "fail"),
    ("{operator: absence, lists: [thanks]}", "坐席：谢谢", "pass"),
    ("{operator: absence, lists: [thanks]}", "坐席：感谢您的来店，再见", "pass"),
    ("{operator: absence, patterns: ['谢.']}", "坐席：谢了", "pass"),
    ("{operator: absence, lists: [thanks]}", "客户：谢谢", "uncertain"),
    ("{operator: absence, lists: [thanks]}", "坐席[0-2 conf=0.2]：再见", "uncertain"),
    ("{operator: absence, lists: [thanks]}", ["坐席[0-2]：再见", "坐席[2-4 excluded=loop]：字幕"], "uncertain"),
    ("{operator: absence, lists: [thanks]}", "未知：再见", "not_applicable"),
]


@pytest.mark.parametrize(("condition", "lines", "status"), ABSENCE)
def test_absence(judge, condition: str, lines: str | list[str], status: str) -> None:
    result = judge(condition, lines, top=LISTS)
    assert result.status == status, result
    if status == "fail":
        assert result.searched[0].turns == (0,)
    if status in ("uncertain", "not_applicable"):
        assert result.reason


SIMILAR = [
    ("请问还有什么可以帮您的吗", "还有什么可以帮到您的吗", "pass"),
    ("请问还有什么可以帮您的吗", "那请问您还有别的什么可以帮您吗", "pass"),
    ("请问还有什么可以帮您的吗", "您的快递明天到", "fail"),
    ("我马上帮您查询", "帮您马上查询一下", "pass"),
    ("我可以帮您办理", "我不可以帮您办理", "fail"),
]


@pytest.mark.parametrize(("sentence", "said", "status"), SIMILAR)
def test_similar_counts_for_what_is_mandated(judge, sentence: str, said: str, status: str) -> None:
    condition = f"{{operator: similar, sentences: [{sentence}], threshold: 60}}"
    assert judge(condition, f"坐席：{said}", fault="not c").status == status


def test_similar_never_deducts_for_what_is_forbidden(judge) -> None:
    condition = "{operator: similar, sentences: [这件事跟我们公司没有关系]}"
    near = judge(condition, "坐席：这件事情跟我们公司没关系", rule="points: -5")
    assert (near.status, near.points) == ("uncertain", 0)
    assert judge(condition, "坐席：这件事跟我们公司没有关系。", rule="points: -5").status == "fail"


def test_similar_says_what_came_nearest(judge) -> None:
    result = judge("{operator: similar, sentences: [感谢您的耐心等待]}", "坐席：感谢您来电", fault="not c")
    nearest = result.searched[0].nearest
    assert nearest is not None
    assert (nearest.pattern, nearest.text, nearest.turn) == ("感谢您的耐心等待", "感谢您来电", 0)


REPEAT = [
    (["坐席：请您报一下单号", "客户：什么", "坐席：请您报一下单号啊"], "", "fail"),
    (["坐席：请您报一下单号", "客户：什么", "坐席：我帮您查一下物流"], "", "pass"),
    (["坐席：请您报一下单号", "客户：请您报一下单号"], "", "pass"),
    (["坐席：好的", "客户：嗯", "坐席：好的"], "", "pass"),
    (
        ["坐席：请您报一下单号", "坐席：我在听您说话呢", "坐席：物流今天更新了", "坐席：请您报一下单号"],
        "look_back_turns: 2",
        "pass",
    ),
    (["坐席：请您报一下单号", "坐席：请您报一下单号"], "except_phrases: [请您报一下单号]", "pass"),
]


@pytest.mark.parametrize(("lines", "more", "status"), REPEAT)
def test_repeat(judge, lines: list[str], more: str, status: str) -> None:
    result = judge(f"{{operator: repeat, {more}}}", lines)
    assert result.status == status
