"""What `wt init` offers to a package that brings a template of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

TEMPLATES = "wt.templates"
"""The entry-point group of templates; the name of an entry point is what `wt init --example` calls it."""

BackEnd: TypeAlias = Literal["uv", "conda"]


class Project(NamedTuple):
    """What a person has said of a workflow that is begun.

    Attributes:
        name: The workflow's name: a-z, 0-9 and hyphens.
        author: Who writes it; may be empty.
        licence: The SPDX identifier of its licence; None for no licence.
        back_end: What makes its environment.
    """

    name: str
    author: str = ""
    licence: str | None = None
    back_end: BackEnd = "uv"

    @property
    def id(self) -> str:
        """The name as an identifier: the spec's id, and the beginning of the names of Python packages."""
        return self.name.replace("-", "_")


Template: TypeAlias = Callable[[Project], Mapping[str, str]]
"""Gives the content of each file by its path, relative and with slashes; raises ValueError for a name that it cannot
take. The first line of its docstring says what it is an example of."""
