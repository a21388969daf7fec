"""``make mutants``: change one thing at a time in four rooms; do the tests of that room notice?

    python tests/mutants.py run                    try what was not tried yet
    python tests/mutants.py run 'qa_engine.text*'  try of these what was not tried yet, and again what lived
    python tests/mutants.py run 'qa_engine.rules*' --sample 200   so many of those, drawn by seed
    python tests/mutants.py                        tell what was killed, and what is left

mutmut writes the mutants, all of them into one copy of the engine, each behind a switch. The tests are collected and
run once in that copy; every mutant is then a fork of this warm process that throws its switch and runs the tests which
come through the mutated function until one fails: first those that killed others of the function, then the shortest.
(mutmut's own runner collects them anew for each mutant, which takes many times as long.)

A mutant is put to the tests of its own room only. That is the stricter question, since what only a test of another room
would notice counts as alive.

Exit 1 when fewer than 90 % of those tried were killed, or when some were never tried. A mutant that no test runs counts
as alive; one that hung was killed.
"""

import argparse
import json
import os
import random
import resource
import select
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from fnmatch import fnmatch
from pathlib import Path

import pytest

FLOOR = 0.90
UNTRIED, ALIVE, KILLED, UNTOUCHED = None, 0, 1, 33  # mutmut's codes; UNTOUCHED: no test runs the function
PATIENCE_SECONDS = 30  # of processor time beyond ten times what the tests took: then it hangs
MOST_BYTES = 3 * 2**30  # of memory; a mutant that takes more never comes to an end
FOLDER = Path("mutants").resolve()

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
BUT_FOR = "not without_end"  # 300,000 digits, each of which comes by the switches
Code = int | None


def function_of(mutant: str) -> str:
    """``room.x_name__mutmut_3`` → ``room.x_name``, as the switches count who came by."""
    return mutant.rpartition("__mutmut_")[0]


def tests_of(mutant: str) -> str:
    """The folder of the tests that are asked."""
    return next(path for start, path in TESTS.items() if mutant.startswith(start))


def codes() -> Iterator[tuple[str, str, Code]]:
    """Each mutant with its file, and what became of it."""
    for meta in sorted(FOLDER.rglob("*.py.meta")):
        name = str(meta.relative_to(FOLDER)).removesuffix(".meta")
        for mutant, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield name, mutant, code


def chosen(patterns: Sequence[str], sample: int | None, seed: int) -> list[str]:
    """The mutants to try: of all the untried; of patterns also what lived; ``sample``: so many of theirs, by seed."""
    patterned = [(one, code) for _, one, code in codes() if any(fnmatch(one, pattern) for pattern in patterns or ["*"])]
    if sample is not None:
        patterned = random.Random(seed).sample(patterned, min(sample, len(patterned)))
    again = (UNTRIED, ALIVE, UNTOUCHED) if patterns else (UNTRIED,)
    return [one for one, code in patterned if code in again]


