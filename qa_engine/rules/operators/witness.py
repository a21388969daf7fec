"""The second witness of words: the service act of the turn in which they were said.

Words that were found are one witness, what the turn does is another (`Witness`). Where finding them speaks against the
agent, a hit is certain only when both speak; either alone is a doubt that says which. Where not finding them does, the
act is as good as the words, and their absence is certain only when the model is sure that no turn does it either.
Without a model only wordings that are a duty by themselves (``witness: wording``, or none) are judged.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from types import MappingProxyType

from qa_engine.domain import Speaker
from qa_engine.domain.values import replace
from qa_engine.rules.looking.outcome import NOTHING, Hit, Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.words.act import Wanted, act_hit, excused
from qa_engine.rules.ports.acts import ACTS_OF, AGREEING, DEFAULT_ABOVE, NO_ACTS, ActLimits, act_titles
from qa_engine.rules.written.fields import WHO_TITLE, Spoken, Witness
from qa_engine.rules.written.truth import Truth

WORDING, PHRASE, PATTERN, ACT, MEASURE = "wording", "phrase", "pattern", "act", "measure"
LIST_RECALL = 0.83
"""How many of the duties that are done the lists find: lower end of the 95 % interval of 237 of 272, counted on plain
good calls that were written apart from the lists (``benchmarks/rule_precision.py`` counts it anew)."""
MISSED = 0.1  # one fault in ten may be none: what is asked of every rule that deducts alone (``LEAST_PRECISION``)
NEARLY = 0.3  # an act that is so much less likely than the one it speaks against says nothing
_NOTHING: Mapping[str, float] = MappingProxyType({})
NO_MODEL = "没有启用服务行为模型，只有字句一个证据，须人工复核"


def witness_of(fields: object) -> Witness | None:
    """The second witness that a condition wants; None where its words are enough."""
    return fields.witness if isinstance(fields, Spoken) and isinstance(fields.witness, Witness) else None


def asked(scope: Scope, operator: Callable[[Scope], Outcome]) -> Outcome:
    """What a condition finds, with its witness. Everyday words are only looked for where an act is done."""
    witness = witness_of(scope.fields)
    if witness is not None and witness.common:
        doing = _doing(scope, witness)
        near = [piece for piece in scope.pieces if piece.view.turn.index in doing]
        done = tuple([piece for piece in near if not _gainsaid(scope, witness, piece.view)])
        if not done:
            return NOTHING
        scope = replace(scope, region=replace(scope.region, pieces=done))
    return witnessed(scope, operator(scope))


def _gainsaid(scope: Scope, witness: Witness, view: TurnView) -> bool:
    """Whether the turn does one of the acts that speak against the witness, and no less likely than the witness's."""
    chance = scope.call.chances.get(view.turn.index, _NOTHING).get
    against = max([chance(act, 0.0) for act in witness.gainsaid], default=0.0)
    return against >= DEFAULT_ABOVE and against >= max([chance(act, 0.0) - NEARLY for act in witness.acts])


def witnessed(scope: Scope, outcome: Outcome) -> Outcome:
    """What a condition on words found, weighed with what the turns do."""
    witness = witness_of(scope.fields)
    if witness is None or scope.call.acts.digest == AGREEING or outcome.truth is Truth.ERROR:
        return outcome
    return _duty(scope, witness, outcome) if scope.loose else _offence(scope, witness, outcome)


def _offence(scope: Scope, witness: Witness, outcome: Outcome) -> Outcome:
    if scope.call.acts.digest == NO_ACTS:
        return _again(scope, outcome, [_doubted(hit, NO_MODEL) for hit in outcome.hits])
    doing = _doing(scope, witness) if outcome.hits else frozenset()
    hits = [_supported(scope, witness, hit, doing) for hit in outcome.hits]
    hits += _acts_alone(scope, witness, {hit.turn for hit in hits})
    return _again(scope, outcome, hits)


def _again(scope: Scope, outcome: Outcome, hits: list[Hit]) -> Outcome:
    """The answer with these hits; an outcome that nothing was found for stays as it is."""
    return scope.answer(hits) if hits else outcome


def _supported(scope: Scope, witness: Witness, hit: Hit, doing: Set[int]) -> Hit:
    """The hit, in doubt when its turn is none of those that do one of the acts."""
    if hit.turn in doing:
        return replace(hit, witnesses=(PATTERN if witness.common else PHRASE, ACT))
    reading = scope.call.act_of.get(hit.turn) if hit.turn is not None else None
    who = _speaker(scope)
    wanted = act_titles(witness.acts, who)
    read = f"读作「{ACTS_OF[who][reading.acts[0].act]}」" if reading is not None and reading.acts else "没有读出行为"
    doubt = f"「{hit.text}」只有字句一个证据：这句话按意思{read}，不像{wanted}，须人工复核"
    return _doubted(hit, doubt)


def _doubted(hit: Hit, doubt: str) -> Hit:
    return replace(hit, certain=False, doubt=hit.doubt or doubt, witnesses=(PHRASE,))


