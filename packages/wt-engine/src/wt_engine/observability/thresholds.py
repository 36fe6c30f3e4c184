"""What a measurement must not be, and what is done when it is."""

from __future__ import annotations

import inspect
import operator
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_EXPRESSION = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")

Hook = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound of a metric.

    Attributes:
        metric: What is measured.
        expression: What it must not be, such as `> 10`.
        severity: How bad that is.
        hooks: What is called then, with the alert.
    """

    metric: str
    expression: str
    severity: str = "warning"
    hooks: tuple[Hook, ...] = ()

    def __post_init__(self) -> None:
        parse(self.expression)

    def crossed(self, value: float) -> bool:
        """Whether a value is what it must not be."""
        compare, bound = parse(self.expression)
        return compare(value, bound)


def parse(expression: str) -> tuple[Callable[[float, float], bool], float]:
    """The comparison and the bound of an expression.

    Raises:
        ValueError: It is none.
    """
    found = _EXPRESSION.fullmatch(expression)
    if found is None:
        known = ", ".join(_OPERATORS)
        raise ValueError(f"a threshold is one of {known} and a number, such as '> 10', not {expression!r}")
    return _OPERATORS[found[1]], float(found[2])


def hook_name(hook: Hook) -> str:
    """`module:function`, by which another process finds a hook.

    Raises:
        ValueError: It could not: the hook is no function of a module that can be imported.
    """
    module, name = getattr(hook, "__module__", None), getattr(hook, "__qualname__", None)
    if module in (None, "__main__") or name is None or not name.isidentifier() or not inspect.isroutine(hook):
        raise ValueError(
            f"the hook {hook!r} would be lost with this process: define it as a function of a module that can be "
            f"imported, or keep the threshold in this process alone with persist=False"
        )
    return f"{module}:{name}"


def hooks_named(names: Sequence[str]) -> tuple[Hook, ...]:
    """The hooks of these names.

    Raises:
        LookupError: One is no longer there.
    """
    hooks = []
    for name in names:
        module, _, function = name.partition(":")
        try:
            hooks.append(getattr(sys.modules.get(module) or import_module(module), function))
        except (ImportError, AttributeError) as error:
            raise LookupError(f"the hook '{name}' of a threshold cannot be found: {error}") from error
    return tuple(hooks)
