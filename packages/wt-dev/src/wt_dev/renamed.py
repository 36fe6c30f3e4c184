"""A copy of a package as an index shows it: under another name if wt's is taken there, with where its source is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from pathlib import Path

import tomlkit
from tomlkit.items import Array

from wt_dev.member import Member

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist", ".*_cache", "tests")


def renamed_copy(member: Member, own: Collection[str], prefix: str, target: Path, *, source: str = "") -> Path:
    """Copy a package so that it builds under `<prefix><name>` and requires the others under theirs.

    What is imported keeps its name: only distributions are renamed.

    Args:
        member: The package.
        own: The names of all packages that are renamed with it.
        prefix: What comes before every name, such as `acme-`; may be empty.
        target: A directory that the copy is put into.
        source: The URL of the repository, which goes into the metadata.

    Returns:
        The copy.
    """
    copy = target / f"{prefix}{member.name}"
    shutil.copytree(member.directory, copy, ignore=_LEFT_BEHIND)
    path = copy / "pyproject.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    project = document["project"]
    project["name"] = f"{prefix}{member.name}"
    lists = [project.get("dependencies"), *project.get("optional-dependencies", {}).values()]
    for requirements in lists:
        if requirements is not None:
            _rename(requirements, own, prefix)
    if source:
        project["urls"] = {"Source": source}
    document["tool"].pop("uv", None)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return copy


def _rename(requirements: Array, own: Collection[str], prefix: str) -> None:
    for place, requirement in enumerate(requirements):
        name = _NAME.match(requirement)
        if name and name.group() in own:
            requirements[place] = f"{prefix}{requirement}"
