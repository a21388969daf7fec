"""Every name of the service has its Chinese word."""

import pytest

from qa_engine.domain import CallState
from qa_engine.service import REASONS, WARNINGS, CallOrder, JobState
from qa_engine.web import labels
from qa_engine.web.errors import MESSAGES, STATUS_OF, TITLES
from qa_engine.web.rendering import size


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answered 500", "对方答复 500，应为 2xx"),
        ("not reached: [Errno 111] Connection refused", "没有连上对方，请核对地址和网络"),
        ("the channel is not set up any more", "这个去处已经取消"),
        ("SMTP said no", "没有送到"),
    ],
)
def test_why_a_message_was_not_taken(text: str, said: str) -> None:
    assert labels.delivery_error(text) == said


def test_no_name_is_left_in_english() -> None:
    assert labels.STATES.keys() == set(CallState)
    assert labels.JOB_STATES.keys() == set(JobState)
    assert labels.ORDERS.keys() == set(CallOrder)
    assert labels.CALL_WARNINGS.keys() == set(WARNINGS)
    assert {status for _, status in STATUS_OF} <= TITLES.keys() & MESSAGES.keys()


def test_unknown_names_are_shown_as_they_are() -> None:
    assert labels.reason("new_reason") == "new_reason"
    assert labels.reason("silent") == REASONS["silent"]
    assert labels.action("flagged") == "待复核"
    assert labels.stage("transcribe") == "转写"
    assert labels.stage("of_a_later_version") == "of_a_later_version"
    assert labels.action("other") == "other"
    assert labels.actor("nobody") == "nobody"


def test_what_the_log_is_about_is_told_in_chinese() -> None:
    assert labels.audit_subject("agent 8026", "view_report") == "坐席质检报告 8026"
    assert labels.audit_subject("agent", "people") == "agent"  # an account of that name
    assert labels.audit_subject("sampling 一组", "export") == "抽检计划与覆盖 一组"
    assert labels.audit_subject("monthly", "view_report") == "月度服务质量分析报告"
    assert labels.audit_subject("turn 5", "verdict") == "第 5 句"
    assert labels.audit_subject("wang", "people") == "wang"
    titles = {"forbidden.refusal": "服务忌语", "voice_tone/mandarin": "标准普通话"}
    assert labels.audit_subject("rule:forbidden.refusal", "appeal", titles) == "服务忌语"
    assert labels.audit_subject("forbidden.refusal#1", "verdict", titles) == "服务忌语（第 2 处）"
    assert labels.audit_subject("voice_tone/mandarin", "verdict", titles) == "标准普通话"
    assert labels.audit_subject("old.rule", "verdict", titles) == "old.rule"
    assert labels.audit_detail("planned 1 forbidden.refusal", {"forbidden.refusal": "服务忌语"}) == "安排 1 服务忌语"
    assert labels.audit_detail("call.final, alert") == "通话复核完成, 告警"
    assert labels.audit_detail("changed packs/base/90_veto.yaml") == "修改 packs/base/90_veto.yaml"
    assert labels.audit_detail("录音平台: ingest, see_calls") == "录音平台：上传录音和文本、更正通话资料、查看通话"


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 B"), (1023, "1023 B"), (2048, "2 KB"), (1572864, "1.5 MB"), (524288000, "500 MB")]
)
def test_size(value: int, shown: str) -> None:
    assert size(value) == shown
