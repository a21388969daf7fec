"""What the classifiers count, and that it does not depend on how a recogniser writes."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.tone import segment
from qa_engine.tone.features import read, sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("你到底要不要办", "你,到底,要不要办？！"),
        ("这个不归我们管", "這個不歸我們管"),
        ("工号8026", "工号８０２６"),
        ("工号8026", "工号八零二六"),
        ("四十八小时", "48小时"),
        ("vip客户", "ＶＩＰ　客户"),
        ("单号123", "单号456"),  # which number it is has no tone
        ("", "。……"),
    ],
)
def test_writing_makes_no_difference(one: str, other: str) -> None:
    assert sorted(read(one).occurrences) == sorted(read(other).occurrences)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("不归我们管", {"w 我们", "v 我们 管", "c 不", "c 归我们管", "s bu gui", "s wo men guan"}),
        ("哦，好", {"w 哦", "v 哦 好", "c 哦好", "s o hao"}),
        ("打95555", {"c 000", "c 打000"}),
        ("打12315", {"w 12315", "c 打123"}),
    ],
)
def test_features_are_words_characters_and_sounds(text: str, named: set[str]) -> None:
    assert named <= read(text).names


@pytest.mark.parametrize(("one", "other"), [("是", "四"), ("林", "凌"), ("牛", "刘"), ("急", "及")])
def test_characters_that_a_recogniser_mixes_up_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@given(st.text(max_size=40))
def test_words_cover_the_skeleton_and_features_lie_in_it(text: str) -> None:
    found = read(text)
    length = len(found.skeleton.text)
    assert [at for span in found.words for at in range(*span)] == list(range(length))
    assert all(0 <= o.start < o.end <= length for o in found.occurrences)


@given(st.text(alphabet="abc19 -._的快件投诉氵𠀀㈱", max_size=20))
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(segment.words(text)) == text


def test_jieba_says_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = "from qa_engine.tone import segment; print(segment.words('不归我们管'))"
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
