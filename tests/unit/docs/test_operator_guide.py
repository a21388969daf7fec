"""docs/writing-an-operator.md: its file, its setting and its rule work as written, alone and from a package."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from qa_engine import plugins
from qa_engine.domain import NOTHING
from qa_engine.errors import SettingsError
from qa_engine.plugins import judging_digest, load_plugins
from qa_engine.reports import kinds
from qa_engine.rules import SourceFile, describe_rule, json_schema, lint, load_pack, registry, run_examples
from qa_engine.rules.lint import Level
from qa_engine.rules.operators import base
from qa_engine.service import PackJudge
from qa_engine.settings import load_settings
from qa_engine.speech.recognisers import registry as recogniser_room
from qa_engine.speech.recognisers.registry import recognisers

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "writing-an-operator.md").read_text(encoding="utf-8")
(CODE,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
RULE, SCORECARD = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(autouse=True)
def nothing_stays_plugged_in() -> Iterator[None]:
    registries = (base._REGISTRY, kinds._REGISTRY, recogniser_room._REGISTRY)
    before = [dict(registry) for registry in registries]
    modules = set(sys.modules)
    plugins._load.cache_clear()
    yield
    for registry_of_kind, entries in zip(registries, before, strict=True):
        registry_of_kind.clear()
        registry_of_kind.update(entries)
    for name in set(sys.modules) - modules:
        if name.startswith(("qa_plugin_", "our_centre")):
            del sys.modules[name]
    plugins._load.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "our_operators.py"
    path.write_text(CODE, encoding="utf-8")
    return path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """An installed package ``our-centre 1.0`` whose entry point is in a group of the engine."""

    def install(group: str, code: str) -> None:
        site = tmp_path / "site"
        (site / "our_centre").mkdir(parents=True)
        (site / "our_centre" / "__init__.py").write_text(code, encoding="utf-8")
        info = site / "our_centre-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-centre\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[{group}]\nours = our_centre\n", encoding="utf-8")
        monkeypatch.syspath_prepend(site)

    return install


def test_the_rule_of_the_guide_judges_as_its_examples_say(file: Path) -> None:
    (plugin,) = load_plugins(str(file))
    pack = load_pack("ours", [SourceFile("ours.yaml", RULE)], {})
    assert [outcome for outcome in run_examples(pack) if not outcome.ok] == []
    assert [note for note in lint(pack) if note.level is Level.ERROR] == []
    assert "坐席在一个话轮里连问 3 个以上问题" in describe_rule(pack, "needs.one_at_a_time")
    assert "questions" in str(json_schema())
    assert plugin.digest.startswith("sha256:")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The folder of rules as the guide describes it."""
    for folder, text in (("packs/ours", RULE), ("scorecards", SCORECARD)):
        (tmp_path / "rules" / folder).mkdir(parents=True)
        (tmp_path / "rules" / folder / "ours.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "rules"


def test_a_stranger_who_does_as_written_gets_a_verdict(file: Path, rules: Path, tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text("坐席：您贵姓？电话多少？单号有吗？\n客户：等等。\n", encoding="utf-8")
    told = {"QA_RULES_DIR": str(rules), "QA_PACK": "ours", "QA_SCORECARD": "ours", "QA_PLUGINS": str(file)}
    for asked in (["rules", "lint"], ["rules", "test"], ["check", "call.txt", "--format", "table"]):
        done = subprocess.run(
            [sys.executable, "-m", "qa_engine", *asked], cwd=tmp_path, capture_output=True, text=True, timeout=100,
            check=False, env={**os.environ, **told, "QA_HOME": str(tmp_path / "home")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert "一次只问一个问题 -1" in done.stdout


def test_a_changed_operator_judges_under_another_key(file: Path, rules: Path) -> None:
    settings = load_settings(rules_dir=rules, pack="ours", scorecard="ours", plugins=str(file))
    first = PackJudge(settings)
    assert first.plugins != NOTHING
    again = PackJudge(settings)
    assert (first.plugins, first.pack_digest) == (again.plugins, again.pack_digest)

    file.write_text(CODE.replace("asked >= fields", "asked > fields"), encoding="utf-8")
    plugins._load.cache_clear()
    changed = PackJudge(settings)
    assert changed.plugins != first.plugins
    assert changed.pack_digest == first.pack_digest


def test_an_installed_package_needs_no_setting(package: Callable[[str, str], None]) -> None:
    package(plugins.OPERATORS, CODE)
    (plugin,) = load_plugins()
    assert (plugin.name, plugin.group) == ("ours", plugins.OPERATORS)
    assert "questions" in registry()
    assert judging_digest((plugin,)) != NOTHING


@pytest.mark.parametrize(
    "started", [[sys.executable, "-m", "qa_engine"], [str(Path(sys.executable).with_name("qa-engine"))]]
)
def test_what_lies_in_the_working_folder_is_never_plugged_in(
    package: Callable[[str, str], None], tmp_path: Path, started: list[str]
) -> None:
    """The installed package is, from wherever the command is started, and not a folder of the same name."""
    package(plugins.OPERATORS, CODE)
    here = tmp_path / "theirs"
    (here / "our_centre").mkdir(parents=True)
    (here / "our_centre" / "__init__.py").write_text("raise SystemExit('foreign')", encoding="utf-8")
    (here / "lying_about.py").write_text("raise SystemExit('foreign')", encoding="utf-8")
    path = os.pathsep.join((str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])))
    for named, told in (("", ""), ("lying_about", "No module named 'lying_about'")):
        asked = subprocess.run(
            [*started, "rules", "show", "opening.greeting"],
            cwd=here, env={**os.environ, "PYTHONPATH": path, "QA_PLUGINS": named, "QA_HOME": str(tmp_path / "home")},
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert "foreign" not in asked.stdout + asked.stderr
        assert (asked.returncode == 0, told in " ".join(asked.stderr.split())) == (not told, True), asked.stderr


def test_a_report_and_a_recogniser_come_in_by_their_doors(package: Callable[[str, str], None]) -> None:
    package(
        plugins.REPORTS,
        "from qa_engine.reports import Document, report_kind\n"
        "from qa_engine.speech import ScriptedRecogniser, recogniser\n"
        "@report_kind('ours', title='自制报告', about='centre', folder='ours')\n"
        "def build(source, request):\n    return Document('ours', '自制报告', ())\n"
        "@recogniser('scripted')\ndef make(model, options):\n    return ScriptedRecogniser()\n",
    )
    loaded = load_plugins()
    assert kinds.report_kinds()["ours"].title == "自制报告"
    assert "scripted" in recognisers()
    assert judging_digest(loaded) == NOTHING, "a report changes no verdict"


def test_every_door_of_the_table_is_there() -> None:
    told = re.findall(r"^\| `(qa_engine\.\w+)` \| `@(\w+)` of `([\w.]+)`.*\| `(qa_engine/[\w/]+)` \|$", GUIDE, re.M)
    assert {group for group, _, _, _ in told} == set(plugins.GROUPS)
    for _, decorator, module, folder in told:
        assert callable(getattr(import_module(module), decorator))
        assert f"@{decorator}(" in "".join(file.read_text(encoding="utf-8") for file in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize(
    ("text", "named", "told"),
    [
        ("raise RuntimeError('no licence')", None, "RuntimeError: no licence"),
        ("def broken(:", None, "SyntaxError"),
        (CODE.replace('"questions"', '"phrase"'), None, "operator phrase is registered twice"),
        ("", "our_operators.py", "must be a whole path"),
        ("", "/nowhere/our_operators.py", "no file /nowhere/our_operators.py"),
        ("", "no_such_module_of_ours", "ModuleNotFoundError"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named(tmp_path: Path, text: str, named: str | None, told: str) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="QA_PLUGINS") as caught:
        load_plugins(named or str(path))
    assert told in str(caught.value)


def test_no_room_asks_for_an_operator_by_its_name() -> None:
    """What other rooms want to know of an operator is a property of it: a plugin's is treated like a built-in one."""
    root = Path(base.__file__).parents[2]
    asked = re.compile(r"operator\.name (?:==|!=|in|not in)|entry\.name (?:==|!=)")
    found = [
        f"{path.relative_to(root)}:{number}"
        for path in sorted(root.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asked.search(line)
    ]
    assert found == []
