"""Every name of the service has its Chinese word."""

import pytest

from qa_engine.domain import CallState
from qa_engine.service import REASONS, WARNINGS, CallOrder, JobState
from qa_engine.web import labels
from qa_engine.web.errors import MESSAGES, STATUS_OF, TITLES
from qa_engine.web.rendering import size


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
    assert labels.audit_subject("agent 8026") == "坐席质检报告 8026"
    assert labels.audit_subject("sampling 一组") == "抽检计划与覆盖 一组"
    assert labels.audit_subject("monthly") == "月度服务质量分析报告"
    assert labels.audit_subject("turn 5") == "第几句 5"
    assert labels.audit_subject("wang") == "wang"


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 B"), (1023, "1023 B"), (2048, "2 KB"), (1572864, "1.5 MB"), (524288000, "500 MB")]
)
def test_size(value: int, shown: str) -> None:
    assert size(value) == shown
