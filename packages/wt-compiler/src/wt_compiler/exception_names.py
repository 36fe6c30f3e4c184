"""Exceptions that a spec names: of Python itself they can be looked up; those of other packages are not imported."""

from __future__ import annotations

import builtins
import importlib
import re
import sys
from typing import Any, Final, NamedTuple

from wt_contracts.diagnostics import near_miss

_DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_UNFIT: Final = frozenset({"antigravity", "idlelib", "lib2to3", "test", "this", "tkinter", "turtle", "turtledemo"})
"""Modules of Python that do something when they are imported."""


class Wrong(NamedTuple):
    """Why a name is that of no exception, and what to do."""

    message: str
    hint: str


def why_no_exception(name: str) -> Wrong | None:
    """What is wrong with the name of an exception.

    Args:
        name: The name of one that is built in, or a dotted path.

    Returns:
        None if it is one whose call can be tried again, or if that cannot be known.
    """
    if "." not in name:
        wrong = f"there is no built-in exception {name!r}", "write the dotted path of one that is not built in"
        return _judged(name, vars(builtins), Wrong(*wrong))
    if not _DOTTED.fullmatch(name):
        return Wrong(f"{name!r} is no dotted path", "write it as Python imports it: package.module.Name")
    module, _, last = name.rpartition(".")
    if is_foreign(name) or module.partition(".")[0] in _UNFIT:
        return None
    try:
        members = vars(importlib.import_module(module))
    except ImportError:
        return Wrong(f"Python has no module {module!r}", "write the path as Python imports it: package.module.Name")
    return _judged(last, members, Wrong(f"the module {module!r} has no exception {last!r}", "look it up in its manual"))


def is_foreign(name: str) -> bool:
    """Whether a dotted path is that of something of another package than Python's own."""
    return "." in name and name.partition(".")[0] not in sys.stdlib_module_names


def _judged(name: str, members: dict[str, Any], unknown: Wrong) -> Wrong | None:
    known = sorted(each for each, value in members.items() if _is_exception(value, Exception))
    if name in known:
        return None
    if _is_exception(members.get(name), BaseException):
        return Wrong(f"{name} ends a run, and is no failure of a task", "name a subclass of Exception")
    meant = near_miss(name, known)
    return unknown._replace(hint=f"did you mean {meant!r}?") if meant else unknown


def _is_exception(value: Any, kind: type[BaseException]) -> bool:
    return isinstance(value, type) and issubclass(value, kind)
