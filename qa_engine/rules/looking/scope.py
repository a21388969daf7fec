"""What an operator gets to see: the call, the region to look at, and how to turn finds into hits and an answer."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qa_engine.domain import Ladder, NearestMiss, Searched, Speaker, Word
from qa_engine.domain.values import dataclass
from qa_engine.rules.looking.exclusions import ReadyExclusion
from qa_engine.rules.looking.heard import doubt
from qa_engine.rules.looking.outcome import MOST_HITS, NOTHING, Hit, Outcome, Sought
from qa_engine.rules.looking.region import Region
from qa_engine.rules.looking.view import CallView, Piece, TurnView
from qa_engine.rules.ports.baselines import Baseline, Baselines, VoiceMeasure
from qa_engine.rules.written.fields import speaker_of
from qa_engine.rules.written.models import Header
from qa_engine.rules.written.truth import Truth
from qa_engine.wording import LADDERS, WHO

SPEAKER_TITLE = WHO
LEAST_CHARS = 2  # the shortest thing to say that is worth looking for


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything one operator needs for one condition of one call. It changes nothing outside of itself.

    ``proof`` says that finding nothing costs points, so absence must be proven; ``loose`` that near hits count;
    ``first_enough`` that no hits are wanted beyond those that make the condition true; ``strictly``, where the whole
    call speaks for the duty's being left out, how surely a turn must do one of its acts to fulfil it by words.
    """

    call: CallView
    name: str
    fields: Any
    prepared: Any
    region: Region
    header: Header
    proof: bool
    loose: bool
    first_enough: bool
    excuses: tuple[ReadyExclusion, ...]
    outcome_of: Callable[[str], Outcome]
    baselines: Baselines | None = None
    strictly: float = 0.0
    nobodys: bool = False  # looks at turns that nobody knows who said, whatever role the condition is bound to

    @property
    def speaker(self) -> Speaker | None:
        """The speaker whose words are looked at; None is anybody."""
        return Speaker.UNKNOWN if self.nobodys else speaker_of(self.fields.who)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return self.region.pieces

    def long_run(self, measure: VoiceMeasure) -> Baseline | None:
        """What is usual for the agent of this call, out of earlier calls; None for customers and where nobody knows."""
        call = self.call.transcript.call
        if self.baselines is None or self.speaker is not Speaker.AGENT or call.agent.id is None:
            return None
        if call.started_at is None:
            return None
        return self.baselines.before(measure=measure, agent_id=call.agent.id, moment=call.started_at)

    def excused(self, view: TurnView, place: tuple[int, int]) -> bool:
        """True when an ``unless`` of the condition applies at a place of the normalised text."""
        for excuse in self.excuses:  # noqa: SIM110 - any() takes twice as long, and this is asked of every hit
            if excuse.excuses(self.call, view, place):
                return True
        return False

    def words(
        self,
        view: TurnView,
        place: tuple[int, int],
        explanation: Callable[[str], str],
        *,
        pattern: str | None = None,
        ladder: Ladder | None = None,
        score: float = 100.0,
        value: float | None = None,
    ) -> Hit | None:
        """The hit at ``place`` ([start, end) in the normalised text), or None outside of the region or when excused.

        A near hit is certain only where near hits count; a hit in a turn that was hardly understood is certain only
        where finding it speaks for the agent.
        """
        start, end = view.scanned.plain.base.span_to_source(*place)
        touched = view.words_at(start, end)
        begins, ends = view.times(start, end, touched)
        text = view.turn.text[start:end]
        unsure = ladder not in (None, Ladder.EXACT) and not self.loose
        misheard = not self.loose and self._misheard(view, touched)
        hit = Hit(
            begin=(view.order, start),
            finish=(view.order, end),
            speaker=view.turn.speaker,
            text=text,
            explanation=explanation(text),
            turn=view.turn.index,
            span=(start, end),
            start=begins,
            end=ends,
            pattern=pattern,
            ladder=ladder,
            score=score,
            certain=not (unsure or misheard),
            value=value,
        )
        return hit if self.region.covers(hit) and not self.excused(view, place) else None

    def _misheard(self, view: TurnView, words: Sequence[Word]) -> bool:
        """True when the turn, or on average some ``words`` of it, are under their floor."""
        confidence, heard = view.turn.confidence, self.header.heard
        if confidence is not None and confidence < heard.min_confidence:
            return True
        probabilities = [word.probability for word in words if word.probability is not None]
        return bool(probabilities) and sum(probabilities) / len(probabilities) < heard.min_word_probability

    def measured(self, view: TurnView, explanation: str, *, value: float) -> Hit:
        """A hit that is a whole turn."""
        turn = view.turn
        return Hit(
            begin=(view.order, 0),
            finish=(view.order, len(turn.text)),
            speaker=turn.speaker,
            text=turn.text,
            explanation=explanation,
            turn=turn.index,
            span=(0, len(turn.text)),
            start=turn.start,
            end=turn.end,
            value=value,
        )

    def about_call(self, explanation: str, *, value: float | None = None) -> Hit:
        """A hit that is the whole call or a fact about it."""
        last = (len(self.call.all_turns), 0)
        return Hit((0, 0), last, None, "", explanation, start=None, end=None, value=value)

    def answer(self, hits: Iterable[Hit], *, need: int | None = None) -> Outcome:
        """TRUE when there are enough certain hits, UNCERTAIN when only unsure ones make them enough, else FALSE.

        Of more than ``MOST_HITS`` the first are kept.
        """
        found = tuple(hits)
        if len(found) > 1:
            found = tuple(sorted(found, key=lambda hit: (hit.begin, hit.finish))[:MOST_HITS])
        wanted = self.fields.min_hits if need is None else need
        if not found and wanted > 0:
            return NOTHING
        certain = sum([hit.certain for hit in found])
        if certain >= wanted:
            return Outcome(Truth.TRUE, found)
        if len(found) >= wanted:
            return Outcome(Truth.UNCERTAIN, found, reason=unsure_reason(found))
        return Outcome(Truth.FALSE, found)

    def missing(
        self,
        outcome: Outcome,
        nearest: Callable[[], NearestMiss | None] | None = None,
        *,
        least_chars: int = LEAST_CHARS,
    ) -> Outcome:
        """A FALSE answer with its proof; UNCERTAIN with the reason when the window was not well heard.

        ``least_chars`` 字 would have been enough to be found: in so long a badly heard stretch it may be hidden.
        """
        if outcome.truth is not Truth.FALSE or not self.proof:
            return outcome
        return self.proven(Outcome(Truth.FALSE, outcome.hits), nearest, least_chars=least_chars)

    def proven(
        self,
        outcome: Outcome,
        nearest: Callable[[], NearestMiss | None] | None = None,
        *,
        least_chars: int = LEAST_CHARS,
    ) -> Outcome:
        """``outcome`` with where was searched, or UNCERTAIN when that place was not well heard."""
        reason = doubt(self.call, self.region, self.speaker, self.header.heard, least_chars=least_chars)
        where = Searched(
            condition=self.name,
            window=self.region.label,
            turns=self.region.turns,
            start=self.region.first_start,
            end=self.region.last_end,
        )
        searched = (where if nearest is None else Sought(where, nearest),)
        if reason:
            return Outcome(Truth.UNCERTAIN, outcome.hits, searched, reason)
        return Outcome(outcome.truth, outcome.hits, searched)


def unsure_reason(hits: Sequence[Hit]) -> str:
    """Why hits that are not certain need a person."""
    unsure = [hit for hit in hits if not hit.certain]
    if not unsure:
        return ""
    first = unsure[0]
    if first.doubt:
        return first.doubt
    if first.ladder is not None and first.ladder is not Ladder.EXACT:
        return f"「{first.text}」与「{first.pattern}」只是{LADDERS[first.ladder]}，须人工复核"
    return f"「{first.text}」或所在话轮识别置信度低，须人工复核"
