"""片段复核: clips of one rule, one after another."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from qa_engine.service import fault_rules, teams
from qa_engine.service.desk import AT_ONCE, clip_batch, more_clips
from qa_engine.web.deps import Engine, Reviewer
from qa_engine.web.listing import MAX_TEXT, Reader
from qa_engine.web.period import read_period
from qa_engine.web.rendering import render
from qa_engine.wording import OVERTURNS

router = APIRouter(include_in_schema=False)


@router.get("/clips")
def clips(request: Request, engine: Engine, who: Reviewer) -> Response:
    read = Reader(request.query_params)
    rule, team = read.text("rule"), read.text("team")
    period = read_period(request.query_params)
    rules = fault_rules(engine)
    batch = (
        clip_batch(engine, rule, who=who, team=team, day_from=period.day_from, day_to=period.day_to) if rule else None
    )
    return render(
        request,
        "clips.html",
        rules=rules,
        rule=rule,
        title=dict(rules).get(rule or "", rule or ""),
        team=team or "",
        teams=teams(engine, who=who),
        period=period,
        batch=batch,
        later=[f"/clips/more?{urlencode({'rule': rule, 'call': calls}, doseq=True)}" for calls in batch.later]
        if batch
        else [],
        most=AT_ONCE,
        overturns=OVERTURNS,
    )


@router.get("/clips/more")
def more(
    request: Request,
    engine: Engine,
    who: Reviewer,
    rule: Annotated[str, Query(max_length=MAX_TEXT)] = "",
    call: Annotated[Sequence[str], Query()] = (),
    after: Annotated[int, Query(ge=0, le=AT_ONCE)] = 0,
) -> Response:
    """Further clips, each as it stands in the page. ``after``: how many are there already."""
    found = more_clips(engine, rule, call, who=who, limit=AT_ONCE - after)
    return render(request, "clips_more.html", clips=found, after=after)
