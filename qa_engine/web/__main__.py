"""``python -m qa_engine.web``: what ``qa-engine serve`` becomes."""

import argparse
import sys

from qa_engine.errors import QaError, UsageError
from qa_engine.lifeline import end_with_starter
from qa_engine.logs import set_up_logs
from qa_engine.private import write_for_owner_only
from qa_engine.settings import current_settings
from qa_engine.web.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m qa_engine.web", description=__doc__)
    parser.add_argument("--starter", type=int, default=None, help="pid of the process that this one shall end with")
    starter = parser.parse_args().starter
    if starter is not None:
        end_with_starter(starter)
    write_for_owner_only()
    try:
        settings = current_settings()
        set_up_logs(settings)
        serve(settings)
    except QaError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
