"""What developers are told exists: every path, every link, every decision."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = [
    ROOT / name
    for name in (
        "CONTRIBUTING.md",
        "README.md",
        "docs/developing.md",
        "docs/architecture.md",
        "docs/writing-an-operator.md",
        "docs/decisions/README.md",
    )
]


def spelled_out(path: str) -> Iterator[str]:
    """``a/{b,c}/`` → ``a/b/``, ``a/c/``."""
    match = re.search(r"\{([^{}]*)\}", path)
    if match is None:
        yield path
    else:
        for one in match[1].split(","):
            yield from spelled_out(path[: match.start()] + one + path[match.end() :])


def prose(document: Path) -> str:
    """The document without its examples."""
    return re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose(document))
    gone = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert gone == []


@pytest.mark.parametrize("document", DOCUMENTS[:3], ids=lambda path: path.name)
def test_paths_exist(document: Path) -> None:
    named = re.findall(
        r"`((?:qa_engine|tests|docs|rules|benchmarks|workers)/[\w/.{},-]*)`", document.read_text(encoding="utf-8")
    )
    paths = {path for name in named for path in spelled_out(name)}
    assert {path for path in paths if not any((root / path).exists() for root in (ROOT, ROOT / "qa_engine"))} == set()


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (DECISIONS / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in DECISIONS.glob("*.md")} - {"README.md"}


def test_every_decision_says_what_why_and_nothing_of_sessions() -> None:
    for path in DECISIONS.glob("*.md"):
        if path.name != "README.md":
            text = path.read_text(encoding="utf-8")
            assert text.startswith("# "), path.name
            assert "**Decided.**" in text, path.name
            assert "**Why.**" in text, path.name


def test_the_licence_is_the_one_that_the_package_names() -> None:
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
