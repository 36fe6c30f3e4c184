"""What goes to another process: functions behind decorators."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple


class FunctionReference(NamedTuple):
    """A function that cannot be pickled by name, because its name now means the task that decorates it.

    Attributes:
        module: Where it is defined.
        qualname: The name in there.
    """

    module: str
    qualname: str

    def resolve(self) -> Callable[..., Any]:
        """The function behind the name."""
        import importlib

        function: Callable[..., Any] = _lookup(importlib.import_module(self.module), self.qualname).func
        return function


def portable_function(function: Callable[..., Any]) -> Callable[..., Any] | FunctionReference:
    """The function, or a reference if it can only be found behind the task that decorates it."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    qualname = getattr(function, "__qualname__", None)
    if module is None or qualname is None or "<locals>" in qualname:
        return function
    found = _lookup(module, qualname)
    if found is not function and getattr(found, "func", None) is function:
        return FunctionReference(module.__name__, qualname)
    return function


def _lookup(module: Any, qualname: str) -> Any:
    found = module
    for name in qualname.split("."):
        found = getattr(found, name, None)
    return found
