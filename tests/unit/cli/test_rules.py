"""``qa-engine rules``: what a rule author sees, and the exit codes a build script relies on."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_engine.cli import app
from qa_engine.errors import NotFoundError, RulesError

PACK = """\
pack: {id: mine, title: 我的规则, sections: {service_language: 服务用语}}
rules:
  - id: polite.please
    title: 使用请字
    section: service_language
    item: concise
    severity: minor
    points: -1
    conditions:
      please: {operator: phrase, phrases: [请您]}
    fault: not please
    message: 未使用「请您」
    why: 坐席 5：文明用语
    examples:
      hit: [坐席：报一下单号。]
      miss: [坐席：请您报一下单号。]
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    (folder / "golden").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    return folder


def golden(folder: Path, text: str, fail: list[str]) -> None:
    call = {
        "golden": {"title": "一句话", "fail": fail},
        "version": 1,
        "call_id": "golden-1",
        "turns": [{"speaker": "agent", "text": text}],
    }
    (folder / "golden" / "one.json").write_text(json.dumps(call, ensure_ascii=False), encoding="utf-8")


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rules", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_sound_pack_passes(pack: Path) -> None:
    golden(pack, "报一下单号。", ["polite.please"])
    assert run("lint", "--pack", pack)[0] == 0
    code, _, told = run("test", "--pack", pack)
    assert code == 0
    assert "2 of 2 examples and 1 of 1 golden calls" in " ".join(told.split())


def test_coverage_is_shown_for_every_rule(pack: Path) -> None:
    golden(pack, "报一下单号。", ["polite.please", "polite.gone"])
    file = pack / "pack.yaml"
    bare = PACK.split("rules:\n")[1].split("    examples:")[0].replace("polite.please", "polite.bare")
    file.write_text(PACK + bare, encoding="utf-8")
    (pack / "golden" / "one.json").write_text(
        (pack / "golden" / "one.json")
        .read_text(encoding="utf-8")
        .replace('"polite.gone"', '"polite.gone", "polite.bare"'),
        encoding="utf-8",
    )
    code, shown, told = run("test", "--pack", pack)
    assert code == 0, told
    assert [line.split() for line in shown.splitlines()] == [
        ["rule", "hit", "miss", "uncertain", "n/a", "golden:", "fail", "pass"],
        ["polite.please", "1", "1", "0", "0", "1", "0"],
        ["polite.bare", "0", "0", "0", "0", "1", "0"],
    ]
    assert "the pack lacks: polite.gone" in " ".join(told.split())
    assert "both at work and at rest: polite.bare" in " ".join(told.split())


@pytest.mark.parametrize(
    ("text", "fail", "words"),
    [("请您报一下单号。", ["polite.please"], "未发现 polite.please"), ("报一下单号。", [], "误判 polite.please")],
)
def test_a_golden_call_that_comes_out_otherwise_is_named(pack: Path, text: str, fail: list[str], words: str) -> None:
    golden(pack, text, fail)
    code, _, told = run("test", "--pack", pack)
    assert code == 1
    assert words in told
    assert "one.json" in told


def test_a_wrong_example_is_named(pack: Path) -> None:
    file = pack / "pack.yaml"
    file.write_text(PACK.replace("miss: [坐席：请您", "miss: [坐席："), encoding="utf-8")
    code, _, told = run("test", "--pack", pack)
    assert code == 1
    assert "polite.please miss" in told


def test_a_golden_file_that_is_none_is_named(pack: Path) -> None:
    (pack / "golden" / "odd.json").write_text("{}", encoding="utf-8")
    text = '{"golden": {"fail": "polite.please"}, "version": 1, "call_id": "g", "turns": []}'
    (pack / "golden" / "text.json").write_text(text, encoding="utf-8")
    (pack / "golden" / "turns.json").write_text('{"golden": {}, "version": 1, "turns": [{}]}', encoding="utf-8")
    with pytest.raises(RulesError) as error:
        run("test", "--pack", pack)
    told = {fault.where.rpartition("/")[2] for fault in error.value.faults}
    assert told == {"odd.json", "text.json", "turns.json"}  # all at once
    assert "lists of rules" in str(error.value)


