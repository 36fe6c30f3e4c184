"""Runs in which tasks that read or write return recorded examples instead."""

from __future__ import annotations

import importlib
from types import ModuleType


def replace_io(run_module: ModuleType, package: str) -> None:
    """Replace the I/O tasks of an imported run module by their recorded examples.

    Args:
        run_module: The module that calls the tasks.
        package: The compiled package, whose `metadata.IO_TASKS` says which names of the run module are I/O tasks.

    Raises:
        DiagnosticError: If examples are missing or cannot be read; names every task concerned.
    """
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    from wt_task.testing import create_func_magicmock

    io_tasks: dict[str, str] = importlib.import_module(f"{package}.metadata").IO_TASKS
    problems = []
    for name, anchor in io_tasks.items():
        function_name = getattr(getattr(run_module, name), "__name__", name)
        try:
            mock = create_func_magicmock(anchor, function_name)
        except (OSError, ValueError, LookupError, ImportError) as error:
            reason = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)
            message = f"{anchor}.{function_name} has no example to return in a mock run: {reason}"
            problems.append(Diagnostic(code=Code.MOCK_MISSING, message=message))
        else:
            setattr(run_module, name, mock)
    if problems:
        raise DiagnosticError(problems)
