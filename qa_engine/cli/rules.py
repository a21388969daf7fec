"""``qa-engine rules``: look at rule packs and try them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_engine.cli.console import complain, put, say
from qa_engine.settings import current_settings

if TYPE_CHECKING:
    from qa_engine.service import RuleCoverage

Pack = Annotated[Path | None, typer.Option("--pack", help="Folder of a rule pack; default: setting QA_PACK.")]
Scorecard = Annotated[
    str | None, typer.Option("--scorecard", help="Scorecard id; default: setting QA_SCORECARD, else all of them.")
]


def run_lint(pack: Pack = None, scorecard: Scorecard = None) -> None:
    """Faults and doubts of a rule pack, located; exit 1 when a rule cannot do what it says."""
    from qa_engine.service import Level, lint_rules

    loaded, findings = lint_rules(current_settings(), folder=pack, scorecard=scorecard)
    for finding in findings:
        put(f"{finding.level.value}: {finding}\n")
    errors = sum(finding.level is Level.ERROR for finding in findings)
    say(f"{loaded.label}: {len(loaded.rules)} rules, {len(findings)} findings, {errors} errors")
    if errors:
        raise typer.Exit(1)


def run_tests(pack: Pack = None, scorecard: Scorecard = None) -> None:
    """Run the examples of every rule and the golden calls; exit 1 when one of them comes out otherwise."""
    from qa_engine.service import coverage, load_placed_rules, run_golden_calls, run_rule_examples

    settings = current_settings()
    loaded = load_placed_rules(settings, folder=pack, scorecard=scorecard)
    examples = run_rule_examples(loaded, settings)
    wrong = [outcome for outcome in examples if not outcome.ok]
    for outcome in wrong:
        complain(str(outcome))
    golden = list(run_golden_calls(loaded, settings, folder=pack))
    broken = [outcome for outcome in golden if not outcome.ok]
    for call in broken:
        parts = (("未发现", call.missed), ("误判", call.unwanted), ("未能判定", call.undecided))
        complain(f"{call.file}（{call.title}）" + "；".join(f"{name} {'、'.join(ids)}" for name, ids in parts if ids))
    unknown = sorted({name for call in golden for name in call.unknown})
    if unknown:
        say("rules that golden calls name and the pack lacks: " + ", ".join(unknown))
    covered = coverage(loaded, examples, golden)
    _put_coverage(covered)
    one_sided = [rule.rule_id for rule in covered if rule.one_sided]
    if one_sided:
        say("rules that nothing shows both at work and at rest: " + ", ".join(one_sided))
    say(
        f"{loaded.label}: {len(loaded.rules)} rules, {len(examples) - len(wrong)} of {len(examples)} examples and "
        f"{len(golden) - len(broken)} of {len(golden)} golden calls as written"
    )
    if wrong or broken:
        raise typer.Exit(1)


def _put_coverage(covered: Sequence[RuleCoverage]) -> None:
    """One line a rule: its examples of each kind, and the golden calls on which it failed and passed."""
    width = max((len(rule.rule_id) for rule in covered), default=0)
    put(f"{'rule':{width}}   hit  miss  uncertain  n/a   golden: fail  pass\n")
    for rule in covered:
        put(
            f"{rule.rule_id:{width}}  {rule.hit:4}  {rule.miss:4}  {rule.uncertain:9}  {rule.not_applicable:3}"
            f"  {rule.golden_failed:12}  {rule.golden_passed:4}\n"
        )


def show_rule(rule_id: str, pack: Pack = None) -> None:
    """What a rule does, in plain Chinese, with its phrases and examples."""
    from qa_engine.service import describe_rule, load_rules

    put(describe_rule(load_rules(current_settings(), folder=pack), rule_id) + "\n")


def schema() -> None:
    """The JSON Schema of a rule file, for editors that complete and check while one types."""
    from qa_engine.service import rule_schema

    put(json.dumps(rule_schema(current_settings()), ensure_ascii=False, indent=2) + "\n")


def measure() -> None:
    """Count decisions about faults by rule into ``reviews.yaml`` of the data folder.

    A rule that was right less than nine times in ten never deducts alone.
    """
    from qa_engine.domain.people import MACHINE
    from qa_engine.service import load_rules, open_app
    from qa_engine.service.authoring.measuring import measure_reviews

    settings = current_settings()
    known = frozenset(rule.id for rule in load_rules(settings).rules)
    with open_app(settings) as engine:
        counts = measure_reviews(engine, known=known, who=MACHINE)
    for rule, (right, of) in counts.items():
        put(f"{rule}\t{right}\t{of}\n")
    say(f"{len(counts)} rules have reviewed faults")


Draft = Annotated[Path, typer.Argument(help="Folder of a draft: packs, phrases, scorecards and golden calls.")]


def draft(folder: Draft) -> None:
    """Copy the rules of now into a new folder, to be changed there."""
    from qa_engine.service.authoring.editions import draft as copy

    say(f"rules copied to {copy(current_settings(), folder)}; change them there, then: qa-engine rules publish")


def diff(folder: Draft) -> None:
    """What a draft writes otherwise than the rules of now."""
    from qa_engine.service import open_app
    from qa_engine.service.authoring.compared import rules_diff

    with open_app(current_settings()) as engine:
        found = rules_diff(engine, folder)
    for mark, ids in (("+", found.added), ("-", found.removed)):
        for rule_id in ids:
            put(f"{mark} {rule_id}\n")
    for name, changes in (*found.changed.items(), *((f"list {name}", one) for name, one in found.lists.items())):
        put(f"~ {name}\n")
        for change in changes:
            put(f"    {change.path}: {change.before or '(none)'} -> {change.after or '(none)'}\n")
    counts = f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed"
    say(f"{counts}, {len(found.lists)} lists")


def backtest(
    folder: Draft,
    day_from: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    day_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    pass_line: Annotated[float, typer.Option("--pass-line", help="Percent from which a call passes.")] = 60.0,
) -> None:
    """Judge stored calls by a draft and tell what changes; nothing is stored."""
    from qa_engine.cli.console import progress_bar
    from qa_engine.domain.people import MACHINE
    from qa_engine.service import CallFilter, open_app
    from qa_engine.service.authoring import backtest as room

    wanted = CallFilter(day_from=day_from.date() if day_from else None, day_to=day_to.date() if day_to else None)
    tested = changed = crossed = against = 0
    with open_app(current_settings()) as engine, progress_bar() as advance:
        for one in room.backtest(engine, folder, wanted, who=MACHINE, pass_percent=pass_line, progress=advance):
            tested += 1
            crossed += one.crossed != 0
            against += len(one.contradicted)
            before, after = one.difference.before, one.difference.after
            if not one.difference.changed and not one.contradicted:
                continue
            changed += one.difference.changed
            line = {1: "  passes now", -1: "  fails now", 0: ""}[one.crossed]
            rules = ", ".join(rule.id for rule in one.difference.rules)
            said = f"  against people: {', '.join(one.contradicted)}" if one.contradicted else ""
            put(
                f"{one.call_id}  {before.total:g}/{before.possible:g} -> {after.total:g}/{after.possible:g}"
                f"{line}  {rules}{said}\n"
            )
    say(
        f"{tested} calls tried: {changed} come out otherwise, {crossed} cross {pass_line:g} %, "
        f"{against} verdicts of people contradicted"
    )


def publish(
    folder: Draft,
    why: Annotated[str, typer.Option("--why", help="Why the rules change; it stands beside the edition.")],
    again: Annotated[
        bool, typer.Option("--again", help="Judge every inspected call again; both results are kept.")
    ] = False,
) -> None:
    """Make a draft the rules from now on, when lint, examples and golden calls are green."""
    from qa_engine.domain.people import MACHINE
    from qa_engine.service import CallFilter, inspect_again, open_app
    from qa_engine.service.authoring import editions

    with open_app(current_settings()) as engine:
        found = editions.publish(engine, folder, why=why, who=MACHINE)
        say(f"edition {found.number} of the rules counts from now on: {found.pack}")
        if again:
            done = list(inspect_again(engine, CallFilter()))
            say(f"{len(done)} calls judged again, {sum(one.counts for one in done)} count by the new edition")


def rollback(number: Annotated[int, typer.Argument(help="Edition that counts again; 0: the bundled rules.")]) -> None:
    """Let an earlier edition of the rules count again, from now on."""
    from qa_engine.domain.people import MACHINE
    from qa_engine.service import open_app
    from qa_engine.service.authoring import editions

    with open_app(current_settings()) as engine:
        editions.roll_back(engine, number, who=MACHINE)
    say(f"edition {number} of the rules counts from now on")


def import_sca(
    file: Annotated[
        Path, typer.Argument(help="Rule JSON of Alibaba Cloud SCA: UploadRule, GetRuleDetail, getRuleById.")
    ],
    out: Annotated[Path, typer.Option("--out", help="New folder for the rule pack.")],
) -> None:
    """Write the rules of an Alibaba Cloud SCA file as a rule pack; exit 1 when one was left out."""
    from qa_engine.service.authoring.importing import import_sca as carry_over

    imported = carry_over(file, out)
    for note in imported.notes:
        put(f"note: {note}\n")
    for fault in imported.refused:
        put(f"not imported: {fault}\n")
    where = f" in {out}; look at them with: qa-engine rules lint --pack {out}" if imported.ids else "; nothing written"
    left = len({fault.subject for fault in imported.refused})
    say(f"{len(imported.ids)} rules imported, {left} not imported, {len(imported.notes)} notes{where}")
    if imported.refused:
        raise typer.Exit(1)
