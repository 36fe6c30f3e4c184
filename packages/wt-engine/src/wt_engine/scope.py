"""Which steps the parameters of a workflow's functions mean; those of a workflow in another one mean its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from wt_engine.errors import DefinitionError, place_of, suggestion

PARAMS = "params"
"""The parameter that gets what the run was given."""


class Written(NamedTuple):
    """A step as it was written.

    Attributes:
        method: `call`, `map`, `mapvalues`, `loop`, `value`, `approval` or `checkpoint`.
        function: The function.
        name: What the step is called.
        options: The options of its decorator.
        limit: How many calls of a map run at once.
        steps: The steps of another workflow, which get what the function returns as what they are given.
        awaits: Whether the calls of a loop are awaited.
        may_skip: Whether the function may skip them.
        form: What a person can fill in, if one is asked.
        checkpoint: What a checkpoint is called, if it keeps one.
    """

    method: str
    function: Callable[..., Any]
    name: str
    options: Mapping[str, Any]
    limit: int | None = None
    steps: tuple[Written, ...] | None = None
    awaits: bool = False
    may_skip: bool = False
    form: Mapping[str, Any] | None = None
    checkpoint: str | None = None


class Scope(NamedTuple):
    """What the parameters of functions mean that were written together.

    Attributes:
        names: The step that each name means.
        params: The step whose value is what they are given to work on; None for what the run is given.
        gate: The step that may skip them all; None if there is none.
    """

    names: dict[str, str]
    params: str | None = None
    gate: str | None = None

    @property
    def last(self) -> str | None:
        """The last step, if there is any."""
        return next(reversed(self.names.values()), None)

    def parents(self, function: Callable[..., Any], name: str, others: Collection[str] = ()) -> dict[str, str | None]:
        """The steps whose values a function gets, by parameter; None stands for what the run is given.

        Args:
            function: The function.
            name: The step that it is of.
            others: The parameters that get something else.

        Raises:
            DefinitionError: A parameter names no earlier step.
        """
        parents: dict[str, str | None] = {}
        for parameter in inspect.signature(function).parameters:
            if parameter in others:
                continue
            if parameter == PARAMS:
                parents[parameter] = self.params
                continue
            if parameter not in self.names:
                near = suggestion(parameter, [*self.names, PARAMS])
                raise DefinitionError(
                    f"Step '{name}' has unrecognized parameters: {parameter}.{near} A parameter is named after an "
                    f"earlier step whose value it gets, or '{PARAMS}'",
                    name,
                    place_of(function),
                )
            parents[parameter] = self.names[parameter]
        return parents
