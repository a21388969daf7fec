"""Marks of documents in what a rule rests on: `[K]` is a title to whoever reads a report, or nothing."""

import pytest

from qa_engine.service.reporting.rule_texts import rule_notes
from qa_engine.wording import cited

TITLES = {"K": "岗位职责", "S": "标准流程"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[K] 6.2：结束语", "《岗位职责》6.2：结束语"),
        ("[K] 3：归纳；[K] 5：核实；[S] 4.1：核對", "《岗位职责》3：归纳；5：核实；《标准流程》4.1：核對"),
        ("[K] 3：归纳；[S] 4.1：核對；[K] 5：核实", "《岗位职责》3：归纳；《标准流程》4.1：核對；《岗位职责》5：核实"),
        ("[X] 没有题名的不写", "没有题名的不写"),
        ("客户说「[嗯]」", "客户说「[嗯]」"),
        ("", ""),
    ],
)
def test_marks_become_titles(written: str, shown: str) -> None:
    assert cited(written, TITLES) == shown


def test_reports_read_titles_out_of_the_stored_pack() -> None:
    pack = """
pack: {id: p, title: 包, sections: {a: 甲}, sources: {K: 岗位职责}}
rules: [{id: a.b, title: 结束语, why: '[K] 6.2：结束语', severity: minor}]
"""
    assert rule_notes({"pack.yaml": pack})["a.b"].why == "《岗位职责》6.2：结束语"
    assert rule_notes({"pack.yaml": pack.replace(", sources: {K: 岗位职责}", "")})["a.b"].why == "6.2：结束语"
