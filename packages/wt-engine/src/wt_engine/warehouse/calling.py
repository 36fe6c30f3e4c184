"""Calling the function of a step with what it asks for, and taking down what it changed."""

from __future__ import annotations

import inspect
import pickle
import typing
import warnings
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from wt_engine.cancellation import CancellationToken
from wt_engine.control import Next, Raise, Retry, Skip, Stop, Suspend, Value, is_control, normalised
from wt_engine.definition import Mode, mode_of
from wt_engine.errors import DefinitionError, PipelineValidationWarning, suggestion
from wt_engine.injection import MISSING
from wt_engine.invocation import settled
from wt_engine.warehouse.merging import MergePolicy, merge
from wt_engine.warehouse.tasks import Task
from wt_engine.warehouse.view import Changes, View

ITERATION = "iteration"
ANSWER = "answer"
TOKENS = frozenset({"cancel", "token", "cancellation_token"})
_WHOLE = frozenset({"data", "warehouse"})
_STEERING = (Stop, Suspend, Retry, Skip, Raise)


class Wants(Enum):
    """What a parameter gets: the warehouse, a value of it, or what the run itself provides."""

    WHOLE = "whole"
    VALUE = "value"
    RUN = "run"


class Parameter(typing.NamedTuple):
    """A parameter of a step's function.

    Attributes:
        name: Its name.
        wants: What it gets.
        positional: Whether it can only be given by its place.
        optional: Whether it has a default.
    """

    name: str
    wants: Wants
    positional: bool
    optional: bool


