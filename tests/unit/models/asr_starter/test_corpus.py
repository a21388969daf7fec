"""The grammar: what it may say, and what it keeps back."""

import random
import re
from pathlib import Path

import corpus
import numerals
import pytest
import vocabulary

KNOWN = set(vocabulary.characters())


@pytest.fixture(scope="module")
def sentences() -> corpus.Corpus:
    return corpus.Corpus(["快递", "公司", "天气", "龘龘"], ["我就说嘛", "龘"])


@pytest.mark.parametrize("template", corpus.templates(), ids=lambda template: template.text[:12])
def test_every_template_fills_with_characters_of_the_vocabulary(
    sentences: corpus.Corpus, template: corpus.Template
) -> None:
    rng = random.Random(template.text)
    for _ in range(20):
        text = sentences.fill(template.text, rng)
        assert text
        assert set(text) <= KNOWN, set(text) - KNOWN


def test_every_word_of_the_slots_is_spoken_once() -> None:
    texts = [template.text for template in corpus.templates()]
    texts += [word for words in corpus.slots().values() for word in words] + [
        "{date}{time}{t}{o}{n}{addr}{W}{co}{road}{d}{c}"
    ]
    used = set(re.findall(r"\{(\w+)\}", "".join(texts)))
    assert set(corpus.slots()) <= used


def test_held_out_templates_are_never_trained_on() -> None:
    held = {template.text for template in corpus.templates() if template.held_out}
    trained = {template.text for template in corpus.templates() if not template.held_out}
    assert 60 <= len(held) <= len(trained) / 10
    assert not held & trained


def test_training_never_says_a_held_out_sentence(sentences: corpus.Corpus) -> None:
    fixed = {each.text for each in corpus.templates() if each.held_out and not re.search(r"[\[{]", each.text)}
    rng = random.Random(2)
    # Pairs and splices may only hold whole trained sentences, so no held-out one appears between two full stops.
    for _ in range(4_000):
        assert sentences.domain(rng) not in fixed


def test_held_out_sentences_can_be_drawn(sentences: corpus.Corpus) -> None:
    rng = random.Random(3)
    drawn = {sentences.held_out(rng) for _ in range(400)}
    assert "不行就是不行。" in drawn
    assert not any("*" in text or "[" in text or "{" in text for text in drawn)


def test_the_phrases_of_the_rules_become_templates(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        """
lists:
  refusal: {title: 忌语, phrases: ["不归[我|我们]管", "(向|给)您{any:6}道歉", {text: "工号{digits:4}", fuzzy: false}]}
  thanks: {title: 感谢, phrases: ["不归[我|我们]管"]}
  nothing: {title: 空, include: [thanks]}
""",
        encoding="utf-8",
    )
    assert corpus.rule_phrases(tmp_path) == ["不归[我|我们|]管", "[向|给]您{any}道歉", "工号{k}"]


def test_what_the_rules_look_for_is_said_but_nothing_of_a_held_out_sentence() -> None:
    phrases = corpus.rule_phrases()
    assert len(phrases) > 500
    said = corpus.Corpus(["快递", "公司"], [], [], ["就是这样", "不行就是不行", *phrases])
    rng = random.Random(4)
    texts = [said.phrase(rng) for _ in range(4_000)]
    assert any("就是这样" in text for text in texts)
    assert not any("不行就是不行" in text for text in texts)
    assert all(text and set(text) <= KNOWN for text in texts)


def test_words_and_clauses_with_unknown_characters_are_left_out(sentences: corpus.Corpus) -> None:
    assert sentences.words == ["快递", "公司", "天气"]
    assert sentences.clauses == ["我就说嘛"]


def test_sentences_are_short_known_and_repeatable() -> None:
    sentences = corpus.load()
    first = [sentences.sentence(random.Random(seed)) for seed in range(500)]
    assert first == [sentences.sentence(random.Random(seed)) for seed in range(500)]
    assert all(0 < len(text) <= corpus.LONGEST and set(text) <= KNOWN for text in first)
    assert len(set(first)) > 400


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("请[稍等|]。", {"请稍等。", "请。"}),
        ("[好[的|]|行]", {"好的", "好", "行"}),
    ],
)
def test_choices(sentences: corpus.Corpus, template: str, wanted: set[str]) -> None:
    rng = random.Random(1)
    assert {sentences.fill(template, rng) for _ in range(60)} == wanted


def test_an_unknown_slot_is_an_error(sentences: corpus.Corpus) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        sentences.fill("{nowhere}", random.Random(1))


def test_public_dialogue_gives_clean_clauses(tmp_path) -> None:
    (tmp_path / "cped").mkdir()
    table = tmp_path / "cped" / "valid_split.csv"
    table.write_text("Utterance\n你好，我是小明！abc\n这，是：两个；分句\n", encoding="utf-8")
    assert set(corpus.dialogue_clauses(tmp_path)) == {"你好，我是小明", "这，是，两个", "分句"}


def test_a_folder_without_the_data_is_refused(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="cped"):
        corpus.dialogue_clauses(tmp_path)


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (2004, "二千零四"),
        (30050, "三万零五十"),
        (99999, "九万九千九百九十九"),
    ],
)
def test_cardinals(value: int, spoken: str) -> None:
    assert numerals.cardinal(value) == spoken


@pytest.mark.parametrize("value", [-1, 100_000])
def test_cardinals_outside(value: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        numerals.cardinal(value)


def test_lines_of_the_tone_corpus_are_spoken_without_a_recognisers_errors(tmp_path: Path) -> None:
    rows = "label\tgroup\ttext", "warm\ta\t马上帮您核实", "warm\ta\t马上帮您合时", "calm\tb\t好的,谢谢"
    (tmp_path / "agent.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert corpus.written_lines(tmp_path) == ["马上帮您核实", "好的，谢谢"]


def test_whole_lines_are_drawn_and_those_with_unknown_characters_left_out() -> None:
    text = corpus.Corpus(["快递"], [], ["马上帮您核实", "龘龘"])
    rng = random.Random(4)
    drawn = {text.sentence(rng) for _ in range(200)}
    assert "马上帮您核实" in drawn
    assert "龘龘" not in drawn
