"""A secret may go to a task; it must not go where everybody reads it."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.spec import Spec
from wt_compiler.values import Secret, expressions


def check_secrets(spec: Spec) -> None:
    """Report every secret that stands in `outputs`.

    What a task does with a secret is not known here; a run masks it in all that it says and writes.
    """
    for output in spec.outputs:
        for expression in expressions(output.value):
            if isinstance(expression, Secret):
                message = f"the secret {expression.name!r} would stand in the workflow's result"
                hint = "give it to the task that needs it, and to nothing else"
                spec.findings.error(Code.SECRET_IN_RESULT, message, expression.position, hint)
