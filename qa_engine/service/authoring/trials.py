"""A draft is tried by a worker: its own examples and golden calls, and stored calls. What came out is kept.

Whether it still tells of the draft as it is now, the digests say.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from qa_engine.domain.people import MACHINE, Actor, Right, require
from qa_engine.errors import ConflictError, QaError, UsageError
from qa_engine.fault_wording import error_lines
from qa_engine.private import one_at_a_time
from qa_engine.service.authoring.backtest import PASS_PERCENT, Backtested, backtest
from qa_engine.service.authoring.draft_files import LOCK, draft_folder
from qa_engine.service.authoring.drafts import draft_digest, draft_titles
from qa_engine.service.authoring.editions import DraftTrial, Published, publish, try_draft
from qa_engine.service.authoring.trial_words import example_said, golden_said, note_said
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import BACKTEST, DRAFT_CHECK, JUDGE_AGAIN, enqueue
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.people.audit import Action, note
from qa_engine.service.ports.transcriber import Progress
from qa_engine.store import CallFilter, JobState, jobs, lists

CHECKING, TRIED, ASKED, TESTED = ".checking.json", ".tried.json", ".asked.json", ".tested.json"
MOST_CALLS = 5_000
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Tried:
    """What lint, examples and golden calls said, of which state of the draft."""

    digest: str
    at: str
    green: bool
    pack: str
    errors: tuple[str, ...]
    doubts: tuple[str, ...]
    examples: int
    examples_wrong: tuple[str, ...]
    golden: int
    golden_wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Which calls are to be tried: of which days, how many at most, and from which percent a call passes."""

    digest: str
    at: str
    day_from: str | None
    day_to: str | None
    most: int
    pass_percent: float


