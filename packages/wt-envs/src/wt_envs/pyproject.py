"""The pyproject.toml that belongs to a lock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
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
        *_array("dependencies", ingredients.dependencies),
    ]
    if project.groups:
        lines += ["", "[dependency-groups]"]
        for name, group in sorted(project.groups.items()):
            lines += _array(_key(name), group)
    lines += ["", "[tool.uv]", "package = false"]
    if ingredients.constraints:
        lines += _array("constraint-dependencies", ingredients.constraints)
    # A workspace of its own: a directory above that is one, too, is not asked.
    lines += ["", "[tool.uv.workspace]"]
    if ingredients.sources:
        lines += ["", "[tool.uv.sources]"]
        lines += [f"{_key(name)} = {inline(source)}" for name, source in ingredients.sources.items()]
    return "\n".join(lines) + "\n"


def _array(key: str, values: Iterable[str]) -> list[str]:
    items = list(values)
    return [f"{key} = [", *(f"    {string(item)}," for item in items), "]"] if items else [f"{key} = []"]


def inline(table: Mapping[str, Any]) -> str:
    """A TOML inline table of texts and booleans."""
    return "{ " + ", ".join(f"{_key(key)} = {_value(value)}" for key, value in table.items()) + " }"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else string(str(value))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else string(name)


def string(text: str) -> str:
    """A TOML basic string."""
    # A JSON string is a TOML basic string but for the one control character that JSON does not escape.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
