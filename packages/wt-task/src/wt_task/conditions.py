"""Whether a call is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from wt_task.hints import MISSING, parameters


class Skipif(NamedTuple):
    """Conditions under which a call is skipped.

    Attributes:
        conditions: Each is called with the arguments; any that holds is enough.
        unpack_depth: How many levels of lists and tuples the arguments are flattened before.
    """

    conditions: tuple[Callable[..., Any], ...]
    unpack_depth: int

    def verdicts(
        self, function: Callable[..., Any], args: tuple[Any, ...], arguments: Mapping[str, Any]
    ) -> Iterator[Any]:
        """What each condition says, one at a time, of calling a function with these arguments."""
        values = list(unpacked(seen_values(function, args, arguments), self.unpack_depth))
        for condition in self.conditions:
            yield condition(*values)


def holds(rules: Iterable[Skipif], function: Callable[..., Any], args: tuple[Any, ...], arguments: Any) -> bool:
    """Whether any condition holds.

    Raises:
        TypeError: If a condition is asynchronous, which only an asynchronous task can ask.
    """
    for rule in rules:
        for verdict in rule.verdicts(function, args, arguments):
            if hasattr(verdict, "__await__"):
                if hasattr(verdict, "close"):
                    verdict.close()  # or Python warns that it was never awaited
                raise TypeError("an asynchronous condition needs an asynchronous task")
            if verdict:
                return True
    return False


async def holds_async(
    rules: Iterable[Skipif], function: Callable[..., Any], args: tuple[Any, ...], arguments: Any
) -> bool:
    """Whether any condition holds; conditions may be asynchronous."""
    for rule in rules:
        for verdict in rule.verdicts(function, args, arguments):
            if await verdict if hasattr(verdict, "__await__") else verdict:
                return True
    return False


def seen_values(function: Callable[..., Any], args: tuple[Any, ...], arguments: Mapping[str, Any]) -> list[Any]:
    """All values that the function would get, defaults included, in the order of its parameters."""
    values = list(args)
    known = parameters(function)
    names = set()
    for name, default in known.defaults[min(len(args), known.places) :]:
        names.add(name)
        value = arguments.get(name, default)
        if value is not MISSING:
            values.append(value)
    values += [value for name, value in arguments.items() if name not in names]
    return values


def unpacked(values: Iterable[Any], depth: int) -> Iterator[Any]:
    """The values with lists and tuples, never mappings, replaced by their elements, down to a depth."""
    for value in values:
        if depth > 0 and isinstance(value, list | tuple):
            yield from unpacked(value, depth - 1)
        else:
            yield value
