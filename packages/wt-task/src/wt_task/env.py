"""The environment variables that a workflow reads."""

from __future__ import annotations

import os
from typing import Any


def env(name: str, default: Any = ...) -> Any:
    """The value of an environment variable that a spec refers to as `${{ env.NAME }}`.

    Args:
        name: The name of the variable.
        default: What to return if it is not set; without one, that is an error.

    Returns:
        Its value.

    Raises:
        DiagnosticError: If it is not set and there is no default.
    """
    value = os.environ.get(name)
    if value is None:
        if default is not ...:
            return default
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        message = f"the workflow reads the environment variable {name}, which is not set"
        raise DiagnosticError(
            Diagnostic(code=Code.ENVIRONMENT_VARIABLE_UNSET, message=message, hint=f"set {name} and run it again")
        )
    return value
