"""What goes to another process and comes back: functions behind decorators, and exceptions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from wt_task.errors import RemoteError, describe


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


def portable_error(error: Exception) -> Exception:
    """The exception, or what stands for it if it does not survive being pickled.

    An exception whose class takes other arguments than it passes on, as many do, can be pickled but not unpickled; in
    a process pool that would break the whole pool.
    """
    import pickle

    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - it was pickled a moment ago
    except Exception:  # noqa: BLE001 - pickling calls code of the exception's class, which may raise anything
        import traceback

        stand_in = RemoteError(describe(error))
        stand_in.add_note("".join(traceback.format_exception(error)))
        return stand_in
    return error
