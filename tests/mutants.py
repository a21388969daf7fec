"""``make mutants``: change one thing at a time in four rooms; do the tests of that room notice?

    python tests/mutants.py run [PATTERN ...] [--children N]   try what was not tried yet, or what the patterns name
    python tests/mutants.py                                    tell what was killed, and what is left

mutmut asks every test that ever comes through a mutated function: of ``measures/`` almost all of them, though few look at what
it says. Here a mutant is put to the tests of its own room. That is the stricter question, since what only a test of another
room would notice counts as alive, and it takes a tenth of the time. A function that its room's tests never enter is put to all.

Exit 1 when fewer than 90 % of those tried were killed, or when some were never tried. A mutant that no test runs counts as
alive; one that hung was killed.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

FLOOR = 0.90
ALIVE, UNTOUCHED = 0, 33  # mutmut's codes: the tests passed; no test runs the line

# A room, and the tests that are to hold it.
TESTS = {
    "qa_engine.scoring.": "tests/unit/scoring/",
    "qa_engine.measures.": "tests/unit/measures/",
    "qa_engine.text.": "tests/unit/text/",
    "qa_engine.rules.": "tests/unit/rules/",
}
# Not asked: they take long and look at whole calls, or at code that is not mutated here.
LEFT_OUT = ("any_call", "hostile_sentences", "traps", "unheard_agent", "profile", "expression", "sca_import", "sca_lambda")


def narrowed(tests: dict[str, set[str]]) -> dict[str, set[str]]:
    """Of the tests that enter each function (mutmut's names), those of the function's room; all where there are none."""
    asked = {}
    for name, found in tests.items():
        room = next((path for start, path in TESTS.items() if name.startswith(start)), "")
        own = {t for t in found if t.startswith(room) and not any(f"/test_{file}.py" in t for file in LEFT_OUT)}
        asked[name] = own or found
    return asked


def run(patterns: list[str], children: int) -> None:
    from mutmut import __main__ as mutmut
    from mutmut.state import state

    collect = mutmut.collect_or_load_stats

    def collect_and_narrow(*args: object, **kwargs: object) -> None:
        collect(*args, **kwargs)
        state().tests_by_mangled_function_name.update(narrowed(state().tests_by_mangled_function_name))

    mutmut.collect_or_load_stats = collect_and_narrow
    mutmut._run(patterns, children)


def tell(folder: Path = Path("mutants")) -> int:
    total, alive, untried = Counter[str](), Counter[str](), 0
    for meta in sorted(folder.rglob("*.py.meta")):
        name = str(meta.relative_to(folder)).removesuffix(".meta")
        for mutant, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if code is None:
                untried += 1
                continue
            total[name] += 1
            if code in (ALIVE, UNTOUCHED):
                alive[name] += 1
                print(f"alive: {mutant}")
    if not total:
        print("no mutants were tried: run mutmut first")
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
    parser.add_argument("--children", type=int, default=2)
    given = parser.parse_args()
    if given.do == "run":
        run(given.patterns, given.children)
    return tell()


if __name__ == "__main__":
    sys.exit(main())
