"""Example parameters from `test-cases.yaml` beside the spec, for the tests that travel with the workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

FILE = "test-cases.yaml"


def read_cases(directory: Path) -> dict[str, Any]:
    """Read the cases that lie beside a spec.

    Args:
        directory: The directory of the spec.

    Returns:
        `{name: {"params": {…}, "raises": bool}}`; empty if there is no such file.

    Raises:
        DiagnosticError: If the file is there but holds no cases.
    """
    path = directory / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _refusal(path, Code.FILE_UNREADABLE, f"it cannot be read: {error.strerror}") from None
    import yaml

    try:
        loaded = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise _refusal(path, Code.YAML_SYNTAX, f"it is no YAML: {reason}") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise _refusal(path, Code.WRONG_TYPE, "it must be a mapping of names to cases")
    return {str(name): _case(path, str(name), case) for name, case in loaded.items()}


def _case(path: Path, name: str, case: Any) -> dict[str, Any]:
    if not isinstance(case, dict):
        raise _refusal(path, Code.WRONG_TYPE, f"the case {name!r} must be a mapping")
    params = case.get("params") or {}
    if not isinstance(params, dict):
        raise _refusal(path, Code.WRONG_TYPE, f"the 'params' of the case {name!r} must be a mapping")
    return {"params": _jsonable(params), "raises": bool(case.get("raises", False))}


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _refusal(path: Path, code: Code, reason: str) -> DiagnosticError:
    return DiagnosticError(Diagnostic(code=code, message=f"{FILE}: {reason}", file=str(path)))
