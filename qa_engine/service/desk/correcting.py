"""Words that were heard wrong: corrected beside what was heard, and the call is judged again on what was said."""

from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from qa_engine import contract
from qa_engine.contract.stored import call_from_text, result_to_text, transcript_from_text, transcript_to_text
from qa_engine.domain import CallState, Transcript, Turn, Word, digest
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, FaultKind, UsageError
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.context import App
from qa_engine.service.desk.work import held, touch
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.people.audit import Action, note
from qa_engine.service.ports.judge import result_key
from qa_engine.service.stages.keeping import keep_packs
from qa_engine.service.stages.parts import keep_parts
from qa_engine.store import calls, outcomes, review_tables, reviews
from qa_engine.text.numerals import NUMERAL_CHARS
from qa_engine.text.segment import cut

MOST_CHARS = 2000
LONGEST = 12
"""Characters of a hot word; what is longer is a sentence."""
CORRECTED = "corrected"
_MARKS = "，。？！、；：,.?!;: "
_PUNCTUATION = frozenset(_MARKS)
_NUMERALS = NUMERAL_CHARS | frozenset("0123456789*")


@dataclass(frozen=True, slots=True)
class HotWord:
    """Something that was heard as something else: material for the recogniser's hot words."""

    said: str
    heard: str
    times: int


def correct_text(app: App, call_id: str, *, turn: int, heard: str, said: str, version: int, who: Actor) -> int:
    """Write down what was said in a turn and judge the call again; the new version of the work on it.

    Raises as `qa_engine.service.desk.work.decide`, and UsageError for a turn that is not there, or for words with a
    masked number: the mask must not become the text.
    """
    said = said.strip()
    if not said or len(said) > MOST_CHARS or said == heard:
        raise UsageError(f"a correction is another text of 1 to {MOST_CHARS} characters").of(
            FaultKind.BAD_CORRECTION, MOST_CHARS
        )
    now = app.clock.now()
    with app.database.read() as session:
        call, _ = held(session, call_id, version, who, now)
        if call.transcript is None:
            raise ConflictError(f"call {call_id} has no transcript")
        facts, before, body = call_from_text(call.facts), call.transcript, call.transcript.body
    transcript = transcript_from_text(body, facts)
    old = next((one for one in transcript.turns if one.index == turn), None)
    if old is None or "*" in said:
        raise UsageError(f"call {call_id}: turn {turn} cannot be corrected with these words (masked numbers stay)").of(
            FaultKind.BAD_CORRECTION, MOST_CHARS
        )
    corrected = _with_words(transcript, turn, said)
    name = contract.transcript_digest(corrected)
    judge = app.judge
    offences, baselines = StoredOffences(app.database), StoredBaselines(app.database)
    result = judge.judge(corrected, name, offences=offences, baselines=baselines)
    key = result_key(judge, facts, name)
    with app.database.write() as session:
        call, review = held(session, call_id, version, who, now)
        row = outcomes.save_transcript(
            session,
            source_digest=before.source_digest,
            settings_digest=digest({CORRECTED: before.digest, "turn": turn, "said": said}),
            digest=name,
            body=transcript_to_text(corrected),
            now=now,
        )
        keep_packs(session, [(judge, judge.scorecard_for(facts))], now)
        [stored] = outcomes.save_results(session, [(result, key, result_to_text(result))], now=now)
        session.flush()
        session.add(
            review_tables.Correction(
                call_pk=call.id, before_id=before.id, after_id=row.id, turn=turn, heard=old.text, said=said,
                who=who.id, who_name=who.name, at=now,
            )
        )  # fmt: skip
        if call.state != CallState.IN_REVIEW.value:
            calls.move(session, call, CallState.IN_REVIEW, actor=who.id, now=now)
        call.transcript_id, call.result_id, review.result_id = row.id, stored.id, stored.id
        calls.note(session, call, actor=who.id, action=CORRECTED, detail=f"turn {turn + 1}", now=now)
        note(session, app, who, Action.VERDICT, call_pk=call.id, subject=f"turn {turn + 1}", detail=CORRECTED)
        touch(review, now)
        rings = keep_parts(session, call, row, result, digits=app.settings.agent_id_digits, now=now)
        number = review.version
    ring(app, rings)
    return number


