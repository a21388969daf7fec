"""The operators: importing this package enters the built-in ones in the registry, each from a file of its own."""

import pkgutil
from importlib import import_module

from qa_engine.rules.operators.base import Operator, Preparer, operator, registry

for _kind in ("facts", "sound", "words"):
    for _module in pkgutil.iter_modules(import_module(f"{__name__}.{_kind}").__path__):
        import_module(f"{__name__}.{_kind}.{_module.name}")

__all__ = ["Operator", "Preparer", "operator", "registry"]
