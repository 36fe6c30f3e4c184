"""The argument by which every command is told what to work on."""

from __future__ import annotations

import os
from pathlib import Path

import click


class SpecPath(click.Path):
    """The path of a spec; a directory stands for the `spec.yaml` in it, unless it is a compiled workspace."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> Path:  # type: ignore[override]  # the type is ours
        """The path."""
        path = Path(os.fsdecode(super().convert(value, parameter, context)))
        spec = path / "spec.yaml"
        return spec if spec.is_file() and not (path / "pyproject.toml").is_file() else path
