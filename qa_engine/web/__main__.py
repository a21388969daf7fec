"""``python -m qa_engine.web``: what ``qa-engine serve`` becomes."""

import sys

from qa_engine.errors import QaError, UsageError
from qa_engine.settings import current_settings
from qa_engine.web.server import serve


def main() -> int:
    try:
        serve(current_settings())
    except QaError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
