"""``qa-engine sample`` and ``qa-engine training``: what a person is to check, and what an agent is to learn."""

from datetime import datetime
from typing import Annotated

import typer

from qa_engine.cli.console import put, say
from qa_engine.domain.people import MACHINE
from qa_engine.settings import current_settings

DAYS = ["%Y-%m-%d"]


def sample(
    day_from: Annotated[datetime, typer.Option("--from", formats=DAYS, help="First day of the period.")],
    day_to: Annotated[datetime, typer.Option("--to", formats=DAYS, help="Last day.")],
    each: Annotated[int, typer.Option("--each", help="Calls for each agent, 1 to 5.")] = 3,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same draw.")] = 1,
    team: Annotated[str | None, typer.Option("--team", help="Only this team.")] = None,
    look: Annotated[bool, typer.Option("--look", help="Only print what would be drawn.")] = False,
) -> None:
    """Draw calls of a period for a check: even over the days, by scenario, by a seed."""
    from qa_engine.service import Period, open_app, sample_calls

    with open_app(current_settings()) as engine:
        drawn = sample_calls(
            engine,
            Period(day_from.date(), day_to.date()),
            each=each,
            seed=seed,
            team=team,
            mark=not look,
            who=MACHINE,
        )
    put("agent_id\tcall_id\tday\tscenario\tflagged\n")
    for one in drawn:
        put(f"{one.agent_id}\t{one.call_id}\t{one.day}\t{one.scenario}\t{'yes' if one.flagged else 'no'}\n")
    new = sum(one.new for one in drawn)
    say(f"{len(drawn)} calls of {len({one.agent_id for one in drawn})} agents drawn, {0 if look else new} marked now")


def plan(
    agent_id: Annotated[str, typer.Argument(help="The agent.")],
    rule_id: Annotated[str, typer.Argument(help="The rule that is to be learnt.")],
    title: Annotated[str, typer.Option("--title", help="What is to be learnt, as people say it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    goal: Annotated[str, typer.Option("--goal", help="What shall be reached.")] = "",
) -> None:
    """Write down that an agent is to learn something; prints the number of the record."""
    from qa_engine.service import open_app, plan_training

    with open_app(current_settings()) as engine:
        put(f"{plan_training(engine, agent_id, rule_id, title=title, reason=reason, goal=goal, who=MACHINE)}\n")


def done(
    training_id: Annotated[int, typer.Argument(help="The number of the record.")],
    day: Annotated[datetime | None, typer.Option("--day", formats=DAYS, help="When; default: today.")] = None,
    note: Annotated[str, typer.Option("--note", help="What is to be remembered.")] = "",
) -> None:
    """Write down that a training was done; four weeks later reports tell its effect."""
    from qa_engine.service import finish_training, open_app

    with open_app(current_settings()) as engine:
        finish_training(engine, training_id, day=day.date() if day else None, words=note, who=MACHINE)
    say(f"training {training_id} is done")


def trainings(
    agent_id: Annotated[str | None, typer.Option("--agent", help="Only of this agent.")] = None,
) -> None:
    """The trainings that were planned, and which are done."""
    from qa_engine.service import list_trainings, open_app

    with open_app(current_settings()) as engine:
        for one in list_trainings(engine, agent_id=agent_id, who=MACHINE):
            state = f"done {one.done_day}" if one.done_day else "open"
            put(f"{one.id}\t{one.agent_id}\t{one.rule_id}\t{one.title}\tplanned {one.planned_day}\t{state}\n")
