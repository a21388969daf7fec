"""How often the faults that each rule finds are faults: on the golden calls, and on calls and lines written apart.

Golden calls: a fault counts as right where the call's verdicts name the rule (``fail``, ``tolerated``, ``uncertain``).
Apart: plain good calls (every fault is wrong) and labelled ones of ``tests/unit/packs/plain`` and of every half of
``benchmarks/verdicts``; rude lines (a fault of a rule on offences is right) and innocent ones (it is wrong). With
``--write`` the counts go to ``rules/packs/base/99_measured.yaml``, where
the engine reads them; without, they are only printed. Prints the models' digests, so that the counts can be placed.

    python benchmarks/rule_precision.py [--write]
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.verdicts import there, written  # noqa: E402
from qa_engine.contract import transcript_from_json  # noqa: E402
from qa_engine.domain import Status, Transcript  # noqa: E402
from qa_engine.resources import rules_dir  # noqa: E402
from qa_engine.rules import NoActs, NoTones, RulePack, SourceFile, evaluate, load_pack, read_profile  # noqa: E402
from tests.unit.packs.helpers import acts, sources, tones  # noqa: E402
from tests.unit.packs.test_plain_calls import CALLS, OFFENCES, lines  # noqa: E402

FILE = rules_dir() / "packs" / "base" / "99_measured.yaml"
HALVES = (*"abcdefghijklmpqrstwxyz", "aa", "ab", "ae", "af", "aj", "bf", "ca", "cc")
"""Of `benchmarks/verdicts`, those that were counted unseen first."""
CENTRES = {"adapt.reply_time"}
"""Rules with a limit that a centre's profile sets: a promise of three working days is no false find where nobody said
what the centre allows, so plain calls of centres without a profile say nothing about them."""
HEAD = """\
# How often the faults that each rule found were faults: [right, found]. By benchmarks/rule_precision.py --write;
# `reviews` are added from people's verdicts on a centre's own calls. Of rules that found nothing nothing is known.
"""


def pack(profile: SourceFile | None = None) -> RulePack:
    """The base pack without what was measured of it before."""
    files = [s for s in sources(rules_dir() / "packs" / "base") if s.name != FILE.name]
    more = {} if profile is None else {"profile": read_profile(profile)}
    return load_pack("base", [*files, *sources(rules_dir() / "phrases")], {}, **more)


def found(made: RulePack, transcript: Transcript) -> set[str]:
    results = evaluate(made, transcript, tones=tones(), acts=acts())
    return {result.id for result in results if result.status is Status.FAIL}


def measure() -> dict[str, dict[str, tuple[int, int]]]:
    right: Counter[tuple[str, str]] = Counter()
    every: Counter[tuple[str, str]] = Counter()
    folder = rules_dir() / "golden"
    profile = folder / "profile.yaml"
    golden = pack(SourceFile(profile.name, profile.read_text(encoding="utf-8")))
    for path in sorted(folder.glob("*.json")):
        call = json.loads(path.read_text(encoding="utf-8"))
        verdicts = call.pop("golden")
        for rule in found(golden, transcript_from_json(call, path.name)):
            every["golden", rule] += 1
            right["golden", rule] += rule in {
                name for key in ("fail", "tolerated", "uncertain") for name in verdicts.get(key, ())
            }
    apart = pack()
    for plain in (*CALLS, *(call for half in HALVES if there(f"calls_{half}") for call in written(f"calls_{half}"))):
        every.update(("kept", rule) for rule in found(apart, plain.transcript) - CENTRES)
    for kind, _, transcript in lines():
        for rule in found(apart, transcript) & OFFENCES:
            every["kept", rule] += 1
            right["kept", rule] += kind == "rude"
    for call in (call for half in HALVES if there(f"labelled_{half}") for call in written(f"labelled_{half}")):
        for rule in found(apart, call.transcript):
            if call.labels.get(rule) is not None:
                every["kept", rule] += 1
                right["kept", rule] += call.labels[rule]
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for rule in golden.rules:
        for source in ("golden", "kept"):
            if every[source, rule.id]:
                counts.setdefault(rule.id, {})[source] = (right[source, rule.id], every[source, rule.id])
    return counts


def list_recall() -> tuple[int, int]:
    """How many of the duties by meaning that plain good calls do the words alone find: (found, asked)."""
    made, found, asked = pack(), 0, 0
    for call in (*CALLS, *written("calls_a")):
        by_words = evaluate(made, call.transcript, tones=NoTones(), acts=NoActs())
        by_both = evaluate(made, call.transcript, tones=NoTones(), acts=acts())
        for words, both in zip(by_words, by_both, strict=True):
            if made.rule(both.id).model.duty == "meaning" and both.status in (
                Status.PASS,
                Status.UNCERTAIN,
                Status.FAIL,
            ):
                asked += 1
                found += words.status is Status.PASS
    return found, asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    write = parser.parse_args().write
    counts = measure()
    rows = [
        f"  {rule}: {{{', '.join(f'{name}: [{r}, {n}]' for name, (r, n) in by.items())}}}"
        for rule, by in counts.items()
    ]
    text = HEAD + "measured:\n" + "\n".join(rows) + "\n"
    print(f"tone model {tones().digest[:19]}, act model {acts().digest[:19]}")
    print(text)
    print("duties that the lists alone find: {} of {}".format(*list_recall()))
    if write:
        FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
