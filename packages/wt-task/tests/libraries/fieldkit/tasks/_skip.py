from __future__ import annotations

from typing import Any

from wt_task.skip import SkipSentinel


def any_dependency_skipped(*args: Any) -> bool:
    return any(isinstance(arg, SkipSentinel) for arg in args)


def any_is_empty(*args: Any) -> bool:
    return any(isinstance(arg, list) and not arg for arg in args)


def never(*args: Any) -> bool:
    return False
