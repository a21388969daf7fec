"""``python -m workers``: what ``qa-engine worker`` becomes."""

import argparse
import sys

from qa_engine.errors import QaError, UsageError
from qa_engine.lifeline import end_with_starter
from qa_engine.logs import set_up_logs
from qa_engine.private import write_for_owner_only
from qa_engine.service import queues
from qa_engine.settings import current_settings
from workers.keeper import keep
from workers.running import run
from workers.schedule import run_schedule


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--queues", default=",".join(queues()))
    parser.add_argument("--schedule", action="store_true", help="send the ticks of the night, and do no work")
    parser.add_argument("--starter", type=int, default=None, help="pid of the process that this one shall end with")
    parser.add_argument("--keep", type=int, default=None, help="be the keeper of the worker with this pid")
    parser.add_argument("--every", type=float, default=15.0, help="seconds between two looks of a keeper")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds after which a ring is taken to be lost")
    arguments = parser.parse_args()
    write_for_owner_only()
    if arguments.starter is not None:
        end_with_starter(arguments.starter)
    try:
        if arguments.schedule:
            return run_schedule(current_settings())
        if arguments.keep is not None:
            settings = current_settings()
            set_up_logs(settings)
            keep(settings, worker=arguments.keep, every_seconds=arguments.every, patience_seconds=arguments.patience)
        return run(current_settings(), processes=arguments.processes, queues=arguments.queues.split(","))
    except QaError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1


if __name__ == "__main__":
    sys.exit(main())
