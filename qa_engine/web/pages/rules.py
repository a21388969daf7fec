"""规则: each rule in plain words, how often it hits, how often people found it right; the published editions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right, may
from qa_engine.errors import QaError
from qa_engine.fault_wording import error_words
from qa_engine.service import App
from qa_engine.service.authoring.drafts import list_drafts
from qa_engine.service.authoring.editions import editions, roll_back
from qa_engine.service.centre.profiles import PROFILE
from qa_engine.service.desk import hot_words, rule_page, rules_page
from qa_engine.web.deps import MOST_NUMBER, Engine, with_right
from qa_engine.web.errors import status_of
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(with_right(Right.SEE_RULES))]
Changer = Annotated[Actor, Depends(with_right(Right.CHANGE_RULES))]
Edition = Annotated[int, Path(ge=0, le=MOST_NUMBER)]  # 0: the bundled rules

_EXAMPLES = ("算", "不算", "须复核")
_DETAILS = ("条件 ", "短语表 ")
"""How the lines of `qa_engine.rules.describe_rule` begin that are for who edits rules, not for who reads them."""


@router.get("/rules")
def rules(request: Request, engine: Engine, who: Reader) -> Response:
    return rules_list(request, engine, who)


def rules_list(request: Request, engine: App, who: Actor, *, error: QaError | None = None) -> Response:
    """``error``: why no draft was made."""
    return render(
        request,
        "rules.html",
        status=status_of(error) if error else 200,
        fault=error_words(error) if error else "",
        rows=rules_page(engine, who=who),
        editions=editions(engine.settings),
        drafts=list_drafts(engine, who=who) if may(who, Right.CHANGE_RULES) else (),
        words=hot_words(engine, who=who) if may(who, Right.REVIEW) else (),
        hot_words_used=PROFILE in engine.settings.asr_hotwords.split(),
    )


@router.get("/rules/{rule_id}")
def rule(rule_id: str, request: Request, engine: Engine, who: Reader) -> Response:
    found = rule_page(engine, rule_id, who=who)
    told = [line.partition("：") for line in found.lines]
    return render(
        request,
        "rule.html",
        found=found,
        plain=[(label, text) for label, _, text in told if not label.startswith((*_EXAMPLES, *_DETAILS))],
        examples=[(label, text) for label, _, text in told if label in _EXAMPLES],
        details=[f"{label}：{text}" for label, _, text in told if label.startswith(_DETAILS)],
    )


@router.post("/rules/editions/{number}")
def count_again(number: Edition, engine: Engine, who: Changer) -> Response:
    roll_back(engine, number, who=who)
    return RedirectResponse("/rules", status_code=303)
