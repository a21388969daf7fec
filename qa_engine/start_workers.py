"""``python -P …/start_workers.py``: becomes the package ``workers`` that came with this engine, and no other.

``workers`` is a name that a folder of anybody's may hold, and what is run here sees every secret of the settings. So
the current folder is not on the path (``-P``), and what would be run is looked at before it is.
"""

import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def main() -> None:
    for name in ("qa_engine", "workers"):
        spec = find_spec(name)
        found = Path(spec.origin).resolve() if spec and spec.origin else None
        if found != HOME / name / "__init__.py":
            sys.exit(
                f"the package {name} that Python finds ({found or 'none'}) is not the one of this engine"
                f" ({HOME / name}); see PYTHONPATH, or install qa-engine anew"
            )
    runpy.run_module("workers", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
