"""The complaint register: whether a call is a complaint, of which class, and by when somebody must come back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from qa_engine.domain import ComplaintCase, Deadline, Speaker, Transcript, WorkCalendar
from qa_engine.rules.looking.exclusions import ReadyExclusion
from qa_engine.rules.looking.lexicon import Lexicon
from qa_engine.rules.looking.matching import PhraseSet
from qa_engine.rules.looking.view import CallView
from qa_engine.rules.ports.tones import NoTones
from qa_engine.rules.written.duties import ComplaintClass, Complaints, TimeLimit

COMPLAINT_SCENARIO = "complaint"
_TIMES = ("complaint_received_at", "first_feedback_at", "solved_at", "result_feedback_at")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a class or of the triggers, ready to be found."""

    phrases: PhraseSet
    excuse: ReadyExclusion

    def first(self, call: CallView) -> tuple[int, str] | None:
        """Turn and shown words where the customer first says one of them."""
        for view in call.turns_of(Speaker.CUSTOMER):
            for match in sorted(self.phrases.exact(view.scanned), key=lambda m: m.start):
                place = (match.start, match.end)
                if view.borders.stand(*place) and not self.excuse.excuses(call, view, place):
                    start, end = view.scanned.plain.base.span_to_source(match.start, match.end)
                    return view.turn.index, view.turn.text[start:end]
        return None


@dataclass(frozen=True, slots=True)
class Register:
    """The complaint classes of a pack, ready: ``words`` belong to the classes in their order."""

    rules: Complaints
    triggers: Words
    words: Sequence[Words]
    calendar: WorkCalendar

    def case(self, transcript: Transcript, lexicon: Lexicon) -> ComplaintCase | None:
        """The complaint that a call is, None when it is none.

        The class is ``complaint_class`` of the metadata (its id or title) where given, else the first whose words the
        customer says. Times are ISO texts in the metadata: ``complaint_received_at`` (else the start of the call),
        ``first_feedback_at``, ``solved_at``, ``result_feedback_at``.
        """
        call = transcript.call
        view = CallView(transcript, lexicon, NoTones())
        given = str(call.metadata.get("complaint_class") or "")
        demanded = self.triggers.first(view)
        if call.scenario != COMPLAINT_SCENARIO and not given and demanded is None:
            return None
        level, basis, place = self._grade(view, given)
        zone = call.started_at.tzinfo if call.started_at is not None else None
        told = {name: moment_of(call.metadata.get(name), zone) for name in _TIMES}
        received = told["complaint_received_at"] or call.started_at
        return ComplaintCase(
            level=level.id,
            title=level.title,
            basis=basis,
            received_at=received,
            first_feedback=self._deadline(level.first_feedback, received, told["first_feedback_at"]),
            result=self._deadline(self.rules.result, told["solved_at"], told["result_feedback_at"], "解决后 "),
            turn=place[0] if place else None,
            text=place[1] if place else "",
        )

    def _grade(self, view: CallView, given: str) -> tuple[ComplaintClass, str, tuple[int, str] | None]:
        for level in self.rules.classes:
            if given in (level.id, level.title):
                return level, "随通话登记", None
        for level, words in zip(self.rules.classes, self.words, strict=True):
            if (place := words.first(view)) is not None:
                return level, f"客户说「{place[1]}」", place
        return self.rules.classes[-1], "没有说到更紧急的情形", None

    def _deadline(
        self, limit: TimeLimit, since: dt.datetime | None, done: dt.datetime | None, prefix: str = ""
    ) -> Deadline:
        due = limit.after(since, self.calendar) if since is not None else None
        return Deadline(prefix + limit.words, due, done)


def moment_of(value: object, zone: dt.tzinfo | None) -> dt.datetime | None:
    """A time of the metadata on the clocks of ``zone``, which is its own where it names none.

    None when it is no time, or its zone is not known.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone) if zone is not None else None
    return moment.astimezone(zone) if zone is not None else moment
