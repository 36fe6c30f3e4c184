"""The environment variables that a workflow reads."""

from __future__ import annotations

import os


def env(name: str) -> str:
    """The value of an environment variable that a spec refers to as `${{ env.NAME }}`.

    Args:
        name: The name of the variable.

    Returns:
        Its value.

    Raises:
        DiagnosticError: If it is not set.
    """
    value = os.environ.get(name)
    if value is None:
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        message = f"the workflow reads the environment variable {name}, which is not set"
        raise DiagnosticError(
            Diagnostic(code=Code.ENVIRONMENT_VARIABLE_UNSET, message=message, hint=f"set {name} and run it again")
        )
    return value