def _with_words(transcript: Transcript, turn: int, said: str) -> Transcript:
    """The transcript with other words in one turn."""
    turns = (_corrected(one, said) if one.index == turn else one for one in transcript.turns)
    return replace(transcript, turns=tuple(turns))


def hot_words(app: App, *, who: Actor, limit: int = 50) -> tuple[HotWord, ...]:
    """What people corrected most: whole words, numbers apart. Raises NotAllowed."""
    require(who, Right.REVIEW)
    with app.database.read() as session:
        rows = reviews.latest_corrections(session, limit=2000)
    counted = Counter(piece for row in rows for piece in _differences(row.heard, row.said))
    return tuple(HotWord(said, heard, times) for (said, heard), times in counted.most_common(limit))


def _differences(heard: str, said: str) -> list[tuple[str, str]]:
    """The words of ``said`` that stand where something else was heard, and what was heard there."""
    found = [one for one in SequenceMatcher(None, heard, said, autojunk=False).get_opcodes() if one[0] != "equal"]
    pieces: list[list[int]] = []  # begin and end in ``said``, in ``heard``
    words = _word_places(said)
    for _, a, b, c, d in found:
        if not said[c:d].strip(_MARKS):
            continue
        begin = next(start for start, stop in words if start <= c < stop)
        end = next(stop for start, stop in words if start < d <= stop)
        if pieces and begin <= pieces[-1][1]:
            pieces[-1][1:] = [max(end, pieces[-1][1]), pieces[-1][2], b + max(0, end - d)]
        else:
            pieces.append([begin, end, a - (c - begin), b + (end - d)])
    told = [(said[begin:end].strip(_MARKS), heard[max(0, a) : b].strip(_MARKS)) for begin, end, a, b in pieces]
    return [one for one in told if 0 < len(one[0]) <= LONGEST and one[0] != one[1] and not set(one[0]) <= _NUMERALS]


def _word_places(text: str) -> list[tuple[int, int]]:
    """Where each word of a text lies; a word of one character lies with the one behind it, too short to be expected."""
    places, at = [], 0
    for word in cut(text):
        places.append((at, at + len(word)))
        at += len(word)
    joined: list[tuple[int, int]] = []
    for begin, end in places:
        before = joined[-1] if joined else None
        alone = before is not None and before[1] - before[0] == 1
        if before is not None and alone and not {text[before[0]], text[begin]} & set(_MARKS):
            joined[-1] = (before[0], end)
        else:
            joined.append((begin, end))
    return joined


def _corrected(turn: Turn, said: str) -> Turn:
    """The turn with what was said; times of what stays are kept, the rest shares the time of what it replaces."""
    return replace(turn, text=said, words=_words(turn, said), confidence=1.0 if turn.confidence is not None else None)


def _words(turn: Turn, said: str) -> tuple[Word, ...]:
    if not turn.words:
        return ()
    chars: list[tuple[str, float, float, float | None]] = []
    for word in turn.words:
        each = (word.end - word.start) / max(1, len(word.text))
        chars += [
            (char, word.start + n * each, word.start + (n + 1) * each, word.probability)
            for n, char in enumerate(word.text)
        ]
    wanted = [char for char in said if char not in _PUNCTUATION]
    words: list[Word] = []
    matcher = SequenceMatcher(None, [char for char, *_ in chars], wanted, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            words += [Word(char, start, end, probability) for char, start, end, probability in chars[a:b]]
        elif d > c:
            begin = chars[a][1] if a < len(chars) else chars[-1][2]
            finish = chars[b - 1][2] if b > a else begin
            each = (finish - begin) / (d - c)
            words += [Word(char, begin + n * each, begin + (n + 1) * each, 1.0) for n, char in enumerate(wanted[c:d])]
    return tuple(replace(word, start=round(word.start, 3), end=round(word.end, 3)) for word in words)
