"""规则草稿: rules are changed here without YAML or as YAML, tried on examples and stored calls, and published."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from qa_engine.domain.people import Actor, Right
from qa_engine.errors import ConflictError, QaError, RulesError, UsageError
from qa_engine.fault_wording import RULE_FIELDS, error_lines
from qa_engine.service.authoring import drafts as room
from qa_engine.service.authoring import trials
from qa_engine.service.authoring.compared import pack_diff
from qa_engine.service.centre.packs import load_sources
from qa_engine.service.centre.profiles import FILE, PROFILE
from qa_engine.service.desk import hot_words
from qa_engine.web import labels
from qa_engine.web.deps import Engine, Number, with_right
from qa_engine.web.draft_forms import form_entries, form_lines, form_number, form_text, form_words
from qa_engine.web.errors import status_of
from qa_engine.web.pages.rules import rules_list
from qa_engine.web.period import read_period
from qa_engine.web.rendering import render, segment

router = APIRouter(include_in_schema=False)
Changer = Annotated[Actor, Depends(with_right(Right.CHANGE_RULES))]
TOLD = {"saved": "已保存到草稿。", "asked": "回测已排队，由工作进程计算；算完后本页自动更新。"}


@router.post("/drafts")
def create(
    request: Request, engine: Engine, who: Changer, title: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    try:
        made = room.new_draft(engine, title, who=who)
    except (UsageError, ConflictError) as error:
        return rules_list(request, engine, who, error=error)
    return _to(made.number)


@router.get("/drafts/{number}")
def draft(number: Number, request: Request, engine: Engine, who: Changer) -> Response:
    return _overview(request, engine, who, number)


@router.post("/drafts/{number}/drop")
def drop(number: Number, engine: Engine, who: Changer) -> Response:
    room.drop_draft(engine, number, who=who)
    return RedirectResponse("/rules", status_code=303)


@router.post("/drafts/{number}/try")
def check(number: Number, engine: Engine, who: Changer) -> Response:
    trials.ask_check(engine, number, who=who)
    return _to(number, "#tried")


@router.get("/drafts/{number}/progress")
def progress(number: Number, engine: Engine, who: Changer) -> Response:
    """What the page of a draft waits for: it is shown anew when ``state`` changes; ``told`` is how a check gets on."""
    checking, (asked, _) = trials.checking(engine, number, who=who), trials.last_backtest(engine, number, who=who)
    return JSONResponse({"state": _waits(checking, asked), "told": checking.told if checking else ""})


@router.post("/drafts/{number}/backtest")
def backtest(
    number: Number,
    request: Request,
    engine: Engine,
    who: Changer,
    day_from: Annotated[str, Form(alias="from", max_length=10)] = "",
    day_to: Annotated[str, Form(alias="to", max_length=10)] = "",
    most: Annotated[int, Form()] = 500,
    line: Annotated[float, Form(allow_inf_nan=False)] = 60.0,
) -> Response:
    period = read_period({"from": day_from, "to": day_to})

    def act() -> None:
        trials.ask_backtest(
            engine, number, day_from=period.day_from, day_to=period.day_to, most=most, pass_percent=line, who=who
        )

    return _done(request, engine, who, number, act, "?done=asked#tested")


@router.post("/drafts/{number}/publish")
def publish(
    number: Number,
    request: Request,
    engine: Engine,
    who: Changer,
    why: Annotated[str, Form(max_length=500)] = "",
    seen: Annotated[str, Form(max_length=64)] = "",
    again: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    def act() -> None:
        made = trials.publish_draft(engine, number, why=why, seen=seen, who=who)
        if again == "again":
            trials.ask_to_judge_again(engine, made.number, who=who)

    return _done(request, engine, who, number, act, "", to="/rules#editions")


@router.post("/drafts/{number}/golden")
def golden(number: Number, engine: Engine, who: Changer, name: Annotated[str, Form(max_length=300)] = "") -> Response:
    room.take_golden(engine, number, name, who=who)
    return _to(number, "#tried")


@router.get("/drafts/{number}/rules/{rule_id}")
def rule(number: Number, rule_id: str, request: Request, engine: Engine, who: Changer) -> Response:
    return _rule(request, engine, who, number, rule_id)


@router.post("/drafts/{number}/rules/{rule_id}")
async def change_rule(number: Number, rule_id: str, request: Request, engine: Engine, who: Changer) -> Response:
    form = await request.form()
    return await _threaded(_change_rule, number, rule_id, request, engine, who, form)


@router.get("/drafts/{number}/lists/{name}")
def phrase_list(number: Number, name: str, request: Request, engine: Engine, who: Changer) -> Response:
    return _list(request, engine, who, number, name)


@router.post("/drafts/{number}/lists/{name}")
async def change_list(number: Number, name: str, request: Request, engine: Engine, who: Changer) -> Response:
    form = await request.form()
    return await _threaded(_change_list, number, name, request, engine, who, form)


@router.get("/drafts/{number}/profile")
def profile(number: Number, request: Request, engine: Engine, who: Changer) -> Response:
    return _profile(request, engine, who, number)


@router.post("/drafts/{number}/profile")
async def change_profile(number: Number, request: Request, engine: Engine, who: Changer) -> Response:
    form = await request.form()
    return await _threaded(_change_profile, number, request, engine, who, form)


@router.get("/drafts/{number}/files/{name:path}")
def file(
    number: Number,
    name: str,
    request: Request,
    engine: Engine,
    who: Changer,
    line: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    return _file(request, engine, who, number, name, line=line)


@router.post("/drafts/{number}/files/{name:path}")
def write(
    number: Number,
    name: str,
    request: Request,
    engine: Engine,
    who: Changer,
    text: Annotated[str, Form(max_length=room.MOST_CHARS)] = "",
    seen: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    try:
        room.write_file(engine, number, name, text, seen=seen, who=who)
    except (UsageError, ConflictError, RulesError) as error:
        return _file(request, engine, who, number, name, error=error)
    return _to(number, f"/files/{name}?done=saved")


def _to(number: int, rest: str = "") -> Response:
    return RedirectResponse(f"/drafts/{number}{rest}", status_code=303)


async def _threaded(work: Callable[..., Response], *words: object) -> Response:
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(work, *words)


def _done(
    request: Request, engine: Engine, who: Actor, number: int, act: Callable[[], None], rest: str, *, to: str = ""
) -> Response:
    try:
        act()
    except (UsageError, ConflictError, RulesError) as error:
        return _overview(request, engine, who, number, error=error)
    return RedirectResponse(to, status_code=303) if to else _to(number, rest)


def _show(
    request: Request, template: str, error: QaError | None, number: int, who: Actor, engine: Engine, **context: Any
) -> Response:
    return render(
        request,
        template,
        status=status_of(error) if error else 200,
        draft=room.open_draft(engine, number, who=who),
        fault=error_lines(error, room.draft_titles(engine, number)) if error else (),
        told=TOLD.get(request.query_params.get("done", ""), ""),
        **context,
    )


def _overview(request: Request, engine: Engine, who: Actor, number: int, *, error: QaError | None = None) -> Response:
    told = room.open_draft(engine, number, who=who)
    pack, diff = None, None
    faults: tuple[str, ...] = ()
    try:
        pack = room.draft_pack(engine, number, who=who)
        diff = pack_diff(load_sources(engine.settings)[1], pack)
    except QaError as fault:
        faults = error_lines(fault, room.draft_titles(engine, number))
    asked, tested = trials.last_backtest(engine, number, who=who)
    checking = trials.checking(engine, number, who=who)
    digest = room.draft_digest(engine, number)
    rules = (
        [
            (rule.id, rule.title, pack.sections.get(rule.section, rule.section), rule.model.points.each, rule.severity)
            for rule in pack.rules
        ]
        if pack
        else []
    )
    return _show(
        request,
        "draft.html",
        error,
        number,
        who,
        engine,
        current=room.current_number(engine),
        rules=rules,
        titles={row[0]: row[1] for row in rules},
        gone={rule.id: rule.title for rule in load_sources(engine.settings)[1].rules} if diff and diff.removed else {},
        fields=RULE_FIELDS,
        lists=room.draft_lists(engine, number, who=who),
        files=room.draft_files(engine, number, who=who),
        golden=room.golden_offers(engine, number, who=who),
        faults=faults,
        diff=diff,
        tried=trials.last_try(engine, number, who=who),
        checking=checking,
        waits=_waits(checking, asked),
        asked=asked,
        tested=tested,
        digest=digest,
        old_base=told.base,
        profile_file=FILE,
    )


def _waits(checking: trials.Checking | None, asked: trials.Question | None) -> str:
    check = checking.at if checking is not None and not checking.failed else ""
    return f"{check} {asked.at if asked is not None else ''}".strip()


def _rule(
    request: Request, engine: Engine, who: Actor, number: int, rule_id: str, *, error: QaError | None = None
) -> Response:
    found = room.draft_rule(engine, number, rule_id, who=who)
    words = room.DraftWords()
    faults: tuple[str, ...] = ()
    try:
        words = room.draft_words(engine, number, rule_id, who=who)
    except QaError as fault:
        faults = error_lines(fault, room.draft_titles(engine, number))
    return _show(
        request,
        "draft_rule.html",
        error,
        number,
        who,
        engine,
        rule=found,
        words=words,
        groups=[(name, list(of)) for name, of in groupby(found.numbers, lambda one: one.condition)],
        faults=faults,
    )


def _list(
    request: Request, engine: Engine, who: Actor, number: int, name: str, *, error: QaError | None = None
) -> Response:
    held, found = room.draft_list(engine, number, name, who=who)
    includes = room.included_lists(engine, number, name, who=who)
    return _show(
        request, "draft_list.html", error, number, who, engine, name=name, file=held, phrases=found, includes=includes
    )


def _file(
    request: Request,
    engine: Engine,
    who: Actor,
    number: int,
    name: str,
    *,
    error: QaError | None = None,
    line: int = 0,
) -> Response:
    held = room.draft_file(engine, number, name, who=who)
    return _show(
        request,
        "draft_file.html",
        error,
        number,
        who,
        engine,
        file=held,
        line=line,
    )


def _profile(request: Request, engine: Engine, who: Actor, number: int, *, error: QaError | None = None) -> Response:
    found, digest = room.draft_profile(engine, number, who=who)
    return _show(
        request,
        "draft_profile.html",
        error,
        number,
        who,
        engine,
        profile=found,
        seen=digest,
        parts=labels.PARTS,
        levels=labels.LEVELS,
        rows=[(row, _calls_of(row.when.model_dump())) for row in found.parts],
        words=[word for word in hot_words(engine, who=who) if word.said not in found.hot_words],
        hot_words_used=PROFILE in engine.settings.asr_hotwords.split(),
        fixed=engine.settings.profile is not None,
        profile_file=FILE,
    )


def _calls_of(when: Mapping[str, Sequence[str]]) -> str:
    """For which calls a row of the profile is meant, in words."""
    said = [labels.call_fact(name, value) for name, values in when.items() for value in values]
    return "、".join(said) or "其余通话"


def _change_rule(number: int, rule_id: str, request: Request, engine: Engine, who: Actor, form: FormData) -> Response:
    try:
        found = room.draft_rule(engine, number, rule_id, who=who)
        room.change_rule(
            engine,
            number,
            rule_id,
            numbers={one.path: form_number(form, f"n:{one.path}", one.value) for one in found.numbers},
            phrases={one.path: form_lines(form, f"p:{one.path}") for one in found.phrases},
            message=form_text(form, "message"),
            seen=form_text(form, "seen"),
            who=who,
        )
    except (UsageError, ConflictError) as error:
        return _rule(request, engine, who, number, rule_id, error=error)
    return _to(number, f"/rules/{segment(rule_id)}?done=saved")


def _change_list(number: int, name: str, request: Request, engine: Engine, who: Actor, form: FormData) -> Response:
    try:
        _, found = room.draft_list(engine, number, name, who=who)
        entries = form_entries(form, "p:phrases", len(found.guarded))
        room.change_list(engine, number, name, entries, seen=form_text(form, "seen"), who=who)
    except (UsageError, ConflictError) as error:
        return _list(request, engine, who, number, name, error=error)
    return _to(number, f"/lists/{segment(name)}?done=saved")


def _change_profile(number: int, request: Request, engine: Engine, who: Actor, form: FormData) -> Response:
    try:
        found, _ = room.draft_profile(engine, number, who=who)
        hours = form_text(form, "reply_limit_hours").strip()
        rows = [
            row.model_dump()
            | {part: form_text(form, f"part:{place}:{part}") or getattr(row, part) for part in labels.PARTS}
            for place, row in enumerate(found.parts)
        ]
        asked = {
            **found.model_dump(),
            **{name: form_lines(form, name) for name in ("companies", "departments", "staff_number_forms")},
            "hot_words": form_words(form),
            "title": form_text(form, "title").strip(),
            "direction": form_text(form, "direction") or None,
            "agent_channel": form_text(form, "agent_channel") or None,
            "reply_limit_hours": hours or None,
            "parts": rows,
        }
        room.write_draft_profile(engine, number, asked, seen=form_text(form, "seen"), who=who)
    except (UsageError, ConflictError, RulesError) as error:
        return _profile(request, engine, who, number, error=error)
    return _to(number, "/profile?done=saved")