def _doing(scope: Scope, witness: Witness) -> Set[int]:
    """The indices of the turns that do one of the acts that speak beside words."""
    above = DEFAULT_ABOVE if witness.above is None else witness.above
    acts = (*witness.acts, *witness.supports) if witness.supports else witness.acts
    return Wanted(_speaker(scope), acts, above).turns(scope.call)


def _acts_alone(scope: Scope, witness: Witness, worded: set[int | None]) -> Iterator[Hit]:
    """Turns in which the model is sure of an act, and no words of the lists were said: a doubt of its own."""
    if witness.alone is None:
        return
    wanted = Wanted(_speaker(scope), witness.acts, witness.alone)
    silent = [view for view in _views(scope) if view.turn.index not in worded]
    for view, said in wanted.finds(scope.call, silent):
        if _gainsaid(scope, witness, view):
            continue
        hit = act_hit(scope.call, view, said)
        if scope.region.covers(hit) and not excused(scope, view, hit):
            title = ACTS_OF[wanted.speaker][said.act]
            doubt = f"没有说到列出的字句，但按意思像「{title}」（把握 {hit.value}%），须人工复核"
            yield replace(hit, certain=False, doubt=doubt, witnesses=(ACT,))


def _duty(scope: Scope, witness: Witness, outcome: Outcome) -> Outcome:
    if outcome.truth is Truth.TRUE:
        if not scope.strictly:
            return outcome
        outcome = _meant(scope, witness, outcome)
    if scope.call.acts.digest == NO_ACTS:
        reason = outcome.reason or "没有启用服务行为模型，换个说法也可能说到了，须人工复核"
        return Outcome(Truth.UNCERTAIN, outcome.hits, outcome.searched, reason)
    wanted = Wanted(_speaker(scope), witness.acts, "sure" if witness.above is None else witness.above)
    finds = wanted.finds(scope.call, _views(scope))
    least = max(DEFAULT_ABOVE, scope.strictly)
    found = [act_hit(scope.call, view, said) for view, said in finds if said.probability >= least]
    hits = [replace(hit, witnesses=(ACT,)) for hit in found if scope.region.covers(hit)]
    if hits:
        return scope.answer([*outcome.hits, *hits])
    if outcome.truth is not Truth.FALSE or not scope.proof:
        return outcome
    doubt = "" if scope.strictly else _not_sure(scope, witness)
    return Outcome(Truth.UNCERTAIN, outcome.hits, outcome.searched, doubt) if doubt else outcome


def _meant(scope: Scope, witness: Witness, outcome: Outcome) -> Outcome:
    """The words that do one of the acts by meaning, too; where none does, nothing was found, and where is said."""
    doing = Wanted(_speaker(scope), (*witness.acts, *witness.supports), scope.strictly).turns(scope.call)
    found = scope.answer([hit for hit in outcome.hits if hit.turn in doing])
    return scope.missing(found) if found.truth is Truth.FALSE else found


def _not_sure(scope: Scope, witness: Witness) -> str:
    """Why it is not sure that none of the acts was done (Chinese); empty when it is.

    The words of a list find a duty that is done with `LIST_RECALL`, so that a turn without them that does it with
    probability p does it with the odds p / (1 - p) times what the list misses. Over all turns that is to be at most
    `MISSED`: a duty that the machine misses was then done in one call of ten.
    """
    who, missed = _speaker(scope), 1 - LIST_RECALL
    none_did, nearest = 1.0, (0.0, 0, "")
    absent = {act: _absent(scope, who, act) for act in witness.acts}
    for view in _views(scope):
        for act, probability in scope.call.chances.get(view.turn.index, _NOTHING).items():
            if act not in absent or probability <= absent[act]:
                continue
            p = min(probability, 0.999)
            none_did *= 1 - p * missed / (p * missed + 1 - p)
            nearest = max(nearest, (probability, view.turn.index, act))
    if 1 - none_did <= MISSED:
        return ""
    probability, turn, act = nearest
    return f"第 {turn + 1} 个话轮可能已经{ACTS_OF[who][act]}（把握 {probability:.0%}），不能确定没有做到"


def _absent(scope: Scope, who: Speaker, act: str) -> float:
    """The probability up to which a turn is taken not to do the act at all."""
    return scope.call.acts.limits.get((who, act), ActLimits()).absent


def _views(scope: Scope) -> list[TurnView]:
    return [piece.view for piece in scope.pieces]


def _speaker(scope: Scope) -> Speaker:
    assert scope.speaker is not None  # checked when the pack was loaded
    return scope.speaker


def describe_witness(fields: object) -> str:
    """What a condition wants beside its words, for a rule in plain Chinese; empty for none."""
    witness = witness_of(fields)
    if witness is None:
        return ""
    who = Speaker(fields.speaker) if isinstance(fields, Spoken) else Speaker.AGENT
    return f"，并按意思看{WHO_TITLE[who.value]}这句话是不是{act_titles(witness.acts, who)}"
