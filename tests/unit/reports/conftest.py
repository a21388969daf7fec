"""The builders beside this file, as one fixture."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def _load_builders() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_builders", Path(__file__).with_name("builders.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def build() -> ModuleType:
    return _load_builders()
