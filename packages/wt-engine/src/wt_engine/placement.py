"""Where a step runs: what `executor=` may say."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Mapping
from typing import Any

from wt_engine.definition import Function, Mode
from wt_engine.errors import DefinitionError, suggestion

_NAMES = ("thread", "process", "inline")


def placed(name: str, function: Function, given: Mapping[str, Any]) -> Function:
    """The function of a step as it is called where its executor says.

    Args:
        name: The step.
        function: Its function.
        given: The arguments of its decorator.

    Raises:
        DefinitionError: It cannot run there.
    """
    executor = given.get("executor")
    mistake = _mistake(function, executor, given)
    if mistake:
        raise DefinitionError(f"Step '{name}' {mistake}", name, function.place)
    if executor is None:
        return function
    if not isinstance(executor, str):
        return dataclasses.replace(function, mode=Mode.SUBMIT)
    if executor == "process":
        return dataclasses.replace(function, mode=Mode.PROCESS)
    if executor == "inline" and function.mode is Mode.THREAD:
        return dataclasses.replace(function, mode=Mode.INLINE)
    return function


def _mistake(function: Function, executor: Any, given: Mapping[str, Any]) -> str | None:
    if given.get("memory") is not None:
        from wt_engine.memory import checked_memory

        if executor != "process":
            return "has memory=, which only executor='process' can limit for one step alone"
        try:
            checked_memory(given["memory"])
        except ValueError as error:
            return f"cannot run: {error}"
    if executor is None:
        return None
    if isinstance(executor, str) and executor not in _NAMES:
        return f"has unknown executor '{executor}'.{suggestion(executor, _NAMES)} Executors: {', '.join(_NAMES)}"
    submit = None if isinstance(executor, type) else getattr(executor, "submit", None)
    if not isinstance(executor, str) and not callable(submit):
        return f"has executor={executor!r}, which is no name and has no 'submit' method"
    if function.mode is Mode.STREAM and executor != "inline":
        return "is an async generator, which runs on the loop; leave executor= out"
    if function.mode is Mode.AWAIT and executor == "thread":
        return "is 'async def', which runs on the loop; leave executor= out, or make it a plain 'def'"
    if function.mode is Mode.THREAD and executor == "inline" and given.get("timeout") is not None:
        return "runs on the loop (executor='inline'), where nothing can end it: it cannot have a timeout"
    return _process_mistake(function) if executor == "process" else None


def _process_mistake(function: Function) -> str | None:
    plain: Any = function.call
    while isinstance(plain, functools.partial):
        plain = plain.func
    if inspect.isfunction(plain) and ("<locals>" in plain.__qualname__ or plain.__name__ == "<lambda>"):
        return (
            f"cannot run in a process: its function '{plain.__qualname__}' cannot be pickled; "
            f"define it at the top level of a module"
        )
    names = function.parameters.token_arguments
    if names:
        return (
            f"cannot run in a process: its parameter '{names[0]}' gets the token, which another process cannot watch; "
            f"leave it out, the process is killed when the run is cancelled"
        )
    return None
