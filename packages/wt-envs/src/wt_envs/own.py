"""Where wt's own packages come from: the checkout that is running, or what this wt was installed from."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from wt_envs.file_url import path_of
from wt_envs.pin import Pin
from wt_envs.state import SourceState
from wt_envs.uv_process import Progress
from wt_envs.wheels import Given, build_wheel

# What a task library depends on; the versions are those that are chosen if this wt was installed without them.
FAMILY: Final = {
    "wt-contracts": ">=0.2.50,<1",
    "wt-registry": ">=0.2.50,<0.3",
    "wt-task": ">=0.1.50,<0.2",
}
TRAVELLING: Final = {**FAMILY, "wt-engine": ">=0.50,<1"}
"""What a compiled workflow may take along."""
_OTHERS: Final = ("cli", "compiler", "dev", "envs", "invokers", "kernel", "runner")
_META: Final = ("invokers-gcp", "runner-gcp", "task-gcp")
NAMES: Final = frozenset({*TRAVELLING, *(f"wt-{name}" for name in (*_OTHERS, *_META))})


@dataclass(frozen=True)
class Origin:
    """Where this wt comes from.

    Attributes:
        packages: The directories of wt's packages by name, if it runs from a checkout; else empty.
        git: The source of any package of wt, if it was installed from a git URL, without its subdirectory.
    """

    packages: Mapping[str, Path] = field(default_factory=dict)
    git: Mapping[str, str] | None = None

    @property
    def is_index(self) -> bool:
        """Whether it was installed from a package index, as far as anyone noted."""
        return not self.packages and self.git is None


def own_pin(name: str, *, progress: Progress | None = None) -> Pin:
    """Where one of wt's own packages comes from.

    Args:
        name: Its canonical name.
        progress: Told when a wheel is built.

    Returns:
        In a checkout a wheel of its sources now; installed from git the same commit; else the version installed.

    Raises:
        DiagnosticError: If a wheel cannot be built (WT403).
    """
    origin = running_origin()
    directory = origin.packages.get(name)
    if directory is not None:
        fallback = _fallback_version(directory)

        def give(state: SourceState) -> Given:
            return Given(name, f"{state.tag or fallback}+src.{state.digest[:12]}")

        return Pin(wheel=build_wheel(directory, give=give, progress=progress))
    if origin.git is not None and name in TRAVELLING:
        return Pin(source={**origin.git, "subdirectory": f"packages/{name}"})
    return Pin(specifier=_installed_version(name) or TRAVELLING.get(name, ""))


@cache
def running_origin() -> Origin:
    """Where the running wt comes from."""
    return origin_of(Path(__file__), _direct_url)


def origin_of(module: Path, direct_url: Callable[[], Mapping[str, Any] | None]) -> Origin:
    """Where a wt comes from.

    Args:
        module: A module of its wt-envs.
        direct_url: Called for what pip noted about its installation (PEP 610); None if it came from an index.
    """
    sources = module.resolve().parent
    if sources.parent.name == "src" and (packages := _packages(sources.parents[2])):
        return Origin(packages)
    noted = direct_url() or {}
    url = str(noted.get("url", ""))
    if "vcs_info" in noted:
        return Origin(git={"git": url, "rev": noted["vcs_info"]["commit_id"]})
    if "dir_info" in noted:
        return Origin(_packages(path_of(url).parent))
    return Origin()


def _packages(directory: Path) -> dict[str, Path]:
    """The packages of the checkout of wt that has this directory `packages`; empty if it is none."""
    if not all((directory / name / "pyproject.toml").is_file() for name in FAMILY):
        return {}
    found = (*directory.glob("wt-*/pyproject.toml"), *directory.parent.glob("metapackages/wt-*/pyproject.toml"))
    return {path.parent.name: path.parent for path in sorted(found)}


def _direct_url() -> dict[str, Any] | None:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        text = distribution("wt-envs").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    noted: dict[str, Any] | None = json.loads(text) if text else None
    return noted


def _installed_version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"=={version(name)}"
    except PackageNotFoundError:
        return None


def _fallback_version(directory: Path) -> str:
    with (directory / "pyproject.toml").open("rb") as file:
        tool = tomllib.load(file).get("tool", {})
    return str(tool.get("setuptools_scm", {}).get("fallback_version", "0.0"))
