"""A rule beside the whole call: its acts and words are further witnesses that a duty was left out."""

from functools import partial

from qa_engine.domain import Evidence, RuleResult, Status
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
WEAKLY, SURELY = 0.3, 0.95  # how probable an act must be in a turn whose words are to fulfil its duty


def judged(
    pack: RulePack,
    rule: Rule,
    call: CallView,
    baselines: Baselines | None,
    profile: Profile,
    offences: Offences | None,
) -> RuleResult:
    """What the rule finds. Where the whole call speaks for its duty's being left out, that is deducted if the rule,
    judged strictly, finds nothing done either, or if acts and words of the call are both sure of it, and no turn that
    surely does it was found. Where one alone is sure, it is a doubt, which flags no call by itself."""
    found = Judgement(pack, rule, call, baselines, profile).result(offences)
    if rule.model.left_out is None or rule.parts or found.status in _SETTLED:
        return found
    said = call.undone.get(rule.model.left_out)
    if said is None:
        return found
    asked = partial(Judgement, pack, rule, call, baselines, profile)
    strictly = asked(strictly=WEAKLY)
    undone, message = strictly.undone, f"整通话{DUTIES[rule.model.left_out]}"
    why = _seen(rule.model.left_out, said)
    if undone is Truth.FALSE and said.firm and found.status is not Status.NOT_APPLICABLE:
        strictly = asked(strictly=SURELY)
        both = strictly.undone is Truth.TRUE
    else:
        both = undone is Truth.TRUE and said.sure
    if both:
        words = _words(call, rule.model.left_out, said)
        return replace(strictly.finish(Truth.TRUE, offences), message=message, reason=why, call_words=words)
    if undone is not Truth.TRUE and not (said.sure and found.status is Status.PASS):
        return found
    if found.status is Status.UNCERTAIN:
        return found
    words = _words(call, rule.model.left_out, said)
    doubt = strictly.finish(Truth.UNCERTAIN, offences)
    return replace(doubt, message=message, reason=f"{why}，须人工复核", quiet=True, call_words=words)


def _seen(duty: str, said: LeftOut) -> str:
    """What the whole call shows (Chinese)."""
    signs = "、".join(f"{title} {value:.0%}" for title, value in said.signs)
    sure = f"把握 {min(said.probability, 0.99):.0%}"
    return f"看整通话，像是{DUTIES[duty]}（{'；'.join(filter(None, (sure, signs)))}）"


def _words(call: CallView, duty: str, said: LeftOut) -> tuple[Evidence, ...]:
    """Which words of the call speak for it, where its words do."""
    if said.words is None:
        return ()
    found = []
    for turn, word in call.why_undone(duty):
        view = call.all_turns[turn]
        start, end = view.times(*word.span)
        found.append(
            Evidence(
                condition=duty,
                operator="left_out",
                turn=turn,
                speaker=view.turn.speaker,
                start=start,
                end=end,
                span=word.span,
                text=word.text,
                explanation=f"整通话里最像{DUTIES[duty]}的用词之一",
                score=round(100 * said.words, 1),
            )
        )
    return tuple(found)
