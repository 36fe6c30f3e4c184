"""A private copy of the state for a step whose writes may come too late, or are made in another process."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Changes:
    """What a step did to its copy of the state: attribute by attribute, key by key for a mapping.

    Concurrent steps that write to different attributes do not undo each other's work.

    Attributes:
        changed: The attributes or keys that are new or different; for a list all its items, for a set those added.
        gone: The attributes, keys or items that were taken away.
    """

    changed: Any = None
    gone: Any = ()

    def carry_over(self, shared: Any) -> None:
        """Write them to the shared state."""
        if isinstance(shared, dict):
            for key in self.gone:
                shared.pop(key, None)
            shared.update(self.changed)
        elif isinstance(shared, list):
            if self.changed is not None:
                shared[:] = self.changed
        elif isinstance(shared, set):
            shared |= self.changed
            shared -= self.gone
        else:
            for name in self.gone:
                delattr(shared, name)
            for name, value in self.changed.items():
                setattr(shared, name, value)


def changes(before: Any, after: Any) -> Changes:
    """What turns `before` into `after`, which are of one type."""
    if isinstance(before, list):
        return Changes(after if _differ(before, after) else None)
    if isinstance(before, set):
        return Changes(after - before, before - after)
    old, new = (before, after) if isinstance(before, dict) else (_attributes(before), _attributes(after))
    return Changes(
        {name: value for name, value in new.items() if name not in old or _differ(old[name], value)},
        [name for name in old if name not in new],
    )


class IsolatedState:
    """A copy of the state to work on, whose changes are carried over only if the step ends in time.

    What changed is found by comparing with a second copy.

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

    def changes(self) -> Changes:
        """What the step has changed so far."""
        return changes(self._before, self.work)

    def carry_over(self) -> None:
        """Write what the step changed to the shared state."""
        self.changes().carry_over(self._shared)


def _attributes(thing: Any) -> dict[str, Any]:
    slots = [getattr(kind, "__slots__", ()) for kind in type(thing).__mro__]
    names = [name for some in slots for name in ((some,) if isinstance(some, str) else some) if name[:2] != "__"]
    return {**getattr(thing, "__dict__", {}), **{name: getattr(thing, name) for name in names if hasattr(thing, name)}}


def _differ(before: Any, after: Any) -> bool:
    try:
        return bool(before != after)
    except (ValueError, TypeError):
        # Things such as arrays do not compare to one truth value: take them as changed.
        return True
