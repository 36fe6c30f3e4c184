"""What a step sees of the warehouse: a dictionary that knows what was read, written and perhaps changed in place."""

from __future__ import annotations

import copy
from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from typing import Any

from wt_engine.injection import MISSING

_SIMPLE = frozenset({int, float, str, bytes, bool, type(None), complex, range, type})


class Changes(dict[str, Any]):
    """What a step changed: the new value of each key.

    Attributes:
        removed: The keys that it removed.
        before: What the changed and removed keys had held; `MISSING` for new ones.
        unread: The changed keys that it had not looked at.
        live: Whether they were made in the warehouse itself, where they are already.
    """

    __slots__ = ("before", "live", "removed", "unread")

    def __init__(
        self,
        new: Mapping[str, Any],
        removed: Iterable[str] = (),
        before: dict[str, Any] | None = None,
        unread: Iterable[str] = (),
        *,
        live: bool = False,
    ) -> None:
        super().__init__(new)
        self.live = live
        self.removed = tuple(removed)
        self.before = {} if before is None else before
        self.unread = frozenset(unread)

    def __bool__(self) -> bool:
        return len(self) > 0 or len(self.removed) > 0

    def __reduce__(self) -> tuple[Any, ...]:
        return Changes.of, (self.parts(),)

    def parts(self) -> Parts:
        """The changes as plain values, which can be sent and recorded."""
        # `MISSING` is told by its identity, which stays here: keys that had no value are left out.
        known = {key: value for key, value in self.before.items() if value is not MISSING}
        return dict(self), list(self.removed), known, sorted(self.unread)

    @classmethod
    def of(cls, parts: Parts) -> Changes:
        """The changes again."""
        new, removed, known, unread = parts
        return cls(new, removed, {**dict.fromkeys((*new, *removed), MISSING), **known}, unread)


Parts = tuple[dict[str, Any], list[str], dict[str, Any], list[str]]


_NOTHING = Changes({})
_NOTHING_LIVE = Changes({}, live=True)


def joined(first: Changes, second: Changes) -> Changes:
    """Two changes, one after the other, as one."""
    if not second:
        return first
    if not first:
        return second
    gone = {*first.removed, *second.removed} - set(second)
    new = {key: value for key, value in {**first, **second}.items() if key not in gone}
    return Changes(new, gone, {**second.before, **first.before}, first.unread & second.unread)


def private(value: Any) -> Any:
    """A deep copy; the value itself if it cannot be copied, as a lock or a connection."""
    if type(value) in _SIMPLE:
        return value
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - copying runs the value's own code; what cannot be copied is shared
        return value


def differ(before: Any, after: Any) -> bool:
    """Whether two values differ; things that do not compare to one truth value, such as arrays, do unless identical."""
    if before is after:
        return False
    try:
        return type(before) is not type(after) or bool(before != after)
    except Exception:  # noqa: BLE001 - comparing runs the values' own code
        return True


