"""The pyproject.toml that belongs to a lock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wt_envs.ingredients import Ingredients


def render(ingredients: Ingredients) -> str:
    """Write the pyproject.toml of a solve.

    Args:
        ingredients: Everything that goes in.

    Returns:
        TOML: `[project]`, `[dependency-groups]`, and `[tool.uv]` with its sources. Nothing in it depends on where it
        lies but the places of editable packages.
    """
    project = ingredients.project
    lines = [
        "[project]",
        f"name = {string(project.name)}",
        'version = "0"',
        f"requires-python = {string(project.requires_python)}",
        *array("dependencies", ingredients.dependencies),
    ]
    if project.groups:
        lines += ["", "[dependency-groups]"]
        for name, group in sorted(project.groups.items()):
            lines += array(key(name), group)
    lines += ["", "[tool.uv]", "package = false"]
    if ingredients.environments:
        lines += array("environments", ingredients.environments)
    if ingredients.constraints:
        lines += array("constraint-dependencies", ingredients.constraints)
    # A workspace of its own: a directory above that is one, too, is not asked.
    lines += ["", "[tool.uv.workspace]"]
    if ingredients.sources:
        lines += ["", "[tool.uv.sources]"]
        lines += [f"{key(name)} = {_sources(sources)}" for name, sources in ingredients.sources.items()]
    return "\n".join(lines) + "\n"


def array(name: str, values: Iterable[str]) -> list[str]:
    """The lines of a TOML array of texts, one text a line."""
    items = list(values)
    return [f"{name} = [", *(f"    {string(item)}," for item in items), "]"] if items else [f"{name} = []"]


def inline(table: Mapping[str, Any]) -> str:
    """A TOML inline table of texts, booleans and tuples of them."""
    return "{ " + ", ".join(f"{key(name)} = {_value(value)}" for name, value in table.items()) + " }"


def _sources(sources: Sequence[Mapping[str, Any]]) -> str:
    tables = [inline(source) for source in sources]
    return tables[0] if len(tables) == 1 else f"[{', '.join(tables)}]"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value).lower() if isinstance(value, bool) else string(str(value))


def key(name: str) -> str:
    """A TOML key."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else string(name)


def string(text: str) -> str:
    """A TOML basic string."""
    # A JSON string is a TOML basic string but for the one control character that JSON does not escape.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
