"""主管: the centre on one page, each figure a door to where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from qa_engine.domain.people import Actor, Right
from qa_engine.service import (
    AgentSums,
    CallFilter,
    ledgers,
    list_agents,
    read_audit,
    recent_nights,
    undated_calls,
    usual_period,
)
from qa_engine.service.authoring.editions import editions
from qa_engine.service.desk import appeal_counts, queue, rules_page
from qa_engine.web.deps import Engine, with_right
from qa_engine.web.period import PeriodQuery
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Head = Annotated[Actor, Depends(with_right(Right.SEE_AUDIT))]
AUDIT_LINES, LEDGER_DAYS = 8, 5


@dataclass(frozen=True, slots=True)
class TeamLine:
    """Means over the calls that have a score, None without any: the machine's, and with what people signed."""

    team: str
    calls: int
    mean_percent: float | None
    final_percent: float | None
    signed: int
    vetoes: int
    suspected: int


@router.get("/centre")
def centre(request: Request, engine: Engine, who: Head) -> Response:
    days = ledgers(engine, who=who)
    usual = usual_period(engine, CallFilter(), who=who)
    period = PeriodQuery(usual.first, usual.last)
    open_appeals, to_settle = appeal_counts(engine, who=who)
    rules = rules_page(engine, who=who)
    return render(
        request,
        "centre.html",
        days=days[:LEDGER_DAYS],
        night=next(iter(recent_nights(engine, who=who, limit=1)), None),
        waiting=queue(engine, who=who).counts,
        open_appeals=open_appeals,
        to_settle=to_settle,
        rules=len(rules),
        reviewed=sum(one.verdicts.precision is not None for one in rules),
        edition=next((one for one in editions(engine.settings) if one.current), None),
        period=period,
        undated=undated_calls(engine, CallFilter(day_from=usual.first, day_to=usual.last), who=who),
        teams=team_lines(list_agents(engine, day_from=period.day_from, day_to=period.day_to, who=who)),
        audit=read_audit(engine, who=who, per_page=AUDIT_LINES).rows,
    )


def team_lines(agents: Sequence[AgentSums]) -> list[TeamLine]:
    """Agents summed by team, by name; agents without a team are left out."""
    found = []
    for team in sorted({one.team for one in agents if one.team}):
        members = [one for one in agents if one.team == team]
        found.append(
            TeamLine(
                team=team,
                calls=sum(one.calls for one in members),
                mean_percent=_mean([(one.scored, one.mean_percent) for one in members]),
                final_percent=_mean([(one.scored, one.final_percent) for one in members]),
                signed=sum(one.signed for one in members),
                vetoes=sum(one.vetoes for one in members),
                suspected=sum(one.suspected for one in members),
            )
        )
    return found


def _mean(parts: Sequence[tuple[int, float | None]]) -> float | None:
    """The mean of means, each with its number."""
    known = [(number, mean) for number, mean in parts if mean is not None]
    whole = sum(number for number, _ in known)
    return sum(number * mean for number, mean in known) / whole if whole else None
