"""What the classifiers count, and that it does not depend on how a recogniser writes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.classify import see, see_call
from qa_engine.classify.features import feature_code, sound
from qa_engine.classify.parts import WHOLE
from qa_engine.text import segment


def counted(text: str) -> list[tuple[int, int, int]]:
    found = see([text])
    return sorted(zip(found.code.tolist(), found.begin.tolist(), found.finish.tolist(), strict=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("你到底要不要办", "你,到底,要不要办？！"),
        ("这个不归我们管", "這個不歸我們管"),
        ("工号8026", "工号８０２６"),
        ("工号8026", "工号八零二六"),
        ("四十八小时", "48小时"),
        ("vip客户", "ＶＩＰ　客户"),
        ("单号123", "单号456"),  # which number it is says nothing
        ("", "。……"),
    ],
)
def test_writing_makes_no_difference(one: str, other: str) -> None:
    assert counted(one) == counted(other)


@pytest.mark.parametrize(
    ("text", "part", "word", "place"),
    [
        ("不归我们管", "我们", True, (2, 4)),
        ("不归我们管", "归我们", False, (1, 4)),
        ("不归我们管", "管", False, (4, 5)),
        ("哦，好", "哦好", False, (0, 2)),
        ("打95555", "000", False, (1, 4)),
        ("打12315", "12315", True, (1, 6)),
    ],
)
def test_a_feature_has_the_same_number_wherever_it_stands(text: str, part: str, word: bool, place: tuple) -> None:
    for before in ("", "您好，"):
        shift = len(before.replace("，", ""))
        wanted = (feature_code(part, word=word), place[0] + shift, place[1] + shift)
        assert wanted in counted(before + text)


def test_the_edge_of_a_text_is_a_feature() -> None:
    assert set(see(["不行"]).names.tolist()) - set(see(["您看行不行吗"]).names.tolist())


@pytest.mark.parametrize(("one", "other"), [("是", "四"), ("林", "凌"), ("牛", "刘"), ("急", "及")])
def test_characters_that_a_recogniser_mixes_up_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@given(st.lists(st.text(alphabet="您好不行吗8026，。 abc㈱氵𠀀", max_size=30), max_size=5))
def test_texts_together_are_what_they_are_alone(texts: list[str]) -> None:
    together = see(texts)
    assert len(together.cells[0]) == len(texts) + 1
    for row, text in enumerate(texts):
        mine = together.row == row
        found = zip(
            *(values[mine].tolist() for values in (together.code, together.begin, together.finish)), strict=True
        )
        assert sorted(found) == counted(text)
        assert set(together.names[together.columns_of(row)].tolist()) == set(see([text]).names.tolist())


@given(st.text(max_size=40))
def test_words_cover_the_skeleton_and_features_lie_in_it(text: str) -> None:
    found = see([text])
    length = len(found.skeletons[0].text)
    assert [at for span in found.words[0] for at in range(*span)] == list(range(length))
    assert np.all((found.begin >= 0) & (found.begin <= found.finish) & (found.finish <= length))


@given(st.text(alphabet="您的快件，。 !a9不行", min_size=WHOLE + 1, max_size=200))
def test_parts_of_a_long_turn_are_rows_behind_the_turns(text: str) -> None:
    found = see_call((text, "好的"))
    assert [row.text for row in found.rows[:2]] == [0, 1]
    parts = found.rows[2:]
    covered = {at for row in parts for at in range(row.start, row.end)}
    assert covered == set(range(len(found.skeletons[0].text)))
    for number, row in enumerate(parts, 2):
        start, end = found.whole_span(number)
        assert text[start:end]
        assert all(0 <= a < b <= row.end - row.start for a, b in found.words[number])


@given(st.text(alphabet="abc19 -._的快件投诉氵𠀀㈱", max_size=20))
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(segment.words(text)) == text


def test_the_dictionary_is_read_as_jieba_reads_it() -> None:
    tokenizer = segment._tokenizer()
    with tokenizer.get_dict_file() as file:
        read = segment.prefix_dictionary(file.read().decode())
    assert read == tokenizer.gen_pfdict(tokenizer.get_dict_file())


def test_jieba_says_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = "from qa_engine.text import segment; print(segment.words('不归我们管'))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "'我们'" in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def formed(text: str) -> set[int]:
    """The features of form of a text."""
    return set(see([text]).formed.code.tolist()) - set(see([text]).code.tolist())


def test_a_construction_has_the_same_form_whatever_it_is_about() -> None:
    one, other = formed("我又不是水电工"), formed("我又不是气象台")
    assert one & other - formed("水电工又我是不")


def test_two_words_with_others_between_them_are_a_feature() -> None:
    assert formed("爱买不买") & formed("爱寄不寄")


def test_which_number_it_is_makes_no_form() -> None:
    assert formed("单号123") == formed("单号456")


@given(st.lists(st.text(alphabet="您好不行吗8026，。 abc㈱氵𠀀", max_size=30), max_size=5))
def test_forms_of_texts_together_are_what_they_are_alone(texts: list[str]) -> None:
    together = see(texts).formed
    for row, text in enumerate(texts):
        alone = see([text]).formed
        assert set(together.names[together.columns_of(row)].tolist()) == set(alone.names.tolist())
        length = len(alone.skeletons[0].text)
        assert np.all((alone.begin >= 0) & (alone.begin <= alone.finish) & (alone.finish <= length))


@given(st.lists(st.text(alphabet="您好我们不12，。a", max_size=9), max_size=5))
def test_columns_are_the_same_with_and_without_features_of_form(texts: list[str]) -> None:
    alone, formed = see(texts), see(texts)
    assert len(formed.formed.code) >= len(formed.code)
    assert formed.names.tolist() == alone.names.tolist()
    assert formed.column.tolist() == alone.column.tolist()
