"""How long one call takes against a rule pack that is loaded, and what plain string search takes for the phrases alone.

    python -m benchmarks.rules_speed            # some two minutes
    python -m benchmarks.rules_speed --small    # a few seconds; the numbers mean little

Measured: ``qa_engine.rules.evaluate`` on one core, on different calls of 5 minutes (60 turns, about 1,500 characters),
each time on text that was not seen before (caches of normalised text are emptied in front of every call). Reading the
transcript and scoring are not in it; loading the pack is told apart.

Beside it, on the same calls and phrases: a loop of ``phrase in turn`` and one ``re`` alternation. Both get the turns
already normalised, for nothing, and find exact spellings only: no sounds, no similarity, no windows, no negation, no
evidence. The automaton's own search of the same plain layer is in the table, too, and has to find the same phrases.
"""

import argparse
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.material import PackFacts, base_pack, call, grown_pack
from qa_engine.classify import see_call
from qa_engine.collecting import settle
from qa_engine.domain import Transcript
from qa_engine.rules import FixedActs, FixedTones, evaluate
from qa_engine.rules.looking.lexicon import Layer
from qa_engine.service.adapters.act_model import open_acts
from qa_engine.service.adapters.outcome_model import open_outcome
from qa_engine.service.adapters.tone_model import open_tones
from qa_engine.settings import load_settings
from qa_engine.text import count_chars, normalise, segment, skeleton
from qa_engine.text.homophones import fold_homophones

_LIBRARIES = ("pyahocorasick", "rapidfuzz", "regex", "pypinyin")


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds a call, over all rounds.

    ``least_cpu``: the CPU time of each call in its fastest round, averaged over the calls. CPU time grows where other
    programs share the caches of the core; this is the nearest to a core of one's own.
    """

    wall: float
    cpu: float
    least_cpu: float
    slow: float  # wall time that one call in twenty exceeds

    @classmethod
    def of(cls, walls: Sequence[float], cpus: Sequence[Sequence[float]]) -> "Timing":
        """``cpus`` by call, then by round."""
        ordered = sorted(walls)
        slow = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        every = [seconds for rounds in cpus for seconds in rounds]
        least = statistics.mean(map(min, cpus))
        return cls(statistics.median(walls) * 1e3, statistics.median(every) * 1e3, least * 1e3, slow * 1e3)


def forget_texts() -> None:
    """As if no text of a call had been seen before."""
    normalise.cache_clear()
    skeleton.cache_clear()
    count_chars.cache_clear()


def measure(
    work: Callable[[Transcript], object], calls: Sequence[Transcript], rounds: int, before: Callable[[], None]
) -> Timing:
    walls: list[float] = []
    cpus: list[list[float]] = [[] for _ in calls]
    for transcript in calls:
        work(transcript)  # tables of characters and sounds fill themselves with the first calls
    for _ in range(rounds):
        for transcript, seconds in zip(calls, cpus, strict=True):
            before()
            wall, cpu = time.perf_counter(), time.process_time()
            work(transcript)
            seconds.append(time.process_time() - cpu)
            walls.append(time.perf_counter() - wall)
    return Timing.of(walls, cpus)


def plain_turns(transcript: Transcript) -> list[str]:
    """The turns as phrases are compared with them."""
    return [fold_homophones(skeleton(turn.text).text) for turn in transcript.turns]


def by_loop(phrases: Sequence[str], turns: Sequence[str]) -> set[tuple[int, str]]:
    return {(at, phrase) for at, turn in enumerate(turns) for phrase in phrases if phrase in turn}


def by_alternation(alternation: re.Pattern[str], turns: Sequence[str]) -> set[tuple[int, str]]:
    """The longest phrase at each place; what overlaps an earlier hit is not found."""
    return {(at, match.group()) for at, turn in enumerate(turns) for match in alternation.finditer(turn)}


def by_automaton(facts: PackFacts, turns: Sequence[str]) -> set[tuple[int, str]]:
    found = facts.pack.lexicon.scan(Layer.PLAIN, turns)
    return {(at, key) for at, (keys, _) in enumerate(found) for key in keys}


def report(title: str, facts: PackFacts, loaded_in: float, calls: Sequence[Transcript], rounds: int) -> None:
    phrases = sorted(facts.pack.lexicon.keys(Layer.PLAIN), key=lambda text: (-len(text), text))
    print(f"\n{title}: {facts.rules} rules, {facts.phrases} phrases as written, loaded in {loaded_in:.1f} s")
    print(f"  spelled out: {len(phrases)} plain texts, {facts.strings} strings over all layers (sounds, seeds)")
    alternation = re.compile("|".join(map(re.escape, phrases)))
    turns = {transcript.call.call_id: plain_turns(transcript) for transcript in calls}
    for said in turns.values():
        if by_loop(phrases, said) != by_automaton(facts, said):
            raise SystemExit("the automaton and the loop found different phrases: the comparison is void")

    def of(transcript: Transcript) -> list[str]:
        return turns[transcript.call.call_id]

    def nothing() -> None:
        pass

    few = max(1, rounds // 4)
    rows = [
        ("evaluate, whole verdict", measure(lambda t: evaluate(facts.pack, t), calls, rounds, forget_texts)),
        ("  of it: normalising", measure(plain_turns, calls, rounds, forget_texts)),
        *with_models(facts, calls, few),
        ("exact search: automaton", measure(lambda t: by_automaton(facts, of(t)), calls, rounds, nothing)),
        ("exact search: `in` loop", measure(lambda t: by_loop(phrases, of(t)), calls, few, nothing)),
        ("exact search: re a|b|c", measure(lambda t: by_alternation(alternation, of(t)), calls, few, nothing)),
    ]
    print(f"  {'':30}{'median wall':>14}{'median CPU':>14}{'least CPU':>14}{'95 % below':>14}")
    for name, timing in rows:
        figures = (timing.wall, timing.cpu, timing.least_cpu, timing.slow)
        print(f"  {name:30}" + "".join(f"{figure:>11.2f} ms" for figure in figures))


def with_models(facts: PackFacts, calls: Sequence[Transcript], rounds: int) -> list[tuple[str, Timing]]:
    """The verdict with the bundled models of tone and acts, each call's words never seen before."""
    settings = load_settings()
    tones, acts, outcome = open_tones(settings), open_acts(settings), open_outcome(settings)

    def forget() -> None:
        forget_texts()
        segment.words.cache_clear()
        see_call.cache_clear()

    def whole(transcript: Transcript) -> None:
        done = acts.read(transcript)
        readings = tones.read(transcript)
        said = FixedTones(readings, tones.digest, tones.sure_from)
        fixed = FixedActs(done, acts.digest, acts.limits, beside=acts)
        evaluate(facts.pack, transcript, tones=said, acts=fixed)
        if outcome is not None:
            outcome.read(transcript, done, readings)

    def both(transcript: Transcript) -> None:
        acts.read(transcript)
        tones.read(transcript)

    return [
        ("verdict, tone, acts, outcome", measure(whole, calls, rounds, forget)),
        ("  of it: tone and acts", measure(both, calls, rounds, forget)),
        ("  tone alone", measure(tones.read, calls, rounds, forget)),
        ("  acts alone", measure(acts.read, calls, rounds, forget)),
    ]


