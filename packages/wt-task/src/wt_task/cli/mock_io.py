"""Runs in which tasks that read or write return recorded examples instead."""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from wt_task.worker import MOCK_VARIABLE

if TYPE_CHECKING:
    from wt_contracts.diagnostics import Diagnostic


def replace_io(run_module: ModuleType, package: str) -> None:
    """Replace the I/O tasks of an imported run module by their recorded examples; those of sub-workflows as well.

    The processes that the run starts do the same.

    Args:
        run_module: The module that calls the tasks.
        package: The compiled package, whose `metadata.IO_TASKS` says which names of the run module are I/O tasks.

    Raises:
        DiagnosticError: If examples are missing or cannot be read; names every task concerned.
    """
    problems = [
        problem
        for home in packages(package)
        for module in ([run_module] if home == package else _run_modules(home))
        for problem in _replace(module, importlib.import_module(f"{home}.metadata").IO_TASKS)
    ]
    if problems:
        from wt_contracts.diagnostics import DiagnosticError

        raise DiagnosticError(problems)
    os.environ[MOCK_VARIABLE] = package


def stand_in(function: Any, package: str) -> Any:
    """What a worker of a mock run calls instead of a function.

    Args:
        function: What a run module wants to call.
        package: The compiled package.

    Returns:
        The mock if the function is an I/O task, else the function.
    """
    for home in packages(package):
        io_tasks = importlib.import_module(f"{home}.metadata").IO_TASKS
        for module in _run_modules(home):
            for name, anchor in io_tasks.items():
                if getattr(module, name, None) is function:
                    return _mock(anchor, getattr(function, "__name__", name))
    return function


@cache
def _mock(anchor: str, function_name: str) -> Any:
    from wt_task.testing import create_func_magicmock

    return create_func_magicmock(anchor, function_name)


def packages(package: str) -> list[str]:
    """A compiled package and those of its sub-workflows."""
    metadata = importlib.import_module(f"{package}.metadata")
    return [package, *getattr(metadata, "SUB_WORKFLOWS", ())]


def _run_modules(package: str) -> list[ModuleType]:
    """The run modules of a sub-workflow that the run has imported: it is run in one of them."""
    names = (f"{package}.{name}" for name in ("run", "run_sequential"))
    return [sys.modules[name] for name in names if name in sys.modules]


def _replace(run_module: ModuleType, io_tasks: dict[str, str]) -> list[Diagnostic]:
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic

    problems = []
    for name, anchor in io_tasks.items():
        function_name = getattr(getattr(run_module, name), "__name__", name)
        try:
            mock = _mock(anchor, function_name)
        except (OSError, ValueError, LookupError, ImportError) as error:
            reason = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)
            message = f"{anchor}.{function_name} has no example to return in a mock run: {reason}"
            problems.append(Diagnostic(code=Code.MOCK_MISSING, message=message))
        else:
            setattr(run_module, name, mock)
    return problems