def test_a_pack_of_its_own_is_not_measured_by_the_bundled_calls_and_lists(pack: Path) -> None:
    code, _, told = run("test", "--pack", pack)
    assert code == 0, told
    assert "0 of 0 golden calls" in " ".join(told.split())
    (pack / "phrases").mkdir()
    own = "lists: {spare: {title: 备用, phrases: [备用的话]}}\n"
    (pack / "phrases" / "own.yaml").write_text(own, encoding="utf-8")
    code, found, _ = run("lint", "--pack", pack, "--scorecard", "standard")
    assert code == 0
    unfilled, unused = found.splitlines()
    assert unfilled.startswith("warning: [standard] unfilled-item 没有规则填写细项 service_language/opening、")
    assert unused == "info: packs/mine/phrases/own.yaml:1: [spare] unused-list 短语表「spare」没有规则使用"


def test_a_rule_without_a_line_on_the_scorecard_is_an_error(pack: Path) -> None:
    file = pack / "pack.yaml"
    file.write_text(PACK.replace("item: concise", "item: concize"), encoding="utf-8")
    code, found, _ = run("lint", "--pack", pack, "--scorecard", "standard")
    assert code == 1
    message = "这条规则改变不了得分：考评表「standard」的「service_language」没有细项「concize」，是否想写「concise」？"
    assert f"error: packs/mine/pack.yaml:3: [polite.please] misplaced-rule {message}" in found.splitlines()
    with pytest.raises(RulesError, match=r"packs/mine/pack\.yaml:3: \[polite\.please\] 这条规则"):
        run("test", "--pack", pack)
    with pytest.raises(NotFoundError, match="没有考评表「nope」"):
        run("lint", "--pack", pack, "--scorecard", "nope")


def test_show_says_what_the_rule_does(pack: Path) -> None:
    code, shown, _ = run("show", "polite.please", "--pack", pack)
    assert code == 0
    assert "polite.please" in shown
    assert "请您" in shown
    with pytest.raises(NotFoundError, match=r"polite\.thanks"):
        run("show", "polite.thanks", "--pack", pack)


def test_schema_knows_every_operator() -> None:
    code, shown, _ = run("schema")
    assert code == 0
    text = json.dumps(json.loads(shown), ensure_ascii=False)
    assert all(f"{operator}（" in text for operator in ("phrase", "silence", "overlap", "speech_rate"))


TONE = """\
pack: {id: mine, title: 我的规则, sections: {service_language: 服务用语}}
rules:
  - id: tone.cold
    title: 语气冷漠
    section: service_language
    item: concise
    points: -1
    conditions:
      cold: {operator: tone, classes: dismissive, above: 0.5, deduct_above: 0.51}
    fault: cold
    message: 语气冷漠
    why: 坐席 5
    examples:
      uncertain: ["坐席[tone=dismissive:0.505]：这个你去找快递员吧。"]
      hit: ["坐席[tone=dismissive:0.9]：这个你去找快递员吧。"]
      miss: ["坐席：您好，很高兴为您服务。"]
"""


def test_a_deduction_by_tone_is_held_against_the_model_in_use(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pack / "pack.yaml").write_text(TONE, encoding="utf-8")
    code, found, _ = run("lint", "--pack", pack)
    assert code == 1
    assert "tone-below-threshold" in found or "tone-no-threshold" in found
    assert run("test", "--pack", pack)[0] == 0  # the last example is read by the model
    monkeypatch.setenv("QA_TONE_MODEL", "none")
    from qa_engine.settings import current_settings

    current_settings.cache_clear()
    assert "tone-no-model" in run("lint", "--pack", pack)[1]
    assert "not_applicable（没有启用语气模型）" in run("test", "--pack", pack)[2]
