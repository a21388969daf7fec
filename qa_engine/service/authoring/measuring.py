"""Counting how often people found the faults of each rule to be faults (see `review_counts` for what reads that)."""

from collections.abc import Mapping

from qa_engine.domain.people import Actor, Right, require
from qa_engine.private import private_folder
from qa_engine.service.centre.review_counts import FILE
from qa_engine.service.context import App
from qa_engine.store import reviews

HEAD = "# 复核中属实的次数与被复核的扣分次数：由 qa-engine rules measure 写出，随时可以重写。\nmeasured:"


def measure_reviews(app: App, *, known: frozenset[str], who: Actor) -> Mapping[str, tuple[int, int]]:
    """Count (right, reviewed) faults of each of the ``known`` rules and write them for the next judgement.

    Only faults that the machine had found count: by its doubts nobody lost a point. Raises NotAllowed.
    """
    require(who, Right.CHANGE_RULES)
    with app.database.read() as session:
        found = reviews.rule_verdicts(session)
    counts = {
        rule: (said.confirmed, said.confirmed + said.overturned)
        for rule, said in found.items()
        if rule in known and said.confirmed + said.overturned
    }
    rows = "".join(f"\n  {rule}: {{reviews: [{right}, {of}]}}" for rule, (right, of) in counts.items())
    path = private_folder(app.settings.home) / FILE
    draft = path.with_suffix(".tmp")
    draft.write_text(HEAD + (rows or " {}") + "\n", encoding="utf-8")
    draft.replace(path)
    return counts
