"""The packages of this repository, as their `pyproject.toml` describe them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, eq=False)
class Member:
    """A package or metapackage of the repository.

    Attributes:
        directory: Where its `pyproject.toml` is; absolute.
        tables: What stands in it.
    """

    directory: Path
    tables: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of its distribution."""
        return str(self.tables["project"]["name"])

    @property
    def import_name(self) -> str:
        """The name that it is imported by."""
        return self.name.replace("-", "_")

    @property
    def is_released(self) -> bool:
        """Whether it is published, with a version from its tags."""
        return "Private :: Do Not Upload" not in self.tables["project"].get("classifiers", ())

    @property
    def is_metapackage(self) -> bool:
        """Whether it has no code."""
        return self.directory.parent.name == "metapackages"

    @cached_property
    def dependencies(self) -> tuple[Requirement, ...]:
        """What it always requires."""
        return tuple(Requirement(text) for text in self.tables["project"].get("dependencies", ()))

    @cached_property
    def extras(self) -> dict[str, tuple[Requirement, ...]]:
        """What each of its extras requires."""
        optional = self.tables["project"].get("optional-dependencies", {})
        return {extra: tuple(map(Requirement, texts)) for extra, texts in optional.items()}

    @property
    def all_dependencies(self) -> tuple[Requirement, ...]:
        """What it requires with all of its extras."""
        return (*self.dependencies, *(each for requirements in self.extras.values() for each in requirements))


def find_root(start: Path) -> Path:
    """The checkout that a directory is in.

    Raises:
        FileNotFoundError: If it is in none.
    """
    for directory in (start, *start.parents):
        if (directory / "packages").is_dir() and (directory / "uv.lock").is_file():
            return directory
    raise FileNotFoundError(f"{start} is in no checkout of wt")


def read_members(root: Path) -> dict[str, Member]:
    """The packages and metapackages of a checkout by their names, what is depended on first.

    Args:
        root: The checkout.
    """
    found = {}
    for path in sorted((*root.glob("packages/*/pyproject.toml"), *root.glob("metapackages/*/pyproject.toml"))):
        member = Member(path.parent.resolve(), tomllib.loads(path.read_text(encoding="utf-8")))
        found[member.name] = member
    ordered: dict[str, Member] = {}

    def add(name: str) -> None:
        for needed in sorted(own_dependencies(found[name], found)):
            if needed not in ordered:
                add(needed)
        ordered[name] = found[name]

    for name in found:
        if name not in ordered:
            add(name)
    return ordered


def own_dependencies(member: Member, members: Mapping[str, Member]) -> set[str]:
    """Which other members a member requires itself, with any extra."""
    names = {str(canonicalize_name(requirement.name)) for requirement in member.all_dependencies}
    return (names & members.keys()) - {member.name}


def dependants(names: set[str], members: Mapping[str, Member]) -> set[str]:
    """Some members and every other that requires one of them, directly or through others."""
    affected = set(names)
    while True:
        more = {name for name, member in members.items() if own_dependencies(member, members) & affected} - affected
        if not more:
            return affected
        affected |= more
