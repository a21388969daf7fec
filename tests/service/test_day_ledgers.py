"""The ledger of a day against real folders and lists: balanced, open, named, and opened again by what comes late."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from qa_engine.cli.ledger import good
from qa_engine.domain.night import DayLedger, LedgerOfDay
from qa_engine.domain.people import MACHINE, Actor, NotAllowed, Role
from qa_engine.errors import Fault
from qa_engine.service import (
    App,
    FixedClock,
    NightSources,
    ScriptedTranscriber,
    begin_night,
    day_ledger,
    draw_ledger,
    expect_calls,
    ingest_paths,
    open_days,
    render_report,
    report_document,
    run_pending,
)

DAY = date(2026, 3, 2)
HEAD = "file,call_id,agent_id,started_at\n"


def row(name: str, day: str = "2026-03-02") -> str:
    return f"{name}.wav,{name},1001,{day} 09:00\n"


def fill(inbox: Path, *names: str, listed: str | None = None) -> None:
    for name in names:
        (inbox / f"{name}.wav").write_text(name)
    if listed is not None:
        (inbox / "manifest.csv").write_text(HEAD + listed)


def equation(ledger: DayLedger) -> tuple[int, int, int, int, int, int]:
    aside = (sum(ledger.excluded.values()), sum(ledger.quarantined.values()))
    return (ledger.expected, ledger.scored, *aside, ledger.in_work, ledger.missing)


def test_a_day_whose_recordings_are_all_scored_balances(app: App, inbox: Path) -> None:
    fill(inbox, "a", "b", listed=row("a") + row("b"))
    ingest_paths(app, [inbox])
    assert equation(day_ledger(app, DAY, who=MACHINE).now) == (2, 0, 0, 0, 2, 0)
    run_pending(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert equation(found.now) == (2, 2, 0, 0, 0, 0)
    assert found.now.complete
    assert (found.now.unlisted, found.missing, found.in_work) == (0, (), ())


def test_what_the_manifest_names_and_nobody_brings_is_missing_by_name(app: App, inbox: Path) -> None:
    fill(inbox, "a", listed=row("a") + row("lost"))
    ingest_paths(app, [inbox])
    run_pending(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert equation(found.now) == (2, 1, 0, 0, 0, 1)
    assert [(one.key, one.source, one.agent_id) for one in found.missing] == [("lost", "manifest.csv", "1001")]
    assert not found.now.complete


def test_a_file_that_was_refused_is_missing_with_its_reason(app: App, inbox: Path) -> None:
    fill(inbox, "a", listed=row("a"))
    ingest_paths(app, [inbox])
    fill(inbox, "b", listed=HEAD.join([""]) + "b.wav,a,1001,2026-03-02 10:00\n")
    ingest_paths(app, [inbox / "b.wav"])
    run_pending(app)
    found = day_ledger(app, DAY, who=MACHINE)
    assert equation(found.now) == (2, 1, 0, 0, 0, 1)
    (one,) = found.missing
    assert (one.key, one.source) == ("b.wav", "文件夹")
    assert "already belongs to another recording" in one.reason
    assert one.why == "通话编号 a 已属于另一份录音（a.wav），请更正"


def test_a_row_that_cannot_be_used_says_why_its_recording_is_missing(app: App, inbox: Path) -> None:
    fill(inbox, "a", "b", listed=row("a") + "b.wav,b,1001,2026-13-02 10:00\n" + row("c"))
    ingest_paths(app, [inbox], day=DAY)
    run_pending(app)
    missing = {one.key: (one.reason, one.why) for one in day_ledger(app, DAY, who=MACHINE).missing}
    assert missing["b"][0].startswith("'2026-13-02 10:00' is no date and time")
    assert missing["b"][1] == "通话开始时间：「2026-13-02 10:00」不是日期时间，应如 2026-03-02 09:15:00"
    assert missing["c"] == ("", "")


def test_a_list_whose_recordings_have_all_not_come_names_them(app: App, inbox: Path) -> None:
    fill(inbox, listed=row("a") + row("b"))
    ingest_paths(app, [inbox], kind="night", day=DAY)
    found = day_ledger(app, DAY, who=MACHINE)
    assert [one.key for one in found.missing] == ["a", "b"]
    assert (found.now.expected, found.now.complete) == (2, False)


def test_what_lay_there_and_was_not_taken_is_listed_until_it_is(app: App, inbox: Path) -> None:
    fill(inbox, "a", "b", listed=row("a") + "b.wav,b,1001,2026-13-02 10:00\n" + row("c"))
    (inbox / "notes.docx.bak").write_text("x")
    ingest_paths(app, [inbox], kind="night", day=DAY)
    left = {(Path(one.path).name, one.line): (one.outcome, one.why) for one in day_ledger(app, DAY, who=MACHINE).left}
    assert left == {
        ("manifest.csv", 3): ("refused", "通话开始时间：「2026-13-02 10:00」不是日期时间，应如 2026-03-02 09:15:00"),
        ("manifest.csv", 4): ("refused", "没有这个文件或文件夹"),
        ("notes.docx.bak", None): ("skipped", "not a recording"),
    }
    page = render_report(app, "ledger", "", "html", day_from=DAY, day_to=DAY, who=MACHINE).content.decode()
    assert "没有收下的文件" in page
    assert "不是录音" in page
    assert "not a recording" not in page
    fill(inbox, "b", "c", listed=row("a") + row("b") + row("c"))
    ingest_paths(app, [inbox], kind="night", day=DAY)
    assert [Path(one.path).name for one in day_ledger(app, DAY, who=MACHINE).left] == ["notes.docx.bak"]


def test_the_row_of_another_day_says_nothing_of_what_is_missing_now(app: App, inbox: Path, clock: FixedClock) -> None:
    fill(inbox, "a", listed=row("a") + row("lost"))
    ingest_paths(app, [inbox])
    clock.advance(86_400)
    (inbox / "manifest.csv").write_text(HEAD + row("a") + "x.wav,x,1001,2026-13-02 10:00\n")
    ingest_paths(app, [inbox])  # another list of the same name: its third line is about another call
    (one,) = [one for one in day_ledger(app, DAY, who=MACHINE).missing if one.key == "lost"]
    assert (one.reason, one.why) == ("", "")


def test_page_workbook_and_rows_tell_what_is_missing_in_the_words_of_inspectors(app: App, inbox: Path) -> None:
    fill(inbox, "a", "b", listed=row("a") + "b.wav,b,1001,2026-13-02 10:00\n")
    ingest_paths(app, [inbox], day=DAY)
    run_pending(app)
    for kind in ("html", "csv"):
        page = render_report(app, "ledger", "", kind, day_from=DAY, day_to=DAY, who=MACHINE).content.decode()
        assert "「2026-13-02 10:00」不是日期时间" in page
        assert "no date and time" not in page
    told = render_report(app, "ledger", "", "json", day_from=DAY, day_to=DAY, who=MACHINE).content.decode()
    assert "is no date and time" in told  # programs read what they always did


def test_set_aside_counts_with_its_reason(app: App, inbox: Path) -> None:
    fill(inbox, "a", listed=row("a") + row("empty"))
    (inbox / "empty.wav").write_text("")
    ingest_paths(app, [inbox])
    run_pending(app)
    ledger = day_ledger(app, DAY, who=MACHINE).now
    assert dict(ledger.quarantined) == {"empty": 1}
    assert (ledger.complete, ledger.without_reason) == (True, 0)


def test_calls_on_no_list_are_expected_because_they_came(app: App, inbox: Path) -> None:
    fill(inbox, "x")
    ingest_paths(app, [inbox], day=DAY)
    run_pending(app)
    ledger = day_ledger(app, DAY, who=MACHINE).now
    assert (equation(ledger), ledger.unlisted) == ((1, 1, 0, 0, 0, 0), 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_an_export_of_call_records_says_what_is_missing(app: App, inbox: Path, encoding: str) -> None:
    fill(inbox, "a", "0007", listed=row("a"))
    ingest_paths(app, [inbox], day=DAY)
    run_pending(app)
    cdr = inbox.parent / "话单.csv"
    cdr.write_text(
        "通话编号,录音文件,工号,开始时间,通话时长,接通状态\n"
        "a,a.wav,0026,2026/3/2 9:15,00:01:05,接通\n"
        ",0007.wav,0026,2026/3/2 9:20,65,接通\n"
        "c,c.wav,0026,2026/3/2 9:30,65秒,接通\n"
        "d,d.wav,0026,2026/3/2 9:31,0,未接通\n"
        "e,e.wav,0026,2026/3/2 9:32,0:00,\n"
        "f,f.wav,0026,2026/13/2 9:32,5,\n",
        encoding=encoding,
    )
    report = expect_calls(app, cdr, day=DAY, who=MACHINE)
    assert (report.named, report.new, report.not_answered) == (4, 3, 2)  # a stands in the manifest
    assert [(fault.line, fault.subject) for fault in report.faults] == [(7, "started_at")]
    found = day_ledger(app, DAY, who=MACHINE)
    assert [one.key for one in found.missing] == ["c", "f"]
    assert found.missing[0].agent_id == "0026"  # with its leading zeros
    assert equation(found.now) == (4, 2, 0, 0, 0, 2)
    assert expect_calls(app, cdr, day=DAY, who=MACHINE).new == 0


def test_a_ledger_is_drawn_once_and_opened_again_by_what_comes_late(app: App, clock: FixedClock, inbox: Path) -> None:
    fill(inbox, "a", listed=row("a") + row("b"))
    ingest_paths(app, [inbox])
    run_pending(app)
    first = draw_ledger(app, DAY, who=MACHINE)
    assert (first.number, first.why, first.ledger.complete) == (1, "首次结账", False)
    assert draw_ledger(app, DAY, who=MACHINE) == first
    clock.advance(3600)
    fill(inbox, "b")
    ingest_paths(app, [inbox])
    found = day_ledger(app, DAY, who=MACHINE)
    assert found.late == ("b",)
    assert found.opened_again == "结账后又收到 1 通，处理中 0 → 1，缺少 1 → 0"
    run_pending(app)
    second = draw_ledger(app, DAY, who=MACHINE)
    assert (second.number, second.ledger.complete) == (2, True)
    assert second.why == "结账后又收到 1 通，已评分 1 → 2，缺少 1 → 0"
    after = day_ledger(app, DAY, who=MACHINE)
    assert [one.number for one in after.drawn] == [1, 2]
    assert after.opened_again == ""


def test_the_day_before_is_beside_it(app: App, inbox: Path) -> None:
    fill(inbox, "a", "b", "c", listed=row("a") + row("b") + row("c", "2026-03-01"))
    ingest_paths(app, [inbox])
    before = day_ledger(app, DAY, who=MACHINE).before
    assert before is not None
    assert (before.day, before.expected) == (date(2026, 3, 1), 1)


def test_reports_of_an_open_day_are_stamped_with_the_list(make_app: Callable[..., App], inbox: Path) -> None:
    app = make_app(transcriber=ScriptedTranscriber())
    fill(inbox, "a", listed=row("a") + row("lost"))
    ingest_paths(app, [inbox])
    run_pending(app)
    period = {"day_from": DAY, "day_to": DAY, "who": MACHINE}
    stamp = "2026-03-02：缺少录音 1 通"
    document = report_document(app, "agent", "1001", **period)
    assert document.open_points == (stamp,)
    assert "未完整" in render_report(app, "agent", "1001", "html", **period).content.decode()
    assert stamp in render_report(app, "agent", "1001", "json", **period).content.decode()
    assert f"未完整：{stamp}" in render_report(app, "agent", "1001", "csv", **period).content.decode("utf-8-sig")
    fill(inbox, "lost")
    ingest_paths(app, [inbox])
    run_pending(app)
    assert report_document(app, "agent", "1001", **period).open_points == ()
    assert "未完整" not in render_report(app, "agent", "1001", "html", **period).content.decode()


@pytest.mark.parametrize("format", ["html", "xlsx", "csv", "json"])
def test_the_ledger_is_a_report_in_every_format(app: App, inbox: Path, format: str) -> None:
    fill(inbox, "a", listed=row("a") + row("=1+1"))
    ingest_paths(app, [inbox])
    run_pending(app)
    draw_ledger(app, DAY, who=MACHINE)
    one = render_report(app, "ledger", "", format, day_from=DAY, day_to=DAY, who=MACHINE)
    assert one == render_report(app, "ledger", "", format, day_from=DAY, day_to=DAY, who=MACHINE)
    if format != "xlsx":
        assert "缺少" in one.content.decode("utf-8-sig") or '"missing": 1' in one.content.decode()


def test_a_day_without_anything_is_not_told_as_balanced(app: App, inbox: Path) -> None:
    page = render_report(app, "ledger", day_from=DAY, day_to=DAY, who=MACHINE).content.decode()
    assert "无录音" in page
    assert "名单与文件夹里没有这一天的录音" in page
    assert "全部收到" not in page
    assert "没有开始" in page
    begin_night(app, DAY, NightSources((str(inbox),)), who=MACHINE)
    assert "没有开始" not in render_report(app, "ledger", day_from=DAY, day_to=DAY, who=MACHINE).content.decode()


@pytest.mark.parametrize(
    ("found", "exit_good"),
    [
        (LedgerOfDay(DayLedger(DAY, 1, 1), begun=True), True),
        (LedgerOfDay(DayLedger(DAY, 1, 1)), True),
        (LedgerOfDay(DayLedger(DAY, 1, 0, missing=1), begun=True), False),
        (LedgerOfDay(DayLedger(DAY, 1, 1), begun=True, faults=(Fault("", None, None, "no such folder"),)), False),
        (LedgerOfDay(DayLedger(DAY, 0, 0), begun=True), True),
        (LedgerOfDay(DayLedger(DAY, 0, 0)), False),
    ],
)
def test_when_the_command_says_that_a_day_is_accounted_for(found: LedgerOfDay, exit_good: bool) -> None:
    assert good(found) is exit_good


def test_who_may_not_see_the_night_sees_no_ledger(app: App) -> None:
    agent = Actor(id="a", name="甲", role=Role.AGENT)
    with pytest.raises(NotAllowed):
        day_ledger(app, DAY, who=agent)
    with pytest.raises(NotAllowed):
        draw_ledger(app, DAY, who=Actor(id="i", name="乙", role=Role.INSPECTOR))


def test_a_listed_call_of_another_day_is_in_work_on_the_day_of_its_list(app: App, inbox: Path) -> None:
    """Its own day has no list; the day that named it is open until it is done."""
    fill(inbox, "a")
    ingest_paths(app, [inbox], day=date(2026, 3, 1))
    cdr = inbox.parent / "cdr.csv"
    cdr.write_text("call_id,started_at\na,2026-03-02 00:01\n")
    expect_calls(app, cdr, who=MACHINE)
    for _ in range(2):  # found by its name at first, by its job then
        assert [ledger.day for ledger in open_days(app, None, None)] == [DAY]
    run_pending(app)
    assert open_days(app, None, None) == ()
