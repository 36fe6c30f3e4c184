"""Bringing together what several steps changed at the same time: a merge of three sides, key by key.

As in version control (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007), what both sides made of a
common base is combined by their deltas where these do not contradict each other, and is a conflict where they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wt_engine.injection import MISSING
from wt_engine.warehouse.view import Changes, Parts, View, differ

MergePolicy = str | Callable[[dict[str, Any], list[dict[str, Any]]], Mapping[str, Any]]
"""`"accumulate"`, `"last_wins"`, or a function of the warehouse before and what each step changed, in their order."""


class MergeConflictError(ValueError):
    """Two steps that ran at the same time changed the same thing in ways that contradict each other.

    Args:
        key: Where in the warehouse, inner keys included.
        first: The step whose change was there already.
        second: The step whose change does not go with it.
        message: What is wrong, and what to do.
    """

    def __init__(self, key: str, first: str, second: str, message: str) -> None:
        self.key = key
        self.steps = (first, second)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.key, *self.steps, str(self))


class _Contradiction(Exception):  # noqa: N818 - is turned into the error above by whoever knows the steps
    def __init__(self, path: str) -> None:
        self.path = path


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | complex) and not isinstance(value, bool)


def combine(base: Any, here: Any, new: Any, path: str, *, seen: bool = True) -> Any:
    """What `here` and `new`, both made from `base`, come to together.

    Args:
        base: The value that both began with, or `MISSING`.
        here: What the one made of it, or `MISSING` if it was removed.
        new: What the other made of it, or `MISSING`.
        path: Where it is, for the error.
        seen: Whether both had looked at the base; else a number is an assignment and no increment of a present one.

    Raises:
        _Contradiction: They do not go together.
    """
    if base is not MISSING and not differ(base, here):
        return new
    if base is not MISSING and not differ(base, new):
        return here
    if _is_number(here) and _is_number(new) and (base is MISSING or (_is_number(base) and seen)):
        return here + new - (0 if base is MISSING else base)
    if isinstance(here, dict) and isinstance(new, dict) and (base is MISSING or isinstance(base, dict)):
        return _dictionaries({} if base is MISSING else base, here, new, path)
    if isinstance(here, set) and isinstance(new, set) and (base is MISSING or isinstance(base, set)):
        start = set() if base is MISSING else base
        return (here | (new - start)) - (start - new)
    if isinstance(here, list) and isinstance(new, list) and (base is MISSING or isinstance(base, list)):
        start = [] if base is MISSING else base
        if not differ(new[: len(start)], start) and not differ(here[: len(start)], start):
            return here + new[len(start) :]
    if not differ(here, new):
        return here
    raise _Contradiction(path)


def _dictionaries(base: dict[Any, Any], here: dict[Any, Any], new: dict[Any, Any], path: str) -> dict[Any, Any]:
    merged = here.copy()
    for key in [*new, *(key for key in base if key not in new)]:
        old, one, other = base.get(key, MISSING), here.get(key, MISSING), new.get(key, MISSING)
        if old is not MISSING and other is not MISSING and not differ(old, other):
            continue
        value = other if old is MISSING and one is MISSING else combine(old, one, other, f"{path}[{key!r}]")
        if value is MISSING:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged


@dataclass(slots=True)
class Writers:
    """Who changed what last, among the steps of a warehouse that run at the same time.

    Attributes:
        names: The step by key, and whether it had looked at the value before.
    """

    names: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def merge(self, values: View, step: str, changes: Changes) -> Changes:
        """Merge what a step changed into the warehouse, all of it or nothing.

        Args:
            values: The warehouse, which others may have changed since the step began.
            step: The step.
            changes: What it changed.

        Returns:
            What that means for the warehouse.

        Raises:
            MergeConflictError: It contradicts what another step changed meanwhile.
        """
        merged: dict[str, Any] = {}
        removed: list[str] = []
        for key in (*changes, *changes.removed):
            base, here = changes.before.get(key, MISSING), dict.get(values, key, MISSING)
            new = changes.get(key, MISSING)
            value = new if here is base else self._combined(key, step, base, here, changes)
            if value is MISSING:
                removed.append(key)
            else:
                merged[key] = value
        for key in (*changes, *changes.removed):
            self.names[key] = (step, key not in changes.unread)
        result = Changes(merged, removed)
        values.absorb(result)
        return result

    def _combined(self, key: str, step: str, base: Any, here: Any, changes: Changes) -> Any:
        other, looked = self.names.get(key, ("another step", True))
        new = changes.get(key, MISSING)
        if base is MISSING and here is MISSING:
            return new
        try:
            return combine(base, here, new, key, seen=looked and key not in changes.unread)
        except _Contradiction as conflict:
            text = (
                f"steps '{other}' and '{step}' ran at the same time and both changed '{conflict.path}': "
                f"{_shown(here)} and {_shown(new)} cannot be merged. Let them write to different keys, run one after "
                f"the other, or give Parallel a merge_policy"
            )
            raise MergeConflictError(conflict.path, other, step, text) from None


def merge(values: Any, step: str, changes: Changes) -> Changes:
    """Merge what a step changed into its warehouse, unless it was done there.

    Args:
        values: The warehouse, a `View`.
        step: The step.
        changes: What it changed.

    Returns:
        What that means for the warehouse.

    Raises:
        MergeConflictError: Another step has changed the same meanwhile.
    """
    if changes.live:
        return changes
    if values.writers is None:
        values.writers = Writers()
    writers: Writers = values.writers
    return writers.merge(values, step, changes)


def _shown(value: Any) -> str:
    if value is MISSING:
        return "its removal"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def merge_team(values: View, policy: MergePolicy, names: Sequence[str], results: Sequence[Parts | None]) -> Changes:
    """Merge what the steps of a `Parallel` changed, in the order of their definition.

    Args:
        values: The warehouse as it was when they began.
        policy: How to merge.
        names: The steps.
        results: What each changed; None for one that failed.

    Raises:
        MergeConflictError: Two of them contradict each other.
        TypeError: A policy of the user's returned no mapping.
    """
    whole = View(values.plain())
    if callable(policy):
        merged = policy(values.plain(), [dict(parts[0]) for parts in results if parts is not None])
        if not isinstance(merged, Mapping):
            raise TypeError(f"merge_policy must return a mapping, not {type(merged).__name__}")
        whole.update(merged)
        return whole.changes()
    writers = Writers({} if values.writers is None else dict(values.writers.names))
    touched: dict[str, None] = {}
    for name, parts in zip(names, results, strict=True):
        if parts is None:
            continue
        changes = Changes.of(parts)
        touched.update(dict.fromkeys((*changes, *changes.removed)))
        if policy == "last_wins":
            whole.absorb(changes)
        else:
            writers.merge(whole, name, changes)
    plain = whole.plain()
    return Changes({key: plain[key] for key in touched if key in plain}, [key for key in touched if key not in plain])
