"""What goes to another process: functions behind decorators, and mocks in their place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

RECORDED_AS = "__recorded_as__"
"""The attribute of a mock with the module and the name of the function that it stands for."""


class FunctionReference(NamedTuple):
    """A function that cannot be pickled by name, because its name means something else.

    Attributes:
        module: Where it is defined.
        qualname: The name in there.
        is_mock: Whether it is the mock that returns the function's recorded example; else it is the function behind
            the task that its name means.
    """

    module: str
    qualname: str
    is_mock: bool = False

    def resolve(self) -> Callable[..., Any]:
        """The function behind the name."""
        if self.is_mock:
            from wt_task.testing import create_func_magicmock

            return create_func_magicmock(self.module, self.qualname)
        import importlib

        function: Callable[..., Any] = _lookup(importlib.import_module(self.module), self.qualname).func
        return function


def portable_function(function: Callable[..., Any]) -> Callable[..., Any] | FunctionReference:
    """The function, or a reference if it is a mock, or can only be found behind the task that decorates it."""
    recorded = getattr(function, RECORDED_AS, None)
    if recorded is not None:
        return FunctionReference(recorded[0], recorded[1], is_mock=True)
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
