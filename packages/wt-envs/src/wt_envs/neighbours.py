"""The packages beside a library that it takes from its own checkout: a wheel of it alone would lose where they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wt_envs.pin import Pin, split_name


def neighbours(directory: Path) -> Iterator[tuple[str, Path | Pin]]:
    """What a library's `[tool.uv.sources]` says of its dependencies.

    Args:
        directory: The library's directory.

    Yields:
        The canonical name of each dependency with a source, and its directory or archive, or where else it comes from.
        Sources with markers, and indexes, are left to uv's configuration.
    """
    pyproject = _read(directory)
    project = pyproject.get("project", {})
    wanted = [*project.get("dependencies", ())]
    for extra in project.get("optional-dependencies", {}).values():
        wanted += extra
    names = {split_name(dependency) for dependency in wanted}
    sources: Mapping[str, Any] = pyproject.get("tool", {}).get("uv", {}).get("sources", {})
    for key, source in sources.items():
        name = split_name(key)
        if name not in names or not isinstance(source, dict) or "marker" in source:
            continue
        if "path" in source:
            yield name, (directory / source["path"]).resolve()
        elif source.get("workspace"):
            member = _member(directory, name)
            if member is not None:
                yield name, member
        elif "git" in source or "url" in source:
            yield name, Pin(source=source)


def _member(directory: Path, name: str) -> Path | None:
    """The member of the library's workspace that has a name; None if there is none."""
    for root in (directory, *directory.parents):
        workspace = _read(root).get("tool", {}).get("uv", {}).get("workspace")
        if workspace is not None:
            members = (path for pattern in workspace.get("members", ()) for path in sorted(root.glob(pattern)))
            return next((path for path in members if _name(path) == name), None)
    return None


def _name(directory: Path) -> str:
    return split_name(str(_read(directory).get("project", {}).get("name", "")))


def _read(directory: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((directory / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
