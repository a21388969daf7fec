"""``qa-engine demo``: the bundled recordings through real workers to forms and reports."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from qa_engine.cli.console import complain, progress_bar, say
from qa_engine.cli.ingest import tell
from qa_engine.cli.serve import running
from qa_engine.cli.tables import faults_text, print_table
from qa_engine.domain.people import MACHINE, Role
from qa_engine.errors import ConflictError, QaError
from qa_engine.private import private_folder
from qa_engine.resources import example_calls_dir
from qa_engine.settings import Settings, current_settings

if TYPE_CHECKING:
    from qa_engine.service import App

LIMIT_SECONDS = 1800.0
DEMO_PREFIX = "demo-"
PROFILE_FILE = "profile.yaml"


def demo() -> None:
    """Run the bundled synthetic recordings through real workers; ends with a table and the paths of the forms."""
    from qa_engine.service import ingest_paths, open_app

    began = time.monotonic()
    settings = current_settings()
    calls = example_calls_dir()
    with open_app(settings) as engine:
        _refuse_foreign_data(engine)
        _its_own_profile(settings)
        if engine.notice:
            say(f"{engine.notice}: synthetic calls, recognised by the bundled starter model")
        with progress_bar() as advance:
            report = ingest_paths(engine, [calls], manifest=calls / "manifest.csv", progress=advance)
        tell(report)
        ids = [call.call_id for call in report.calls]
        _work(engine, settings, ids)
        _write_forms(engine, ids)
        _make_people(engine)
    say(f"{time.monotonic() - began:.0f} s; now, without sign-in: qa-engine serve --with-worker (or make serve)")
    say("or with sign-in, as one of these: qa-engine serve --with-worker --sign-in (or make serve-signed)")


def _refuse_foreign_data(engine: App) -> None:
    """The demo must not mix its synthetic calls with a centre's own."""
    from qa_engine.service import call_not_named

    foreign = call_not_named(engine, DEMO_PREFIX)
    if foreign is not None:
        raise ConflictError(
            f"{engine.settings.home} already holds calls that are not of the demo (for example {foreign}); "
            "choose an empty data folder: QA_HOME=/some/folder qa-engine demo"
        )


def _its_own_profile(settings: Settings) -> None:
    """The demo's company has its own standard; a profile that is there already is left alone."""
    from qa_engine.service import profile_path

    path = profile_path(settings)
    if not path.exists():
        private_folder(path.parent)
        path.write_bytes((example_calls_dir() / PROFILE_FILE).read_bytes())


def _make_people(engine: App) -> None:
    """One account a role, so that sign-in can be tried; a demo that was run before keeps its accounts."""
    from qa_engine.service import ROLES, add_account, list_accounts, list_agents

    there = {account.name for account in list_accounts(engine, who=MACHINE)}
    lead = next((agent for agent in list_agents(engine, who=MACHINE) if agent.scored and agent.team), None)
    table = Table("用户名", "角色", "一次性密码", "看得到", title="qa-engine demo: 登录账号")
    for role, label in ROLES.items():
        team = (lead.team,) if lead and lead.team and role is Role.LEAD else ()
        agent = lead.id if lead and role is Role.AGENT else None
        if role.value in there or (role is Role.AGENT and agent is None):
            table.add_row(role.value, label, "已设置过", "")
            continue
        first = add_account(engine, role.value, role, who=MACHINE, title=f"演示{label}", teams=team, agent_id=agent)
        table.add_row(role.value, label, first or "", f"工号 {agent}" if agent else "、".join(team) or "全部")
    print_table(table)
    say(
        "the passwords are shown this once and must be changed at the first sign-in; anew: qa-engine people passwd NAME"
    )


def _work(engine: App, settings: Settings, ids: list[str]) -> None:
    """Start workers on every core, wait until each call is settled, stop them."""
    from qa_engine.service import wait_until_settled, worker_command

    cores = os.cpu_count() or 1
    os.environ.setdefault("QA_ASR_THREADS", "1")  # one thread a child: the children share the cores
    os.environ.setdefault("QA_LOG_LEVEL", "WARNING")
    with (
        running(worker_command(settings, processes=min(cores, 4), with_starter=True)) as process,
        progress_bar() as advance,
    ):
        settled = wait_until_settled(
            engine,
            ids,
            timeout_seconds=LIMIT_SECONDS,
            on_change=lambda state: advance("transcribing and checking", state.done, state.total),
            alive=lambda: process.poll() is None,
        )
    if not settled.finished:
        raise QaError(f"{settled.total - settled.done} calls were not finished; see: qa-engine status")


def _write_forms(engine: App, ids: list[str]) -> None:
    from qa_engine.service import get_call, list_agents, write_report

    table = Table("通话", "坐席", "得分", "等级", "扣分与疑点", title="qa-engine demo", show_lines=True)
    aside = 0
    for call_id in ids:
        detail = get_call(engine, call_id, who=MACHINE)
        row = detail.row
        if detail.result is None:
            aside += 1
            table.add_row(call_id, row.agent_id or "—", "—", row.state.value, row.reason or "")
            continue
        write_report(engine, "call", call_id)
        veto = "（否决）" if row.veto else "（否决待确认）" if row.veto_suspected else ""
        grade = f"{row.grade or ''}{veto}"
        table.add_row(
            call_id,
            f"{row.agent_id or '—'} {row.agent_name or ''}",
            f"{row.total:g} / {detail.result.possible:g}",
            grade,
            faults_text(detail.result),
        )
    agents = [agent.id for agent in list_agents(engine, who=MACHINE) if agent.scored]
    for agent_id in agents:
        write_report(engine, "agent", agent_id)
    print_table(table)
    say(f"{len(ids) - aside} forms:   {engine.settings.reports_dir / 'calls'}/<call>.html, .xlsx")
    say(f"{len(agents)} reports: {engine.settings.reports_dir / 'agents'}/<agent>.html, .xlsx")
    if aside:
        complain(f"{aside} calls were set aside; see: qa-engine status")
        raise typer.Exit(1)
