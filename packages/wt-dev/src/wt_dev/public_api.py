"""What changed in the public API of a package since a commit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import griffe

from wt_dev.member import Member


class ApiChanges(NamedTuple):
    """What a user of a package meets.

    Attributes:
        breaking: What may break a caller, each with its place.
        added: The dotted names of what is new.
    """

    breaking: list[str]
    added: list[str]


def api_changes(member: Member, root: Path, since: str) -> ApiChanges:
    """Compare the public names of a package with those that it had; nothing of it is imported.

    Args:
        member: The package.
        root: The checkout.
        since: A commit or a tag.

    Raises:
        griffe.GitError: If there is no such commit.
    """
    places = [str((member.directory / "src").relative_to(root.resolve()))]
    old = griffe.load_git(member.import_name, ref=since, repo=root, search_paths=places, allow_inspection=False)
    new = griffe.load(member.import_name, search_paths=[root / places[0]], allow_inspection=False)
    breaking = sorted(map(_told, griffe.find_breaking_changes(old, new)))
    return ApiChanges(breaking, sorted(set(_names(new)) - set(_names(old))))


def _told(change: griffe.Breakage) -> str:
    """What griffe says of a change, without colours and without the file, which may be one of a temporary checkout."""
    said = click.unstyle(change.explain(griffe.ExplanationStyle.ONE_LINE)).partition(": ")[2]
    return f"{change.obj.canonical_path.rpartition('.')[0]}: {said}"


def _names(parent: griffe.Object | griffe.Alias) -> Iterator[str]:
    for name, member in parent.members.items():
        if name.startswith("_") or member.is_alias:
            continue
        yield member.path
        if member.is_module or member.is_class:
            yield from _names(member)
