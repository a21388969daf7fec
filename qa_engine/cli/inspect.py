"""``qa-engine inspect``: calls that were inspected are judged again by the rules of now; nothing is heard twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from qa_engine.cli.console import complain, progress_bar, say
from qa_engine.cli.tables import print_table
from qa_engine.domain import CallResult, CallState, Status
from qa_engine.settings import current_settings
from qa_engine.wording import NOT_IN_PACK, STATUSES

if TYPE_CHECKING:
    from qa_engine.service import InspectedAgain, RuleChange


def inspect(
    day_from: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    day_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    agent: Annotated[str | None, typer.Option(help="Calls of this agent only.")] = None,
    team: Annotated[str | None, typer.Option(help="Calls of this team only.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Calls of this scenario only.")] = None,
    state: Annotated[CallState | None, typer.Option(help="Calls in this state only.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only calls that broke this rule.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Folder of a rule pack; default: setting QA_PACK.")] = None,
    scorecard: Annotated[str | None, typer.Option(help="Scorecard id for every call; default: as always.")] = None,
) -> None:
    """Judge inspected calls again and print what changed; a call that a person has keeps its verdict."""
    from qa_engine.service import CallFilter, inspect_again, open_app

    wanted = CallFilter(
        day_from=day_from.date() if day_from else None,
        day_to=day_to.date() if day_to else None,
        agent_id=agent,
        team=team,
        scenario=scenario,
        state=state,
        rule_id=rule,
    )
    tally = _Tally()
    with open_app(current_settings()) as engine, progress_bar() as advance:
        done = tally.of(inspect_again(engine, wanted, pack=pack, scorecard=scorecard, progress=advance))
        _print_changes(done)
    told = f"{tally.changed} come out otherwise, {tally.kept} of them keep the verdict"
    say(f"{tally.calls} calls inspected again, {told}")
    if tally.failed:
        raise typer.Exit(1)


class _Tally:
    """Counts what goes by, and tells what went wrong."""

    def __init__(self) -> None:
        self.calls = self.changed = self.kept = self.failed = 0

    def of(self, done: Iterable[InspectedAgain]) -> Iterator[InspectedAgain]:
        for one in done:
            if one.difference is None:
                self.failed += 1
                complain(f"{one.call_id}: {one.error}")
                continue
            self.calls += 1
            if one.difference.changed:
                self.changed += 1
                self.kept += not one.counts
                yield one


def _print_changes(changed: Iterable[InspectedAgain]) -> None:
    table = Table("通话", "原结论", "新结论", "变化", "采用", show_lines=True)
    for one in changed:
        if one.difference is None:
            continue
        lines = [_change(rule) for rule in one.difference.rules]
        before, after = one.difference.before, one.difference.after
        adopted = "新结论" if one.counts else "原结论（人工已处理）"
        table.add_row(one.call_id, _verdict(before), _verdict(after), "\n".join(lines) or "—", adopted)
    if table.row_count:
        print_table(table)


def _change(rule: RuleChange) -> str:
    points = f"（{rule.points_before:+g} → {rule.points_after:+g}）" if rule.points_before != rule.points_after else ""
    return f"{rule.title}：{_status(rule.before)} → {_status(rule.after)}{points}"


def _status(status: Status | None) -> str:
    return STATUSES[status] if status is not None else NOT_IN_PACK


def _verdict(result: CallResult) -> str:
    veto = "，一票否决" if result.veto else ""
    return f"{result.total:g}/{result.possible:g} {result.grade}{veto}"
