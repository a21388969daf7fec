"""echo: what the other side just said, said back in any wording, is restating."""

import pytest

from tests.unit.rules.conftest import Judge

ECHO = "{operator: echo, min_chars: 5}"
DIGITS = "{operator: echo, digits: true}"
AGAIN = "{operator: echo, of: self, speaker: customer, min_chars: 5}"
SAID = [
    (ECHO, ["客户：地址是天河区体育东路二十一号", "坐席：好的，天河区体育东路，对吧"], "天河区体育东路"),
    (ECHO, ["客户：我要改地址", "坐席：您要改地址"], None),  # too short to be more than chance
    (ECHO, ["客户：光华村街五十五号", "客户：四点以后", "坐席：光华村街五十五号是吧"], "光华村街五十五号"),
    (ECHO, ["客户：光华村街五十五号", "客户：四点", "客户：以后", "坐席：光华村街五十五号是吧"], None),  # long ago
    (ECHO, ["坐席：光华村街五十五号", "坐席：光华村街五十五号"], None),  # his own words
    (DIGITS, ["客户：单号三三零九四四一二", "坐席：三三零九四四一二，已经发出"], "三三零九四四一二"),
    (DIGITS, ["客户：单号33094412", "坐席：尾号4412，对吗"], "4412"),
    (DIGITS, ["客户：我买的电饭煲坏了", "坐席：您买的电饭煲坏了"], None),
    (ECHO, ["坐席：光华村街五十五号是吧"], None),
    (AGAIN, ["客户：锅能不能放洗碗机", "坐席：是不锈钢的", "客户：到底能不能放洗碗机呀"], "能不能放洗碗机"),
    (AGAIN, ["客户：锅能不能放洗碗机", "客户：能不能放洗碗机呀", "坐席：可以"], None),  # nobody had spoken between
    (AGAIN, ["坐席：锅能不能放洗碗机是吧", "客户：能不能放洗碗机"], None),  # the other side's words
    (AGAIN, ["客户：锅能不能放洗碗机", "坐席：能", "客户：那烤箱呢"], None),
]


@pytest.mark.parametrize(("condition", "lines", "shown"), SAID)
def test_what_is_said_back(judge: Judge, condition: str, lines: list[str], shown: str | None) -> None:
    result = judge(condition, lines)
    assert (result.status == "fail") is (shown is not None)
    if shown is not None:
        assert shown in result.evidence[0].text or result.evidence[0].text in shown
