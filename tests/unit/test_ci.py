"""With CI set nothing is skipped, in whichever way a test or a whole module tries."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
WAYS = {
    "test_in_the_test.py": "import pytest\ndef test(): pytest.skip('way')",
    "test_by_mark.py": "import pytest\n@pytest.mark.skip(reason='way')\ndef test(): pass",
    "test_by_fixture.py": "import pytest\n@pytest.fixture\ndef x(): pytest.skip('way')\ndef test(x): pass",
    "test_by_module.py": "import pytest\npytest.skip('way', allow_module_level=True)",
    "test_by_import.py": "import pytest\npytest.importorskip('no_such_module_way', reason='way')\ndef test(): pass",
    "test_by_expectation.py": "import pytest\n@pytest.mark.xfail(reason='way')\ndef test(): assert False",
}


@pytest.mark.parametrize("ci", ["", "true"])
def test_every_way_to_skip(tmp_path: Path, ci: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for name, content in WAYS.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "--continue-on-collection-errors", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if ci else 0), done.stdout
    for name in WAYS:
        refused = any(line.startswith(("FAILED", "ERROR")) and name in line for line in done.stdout.splitlines())
        assert refused == bool(ci), done.stdout
