"""Which workflow a command line belongs to, and the files that its package holds."""

from __future__ import annotations

from typing import Any, NamedTuple


class Workflow(NamedTuple):
    """What the generated `cli.py` says of its workflow.

    Attributes:
        package: The name of the compiled package.
        release: The name of the workflow, as it appears in traces.
        results_env_var: The environment variable that names the results directory.
        steps: How many task instances there are.
        env_vars: The environment variables that the spec reads; a run refuses to start without them.
        secrets: The secrets that the spec reads; a run refuses to start without them, and shows them nowhere.
        approvals: The steps that a person has to approve.
        caches: Whether any step is cached.
        lock: The hash of the lock of its environment; empty if it has none.
    """

    package: str
    release: str
    results_env_var: str
    steps: int
    env_vars: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    caches: bool = False
    lock: str = ""

    @property
    def directory(self) -> str:
        """Where the package is."""
        import importlib

        return str(importlib.import_module(self.package).__path__[0])

    def read_text(self, name: str) -> str:
        """The text of a file in the package, such as `params.json`."""
        with open(f"{self.directory}/{name}", encoding="utf-8") as file:  # noqa: PTH123 - importing pathlib costs more
            return file.read()

    def read_json(self, name: str) -> Any:
        """The content of a JSON file in the package."""
        import json

        return json.loads(self.read_text(name))