def forget_texts() -> None:
    """What was read of a text before the mutant was there would hide it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("qa_engine.text"):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear") and thing.__name__ != "_tokenizer":  # a dictionary, half a second
                    thing.cache_clear()


def write_mutants(children: int) -> None:
    """The copy of the engine with all mutants in it; what became of one before is kept while its function stays."""
    from mutmut import __main__ as mutmut
    from mutmut.mutation.trampoline import set_mutant_under_test
    from mutmut.utils import file_utils

    set_mutant_under_test("mutant_generation")
    FOLDER.mkdir(exist_ok=True)
    shutil.rmtree(FOLDER / "tests", ignore_errors=True)  # a test that is no more would still be asked
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):  # a line a file
        file_utils.copy_src_dir()
        file_utils.copy_also_copy_files()
        file_utils.setup_source_paths()
        mutmut.create_mutants(children)


class Run:
    """A plugin of pytest: in place of running the tests it runs the mutants."""

    def __init__(self, names: Sequence[str], children: int) -> None:
        self._names, self._children = names, children
        self._through: dict[str, list[pytest.Item]] = defaultdict(list)
        self._lasts: dict[str, float] = {}
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._from_children, self._to_parent = os.pipe()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        print(f"{len(session.items)} tests once, then {len(self._names)} mutants", flush=True)
        self._listen(session.items)
        self._try()
        return True

    def _listen(self, items: Sequence[pytest.Item]) -> None:
        """Run every test; note how long it takes and through which functions it comes."""
        from mutmut.mutation.trampoline import set_mutant_under_test
        from mutmut.state import state

        set_mutant_under_test("stats")
        for item in items:
            forget_texts()
            state()._stats.clear()
            began = time.process_time()
            if not passes(item):
                raise SystemExit(f"{item.nodeid} fails without any mutant")
            self._lasts[item.nodeid] = time.process_time() - began
            for function in state()._stats:
                self._through[function].append(item)

    def _asked(self, mutant: str) -> list[pytest.Item]:
        """The tests of the room that come through the function; first what killed others of it, or of its file."""
        own = [item for item in self._through[function_of(mutant)] if item.nodeid.startswith(tests_of(mutant))]
        killed, beside = self._killers[function_of(mutant)], self._killers[mutant.rpartition(".")[0]]

        def turn(item: pytest.Item) -> tuple[int, int, float, str]:
            return -killed[item.nodeid], -beside[item.nodeid], self._lasts[item.nodeid], item.nodeid

        return sorted(own, key=turn)

    def _try(self) -> None:
        names, results, began = self._names, Results(), time.monotonic()
        at_work: dict[int, str] = {}
        for count, name in enumerate(names):
            if count % 100 == 0:
                print(f"{count:>6} of {len(names)} after {time.monotonic() - began:.0f} s", flush=True)
            asked = self._asked(name)
            if not asked:
                results.put(name, UNTOUCHED)
                continue
            child = os.fork()
            if child == 0:
                self._be(name, asked)
            at_work[child] = name
            if len(at_work) == self._children:
                self._take(at_work, results)
        while at_work:
            self._take(at_work, results)
        results.save()
        print(f"{len(names)} mutants in {time.monotonic() - began:.0f} s", flush=True)

    def _be(self, mutant: str, asked: Sequence[pytest.Item]) -> None:
        """In the child: be the mutant, until a test fails."""
        from mutmut.mutation.trampoline import set_mutant_under_test

        limit = int(time.process_time() + 10 * sum(self._lasts[item.nodeid] for item in asked)) + PATIENCE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
        code = KILLED  # also where a test brings pytest itself down
        try:
            set_mutant_under_test(mutant)
            forget_texts()
            killer = next((item.nodeid for item in asked if not passes(item)), None)
            code = ALIVE if killer is None else KILLED
            os.write(self._to_parent, f"{killer or ''}\n".encode())
        finally:
            os._exit(code)

    def _take(self, at_work: dict[int, str], results: "Results") -> None:
        """Wait for a child of those at work; put down how it ended, and what it died of."""
        child, status = os.wait()
        if child not in at_work:
            return
        mutant, code = at_work.pop(child), os.waitstatus_to_exitcode(status)
        results.put(mutant, code)
        # of children that end together one may tell what the other died of: it only sets an order
        if select.select([self._from_children], [], [], 0)[0]:
            for killer in os.read(self._from_children, 65_536).decode().splitlines():
                if killer:
                    self._killers[function_of(mutant)][killer] += 1
                    self._killers[mutant.rpartition(".")[0]][killer] += 1


def passes(item: pytest.Item) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


class Results:
    """What becomes of the mutants, in the files that mutmut keeps of them."""

    def __init__(self) -> None:
        self._files = {meta: json.loads(meta.read_text(encoding="utf-8")) for meta in FOLDER.rglob("*.py.meta")}
        self._of = {mutant: data for data in self._files.values() for mutant in data["exit_code_by_key"]}
        self._new = 0

    def put(self, mutant: str, code: int) -> None:
        self._of[mutant]["exit_code_by_key"][mutant] = code
        self._new += 1
        if self._new % 50 == 0:
            self.save()

    def save(self) -> None:
        for meta, data in self._files.items():
            meta.write_text(json.dumps(data, indent=4), encoding="utf-8")


def run(patterns: Sequence[str], sample: int | None, seed: int, children: int) -> None:
    write_mutants(children)
    names = chosen(patterns, sample, seed)
    if not names:
        return
    os.chdir(FOLDER)
    left_out = [f"--ignore-glob=*/test_{name}.py" for name in LEFT_OUT]
    options = ["-q", "--rootdir=.", "--tb=native", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
    code = pytest.main(
        [
            *options,
            "-s",
            "-k",
            BUT_FOR,
            "--hypothesis-profile=mutants",
            *left_out,
            *sorted({tests_of(name) for name in names}),
        ],
        plugins=[Run(names, children)],
    )
    if code:
        raise SystemExit(f"the tests did not run: pytest ended with {code}")


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
        run(given.patterns, given.sample, given.seed, given.children)
    return tell()


if __name__ == "__main__":
    sys.exit(main())
