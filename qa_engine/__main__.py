"""``python -m qa_engine`` is ``qa-engine``."""

from qa_engine.cli import main

if __name__ == "__main__":
    main()