@dataclass(frozen=True, slots=True)
class TestedCall:
    call_id: str
    before: float
    before_possible: float
    after: float
    after_possible: float
    crossed: int
    rules: tuple[str, ...]  # titles of what comes out otherwise
    contradicted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """What a backtest found; ``rows`` hold the gravest changes, ``by_rule`` how many calls each rule changes."""

    asked: Question
    of: int = 0  # calls that the days hold
    tried: int = 0
    changed: int = 0
    up: int = 0
    down: int = 0
    against: int = 0
    mean_change: float = 0.0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[TestedCall, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Checking:
    """A check that was asked for and is not done. ``told``: what it is at; empty while it waits for a worker.

    ``failed``: what ended it for good.
    """

    at: str
    told: str = ""
    failed: str = ""


def ask_check(app: App, number: int, *, who: Actor) -> None:
    """Have a worker check a draft: lint, examples, golden calls; some seconds. Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    folder, now = draft_folder(app, number), app.clock.now()
    under_way = checking(app, number, who=who)
    if under_way is not None and not under_way.failed:
        return  # a second click
    _keep(folder / CHECKING, {"at": now.isoformat()})
    with app.database.write() as session:
        job = enqueue(session, DRAFT_CHECK, subject=str(number), key=now.isoformat(), now=now)
        rings = [(job.queue, job.id)]
    ring(app, rings)


def checking(app: App, number: int, *, who: Actor) -> Checking | None:
    """The check that is under way, if any. Raises NotAllowed, NotFoundError."""
    require(who, Right.CHANGE_RULES)
    told = _kept(draft_folder(app, number) / CHECKING)
    if told is None:
        return None
    with app.database.read() as session:
        job = jobs.find(session, DRAFT_CHECK, subject=str(number), key=told["at"])
        if job is None or job.state == JobState.DONE.value:
            return None  # it could not be asked for, or is of a database that was put back
        failed = job.last_error or job.state if job.state == JobState.FAILED.value else ""
    return Checking(**told, failed=failed)


def run_check(app: App, number: int, *, beat: Callable[[], object] = lambda: None) -> Tried:
    """What `ask_check` asked for. What cannot be read at all is an error of the draft."""
    folder, digest = draft_folder(app, number), draft_digest(app, number)
    asked = _kept(folder / CHECKING)

    def progress(what: str) -> None:
        beat()
        if asked is not None:
            _keep(folder / CHECKING, {**asked, "told": what})

    titles = draft_titles(app, number)
    found = DraftTrial()
    unread: tuple[str, ...] = ()
    try:
        found = try_draft(app.settings, folder, progress=progress)
    except QaError as error:
        unread = error_lines(error, titles)
    tried = Tried(
        digest if draft_digest(app, number) == digest else "",  # changed meanwhile: nobody knows what was tried
        app.clock.now().isoformat(),
        found.green and not unread,
        found.pack,
        unread or tuple(note_said(one, titles) for one in found.errors),
        tuple(note_said(one, titles) for one in found.doubts),
        found.examples,
        tuple(example_said(one, titles) for one in found.examples_wrong),
        found.golden,
        tuple(golden_said(one, titles) for one in found.golden_wrong),
    )
    _keep(folder / TRIED, asdict(tried))
    (folder / CHECKING).unlink(missing_ok=True)
    return tried


def last_try(app: App, number: int, *, who: Actor) -> Tried | None:
    require(who, Right.CHANGE_RULES)
    found = _kept(draft_folder(app, number) / TRIED)
    return Tried(**_tupled(found)) if found else None


def publish_draft(app: App, number: int, *, why: str, seen: str, who: Actor) -> Published:
    """Publish a draft as it was seen and checked. Raises as `publish`; ConflictError when it, or what counts now, is
    another, or was not found green.
    """
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number)
    with one_at_a_time(folder / LOCK):
        if draft_digest(app, number) != seen:
            raise ConflictError("草稿或现行规则在您查看之后有改动，没有发布；请刷新后再看一遍")
        tried = last_try(app, number, who=who)
        if tried is None or tried.digest != seen or not tried.green:
            raise ConflictError("草稿没有通过检查，或检查之后有改动，没有发布；请先检查草稿")
        return publish(app, folder, why=why, who=who, checked=tried.pack)


def ask_backtest(
    app: App,
    number: int,
    *,
    day_from: date | None,
    day_to: date | None,
    most: int,
    pass_percent: float = PASS_PERCENT,
    who: Actor,
) -> None:
    """Have a worker judge stored calls by the draft. Raises NotAllowed, NotFoundError, UsageError."""
    require(who, Right.CHANGE_RULES)
    if not 1 <= most <= MOST_CALLS or not 0 <= pass_percent <= 100:
        raise UsageError(f"回测 1 到 {MOST_CALLS} 通，及格线 0 到 100")
    folder, now = draft_folder(app, number), app.clock.now()
    days = (day_from.isoformat() if day_from else None, day_to.isoformat() if day_to else None)
    asked = Question(draft_digest(app, number), now.isoformat(), *days, most, pass_percent)
    _keep(folder / ASKED, asdict(asked))
    with app.database.write() as session:
        job = enqueue(session, BACKTEST, subject=str(number), key=asked.at, now=now)
        rings = [(job.queue, job.id)]
        note(session, app, who, Action.RULES, subject=f"draft {number}", detail="backtest")
    ring(app, rings)


def run_backtest(app: App, number: int, *, progress: Progress | None = None) -> None:
    """What `ask_backtest` asked for. A fault of the draft is what came out."""
    folder = draft_folder(app, number)
    told = _kept(folder / ASKED)
    if told is None:
        return
    asked = Question(**told)
    try:
        found = _tested(app, folder, asked, progress)
    except QaError as error:
        found = Tested(asked, error="\n".join(error_lines(error, draft_titles(app, number))))
    keep_backtest(app, number, found)


def keep_backtest(app: App, number: int, found: Tested) -> None:
    """Keep what came out beside the draft."""
    _keep(draft_folder(app, number) / TESTED, asdict(found))


def last_backtest(app: App, number: int, *, who: Actor) -> tuple[Question | None, Tested | None]:
    """What was asked and is not done yet, and what came out last."""
    require(who, Right.CHANGE_RULES)
    folder = draft_folder(app, number)
    told, found = _kept(folder / ASKED), _kept(folder / TESTED)
    tested = None
    if found is not None:
        rows = tuple(TestedCall(**_tupled(row)) for row in found.pop("rows"))
        tested = Tested(**{**found, "asked": Question(**found["asked"]), "rows": rows})
    asked = Question(**told) if told is not None else None
    return (None if tested is not None and tested.asked == asked else asked), tested


def rename_tested(path: Path, old: str, new: str) -> None:
    """A call that is forgotten bears another id in what a backtest told, too."""
    found = _kept(path)
    if found is not None and any(row["call_id"] == old for row in found["rows"]):
        rows = [{**row, "call_id": new} if row["call_id"] == old else row for row in found["rows"]]
        _keep(path, {**found, "rows": rows})


def ask_to_judge_again(app: App, edition: int, *, who: Actor) -> None:
    """Have a worker judge every inspected call by the rules of now; both results are kept. Raises NotAllowed."""
    require(who, Right.CHANGE_RULES)
    now = app.clock.now()
    with app.database.write() as session:
        job = enqueue(session, JUDGE_AGAIN, subject=str(edition), key=now.isoformat(), now=now)
        rings = [(job.queue, job.id)]
        note(session, app, who, Action.RULES, subject=f"edition {edition}", detail="judge again")
    ring(app, rings)


def _tested(app: App, folder: Path, asked: Question, progress: Progress | None) -> Tested:
    wanted = CallFilter(
        day_from=date.fromisoformat(asked.day_from) if asked.day_from else None,
        day_to=date.fromisoformat(asked.day_to) if asked.day_to else None,
    )
    with app.database.read() as session:
        every = lists.inspected(session, wanted)
    number = min(asked.most, len(every))
    call_ids = [every[place * len(every) // number] for place in range(number)]  # spread evenly over the days
    rows: list[TestedCall] = []
    by_rule: dict[str, int] = {}
    tried = changed = 0
    moved = 0.0
    for one in backtest(
        app, folder, wanted, who=MACHINE, pass_percent=asked.pass_percent, progress=progress, call_ids=call_ids
    ):
        tried += 1
        row = _row(one)
        changed += one.difference.changed
        moved += row.after - row.before
        for rule in one.difference.rules:
            by_rule[rule.title] = by_rule.get(rule.title, 0) + 1
        if one.difference.changed or one.contradicted:
            rows.append(row)
    rows.sort(key=lambda row: (not row.contradicted, row.crossed == 0, -abs(row.after - row.before), row.call_id))
    return Tested(
        asked,
        of=len(every),
        tried=tried,
        changed=changed,
        up=sum(row.crossed > 0 for row in rows),
        down=sum(row.crossed < 0 for row in rows),
        against=sum(bool(row.contradicted) for row in rows),
        mean_change=moved / tried if tried else 0.0,
        by_rule=dict(sorted(by_rule.items(), key=lambda pair: (-pair[1], pair[0]))),
        rows=tuple(rows[:SHOWN]),
    )


def _row(one: Backtested) -> TestedCall:
    before, after = one.difference.before, one.difference.after
    titles = {rule.id: rule.title for rule in (*before.rules, *after.rules)}
    return TestedCall(
        one.call_id,
        before.total,
        before.possible,
        after.total,
        after.possible,
        one.crossed,
        tuple(rule.title for rule in one.difference.rules),
        tuple(titles.get(rule, rule) for rule in one.contradicted),
    )


def _keep(path: Path, told: Mapping[str, Any]) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    new.replace(path)


def _tupled(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in told.items()}


def _kept(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found if isinstance(found, dict) else None
