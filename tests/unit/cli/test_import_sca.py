"""``rules import-sca``: a folder that lint accepts, or nothing; the exit code tells whether every rule came along."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_engine.cli import app
from qa_engine.errors import ConflictError, QaError

KNOWN = {"oid": "1", "type": "HIT_ANY_KEYWORDS", "param": {"keywords": ["您好"]}}
UNKNOWN = {"oid": "1", "type": "NEW_MODEL", "param": {}}


def write(path: Path, *operators: object) -> Path:
    conditions = [
        {"cid": str(n), "lambda": "1", "check_range": {"role": "客服"}, "operators": [one]}
        for n, one in enumerate(operators, start=1)
    ]
    rules = [{"rid": str(n), "name": f"规则{n}", "lambda": f"!{n}"} for n in range(1, len(operators) + 1)]
    path.write_text(json.dumps({"conditions": conditions, "rules": rules}, indent=1), encoding="utf-8-sig")
    return path


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, QaError):
        raise result.exception
    return result.exit_code, result.output


def test_what_is_written_is_a_pack_that_lint_accepts(tmp_path: Path) -> None:
    code, said = run("rules", "import-sca", write(tmp_path / "a.json", KNOWN), "--out", tmp_path / "new" / "moved")
    assert (code, "1 rules imported, 0 not imported" in said) == (0, True)
    assert [file.name for file in (tmp_path / "new" / "moved").iterdir()] == ["sca.yaml"]
    code, said = run("rules", "lint", "--pack", tmp_path / "new" / "moved")
    assert (code, "0 errors" in said) == (0, True)


def test_a_rule_that_stays_behind_is_told_and_ends_with_one(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", KNOWN, UNKNOWN)
    code, said = run("rules", "import-sca", file, "--out", tmp_path / "moved")
    assert code == 1
    assert "[规则 2「规则2」] 不认识的算子 type「NEW_MODEL」" in said.replace("\n", "")
    assert "1 rules imported, 1 not imported" in said
    assert "规则 2「规则2」" in (tmp_path / "moved" / "sca.yaml").read_text(encoding="utf-8")


def test_nothing_is_written_when_no_rule_comes_along(tmp_path: Path) -> None:
    code, said = run("rules", "import-sca", write(tmp_path / "a.json", UNKNOWN), "--out", tmp_path / "moved")
    assert (code, "nothing written" in said) == (1, True)
    assert not (tmp_path / "moved").exists()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "mine.yaml").write_text("pack: {}", encoding="utf-8")
    with pytest.raises(ConflictError):
        run("rules", "import-sca", write(tmp_path / "a.json", KNOWN), "--out", tmp_path / "moved")
    assert [file.name for file in (tmp_path / "moved").iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"{", None])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(QaError, match=r"a\.json"):
        run("rules", "import-sca", tmp_path / "a.json", "--out", tmp_path / "moved")
    assert not (tmp_path / "moved").exists()
