"""``python -m workers``: what ``qa-engine worker`` becomes."""

import argparse
import sys

from qa_engine.errors import QaError, UsageError
from qa_engine.service import queues
from qa_engine.settings import current_settings
from workers.running import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--queues", default=",".join(queues()))
    arguments = parser.parse_args()
    try:
        return run(current_settings(), processes=arguments.processes, queues=arguments.queues.split(","))
    except QaError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1


if __name__ == "__main__":
    sys.exit(main())
