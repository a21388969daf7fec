"""Rules of another system, read from its file and written as a pack of our own."""

import tempfile
from pathlib import Path

from qa_engine.errors import ConflictError, UsageError
from qa_engine.rules import SourceFile
from qa_engine.rules.sca import ImportedRules, import_rules

_FILE = "sca.yaml"


def import_sca(file: Path, folder: Path) -> ImportedRules:
    """Write the rules of an SCA JSON file as the pack in ``folder``, which must be new or empty.

    Nothing is written when no rule can be carried over. Raises UsageError (a file that cannot be read), ConflictError,
    RulesError with every located fault of the JSON.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(f"{folder} is there already; name a new folder for the imported pack")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    imported = import_rules(SourceFile(str(file), text), folder.resolve().name)
    if imported.text:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as part:
            part.write(imported.text)
        Path(part.name).chmod(0o644)
        Path(part.name).replace(folder / _FILE)
    return imported
