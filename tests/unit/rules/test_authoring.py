"""What rule authors use: examples, lint, plain Chinese, JSON Schema."""

import pytest

from qa_engine.errors import NotFoundError
from qa_engine.rules import (
    Level,
    SourceFile,
    describe_rule,
    line_said,
    lint,
    load_pack,
    registry,
    run_examples,
    sentence,
)
from qa_engine.rules.examples import ExampleError, transcript_of
from qa_engine.rules.written.models import Dialogue

PACK = """
pack: {id: base, title: 测试, sections: {s: 服务用语}}
lists:
  refusal: {title: 服务忌语, phrases: [不行, 真不行, "不归[我]管"]}
  thanks: {title: 感谢, phrases: [谢谢, 不行]}
  loose: {title: 没人用, phrases: [好]}
rules:
  - id: forbidden.refusal
    title: 忌语
    section: s
    severity: minor
    points: {each: -2, per: hit, cap: -6}
    applies_to: {scenario: complaint, direction: inbound, min_seconds: 10, from: 2026-01-01, metadata: {vip: true}}
    conditions:
      refuse: {operator: phrase, lists: [refusal], unless: [question], window: {skip_turns: 1}}
    fault: refuse
    message: 说了「{text}」
    rate: 文明用语率
    why: 准则 5
    false_positives: 转述客户的话
    examples:
      hit: [["坐席：您好", "坐席：不行"]]
      miss: [["坐席：您好", "坐席：行不行"], "坐席：不行"]
      not_applicable: {turns: 坐席：不行, call: {scenario: order}}
  - id: closing.thanks
    title: 致谢
    section: s
    conditions:
      thank: {operator: phrase, lists: [thanks], window: {last_turns: 2}}
    fault: not thank
    message: 没有致谢
    examples: {hit: 坐席：谢谢}
"""


@pytest.fixture
def pack():
    return load_pack("base", [SourceFile("pack.yaml", PACK)], {})


def test_examples_fill_in_what_the_rule_demands(pack) -> None:
    outcomes = run_examples(pack)
    assert [(o.rule_id, o.kind, o.number, o.ok) for o in outcomes[:4]] == [
        ("forbidden.refusal", "hit", 1, True),
        ("forbidden.refusal", "miss", 1, True),
        ("forbidden.refusal", "miss", 2, True),
        ("forbidden.refusal", "not_applicable", 1, True),
    ]


def test_a_wrong_example_says_what_came_out(pack) -> None:
    wrong = run_examples(pack)[-1]
    assert not wrong.ok
    assert str(wrong) == "closing.thanks hit 第 1 例 不符：应为 fail，实际 pass：坐席：谢谢"


def test_a_line_carries_times_and_measures() -> None:
    lines = ("坐席[0.5-3 conf=0.4 db=-20 hz=210 cpm=320]：您好", "客户【3-4 excluded=loop】：嗯", "没有角色")
    first, second, third = transcript_of(Dialogue(turns=lines)).turns
    assert (first.speaker, first.start, first.end, first.confidence, first.text) == ("agent", 0.5, 3.0, 0.4, "您好")
    assert first.prosody is not None
    assert (first.prosody.loudness_db, first.prosody.pitch_hz, first.prosody.chars_per_minute) == (-20.0, 210.0, 320.0)
    assert (second.speaker, second.excluded) == ("customer", "loop")
    assert (third.speaker, third.start) == ("agent", None)


@pytest.mark.parametrize(
    ("line", "call", "message"),
    [
        ("坐席[3-1]：好", {}, "早于"),
        ("坐席[conf=x]：好", {}, "值不正确"),
        ("坐席[foo=1]：好", {}, "不认识"),
        ("坐席[excluded=no]：好", {}, "值不正确"),
        ("坐席：好", {"secnario": "order"}, "不认识 secnario"),
        ("坐席：好", {"channel": "fax"}, "不正确"),
        ("坐席：好", {"started_at": "昨天"}, "不正确"),
    ],
)
def test_a_badly_written_example_says_how(line: str, call: dict, message: str) -> None:
    with pytest.raises(ExampleError, match=message):
        transcript_of(Dialogue(turns=(line,), call=call))


def test_lint_says_what_nobody_can_have_meant(pack) -> None:
    found = {(f.code, f.subject) for f in lint(pack)}
    assert found == {
        ("contradictory-phrase", "forbidden.refusal"),
        ("missing-examples", "closing.thanks"),
        ("missing-why", "closing.thanks"),
        ("no-points", "closing.thanks"),
        ("shadowed-phrase", "refusal"),
        ("unused-list", "loose"),
    }
    assert [f.level for f in lint(pack)] == sorted(
        (f.level for f in lint(pack)), key=["error", "warning", "info"].index
    )
    assert str(lint(pack)[0]).startswith("[forbidden.refusal] contradictory-phrase") or lint(pack)[0].where


REFUSE = "a: {operator: phrase, phrases: [不行]"
OTHER = "b: {operator: phrase, speaker: customer, phrases: [好], anchor: {to: a, where: same_turn}}"
LINT = [
    (REFUSE + "}", "a and not a", "contradiction"),
    (REFUSE + "}\nb: {operator: phrase, phrases: [不好]}", "a or (a and b)", "dead-condition"),
    (REFUSE + "}\nb: {operator: phrase, phrases: [不行]}", "a and b", "duplicate-condition"),
    (REFUSE + ", window: {first_turns: 2, skip_turns: 2}}", "a", "empty-window"),
    (REFUSE + ", window: {from_seconds: 20, first_seconds: 10}}", "a", "empty-window"),
    (REFUSE + ", window: {from_percent: 50, to_percent: 20}}", "a", "empty-window"),
    (REFUSE + "}\n" + OTHER, "a and b", "role-impossible"),
    ("a: {operator: phrase, phrases: [滚]}", "a", "short-phrase"),
]


