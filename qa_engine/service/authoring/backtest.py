"""What a draft of the rules would do to calls that were judged, and what it says against people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain import CallResult, Status
from qa_engine.domain.people import Actor, Right, require
from qa_engine.domain.review import Decision, DecisionKind
from qa_engine.rules import RulePack
from qa_engine.scoring import ResultDifference, difference, standing
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.authoring.editions import drafted
from qa_engine.service.authoring.packs import load_sources
from qa_engine.service.context import App
from qa_engine.service.ports.transcriber import Progress
from qa_engine.store import CallFilter, calls, lists, reviews

PASS_PERCENT = 60.0


@dataclass(frozen=True, slots=True)
class Backtested:
    """One call under the draft. ``contradicted``: rules of which it says otherwise than a person did.

    ``crossed``: +1 passes now, -1 fails now, 0 stays on its side of the pass line.
    """

    call_id: str
    difference: ResultDifference
    contradicted: tuple[str, ...]
    crossed: int


@dataclass(frozen=True, slots=True)
class RuleDiff:
    """Rules of a draft against those of now, by id; of changed ones the fields that are written otherwise."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    profile: bool = False  # whether the centre is described otherwise


def backtest(
    app: App,
    folder: Path,
    wanted: CallFilter,
    *,
    who: Actor,
    pass_percent: float = PASS_PERCENT,
    progress: Progress | None = None,
    call_ids: Sequence[str] | None = None,
) -> Iterator[Backtested]:
    """Judge every inspected call of the filter (or those named) by the draft; nothing is stored.

    Raises NotAllowed, RulesError.
    """
    require(who, Right.CHANGE_RULES)
    judge = PackJudge(drafted(app.settings, folder))
    if call_ids is None:
        with app.database.read() as session:
            call_ids = lists.inspected(session, wanted)
    for done, call_id in enumerate(call_ids):
        if progress is not None:
            progress(call_id, done, len(call_ids))
        with app.database.read() as session:
            call = calls.find(session, call_id)
            if call is None or call.result is None or call.transcript is None:
                continue
            before = result_from_text(call.result.body)
            said = reviews.decisions_of(session, call)
            transcript = transcript_from_text(call.transcript.body, call_from_text(call.facts))
            digest = call.transcript.digest
        after = judge.judge(
            transcript, digest, offences=StoredOffences(app.database), baselines=StoredBaselines(app.database)
        )
        crossed = int(_passes(after, pass_percent)) - int(_passes(before, pass_percent))
        yield Backtested(call_id, difference(before, after), _contradicted(after, said), crossed)


def rules_diff(app: App, folder: Path) -> RuleDiff:
    """What a draft writes otherwise than the rules of now. Raises RulesError, UsageError."""
    _, before = load_sources(app.settings)
    _, after = load_sources(drafted(app.settings, folder))
    return pack_diff(before, after)


def pack_diff(before: RulePack, after: RulePack) -> RuleDiff:
    old, new = ({rule.id: rule.model for rule in pack.rules} for pack in (before, after))
    changed = {}
    for rule_id in old.keys() & new.keys():
        one, other = old[rule_id].model_dump(), new[rule_id].model_dump()
        fields = tuple(name for name in one if one[name] != other[name])
        if fields:
            changed[rule_id] = fields
    lists_changed = [name for name in {*before.lists, *after.lists} if before.lists.get(name) != after.lists.get(name)]
    return RuleDiff(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=dict(sorted(changed.items())),
        lists=tuple(sorted(lists_changed)),
        profile=before.profile != after.profile,
    )


def _passes(result: CallResult, percent: float) -> bool:
    return not result.possible or 100 * result.total / result.possible >= percent


def _contradicted(after: CallResult, said: tuple[Decision, ...]) -> tuple[str, ...]:
    """Rules that fail where a person said it is no fault, or pass where one said it is."""
    statuses = {rule.id: rule.status for rule in after.rules}
    no_fault, fault = {DecisionKind.OVERTURN, DecisionKind.EXEMPT}, {DecisionKind.CONFIRM, DecisionKind.MISSED}
    found = []
    for target, decision in standing(said).items():
        status = statuses.get(target.rule or "")
        against = (status is Status.FAIL and decision.kind in no_fault) or (
            status is Status.PASS and decision.kind in fault
        )
        if against and target.rule is not None and target.hit is None:
            found.append(target.rule)
    return tuple(found)
