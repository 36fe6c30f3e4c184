"""From the arguments of a decorator to the draft of a step, with every mistake in them named."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from wt_engine.definition import BarrierType, Draft, Function, Mode, Target
from wt_engine.errors import DefinitionError, PipelineValidationWarning, suggestion
from wt_engine.events import NodeKind
from wt_engine.placement import placed
from wt_engine.retries import policy
from wt_engine.share import Need

_OPTIONS = ("timeout", "retries", "retry_wait_min", "retry_wait_max", "executor", "memory", "cpu", "gpu")
_OWN = frozenset(
    {"barrier_timeout", "barrier_type", "on_error", "each", "max_concurrency", "routes", "default", "pipeline"}
)


def draft(
    kind: NodeKind, name: str, function: Function, to: list[Target], handler: Function | None, given: Mapping[str, Any]
) -> Draft:
    """The draft of a step.

    Args:
        kind: What it is.
        name: Its name.
        function: What it runs.
        to: What runs after it.
        handler: What gets its failure.
        given: All other arguments of its decorator.

    Raises:
        DefinitionError: One of them is wrong or unknown.
    """
    _check_kind(kind, name, function, given)
    _check_options(name, function, given)
    function = placed(name, function, given)
    try:
        retries = policy(given.get("retries"), given.get("retry_wait_min"), given.get("retry_wait_max"))
        joins = BarrierType(given["barrier_type"])
    except (TypeError, ValueError) as error:
        raise DefinitionError(f"Step '{name}': {error}", name, function.place) from error
    return Draft(
        name,
        kind,
        function,
        to,
        each=given.get("each"),
        routes=given.get("routes"),
        default=given.get("default"),
        pipeline=given.get("pipeline"),
        timeout=given.get("timeout"),
        retries=retries,
        handler=handler,
        barrier_type=joins,
        barrier_timeout=given["barrier_timeout"],
        max_concurrency=given.get("max_concurrency"),
        options={name: value for name, value in given.items() if name not in _OWN},
        executor=given["executor"] if function.mode is Mode.SUBMIT else None,
        memory=given.get("memory"),
        need=_need(name, function, given),
    )


def _need(name: str, function: Function, given: Mapping[str, Any]) -> Need | None:
    """What a call of a step takes; None if it says nothing of that."""
    for option in ("cpu", "gpu"):
        amount = given.get(option)
        if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | float) or not amount > 0):
            text = f"Step '{name}': {option} must be a number above 0, not {amount!r}"
            raise DefinitionError(text, name, function.place)
    need = Need(given.get("cpu") or 0, given.get("gpu") or 0)
    return need if any(need) else None


def check_options(draft: Draft) -> None:
    """Check the arguments that the engine does not know, for a pipe without a middleware that might.

    Raises:
        DefinitionError: One is a known argument misspelt.
    """
    for option in sorted(set(draft.options) - set(_OPTIONS)):
        near = suggestion(option, [*_OPTIONS, *_OWN, "to"])
        text = f"Step '{draft.name}' has unknown option '{option}'.{near}"
        if near:
            raise DefinitionError(text, draft.name, draft.function.place)
        warnings.warn(f"{text} There is no middleware to use it", PipelineValidationWarning, stacklevel=5)


def _check_options(name: str, function: Function, given: Mapping[str, Any]) -> None:
    most = given.get("max_concurrency")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        text = f"Step '{name}': max_concurrency must be a whole number from 1, not {most!r}"
        raise DefinitionError(text, name, function.place)
    for option in ("timeout", "barrier_timeout"):
        seconds = given.get(option)
        if seconds is None:
            continue
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
            text = f"Step '{name}': {option} must be seconds above 0, not {seconds!r}"
            raise DefinitionError(text, name, function.place)


def _check_kind(kind: NodeKind, name: str, function: Function, given: Mapping[str, Any]) -> None:
    mistake = None
    if kind is NodeKind.MAP and given["each"] is None:
        mistake = f"Map '{name}' needs 'each=', the step that gets the items"
    elif kind is NodeKind.SUB and not hasattr(given["pipeline"], "prepared"):
        mistake = f"Sub-pipeline '{name}' needs 'pipeline=', a Pipe"
    elif kind is NodeKind.SWITCH and given["routes"] is None:
        mistake = f"Switch '{name}' needs 'to=': a dictionary of routes, or a function"
    elif kind is NodeKind.SWITCH and not (isinstance(given["routes"], Mapping) or callable(given["routes"])):
        mistake = f"Switch '{name}' has invalid 'to=' type: {type(given['routes']).__name__}"
    if mistake:
        raise DefinitionError(mistake, name, function.place)


def check_count(name: str, value: Any, least: int) -> None:
    """Check a whole number.

    Raises:
        DefinitionError: It is none, or less than `least`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DefinitionError(f"{name} must be a whole number from {least}, not {value!r}")
