"""A private copy of the state for a sync step that may be abandoned, so that what it writes too late reaches nobody."""

from __future__ import annotations

import copy
from typing import Any


class IsolatedState:
    """A copy of the state to work on, whose changes are carried over only if the step ends in time.

    What changed is found by comparing with a second copy, attribute by attribute (key by key for a mapping, as a whole
    for a list), so that concurrent steps which write to different attributes do not undo each other's work.

    Args:
        state: The shared state.

    Raises:
        TypeError: The state cannot be copied.
    """

    def __init__(self, state: Any) -> None:
        self._shared = state
        try:
            self._before = copy.deepcopy(state)
            self.work = copy.deepcopy(state)
        except Exception as error:
            raise TypeError(
                f"a sync step with a timeout works on a copy of the state, but {type(state).__name__} cannot be copied "
                f"({error}); keep what cannot be copied in the context, or make the step 'async def'"
            ) from error

    def carry_over(self) -> None:
        """Write what the step changed to the shared state."""
        if isinstance(self._shared, dict):
            _carry(self._shared, self._before, self.work)
        elif isinstance(self._shared, list):
            if _differ(self._before, self.work):
                self._shared[:] = self.work
        elif isinstance(self._shared, set):
            self._shared |= self.work - self._before
            self._shared -= self._before - self.work
        else:
            self._carry_attributes()

    def _carry_attributes(self) -> None:
        before, work = _attributes(self._before), _attributes(self.work)
        for name in before.keys() - work.keys():
            delattr(self._shared, name)
        for name, value in work.items():
            if name not in before or _differ(before[name], value):
                setattr(self._shared, name, value)


def _attributes(thing: Any) -> dict[str, Any]:
    slots = [getattr(kind, "__slots__", ()) for kind in type(thing).__mro__]
    names = [name for some in slots for name in ((some,) if isinstance(some, str) else some) if name[:2] != "__"]
    return {**getattr(thing, "__dict__", {}), **{name: getattr(thing, name) for name in names if hasattr(thing, name)}}


def _carry(shared: dict[Any, Any], before: dict[Any, Any], work: dict[Any, Any]) -> None:
    for key in before.keys() - work.keys():
        shared.pop(key, None)
    shared.update({key: value for key, value in work.items() if key not in before or _differ(before[key], value)})


def _differ(before: Any, after: Any) -> bool:
    try:
        return bool(before != after)
    except (ValueError, TypeError):
        # Things such as arrays do not compare to one truth value: take them as changed.
        return True
