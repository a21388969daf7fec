"""How often people found the faults of each rule to be faults: counted from decisions, and kept beside the profile.

Verdicts may not change from one hour to the next with every decision, so the counts are a file that is written when
somebody asks for it; it is part of the pack's digest, and so of the key of every result.
"""

from qa_engine.errors import UsageError
from qa_engine.rules import SourceFile
from qa_engine.settings import Settings

FILE = "reviews.yaml"


def counts_source(settings: Settings) -> SourceFile | None:
    """The text of the counts; None where nobody counted. Raises UsageError for a file that cannot be read."""
    path = settings.home / FILE
    try:
        return SourceFile(path.name, path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); write it anew with: qa-engine rules measure") from None