class View(dict[str, Any]):
    """A warehouse as one step sees it.

    Args:
        values: What it holds.
        isolated: Whether nobody else may see what the step does to the values themselves: then each is copied when it
            is first looked at.

    Attributes:
        iteration: The round of the loop above the whole pipeline, or `MISSING`.
        reached: The checkpoints that were reached in this run.
        touched: The keys whose values steps may have changed in place.
        writers: Who changed what, where steps run at the same time.
    """

    __slots__ = ("_before", "_isolated", "_opened", "_read", "iteration", "reached", "touched", "writers")

    def __init__(self, values: Mapping[str, Any], *, isolated: bool = False) -> None:
        super().__init__(values)
        self._isolated = isolated
        self.iteration: Any = MISSING
        self.reached: set[str] = set()
        self.touched: set[str] = set()
        self.writers: Any = None
        self._opened: dict[str, Any] = {}
        self._read: set[str] = set()
        self.begin()

    def begin(self) -> None:
        """Forget what was read and changed: the next step begins."""
        if self._opened:
            self.touched.update(self._opened)
            self._opened = {}
        self._before: dict[str, Any] = {}
        self._read.clear()

    def undo(self) -> None:
        """Take back what was written since `begin`."""
        for key, value in self._before.items():
            if value is MISSING:
                dict.pop(self, key, None)
            else:
                dict.__setitem__(self, key, value)

    def changes(self, returned: Mapping[str, Any] | None = None) -> Changes:
        """Write down what was changed since `begin`.

        Args:
            returned: What the step returned; it is merged first.

        Returns:
            The changes, in place changes of values that were looked at included. Of a view that is not isolated nobody
            can tell whether such a value was changed: it is among the changes in any case.
        """
        changed = self._before
        if returned is not None and returned is not self:
            for key, value in returned.items():
                here = dict.get(self, key, MISSING)
                if here is not value:
                    if key not in changed:
                        changed[key] = here
                    dict.__setitem__(self, key, value)
        if not changed and not self._opened:
            return _NOTHING if self._isolated else _NOTHING_LIVE
        new = {key: dict.get(self, key, MISSING) for key in changed}
        removed = [key for key, value in new.items() if value is MISSING]
        for key in removed:
            del new[key]
        if self._opened:
            self._add_opened(new, removed)
        if not self._isolated:
            # They are in the warehouse already: nobody has to merge them.
            return Changes(new, removed, live=True)
        before = {key: self._opened.get(key, self._before.get(key, MISSING)) for key in (*new, *removed)}
        unread = (key for key in new if key not in self._read)
        return Changes(new, removed, before, unread)

    def _add_opened(self, new: dict[str, Any], removed: list[str]) -> None:
        for key, original in self._opened.items():
            if key in new or key in removed:
                continue
            value = dict.get(self, key, MISSING)
            if value is not MISSING and (not self._isolated or differ(original, value)):
                new[key] = value

    def looked_at(self, key: str) -> bool:
        """Whether the step has looked at a value, or for one."""
        return key in self._read

    def _look(self, key: str, value: Any) -> Any:
        self._read.add(key)
        if type(value) in _SIMPLE or key in self._opened or key in self._before:
            return value
        own = private(value) if self._isolated else value
        self._opened[key] = value
        if own is not value:
            dict.__setitem__(self, key, own)
        return own

    def _note(self, key: str) -> None:
        if key not in self._before:
            self._before[key] = dict.get(self, key, MISSING)

    def __getitem__(self, key: str) -> Any:
        return self._look(key, dict.__getitem__(self, key))

    def get(self, key: str, default: Any = None) -> Any:
        """As of a dictionary."""
        value = dict.get(self, key, MISSING)
        if value is MISSING:
            self._read.add(key)
            return default
        return self._look(key, value)

    def __setitem__(self, key: str, value: Any) -> None:
        self._note(key)
        dict.__setitem__(self, key, value)

    def __delitem__(self, key: str) -> None:
        if key in self:
            self._note(key)
        dict.__delitem__(self, key)

    def __iter__(self) -> Iterator[str]:
        # Overridden so that `dict(view)` and `{**view}` look at each value through `__getitem__`.
        return dict.__iter__(self)

    def __or__(self, other: Any) -> Any:
        return dict(self) | other

    def __ror__(self, other: Any) -> Any:
        return other | dict(self)

    def __ior__(self, other: Any) -> View:  # type: ignore[override] # as `dict`, but for texts as keys only
        self.update(other)
        return self

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(self.plain(), memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.plain(),)

    def plain(self) -> dict[str, Any]:
        """The values as an ordinary dictionary, without looking at them."""
        return dict.copy(self)

    def copy(self) -> dict[str, Any]:
        """As of a dictionary."""
        return dict(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override] # the view of the values after all were looked at
        """As of a dictionary."""
        self._look_at_all()
        return dict.values(self)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override] # as `values`
        """As of a dictionary."""
        self._look_at_all()
        return dict.items(self)

    def _look_at_all(self) -> None:
        for key, value in list(dict.items(self)):
            self._look(key, value)

    def pop(self, key: str, *default: Any) -> Any:
        """As of a dictionary."""
        if key not in self:
            self._read.add(key)
            return dict.pop(self, key, *default)
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """As of a dictionary."""
        if not self:
            raise KeyError("popitem(): the warehouse is empty")
        key = next(reversed(self))
        return key, self.pop(key)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """As of a dictionary."""
        if key not in self:
            self._read.add(key)
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """As of a dictionary."""
        for key in list(self):
            del self[key]

    def update(self, *others: Any, **named: Any) -> None:
        """As of a dictionary."""
        for key, value in dict(*others, **named).items():
            self[key] = value

    def absorb(self, changes: Mapping[str, Any]) -> None:
        """Take over what a step has changed, without noting it as written."""
        dict.update(self, changes)
        for key in getattr(changes, "removed", ()):
            dict.pop(self, key, None)
