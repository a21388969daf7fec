"""Two migrations of one number look like one to whoever compares heads as a set."""

import re
from pathlib import Path

import qa_engine.store

VERSIONS = Path(qa_engine.store.__file__).parent / "migrations" / "versions"


def test_each_migration_has_its_own_number_and_follows_the_one_before() -> None:
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    found = {
        path.name: re.findall(r'^(?:down_)?revision = "?(\w+)"?', path.read_text(), re.MULTILINE) for path in files
    }
    numbers = [f"{n:04}" for n in range(1, len(files) + 1)]
    assert [name[:4] for name in found] == numbers
    before = ["None", *numbers[:-1]]
    assert list(found.values()) == [[number, earlier] for number, earlier in zip(numbers, before, strict=True)]
