"""``qa-engine init``: by flags, by questions, and what it refuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_engine.cli import app, init
from qa_engine.domain import Call, Channel
from qa_engine.errors import ConflictError, UsageError
from qa_engine.rules import DemandLevel, Profile, SourceFile, read_profile
from qa_engine.service import PARTS, profile_gaps
from qa_engine.settings import current_settings, load_settings

RUN = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QA_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("QA_PROFILE", raising=False)
    monkeypatch.delenv("QA_COMPANY", raising=False)
    current_settings.cache_clear()
    yield tmp_path / "var"
    current_settings.cache_clear()


def written(home: Path) -> Profile:
    return read_profile(SourceFile("profile.yaml", (home / "profile.yaml").read_text(encoding="utf-8")))


def test_flags(home: Path) -> None:
    flags = ["--company", "飞鸿物流", "--company", "飞鸿", "--hours", "08:00-20:00", "--weekdays", "1-7"]
    flags += ["--demand", "staff_number:voice", "--not-asked", "farewell:chat", "--agent-channel", "left"]
    answer = RUN.invoke(app, ["init", *flags])
    assert (answer.exit_code, answer.stdout) == (0, f"{home / 'profile.yaml'}\n")
    found = written(home)
    assert (found.companies, found.agent_channel) == (("飞鸿物流", "飞鸿"), "left")
    assert found.calendar is not None
    assert found.calendar.weekdays == (1, 2, 3, 4, 5, 6, 7)
    assert found.level("staff_number", Call("c")) is DemandLevel.DEMANDED
    assert found.level("farewell", Call("c", channel=Channel.CHAT)) is DemandLevel.NOT_ASKED
    assert profile_gaps(load_settings()) == ()


def test_defaults_say_what_is_still_open(home: Path) -> None:
    answer = RUN.invoke(app, ["init", "--yes"])
    assert answer.exit_code == 0
    assert "还没有写：公司名称、工作时间与节假日" in answer.stderr
    assert written(home) == Profile()


def test_no_profile_is_written_over_without_being_told_to(home: Path) -> None:
    RUN.invoke(app, ["init", "--company", "甲"])
    assert isinstance(RUN.invoke(app, ["init", "--company", "乙"]).exception, ConflictError)
    assert written(home).companies == ("甲",)
    assert RUN.invoke(app, ["init", "--company", "乙", "--force"]).exit_code == 0
    assert written(home).companies == ("乙",)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "--yes"),
        (["--demand", "smile"], "no part"),
        (["--demand", "thanks:letter"], "says nothing about calls"),
        (["--hours", "20:00-08:00"], "working_hours"),
        (["--weekdays", "8"], "weekdays"),
        (["--weekdays", "x"], "no working days"),
        (["--demand", "company"], "companies"),
        (["--direction", "up"], "direction"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(home: Path, flags: list[str], message: str) -> None:
    answer = RUN.invoke(app, ["init", *flags])
    assert isinstance(answer.exception, UsageError)
    assert message in str(answer.exception)
    assert not (home / "profile.yaml").exists()


def test_questions(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_engine.cli.init._on_a_terminal", lambda: True)
    answers = ["飞鸿物流，飞鸿", "", "我是{digits}号", "inbound", "", "08:30-18:00", "1-6", "24"]
    parts = [
        "demanded",
        "demanded",
        "wished",
        "not_asked",
        "not_asked",
        "demanded",
        "demanded",
        "demanded",
        "not_asked",
    ]
    chat = ["demanded", "not_asked", "wished", "wished"]
    answer = RUN.invoke(app, ["init"], input="\n".join([*answers, *parts, *chat]) + "\n")
    assert answer.exit_code == 0, answer.output
    found = written(home)
    assert (found.companies, found.direction, found.reply_limit_hours) == (("飞鸿物流", "飞鸿"), "inbound", 24)
    assert found.level("company", Call("c")) is DemandLevel.DEMANDED
    assert found.level("offer_help", Call("c")) is DemandLevel.NOT_ASKED
    assert found.level("further_needs", Call("c", channel=Channel.CHAT)) is DemandLevel.NOT_ASKED


def test_a_slip_is_asked_for_again_and_chinese_answers_are_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_engine.cli.init._on_a_terminal", lambda: True)
    facts = [
        "",
        "",
        "工号{digits",
        "工号{digits}",
        "上",
        "呼入",
        "左",
        "九点到六点",
        "09:00-18:00",
        "1-9",
        "1-5",
        "两天",
        "48",
    ]
    parts = ["要求", "要求", "不要求", "好", "希望", *[""] * 10]  # 报公司: nobody said how
    answer = RUN.invoke(app, ["init"], input="\n".join([*facts, *parts]) + "\n")
    assert answer.exit_code == 0, answer.output
    assert answer.stderr.count("请再答一次") == 7
    found = written(home)
    assert (found.direction, found.agent_channel, found.staff_number_forms) == ("inbound", "left", ("工号{digits}",))
    assert found.level("company", Call("c")) is DemandLevel.NOT_ASKED
    assert found.level("staff_number", Call("c")) is DemandLevel.WISHED


def test_the_help_names_every_part() -> None:
    assert all(part in init._PARTS for part in PARTS)
