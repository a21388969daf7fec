"""``make mutants``: change one thing at a time in four rooms; do the tests of that room notice?

    python tests/mutants.py run                    try what was not tried yet
    python tests/mutants.py run 'qa_engine.text*'  try of these what was not tried yet, and again what lived
    python tests/mutants.py run 'qa_engine.rules*' --sample 200   so many of those, drawn by seed
    python tests/mutants.py                        tell what was killed, and what is left

mutmut asks every test that ever comes through a mutated function: of ``measures/`` almost all of them, though few look
at what it says. Here a mutant is put to the tests of its own room. That is the stricter question, since what only a
test of another room would notice counts as alive, and it takes a tenth of the time. A function that the tests of its
room never enter is put to all.

Exit 1 when fewer than 90 % of those tried were killed, or when some were never tried. A mutant that no test runs counts
as alive; one that hung was killed.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

FLOOR = 0.90
UNTRIED, ALIVE, UNTOUCHED = None, 0, 33  # mutmut's codes: not tried; the tests passed; no test runs the line
FIRST = 200  # tests that are asked before the others
FOLDER = Path("mutants")

# A room, and the tests that are to hold it.
TESTS = {
    "qa_engine.scoring.": "tests/unit/scoring/",
    "qa_engine.measures.": "tests/unit/measures/",
    "qa_engine.text.": "tests/unit/text/",
    "qa_engine.rules.": "tests/unit/rules/",
}
# Not asked: they take long and look at whole calls, or at code that is not mutated here.
LEFT_OUT = ("any_call", "hostile_sentences", "traps", "unheard_agent", "profile", "expression", "sca_import",
            "sca_lambda")  # fmt: skip


def narrowed(tests: dict[str, set[str]]) -> dict[str, set[str]]:
    """Of the tests that enter each function (mutmut's names), those of its room; all where there are none."""
    asked = {}
    for name, found in tests.items():
        room = next((path for start, path in TESTS.items() if name.startswith(start)), "")
        own = {t for t in found if t.startswith(room) and not any(f"/test_{file}.py" in t for file in LEFT_OUT)}
        asked[name] = own or found
    return asked


def codes() -> Iterator[tuple[str, str, int | None]]:
    """Each mutant with its file, and what became of it."""
    for meta in sorted(FOLDER.rglob("*.py.meta")):
        name = str(meta.relative_to(FOLDER)).removesuffix(".meta")
        for mutant, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield name, mutant, code


def chosen(patterns: Sequence[str], sample: int | None, seed: int) -> list[str]:
    """The mutants of the patterns that were not tried or live; with ``sample`` as many as that of all of them."""
    named = [(one, code) for _, one, code in codes() if any(fnmatch(one, pattern) for pattern in patterns)]
    if sample is not None:
        named = random.Random(seed).sample(named, min(sample, len(named)))
    return [one for one, code in named if code in (UNTRIED, ALIVE, UNTOUCHED)]


def forget_texts() -> None:
    """What was read of a text before the mutant was there would hide it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("qa_engine.text"):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear") and thing.__name__ != "_tokenizer":  # a dictionary, half a second
                    thing.cache_clear()


def run(names: list[str], children: int) -> None:
    from mutmut import __main__ as mutmut
    from mutmut.runners.harness import PytestRunner
    from mutmut.state import state
    from mutmut.workers import isolation

    collect = mutmut.collect_or_load_stats

    def collect_and_narrow(*args: object, **kwargs: object) -> None:
        collect(*args, **kwargs)
        state().tests_by_mangled_function_name.update(narrowed(state().tests_by_mangled_function_name))

    class Runner(PytestRunner):
        def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
            """The shortest tests first: nine mutants of ten die of them, and the long ones are never begun."""
            if mutant_name is None:
                return super().run_tests(mutant_name=None, tests=tests)
            forget_texts()
            lasts = state().duration_by_test
            ordered = sorted(tests, key=lambda test: (lasts.get(test, 0.0), test))
            code = 0
            for part in (ordered[:FIRST], ordered[FIRST:]):
                if part and code == 0:
                    code = super().run_tests(mutant_name=mutant_name, tests=part)
            return code

    mutmut.collect_or_load_stats = collect_and_narrow
    isolation.PytestRunner = Runner
    mutmut._run(names, children)


def tell() -> int:
    total, alive, untried = Counter[str](), Counter[str](), 0
    for name, mutant, code in codes():
        if code is UNTRIED:
            untried += 1
            continue
        total[name] += 1
        if code in (ALIVE, UNTOUCHED):
            alive[name] += 1
            print(f"alive: {mutant}")
    if not total:
        print("no mutants were tried")
        return 1
    for name, count in total.items():
        print(f"{name:48}{count - alive[name]:>6} of {count:<6}{1 - alive[name] / count:>7.1%}")
    share = 1 - alive.total() / total.total()
    print(f"{'together':48}{total.total() - alive.total():>6} of {total.total():<6}{share:>7.1%}")
    if untried:
        print(f"{untried} were not tried")
    return int(share < FLOOR or untried > 0)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("do", nargs="?", choices=["run", "tell"], default="tell")
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--children", type=int, default=2)
    given = parser.parse_args()
    if given.do == "run":
        names = chosen(given.patterns, given.sample, given.seed)
        if names or not given.patterns:
            run(names, given.children)
    return tell()


if __name__ == "__main__":
    sys.exit(main())
