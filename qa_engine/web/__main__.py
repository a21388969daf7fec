"""``python -m qa_engine.web``: what ``qa-engine serve`` becomes."""

import sys

from qa_engine.errors import QaError, UsageError
from qa_engine.logs import set_up_logs
from qa_engine.settings import current_settings
from qa_engine.web.server import serve


def main() -> int:
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
