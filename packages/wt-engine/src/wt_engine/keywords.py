"""Keywords that a constructor does not have."""

from __future__ import annotations

import functools
import inspect
from typing import Any, TypeVar

from wt_engine.errors import suggestion

T = TypeVar("T")


def known_keywords(kind: type[T]) -> type[T]:
    """Let the constructor of a class say which keyword was probably meant by one that it does not know.

    Args:
        kind: The class; its constructor takes no keywords of any name.
    """
    construct: Any = kind.__init__
    names = [name for name in inspect.signature(construct).parameters if name != "self"]

    @functools.wraps(construct)
    def checked(self: Any, *values: Any, **named: Any) -> None:
        for name in named:
            if name not in names:
                near = suggestion(name, names) or f" It has {', '.join(names)}."
                raise TypeError(f"{type(self).__name__} has no argument '{name}'.{near}")
        construct(self, *values, **named)

    kind.__init__ = checked  # type: ignore[method-assign] # that is what this is for
    return kind
