"""Is every second of speech accounted for, do times lie on the sound, and who would lose points by what was heard?

    python -m benchmarks.hearing_checks                                        # the demo calls through the starter
    python -m benchmarks.hearing_checks --model var/models/whisper-base demo-05 demo-16
    python -m benchmarks.hearing_checks --model var/models/whisper-base --recordings own.wav

A recording of one's own has its truth as TSV beside it (see :func:`benchmarks.real_calls.read_call`), a demo call its
script. For each: the turns, those that are judged and why others are not; seconds of speech, how many of them have no
words and say so (*unheard*), and how many have neither (*lost*: must be none); words and turns whose times lie outside
the sound, off the speech or over a silence (*astray*: must be none); errors of all words that were written, judged or
not; and what the base pack makes of it: grade, rules that take points, how many have which status, and what became
of the faults that the script of a demo call plants.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import yaml

import qa_engine
from benchmarks.real_calls import Errors, comparable, read_call
from qa_engine.domain import Call, Speaker, Status, Transcript
from qa_engine.resources import example_calls_dir
from qa_engine.speech import (
    STARTER,
    FasterWhisperRecogniser,
    HearingOptions,
    Recogniser,
    RecognitionOptions,
    SpeechOptions,
    transcribe_recording,
)
from qa_engine.speech.accounting import unheard

_MARGIN_SECONDS = 0.1
_PAUSE_SECONDS = 0.9  # a longer one ends a turn

Said = dict[Speaker, str]


def lost(transcript: Transcript) -> list[tuple[Speaker, float, float]]:
    """Speech for which there are neither words, judged or excluded, nor a note that it was not heard."""
    found = []
    for speaker in {span.speaker for span in transcript.speech}:
        words = [word for turn in transcript.turns if turn.speaker is speaker for word in turn.words]
        silent = unheard([s.span for s in transcript.speech if s.speaker is speaker], words, HearingOptions())
        told = [span.span for span in transcript.unheard if span.speaker is speaker]
        found += [
            (speaker, span.start, span.end)
            for span in silent
            if sum(span.overlap_seconds(other) for other in told) < span.seconds - 0.05
        ]
    return found


def astray(transcript: Transcript) -> Iterator[str]:
    """Times that cannot be: outside the sound, outside their turn, off all speech of the channel, over a silence."""
    seconds = transcript.call.duration or 0.0
    for turn in transcript.turns:
        if turn.start is None or turn.end is None or not 0 <= turn.start <= turn.end <= seconds:
            yield f"turn {turn.index} lies at {turn.start} to {turn.end} of {seconds}"
            continue
        own = [s.span for s in transcript.speech if s.speaker is turn.speaker]
        for word in turn.words:
            if not turn.start - _MARGIN_SECONDS <= word.start <= word.end <= turn.end + _MARGIN_SECONDS:
                yield f"a word of turn {turn.index} lies at {word.start} to {word.end}, outside of it"
            middle = (word.start + word.end) / 2
            if not any(s.start - _MARGIN_SECONDS <= middle <= s.end + _MARGIN_SECONDS for s in own):
                yield f"a word of turn {turn.index} lies at {middle:.2f}, where nobody speaks"
        for before, after in pairwise(turn.words):
            if after.start - before.end > _PAUSE_SECONDS + _MARGIN_SECONDS:
                yield f"turn {turn.index} lasts over a silence of {after.start - before.end:.2f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Account for every second of speech.")
    parser.add_argument("calls", nargs="*", help="demo calls; none: all of them, or none beside --recordings")
    parser.add_argument("--recordings", nargs="+", type=Path, default=[], help="WAV files, their truth as TSV beside")
    parser.add_argument("--model", default=STARTER, help="starter, or the folder of a model")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    recogniser = FasterWhisperRecogniser(options.model, RecognitionOptions(threads=options.threads))
    print(f"model {recogniser.identity.model} {recogniser.identity.model_digest[:19]}")
    faults, whole, begin = 0, Errors(), time.process_time()
    for path, call, channel, said, planted in _chosen(options):
        faults += _row(path, call, channel, said, planted, recogniser, whole)
    print(
        f"in all {100 * whole.rate:.1f} % of {whole.characters} characters wrong (left out {whole.deleted});", end=" "
    )
    print(f"{faults} faults; {time.process_time() - begin:.0f} CPU s")
    return 1 if faults else 0


def _chosen(options: argparse.Namespace) -> Iterator[tuple[Path, Call, str | None, Said, list[str]]]:
    for path in options.recordings:
        own = read_call(path)
        yield path, Call(path.stem), "left", {Speaker.AGENT: own.text(0), Speaker.CUSTOMER: own.text(1)}, []
    if options.recordings and not options.calls:
        return
    for script in sorted((example_calls_dir().parent / "scripts").glob("*.yaml")):
        if options.calls and script.stem not in options.calls:
            continue
        facts = yaml.safe_load(script.read_text(encoding="utf-8"))
        said: Said = {}
        for turn in facts["turns"]:
            who = Speaker(turn["speaker"])
            said[who] = said.get(who, "") + comparable(turn["text"])
        recording = facts["recording"]
        planted = [each["rule"] for each in facts["expected"]["fail"]]
        call = Call(script.stem, scenario=facts["call"].get("scenario"))
        yield example_calls_dir() / recording["file"], call, recording.get("agent_channel"), said, planted


def _errors(transcript: Transcript, said: Said) -> Errors:
    """Of each side on its own; of a recording that mixes them, of all that is said."""
    found = Errors()
    if any(turn.speaker is Speaker.UNKNOWN for turn in transcript.turns):
        found.add("".join(said.values()), comparable("".join(turn.text for turn in transcript.turns)))
        return found
    for who, text in said.items():
        found.add(text, comparable("".join(turn.text for turn in transcript.turns if turn.speaker is who)))
    return found


def _row(
    path: Path, call: Call, channel: str | None, said: Said, planted: list[str], recogniser: Recogniser, whole: Errors
) -> int:
    heard = transcribe_recording(path, call, recogniser=recogniser, options=SpeechOptions(), agent_channel=channel)
    wrong = _errors(heard, said)
    whole.characters += wrong.characters
    whole.substituted, whole.deleted = whole.substituted + wrong.substituted, whole.deleted + wrong.deleted
    whole.inserted += wrong.inserted
    reasons = Counter(turn.excluded.value for turn in heard.turns if turn.excluded is not None)
    silent, gone = sum(s.span.seconds for s in heard.unheard), lost(heard)
    strange = list(astray(heard))
    result = qa_engine.inspect(heard, pack=qa_engine.load_pack("base"), scorecard="standard")
    taking = [rule.id for rule in result.rules if rule.status is Status.FAIL and rule.points]
    print(
        f"{path.stem:10} {heard.call.duration:6.1f} s; turns {len(heard.turns)}, judged"
        f" {sum(turn.excluded is None for turn in heard.turns)}{_listed(reasons)}; speech"
        f" {sum(s.span.seconds for s in heard.speech):.1f} s, unheard {silent:.1f}, lost {len(gone)},"
        f" astray {len(strange)}; wrong {100 * wrong.rate:.1f} %; {result.grade},"
        f" takes points: {', '.join(taking) or 'none'}"
    )
    statuses = {rule.id: rule.status.value for rule in result.rules}
    print(f"    {_listed(Counter(statuses.values())).strip(' ()')}", end="")
    found = [f"{rule} {statuses.get(rule, 'not in the pack')}" for rule in planted]
    print(f"; planted: {', '.join(found) or 'none'}", flush=True)
    for fault in [*(f"  lost: {who.value} {start} to {end}" for who, start, end in gone), *strange]:
        print(f"    {fault}")
    return len(gone) + len(strange)


def _listed(reasons: Counter[str]) -> str:
    return f" ({', '.join(f'{reason} {count}' for reason, count in sorted(reasons.items()))})" if reasons else ""


if __name__ == "__main__":
    sys.exit(main())
