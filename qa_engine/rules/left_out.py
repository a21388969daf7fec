"""A rule beside the whole call: its acts are a second witness that a duty was left out."""

from qa_engine.domain import RuleResult, Status
from qa_engine.domain.values import replace
from qa_engine.rules.judgement import Judgement
from qa_engine.rules.looking.view import CallView
from qa_engine.rules.packs.pack import Rule, RulePack
from qa_engine.rules.ports.acts import DUTIES, LeftOut
from qa_engine.rules.ports.baselines import Baselines
from qa_engine.rules.ports.offences import Offences
from qa_engine.rules.written.profile import Profile
from qa_engine.rules.written.truth import Truth

_SETTLED = (Status.FAIL, Status.ERROR)


def judged(
    pack: RulePack,
    rule: Rule,
    call: CallView,
    baselines: Baselines | None,
    profile: Profile,
    offences: Offences | None,
) -> RuleResult:
    """What the rule finds. Where the whole call speaks for its duty's being left out, that is deducted if the rule,
    asked for and judged strictly, finds nothing done either. Where only one of them is sure, or the rule finds no
    occasion, it is a doubt, which flags no call by itself."""
    found = Judgement(pack, rule, call, baselines, profile).result(offences)
    if rule.model.left_out is None or rule.parts or found.status in _SETTLED:
        return found
    said = call.undone.get(rule.model.left_out)
    if said is None:
        return found
    strictly = Judgement(pack, rule, call, baselines, profile, left_out=True)
    message, why = f"整通话{DUTIES[rule.model.left_out]}", _seen(rule.model.left_out, said)
    if strictly.undone and said.sure and found.status is not Status.NOT_APPLICABLE:
        return replace(strictly.finish(Truth.TRUE, offences), message=message, reason=why)
    if not strictly.undone and not (said.sure and found.status is Status.PASS):
        return found
    if found.status is Status.UNCERTAIN:
        return found
    doubt = strictly.finish(Truth.UNCERTAIN, offences)
    return replace(doubt, message=message, reason=f"{why}，须人工复核", quiet=True)


def _seen(duty: str, said: LeftOut) -> str:
    """What the whole call shows (Chinese)."""
    signs = "、".join(f"{title} {value:.0%}" for title, value in said.signs)
    sure = f"把握 {min(said.probability, 0.99):.0%}"
    return f"看整通话，像是{DUTIES[duty]}（{'；'.join(filter(None, (sure, signs)))}）"
