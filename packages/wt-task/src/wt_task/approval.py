"""An approval in a sequential run: a person is asked on the terminal."""

from __future__ import annotations

import json
import sys
from typing import Any

from wt_contracts.approval import ApprovalAnswer, ApprovalRequest, RejectedError

_YES = ("y", "yes")


def approval(step: str, reason: str, form: dict[str, Any]) -> dict[str, Any]:
    """Ask whether a step may run.

    Args:
        step: The task instance.
        reason: What the person is to look at.
        form: The JSON Schema of each thing that the person can fill in, by name.

    Returns:
        What the person has filled in.

    Raises:
        RejectedError: The person says no.
        DiagnosticError: There is no terminal to ask on (WT550).
        EOFError: The terminal was closed.
    """
    request = ApprovalRequest(step, reason, form)
    if not somebody_is_there():
        raise impossible(step, "there is no terminal to ask on")
    sys.stdout.write(f"{step!r} waits for your approval: {reason}\n")
    data = {name: value for name in form if (value := _asked(name, form[name])) is not None}
    if input(f"let {step!r} run? [y/N] ").strip().lower() not in _YES:
        raise RejectedError(ApprovalAnswer(step, False, {}))
    return request.filled(data)


def _asked(name: str, schema: dict[str, Any]) -> Any:
    """What is typed for a field; None if nothing is, and it has a default. It is asked again until it fits."""
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(schema)
    default = f" [{json.dumps(schema['default'], ensure_ascii=False)}]" if "default" in schema else ""
    while True:
        text = input(f"{schema.get('title') or name}{default}: ").strip()
        if not text and default:
            return None
        for value in _readings(text):
            if validator.is_valid(value):
                return value
        sys.stdout.writelines(f"  {error.message}\n" for error in validator.iter_errors(_readings(text)[0]))


def _readings(text: str) -> list[Any]:
    """What a typed text may mean: JSON, or itself."""
    try:
        return [json.loads(text), text]
    except ValueError:
        return [text]


def somebody_is_there() -> bool:
    """Whether there is a person to ask: on a terminal, or in a notebook."""
    return sys.stdin.isatty() or "ipykernel" in sys.modules


def impossible(step: str, why: str) -> Exception:
    """What to raise if a step cannot be approved."""
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    message = f"the step {step!r} has to be approved, and {why}"
    hint = "run it concurrently, with its results in a local directory: then it is suspended, and can be resumed"
    return DiagnosticError(Diagnostic(code=Code.APPROVAL_IMPOSSIBLE, message=message, hint=hint))
