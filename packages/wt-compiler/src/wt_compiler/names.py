"""What a compiled workflow is called: its directory, its Python package, its results variable."""

from __future__ import annotations

import re

from msgspec import Struct

DEFAULT_PREFIX = "wt"
DEFAULT_RESULTS_ENV_VAR = "WT_RESULTS"

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKEN_VARIABLES = re.compile(r"PATH|HOME|PYTHON[A-Z0-9_]*|WT_(CACHE_DIR|DEBUG|EVENTS_FILE|LIFELINE|RUN_ID|UV)", re.I)
"""What else reads these: a results directory in them would keep the workflow from starting."""
_NOT_IN_PROJECT_NAMES = re.compile(r"[^A-Za-z0-9.-]+")


class Names(Struct, frozen=True):
    """The names of one compiled workflow.

    Attributes:
        workflow: The spec's id.
        release: The workspace's directory, `<prefix>-<id>-workflow`.
        package: The Python package in it, `<prefix>_<id>_workflow`.
        results_env_var: The environment variable that says where results go.
    """

    workflow: str
    release: str
    package: str
    results_env_var: str

    @property
    def project(self) -> str:
        """The release name as `pyproject.toml` may hold it: ASCII only."""
        return _NOT_IN_PROJECT_NAMES.sub("-", self.release)

    @property
    def image(self) -> str:
        """The release name as a container image may have it: ASCII in lower case only."""
        return self.project.lower()


def name_workflow(workflow: str, prefix: str = DEFAULT_PREFIX, results_env_var: str = DEFAULT_RESULTS_ENV_VAR) -> Names:
    """Derive all names.

    Args:
        workflow: The spec's id, an identifier.
        prefix: What the names start with; letters and digits in parts joined by `-` or `_`.
        results_env_var: The name of an environment variable that nothing else reads.

    Raises:
        ValueError: If the prefix or the variable cannot be part of the names; says why.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(
            f"the prefix {prefix!r} must start with a letter and hold only letters and digits, joined by - or _"
        )
    if not _VARIABLE.fullmatch(results_env_var):
        raise ValueError(f"{results_env_var!r} is no name for an environment variable")
    if _TAKEN_VARIABLES.fullmatch(results_env_var):
        raise ValueError(f"the environment variable {results_env_var} means something else: choose another one")
    release = f"{prefix}-{workflow}-workflow".replace("_", "-")
    return Names(workflow, release, release.replace("-", "_"), results_env_var)
