"""What is plugged into the engine: packages that say so by an entry point, and modules named in ``QA_PLUGINS``.

A plugin is a module that registers something when it is imported, with the decorator that the built-in ones use::

    qa_engine.operators     @operator      of qa_engine.rules            docs/writing-an-operator.md
    qa_engine.recognisers   @recogniser    of qa_engine.speech
    qa_engine.reports       @report_kind   of qa_engine.reports
    qa_engine.alerts        @channel_kind  of qa_engine.service.alerts.channels

A package declares ``[project.entry-points."qa_engine.operators"] name = "its.module"``. ``QA_PLUGINS`` names modules
that can be imported, or files by their whole path (``/etc/qa-engine/our_operators.py``), parted by commas.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from qa_engine.domain import digest, digest_of_parts, sha256_hex
from qa_engine.errors import SettingsError

OPERATORS, RECOGNISERS, REPORTS, ALERTS = (
    f"qa_engine.{kind}" for kind in ("operators", "recognisers", "reports", "alerts")
)
GROUPS = (OPERATORS, RECOGNISERS, REPORTS, ALERTS)
_NOT_JUDGING = (RECOGNISERS, REPORTS, ALERTS)  # what a recogniser changes is in the transcript's own key


@dataclass(frozen=True, slots=True)
class Plugin:
    """``digest``: of its sources, and of its version where it comes in a package."""

    name: str
    group: str  # empty for what QA_PLUGINS names
    digest: str


def load_plugins(named: str = "") -> tuple[Plugin, ...]:
    """Import every plugin; ``named`` is the setting QA_PLUGINS. Once a process, in a fixed order.

    Raises SettingsError for one that cannot be imported, or that registers a name which is there already.
    """
    return _load(tuple(part.strip() for part in named.split(",") if part.strip()))


def judging_digest(plugins: Sequence[Plugin]) -> str:
    """The part of a result's key that stands for what is plugged in; ``none`` when nothing is that could judge."""
    return digest_of_parts({plugin.name: plugin.digest for plugin in plugins if plugin.group not in _NOT_JUDGING})


@lru_cache(maxsize=8)
def _load(named: tuple[str, ...]) -> tuple[Plugin, ...]:
    installed = (point for group in GROUPS for point in sorted(entry_points(group=group), key=_order))
    return (*(_of_package(point) for point in installed), *(_of_setting(name) for name in named))


def _order(point: EntryPoint) -> tuple[str, str]:
    return point.name, point.value


def _of_package(point: EntryPoint) -> Plugin:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
    what = f"plugin {point.name} of the package {package or point.value}"
    module = _imported(point.module, what)
    return Plugin(point.name, point.group, digest({"package": package, "sources": list(_sources(module))}))


def _of_setting(name: str) -> Plugin:
    module = _imported(name, f"plugin {name} (setting QA_PLUGINS)")
    return Plugin(name, "", digest({"sources": list(_sources(module))}))


def _imported(name: str, what: str) -> ModuleType:
    try:
        return _file(Path(name)) if name.endswith(".py") else import_module(name)
    except SettingsError:
        raise
    except Exception as error:
        # whatever a foreign module does wrong is told as what it is: a plugin that must be mended or taken out
        raise SettingsError(f"{what} cannot be loaded: {type(error).__name__}: {error}") from error


def _file(path: Path) -> ModuleType:
    if not path.is_absolute():
        raise SettingsError(f"setting QA_PLUGINS: {path} must be a whole path, not one that depends on the folder")
    name = f"qa_plugin_{sha256_hex(str(path).encode())[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SettingsError(f"setting QA_PLUGINS: there is no file {path}")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _sources(module: ModuleType) -> Iterator[str]:
    """Digests of the files a plugin is made of: the module, or everything in the package it is."""
    if module.__file__ is None:
        return
    file = Path(module.__file__)
    files = sorted(file.parent.rglob("*.py")) if hasattr(module, "__path__") else [file]
    yield from (sha256_hex(one.read_bytes()) for one in files)