def read_signature(function: Callable[..., Any]) -> tuple[Parameter, ...] | None:
    """What the parameters of a step's function are to get; None for one that just gets the warehouse.

    A single required parameter gets the warehouse, unless its annotation says that it is something else or it must be
    given by name. Several are named after keys; among them, `data` and `warehouse` are the warehouse. `iteration`,
    `answer` and the cancellation token come from the run. Parameters with a default get the key of their name if there
    is one.
    """
    try:
        given = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    named = [one for one in given if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    if not named:
        return () if not any(one.kind is one.VAR_POSITIONAL for one in given) else None
    hints = _hints(function)
    needed = [one for one in named if one.default is one.empty and not _from_run(one.name, hints.get(one.name))]
    found = []
    for one in named:
        wants, optional = Wants.VALUE, one.default is not one.empty
        if _from_run(one.name, hints.get(one.name)):
            wants = Wants.RUN
        elif not optional and (one.name in _WHOLE or (needed == [one] and _is_whole(one, hints.get(one.name, Any)))):
            wants = Wants.WHOLE
        found.append(Parameter(one.name, wants, one.kind is one.POSITIONAL_ONLY, optional))
    if [one.wants for one in found] == [Wants.WHOLE] and named[0].kind is not named[0].KEYWORD_ONLY:
        return None
    return tuple(found)


def _unhinted(function: Callable[..., Any]) -> str | None:
    """The only parameter that a function needs, if its name says of a value as much as of the warehouse."""
    try:
        needed = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    except (TypeError, ValueError):
        return None
    if len(needed) != 1 or needed[0].kind not in (needed[0].POSITIONAL_ONLY, needed[0].POSITIONAL_OR_KEYWORD):
        return None
    name = needed[0].name
    return None if name in _WHOLE or name in _hints(function) else name


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    target = function if inspect.isroutine(function) else getattr(function, "func", type(function).__call__)
    try:
        return typing.get_type_hints(target)
    except Exception:  # noqa: BLE001 - annotations are expressions of the user's; one that fails says nothing
        return {}


def _from_run(name: str, hint: Any) -> bool:
    return (
        name in (ITERATION, ANSWER)
        or name in TOKENS
        or (isinstance(hint, type) and issubclass(hint, CancellationToken))
    )


def _is_whole(parameter: inspect.Parameter, hint: Any) -> bool:
    if parameter.kind is parameter.KEYWORD_ONLY:
        return False
    kind = typing.get_origin(hint) or hint
    if not isinstance(kind, type) or kind in (object, Any) or typing.is_typeddict(kind):
        return True
    return issubclass(kind, Mapping)


class StepCall:
    """The function of a step as the engine calls it: gets a warehouse, gives `Changes`.

    It can be pickled if the function can, so that it can run in another process.

    Args:
        task: The step.
        policy: What becomes of values returned without having looked at what is there: see `For`.
    """

    def __init__(self, task: Task, policy: MergePolicy = "last_wins") -> None:
        self.function = self.__wrapped__ = task.function
        self.name = task.name
        self.place = task.place
        self.policy = policy
        self.parameters = read_signature(task.function)
        self._doubtful = None if self.parameters is not None else _unhinted(task.function)

    def begin(self, warehouse: Mapping[str, Any]) -> View:
        """The view that the step works on."""
        if type(warehouse) is View:
            warehouse.begin()
            return warehouse
        return View(warehouse, isolated=True)

    def arguments(self, view: View, extra: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of one call, by place and by name.

        Raises:
            TypeError: There is no value for a parameter.
        """
        if self.parameters is None:
            if self._doubtful is not None and self._doubtful in view:
                self._warn(self._doubtful)
            return [view], {}
        by_place: list[Any] = []
        by_name: dict[str, Any] = {}
        for name, wants, positional, optional in self.parameters:
            value = view if wants is Wants.WHOLE else extra.get(name, MISSING)
            if value is MISSING and name in view:
                value = view[name]
            if value is MISSING:
                if optional:
                    continue
                near = suggestion(name, list(view))
                raise TypeError(
                    f"step '{self.name}' wants '{name}', but the warehouse has no such key.{near}{self._at}"
                )
            if positional:
                by_place.append(value)
            else:
                by_name[name] = value
        return by_place, by_name

    def _warn(self, name: str) -> None:
        """Say once that a parameter is named like a key, and is not that key's value."""
        self._doubtful = None
        text = (
            f"step '{self.name}' gets the whole warehouse as '{name}', which is also the name of a key: annotate the "
            "parameter with the type of that value to get it, or as a Mapping to keep the warehouse"
        )
        file, _, line = (self.place or "<unknown>:0").rpartition(":")
        warnings.warn_explicit(text, PipelineValidationWarning, file, int(line))

    @property
    def _at(self) -> str:
        return f"\n  --> {self.place}" if self.place else ""

    def changes(self, view: View, result: Any) -> Any:
        """What the step changed, or what it returned to steer the run.

        Raises:
            TypeError: It returned something else than a mapping.
        """
        if result is None:
            return view.changes()
        if type(result) is dict and self.policy == "last_wins":
            return view.changes(result)
        result = settled(self.name, result)
        result = normalised(result) if not isinstance(result, str) else result
        if isinstance(result, _STEERING):
            # Whoever steers the run has changed nothing: what is recorded of such a step is where it went.
            view.undo()
            return result
        if isinstance(result, Mapping):
            return view.changes(result if self.policy == "last_wins" else self._added(view, result))
        if is_control(result) and isinstance(result, Next | Value):
            result = result.name if isinstance(result, Next) else result.data
        shown = repr(result)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        raise TypeError(
            f"step '{self.name}' must return a mapping of what it adds to the warehouse (or None), "
            f"not {type(result).__name__}: {shown}{self._at}"
        )

    def _added(self, view: View, result: Mapping[str, Any]) -> Mapping[str, Any]:
        if callable(self.policy):
            merged = self.policy(view.plain(), [dict(result)])
            if not isinstance(merged, Mapping):
                raise TypeError(f"merge_policy must return a mapping, not {type(merged).__name__}{self._at}")
            return merged
        known = {key for key in result if view.looked_at(key)}
        return {
            key: add(view[key], value) if key in view and key not in known else value for key, value in result.items()
        }


class SyncStepCall(StepCall):
    """As `StepCall`, for a step that is called in a thread or another process."""

    def __call__(self, warehouse: Mapping[str, Any], **extra: Any) -> Any:
        """Call the function of a sync step."""
        view = self.begin(warehouse)
        try:
            by_place, by_name = self.arguments(view, extra)
            return self.changes(view, self.function(*by_place, **by_name))
        except BaseException:
            view.undo()
            raise


class AsyncStepCall(StepCall):
    """As `StepCall`, for a step that is awaited.

    Attributes:
        alone: Whether no other step runs meanwhile and nothing stands around it: then it merges what it has changed.
    """

    alone = False

    async def __call__(self, warehouse: Mapping[str, Any], **extra: Any) -> Any:
        """Call and await the function of an async step."""
        view = self.begin(warehouse)
        try:
            by_place, by_name = self.arguments(view, extra)
            changes = self.changes(view, await self.function(*by_place, **by_name))
            if self.alone and view is not warehouse and type(changes) is Changes:
                return merge(warehouse, self.name, changes)
            return changes
        except BaseException:
            view.undo()
            raise


def add(here: Any, new: Any) -> Any:
    """`new` added to what is there: numbers, lists, tuples, sets and dictionaries grow, anything else is replaced."""
    if isinstance(here, bool) or isinstance(new, bool):
        return new
    if isinstance(here, int | float | complex) and isinstance(new, int | float | complex):
        return here + new
    if isinstance(here, dict) and isinstance(new, dict):
        return {**here, **{key: add(here[key], value) if key in here else value for key, value in new.items()}}
    if isinstance(here, list) and isinstance(new, list):
        return here + new
    if isinstance(here, tuple) and isinstance(new, tuple):
        return here + new
    if isinstance(here, set | frozenset) and isinstance(new, set | frozenset):
        return here | new
    return new


def step_call(task: Task, policy: MergePolicy = "last_wins") -> tuple[SyncStepCall | AsyncStepCall, Mode]:
    """The function of a step as the engine calls it, and how."""
    mode = mode_of(task.function)
    return (AsyncStepCall(task, policy) if mode is Mode.AWAIT else SyncStepCall(task, policy)), mode


def check_travels(call: StepCall) -> None:
    """Check that a step can run in another process.

    Raises:
        DefinitionError: It cannot be pickled, or asks for what stays in this process.
    """
    tokens = [o.name for o in call.parameters or () if o.wants is Wants.RUN and o.name not in (ITERATION, ANSWER)]
    mistake = f"its parameter '{tokens[0]}' gets the token, which another process cannot watch" if tokens else None
    try:
        pickle.dumps(call)
    except Exception as error:  # noqa: BLE001 - pickling runs the user's code, and raises what it likes
        mistake = f"it cannot be pickled ({error}); define it at the top level of a module"
    if mistake:
        raise DefinitionError(f"Step '{call.name}' cannot run in a process: {mistake}", call.name, call.place)
