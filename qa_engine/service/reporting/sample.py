"""Drawing calls of a period for a check, and marking them as drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa_engine.domain import CallState
from qa_engine.domain.people import Actor, NotAllowed, Reach, Right, reach, require
from qa_engine.errors import UsageError
from qa_engine.reports import Period
from qa_engine.scoring.sampling import LEAST, MOST, Candidate, draw
from qa_engine.service.context import App
from qa_engine.service.reporting.period_source import call_filter
from qa_engine.store import calls, report_rows

_TO_DRAW = frozenset({CallState.CLEAN, CallState.FLAGGED, CallState.SAMPLED, CallState.IN_REVIEW, CallState.FINAL})


@dataclass(frozen=True, slots=True)
class Drawn:
    """A call that was drawn. ``flagged``: the machine found something in it anyway; ``new``: marked just now."""

    call_id: str
    agent_id: str
    day: date
    scenario: str
    flagged: bool
    new: bool


def sample_calls(
    app: App, period: Period, *, each: int, seed: int, team: str | None = None, mark: bool = True, who: Actor
) -> Sequence[Drawn]:
    """Draw ``each`` calls for every agent of the period, by agent and day, and mark them.

    All inspected calls can be drawn, flagged ones too, so that the draw stands for all of them. A clean call that is
    drawn becomes SAMPLED; each gets the event ``sampled``. Asked again with the same seed, the same calls are drawn,
    also when others came in since, and nothing is marked twice. ``mark=False`` only looks.

    Raises NotAllowed, and UsageError for a number outside of 1 to 5.
    """
    require(who, Right.REVIEW)
    if reach(who, Right.REVIEW) is not Reach.ALL:
        raise NotAllowed(who, Right.REVIEW)
    if not LEAST <= each <= MOST:
        raise UsageError(f"{each} calls for each agent: choose between {LEAST} and {MOST}")
    with app.database.read() as session:
        keys = report_rows.call_keys(session, call_filter(period, None, team))
        marked = {row[0] for row in report_rows.drawn(session, call_filter(period, None, team))}
        kept = {row[0] for row in report_rows.drawn(session, call_filter(period, None, team), seed=seed)}
    states = {key.call_id: CallState(key.state) for key in keys}
    candidates = [
        Candidate(key.call_id, key.agent_id, key.day, key.scenario or "")
        for key in keys
        if key.agent_id and states[key.call_id] in _TO_DRAW
    ]
    found = [
        Drawn(
            one.call_id,
            one.agent_id,
            one.day,
            one.scenario,
            states[one.call_id] is CallState.FLAGGED,
            one.call_id not in marked,
        )
        for drawn in draw(candidates, each=each, seed=seed, kept=kept).values()
        for one in drawn
    ]
    if mark:
        _mark(app, [one.call_id for one in found if one.call_id not in kept], seed, who)
    return found


def _mark(app: App, call_ids: Sequence[str], seed: int, who: Actor) -> None:
    now = app.clock.now()
    with app.database.write() as session:
        for call_id in call_ids:
            call = calls.find(session, call_id, lock=True)
            if call is None:
                continue
            if call.state == CallState.CLEAN.value:
                call.state = CallState.SAMPLED.value
            calls.note(session, call, actor=who.id, action=CallState.SAMPLED.value, detail=f"seed {seed}", now=now)
