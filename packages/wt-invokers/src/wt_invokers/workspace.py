"""A compiled workspace, as far as those who run it need to know it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.forms import FormLayout, runnable_schema

_KEYS = ("package", "results-env-var", "id")


@dataclass(frozen=True)
class Workspace:
    """What the compiler wrote into `[tool.wt]` of a workspace's `pyproject.toml`.

    Attributes:
        directory: The workspace, absolute.
        id: The id of the spec it was compiled from.
        package: The name of the package that holds the generated code.
        results_env_var: The environment variable that names the results directory.
    """

    directory: Path
    id: str
    package: str
    results_env_var: str

    @classmethod
    def read(cls, directory: Path) -> Workspace:
        """Read a workspace.

        Args:
            directory: Where it is.

        Returns:
            The workspace.

        Raises:
            DiagnosticError: If the directory is no compiled workspace.
        """
        pyproject = directory / "pyproject.toml"
        try:
            settings = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("tool", {}).get("wt")
        except OSError as error:
            raise _not_a_workspace(directory, f"pyproject.toml: {error.strerror}") from None
        except ValueError as error:
            raise _not_a_workspace(directory, f"pyproject.toml: {error}") from None
        if not isinstance(settings, dict):
            raise _not_a_workspace(directory, "its pyproject.toml has no table [tool.wt]")
        missing = [key for key in _KEYS if not isinstance(settings.get(key), str)]
        if missing:
            raise _not_a_workspace(directory, f"[tool.wt] of its pyproject.toml lacks {', '.join(missing)}")
        package, results_env_var, spec_id = (settings[key] for key in _KEYS)
        return cls(directory.absolute(), spec_id, package, results_env_var)

    @cached_property
    def params_schema(self) -> dict[str, Any]:
        """What parameters must meet before a run starts: `params.json`, required instances included.

        Raises:
            DiagnosticError: If the workspace lacks the file.
        """
        return runnable_schema(self._read_json("params.json"))

    @cached_property
    def layout(self) -> FormLayout:
        """Which group of the form holds which instance.

        Raises:
            DiagnosticError: If the workspace lacks the file.
        """
        try:
            return msgspec.convert(self._read_json("layout.json"), FormLayout)
        except msgspec.ValidationError as error:
            raise self.damaged(f"{self.package}/layout.json: {error}") from None

    def damaged(self, reason: str) -> DiagnosticError:
        """What to raise if something in it cannot be used."""
        return _not_a_workspace(self.directory, reason, "compile the spec again")

    def _read_json(self, name: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads((self.directory / self.package / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise self.damaged(f"{self.package}/{name}: {reason}") from None
        return content


def _not_a_workspace(directory: Path, reason: str, hint: str | None = None) -> DiagnosticError:
    nested = sorted(path.parent for path in directory.glob("*-workflow/pyproject.toml"))
    hint = hint or (f"did you mean {nested[0]}?" if len(nested) == 1 else "'wt compile SPEC' makes one")
    here = Path.cwd()
    shown = directory.relative_to(here) if here in directory.parents else directory
    message = f"{shown} is not a compiled workspace: {reason}"
    return DiagnosticError(Diagnostic(code=Code.NOT_A_WORKSPACE, message=message, hint=hint))
