"""The audit log for programs."""

from typing import Annotated

from fastapi import APIRouter, Query

from qa_engine.service import Action, read_audit
from qa_engine.web.api.models import AuditLineOut, AuditOut
from qa_engine.web.deps import Engine, Who
from qa_engine.web.listing import MAX_PAGE
from qa_engine.web.period import FirstDay, LastDay

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])


@router.get("", summary="Who saw, heard, took out or changed what, the newest first", response_model=AuditOut)
def audit(
    engine: Engine,
    who: Who,
    actor: Annotated[str, Query(description="Name of an account", max_length=64)] = "",
    action: Action | None = None,
    call: Annotated[str, Query(description="Id of a call", max_length=128)] = "",
    first: FirstDay = None,
    last: LastDay = None,
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
) -> AuditOut:
    found = read_audit(
        engine,
        who=who,
        actor=actor,
        action=action.value if action else "",
        call_id=call,
        day_from=first,
        day_to=last,
        page=page,
    )
    lines = [AuditLineOut.model_validate(row) for row in found.rows]
    return AuditOut(total=found.total, page=found.page, pages=found.pages, lines=lines)
