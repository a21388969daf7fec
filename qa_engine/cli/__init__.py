"""The command line ``qa-engine``: data to stdout, progress and messages to stderr, exit codes 0, 1 and 2."""

from qa_engine.cli.app import app, main

__all__ = ["app", "main"]