def loaded(make: Callable[[], PackFacts]) -> tuple[PackFacts, float]:
    begin = time.perf_counter()
    facts = make()
    seconds = time.perf_counter() - begin
    settle()  # as the processes that judge do
    return facts, seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Speed of the rules on calls of five minutes.")
    parser.add_argument("--calls", type=int, default=20, help="different calls (default 20)")
    parser.add_argument("--rounds", type=int, default=20, help="times each call is judged (default 20)")
    parser.add_argument("--rules", type=int, default=200, help="rules of the grown pack (default 200)")
    parser.add_argument("--phrases", type=int, default=10_000, help="its phrases as written (default 10000)")
    parser.add_argument("--small", action="store_true", help="two calls, once, and a small grown pack")
    options = parser.parse_args(arguments)
    if options.small:
        options.calls, options.rounds, options.rules, options.phrases = 2, 1, 0, 0
    calls = [call(number) for number in range(options.calls)]
    chars = [sum(len(turn.text) for turn in transcript.turns) for transcript in calls]
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    print(f"Python {platform.python_version()} on {platform.machine()}, one process, one thread; {versions}")
    print(
        f"{len(calls)} calls of 300 s, 60 turns, {min(chars)}-{max(chars)} characters"
        f" (mean {statistics.mean(chars):.0f});"
        f" each {options.rounds} times; milliseconds a call"
    )
    report("base pack", *loaded(base_pack), calls, options.rounds)
    grown = loaded(lambda: grown_pack(rules=options.rules, phrases=options.phrases))
    report("grown pack", *grown, calls, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
