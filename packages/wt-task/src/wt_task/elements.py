"""What `map` and `mapvalues` are called over, as one list of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any, NamedTuple

from wt_task.errors import Element
from wt_task.hints import takes_sentinel, takes_tuple
from wt_task.skip import SkipSentinel


class Call(NamedTuple):
    """One of the calls of a step.

    Attributes:
        element: Which one it is; None if the step is a single call.
        args: The arguments by place.
        arguments: The arguments by name, without those that the task binds; None if nothing is called because the
            input was skipped.
    """

    element: Element | None
    args: tuple[Any, ...]
    arguments: dict[str, Any] | None


class Shape(NamedTuple):
    """How elements become arguments.

    Attributes:
        function: The function that is called.
        names: The parameters that get the element's values.
        conditional: Whether the task has conditions for skipping, which then also decide over skipped elements.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    conditional: bool

    def call(self, element: Element, value: Any) -> Call:
        """The call for an element.

        Raises:
            ValueError: If the element has not one value for each name.
        """
        if not isinstance(value, SkipSentinel):
            return Call(element, (), self._spread(element, value))
        if self.conditional or takes_sentinel(self.function, self.names):
            return Call(element, (), dict.fromkeys(self.names, value))
        return Call(element, (), None)

    def _spread(self, element: Element, value: Any) -> dict[str, Any]:
        names = self.names
        if len(names) == 1:
            return {names[0]: value}
        if isinstance(value, Mapping):
            if set(value) != set(names):
                raise ValueError(
                    f"{element} has the keys {_listed(value)}, but the argument names are {_listed(names)}"
                )
            return dict(value)
        if isinstance(value, str | bytes | Set) or not isinstance(value, Iterable):
            raise ValueError(
                f"{element} is one value of type {type(value).__name__}, but the argument names are {_listed(names)}"
            )
        values = tuple(value)
        if len(values) != len(names):
            raise ValueError(f"{element} has {len(values)} values, but the argument names are {_listed(names)}")
        return dict(zip(names, values, strict=True))


def read_names(argnames: str | Iterable[str]) -> tuple[str, ...]:
    """The argument names as they may be given: one, or several.

    Raises:
        ValueError: If there is none, or one twice.
    """
    names = (argnames,) if isinstance(argnames, str) else tuple(argnames)
    if not names:
        raise ValueError("argnames is empty: name the argument that gets the elements")
    if len(set(names)) < len(names):
        raise ValueError(f"argnames has a name twice: {_listed(names)}")
    return names


def count(argvalues: Any) -> int | None:
    """How many elements there are, if that is known without looking at them."""
    if isinstance(argvalues, SkipSentinel):
        return 0
    try:
        return len(argvalues)
    except TypeError:  # a generator, an array without dimensions
        return None


def calls_of_map(shape: Shape, argvalues: Iterable[Any]) -> list[Call]:
    """One call an element; for a mapping, as Python iterates it, one a key.

    Elements that are all tuples of one value are unpacked when one name is to get them, unless its type hint lets a
    tuple in: so do task libraries write a parametrisation.

    Raises:
        TypeError: If it is not iterable.
        ValueError: If an element has not one value for each name.
    """
    values = list(argvalues)
    single = len(shape.names) == 1 and all(type(value) is tuple and len(value) == 1 for value in values)
    if single and not takes_tuple(shape.function, shape.names[0]):
        values = [value for (value,) in values]
    return [shape.call(Element(index), _bare(shape, value)) for index, value in enumerate(values)]


def calls_of_mapvalues(shape: Shape, argvalues: Iterable[Any]) -> list[Call]:
    """One call a key and value; a sentinel in place of such a pair has the key None.

    Args:
        shape: How values become arguments.
        argvalues: A mapping or an iterable of pairs.

    Raises:
        TypeError: If it is not iterable.
        ValueError: If an element is no pair, or its value has not one value for each name.
    """
    return [shape.call(Element(index, key, keyed=True), value) for index, (key, value) in enumerate(_pairs(argvalues))]


def _bare(shape: Shape, value: Any) -> Any:
    """The sentinel of `(None, sentinel)`, which is what mapvalues makes of a skipped input; conditions see the pair."""
    pair = type(value) is tuple and len(value) == 2 and value[0] is None and isinstance(value[1], SkipSentinel)
    return value[1] if pair and not shape.conditional else value


def _pairs(argvalues: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    if isinstance(argvalues, Mapping):
        yield from argvalues.items()
        return
    for index, pair in enumerate(argvalues):
        if isinstance(pair, SkipSentinel):
            yield None, pair
            continue
        if isinstance(pair, str | bytes | Set | Mapping) or not isinstance(pair, Iterable):
            raise ValueError(f"{Element(index)} is of type {type(pair).__name__}, not a pair of a key and a value")
        parts = tuple(pair)
        if len(parts) != 2:
            raise ValueError(f"{Element(index)} has {len(parts)} values, not a key and a value")
        yield parts[0], parts[1]


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(str(name) for name in names)
