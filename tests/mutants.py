"""What ``make mutants`` says at its end: how many mutants of each file the tests killed, and which are left.

Reads what mutmut left in ``mutants/``. Exit 1 when fewer than 90 % of those tried were killed, or when some were never
tried. A mutant that no test runs counts as alive; one that hung was killed.
"""

import json
import sys
from collections import Counter
from pathlib import Path

FLOOR = 0.90
ALIVE, UNTOUCHED = 0, 33  # mutmut's codes: the tests passed; no test runs the line


def main(folder: Path = Path("mutants")) -> int:
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


if __name__ == "__main__":
    sys.exit(main())
