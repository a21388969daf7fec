"""Training as a record: who shall learn what, why, with which goal, and when it was done."""

from datetime import date

from qa_engine.domain.people import Actor, Reach, Right, Subject, may, reach, require
from qa_engine.errors import ConflictError, NotFoundError, UsageError
from qa_engine.reports import Period
from qa_engine.reports.period import Training
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.store import report_rows, tables


def plan_training(
    app: App,
    agent_id: str,
    rule_id: str,
    *,
    title: str,
    reason: str = "",
    goal: str = "",
    day: date | None = None,
    who: Actor,
) -> int:
    """Write down that an agent is to learn something; the number of the record.

    Raises NotAllowed, NotFoundError for an agent that is unknown or out of reach, UsageError without a title,
    ConflictError while the same training of the agent is open.
    """
    require(who, Right.PLAN_TRAINING)
    if not title.strip():
        raise UsageError("a training needs a title: what is to be learnt")
    with app.database.write() as session:
        agent = session.get(tables.Agent, agent_id)
        if agent is None or not may(who, Right.PLAN_TRAINING, Subject(agent_id, agent.team)):
            raise NotFoundError(f"no agent {agent_id}")
        rows = report_rows.trainings(session, day_from=None, day_to=None, agent_id=agent_id, team=None)
        for row, _ in rows:
            if row.rule_id == rule_id and row.done_day is None:
                raise ConflictError(f"agent {agent_id} has the open training {row.id} in {rule_id}: finish it first")
        made = report_rows.add_training(
            session,
            agent_id=agent_id,
            team=agent.team,
            rule_id=rule_id,
            title=title.strip(),
            reason=reason.strip(),
            goal=goal.strip(),
            planned_day=day or DatabaseSource(app).today,
            planned_by=who.name,
            planned_at=app.clock.now(),
            done_day=None,
            done_by=None,
            note="",
        )
        note(session, app, who, Action.TRAINING, subject=agent_id, detail=f"planned {made.id} {rule_id}")
        return made.id


def finish_training(app: App, training_id: int, *, day: date | None = None, words: str = "", who: Actor) -> None:
    """Write down that a training was done on ``day`` (today). Its effect is told four weeks later.

    Raises NotAllowed, NotFoundError, ConflictError when it was done already, UsageError for a day that is still to come
    or lies before the planning.
    """
    require(who, Right.PLAN_TRAINING)
    today = DatabaseSource(app).today
    done = day or today
    with app.database.write() as session:
        row = report_rows.training(session, training_id)
        if row is None or not may(who, Right.PLAN_TRAINING, Subject(row.agent_id, row.team)):
            raise NotFoundError(f"no training {training_id}")
        if row.done_day is not None:
            raise ConflictError(f"training {training_id} was done on {row.done_day}")
        if done > today:
            raise UsageError(f"{done} is still to come; say when the training was done")
        if done < row.planned_day:
            raise UsageError(f"{done} lies before the planning on {row.planned_day}")
        row.done_day, row.done_by, row.note = done, who.name, words.strip()
        note(session, app, who, Action.TRAINING, subject=row.agent_id, detail=f"done {training_id} {row.rule_id}")


def list_trainings(
    app: App,
    *,
    day_from: date | None = None,
    day_to: date | None = None,
    agent_id: str | None = None,
    who: Actor,
) -> tuple[Training, ...]:
    """The trainings planned or done within the days, of agents within reach. Raises NotAllowed."""
    require(who, Right.SEE_REPORTS)
    found = DatabaseSource(app).trainings(Period(day_from, day_to), agent_id=agent_id)
    if reach(who, Right.SEE_REPORTS) is Reach.ALL:
        return tuple(found)
    return tuple(one for one in found if may(who, Right.SEE_REPORTS, Subject(one.agent_id, one.team)))
