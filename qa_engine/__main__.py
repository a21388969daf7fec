"""``python -m qa_engine`` is ``qa-engine``: it, too, looks for no module in the folder where somebody stands."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # ``-m`` puts that folder first. What it holds may have the name of a plugin, and a plugin sees every secret.
    if not sys.flags.safe_path and Path(sys.path[0]).resolve() != Path(__file__).resolve().parent.parent:
        del sys.path[0]

    from qa_engine.cli import main

    main()