@pytest.mark.parametrize(("conditions", "fault", "code"), LINT)
def test_lint_finds(make_pack, conditions: str, fault: str, code: str) -> None:
    found = lint(make_pack(conditions, fault=fault, rule="points: -1"))
    assert code in [finding.code for finding in found]


def test_lint_knows_that_chat_has_no_sound(make_pack) -> None:
    rule = "applies_to: {channel: chat}\npoints: -1"
    found = lint(make_pack("c: {operator: silence, min_seconds: 8}", rule=rule))
    assert "channel-impossible" in [finding.code for finding in found]
    assert Level.ERROR in [finding.level for finding in found]


def test_lint_finds_a_rule_written_twice() -> None:
    rule = PACK[PACK.index("  - id: closing.thanks") :]
    twice = load_pack(
        "base", [SourceFile("a", PACK), SourceFile("b", "rules:\n" + rule.replace("closing.thanks", "x.y"))], {}
    )
    assert ("duplicate-rule", "x.y") in [(f.code, f.subject) for f in lint(twice)]


def test_a_rule_in_plain_chinese(pack) -> None:
    text = describe_rule(pack, "forbidden.refusal")
    for piece in (
        "考评项：服务用语　严重程度：一般",
        "当「在跳过前 1 个话轮，坐席说到【服务忌语】（询问除外）」时，判为问题，每次扣 2 分，最多扣 6 分。",
        "适用：业务场景投诉；呼叫方向呼入；通话不短于 10 秒；2026-01-01 起；清单列 vip 为是",
        "短语表 refusal（服务忌语）：不行、真不行、不归[我]管",
        "报表：没有这个问题的通话所占的比例，计为「文明用语率」",
        "依据：准则 5",
        "可能误判：转述客户的话",
        "不算：坐席：您好 / 坐席：行不行",
    ):
        assert piece in text, text
    said = sentence(pack, pack.rule("closing.thanks"))
    assert said == "当没有做到「在坐席最后 2 个话轮，坐席说到【感谢】」时，判为问题，不扣分。"
    with pytest.raises(NotFoundError, match="没有规则 x"):
        describe_rule(pack, "x")


def test_a_list_shows_what_it_takes_in_and_lists_of_excuses_are_shown(make_pack) -> None:
    top = """
lists:
  all: {title: 全部, include: [hard, soft]}
  hard: {title: 生硬, phrases: [没门, 不可能], include: [soft]}
  soft: {title: 推托, phrases: [一, 二二, 三, 四, 五, 六, 七, 八, 九]}
  wait: {title: 等待, phrases: [请稍等]}
"""
    conditions = (
        "c: {operator: phrase, lists: [all]}\ngap: {operator: silence, min_seconds: 8, excuse: {lists: [wait]}}"
    )
    shown = describe_rule(make_pack(conditions, fault="c or gap", top=top), "r").splitlines()
    assert [line for line in shown if line.startswith("短语表")] == [
        "短语表 all（全部）：包含短语表 hard、soft",
        "短语表 hard（生硬）：没门、不可能；包含短语表 soft",
        "短语表 soft（推托）：一、二二、三、四、五、六、七、八…等 9 条",
        "短语表 wait（等待）：请稍等",
    ]


def test_every_operator_describes_itself_and_refuses_unknown_fields() -> None:
    for name, entry in registry().items():
        assert entry.title, name
        assert entry.fields.model_config.get("extra") == "forbid", name
        assert entry.describe is not None, name


def test_a_rule_says_what_it_costs_to_do_it_again_and_names_conditions_in_words(make_pack) -> None:
    conditions = (
        "complain: {operator: phrase, speaker: customer, phrases: [投诉]}\n"
        "sorry: {operator: phrase, phrases: [抱歉], anchor: {to: complain, hit: first, turns: 2}}\n"
        "help: {operator: phrase, phrases: [帮您]}\n"
        "order: {operator: sequence, steps: [sorry, {condition: help, optional: true}]}"
    )
    rule = "points: -2\nrepeat: {within_days: 30, steps: {2: -4, 3: -8}}"
    text = describe_rule(make_pack(conditions, fault="complain and not order", rule=rule), "r")
    assert "屡犯：同一坐席 30 天内第 2 通起每次扣 4 分，第 3 通起每次扣 8 分" in text
    assert "条件 sorry：在首次「客户说到「投诉」」之后 2 个话轮内，坐席说到「抱歉」" in text
    assert "依次完成：「坐席说到「抱歉」」 → 「坐席说到「帮您」」（可省）" in text
    assert "〔" not in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("坐席：好的。", "坐席：好的。"),
        ("客户[0-2.5 tone=angry:0.9]：怎么回事！", "客户（0–2.5 秒，像「激动」，把握 0.9）：怎么回事！"),
        ("坐席[act=refuse:0.6:不行]：不行。", "坐席（「不行」像「拒绝客户」，把握 0.6）：不行。"),
        ("坐席[db=-12 cpm=330 conf=0.5]：您好。", "坐席（音量 −12 分贝，语速 330 字/分钟，识别可信 0.5）：您好。"),
        ("您好[再见]", "您好[再见]"),
    ],
)
def test_the_brackets_of_an_example_are_read_in_words(line: str, said: str) -> None:
    assert line_said(line) == said
